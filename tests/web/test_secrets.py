"""Secrets: list, page, add, edit, delete; no value ever comes out."""

import pytest
from cryptography.fernet import Fernet

from catalogweb.agents.models import ChangeFlags
from catalogweb.configuration.models import Secret, VolumeMount
from catalogweb.deployments.container import Container, Source
from catalogweb.deployments.services import deploy
from tests.factories import AgentFactory, ApplicationFactory, RevisionFactory, SecretFactory, VolumeMountFactory

pytestmark = pytest.mark.django_db
MARKER = "q1u45ic9kst563art"
NEW = {"name": "db", "type": "Opaque", "key_0": "user", "value_0": "ann", "key_1": "password", "value_1": MARKER}


@pytest.fixture
def secret(db):
    return SecretFactory(name="db", data={"password": MARKER, "user": "ann"})


def use(secret, by, agent, name="web"):
    env = {"PASSWORD": Source("secret", secret.name, "password")}
    application = ApplicationFactory()
    [placed] = deploy(
        by=by, application=application, agents=[agent], revision=RevisionFactory(), name=name,
        container=Container(env=env),
    )  # fmt: skip
    return placed


def test_an_empty_list_says_what_secrets_are_for_and_offers_the_first(operator, viewer):
    assert "Passwords, tokens and certificates that only agents read" in operator.get("/secrets/").text
    assert "/secrets/add/" in operator.get("/secrets/").text
    assert "/secrets/add/" not in viewer.get("/secrets/").text


def test_list_filters_and_answers_htmx_with_the_table_only(viewer, secret):
    SecretFactory(name="tls", type="tls", data={})

    fragment = viewer.get("/secrets/?type=Opaque&q=d", headers={"HX-Request": "true"}).text

    assert "db" in fragment
    assert "tls" not in fragment
    assert "<html" not in fragment
    assert "No secrets match" in viewer.get("/secrets/?q=nothing").text


def test_list_takes_the_same_queries_for_more_rows(viewer, olga, secret, django_assert_num_queries):
    with django_assert_num_queries(5):
        viewer.get("/secrets/")
    for _ in range(5):
        use(VolumeMountFactory(secret=SecretFactory(data={"password": "x"})).secret, olga, AgentFactory())
    with django_assert_num_queries(5):
        viewer.get("/secrets/")


def test_add_seals_the_values(operator):
    response = operator.post("/secrets/add/", NEW, follow=True)

    assert Secret.objects.get().data == {"user": "ann", "password": MARKER}
    assert "Secret db is sealed and stored." in response.text
    assert MARKER not in response.text


def test_a_value_keeps_its_lines_and_blanks(operator):
    operator.post("/secrets/add/", NEW | {"value_1": " a\r\nb \r\n"})

    assert Secret.objects.get().data["password"] == " a\nb \n"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "a/b"}, "name"),
        ({"type": "other"}, "type"),
        ({"key_1": ""}, "key_1"),
        ({"key_1": "user"}, "key_1"),
        ({"key_1": "../x"}, "__all__"),
        ({"type": "tls", "value_0": "?"}, "__all__"),
    ],
)
def test_a_refusal_keeps_the_keys_and_drops_the_values(operator, change, field):
    response = operator.post("/secrets/add/", NEW | change)

    assert field in response.context["form"].errors
    assert MARKER not in response.text
    assert "The values you typed are not shown again" in response.text
    assert 'value="user"' in response.text
    assert not Secret.objects.exists()


def test_edit_shows_the_keys_and_keeps_what_stays_blank(operator, secret):
    page = operator.get(f"/secrets/{secret.pk}/edit/").text
    assert 'name="key_0" value="password"' in page
    assert MARKER not in page

    sent = {"key_0": "password", "value_0": "", "key_1": "user", "value_1": "bob", "key_2": "host", "value_2": "x"}
    operator.post(f"/secrets/{secret.pk}/edit/", sent)

    assert Secret.objects.get().data == {"password": MARKER, "user": "bob", "host": "x"}


def test_edit_removes_a_key(operator, secret):
    sent = {"key_0": "password", "value_0": "", "key_1": "user", "value_1": "", "remove_1": "on"}
    operator.post(f"/secrets/{secret.pk}/edit/", sent)

    assert Secret.objects.get().data == {"password": MARKER}


def test_a_row_says_its_own_key_whatever_was_stored_meanwhile(operator, secret):
    sent = {"key_0": "user", "value_0": "bob", "key_1": "password", "value_1": ""}
    operator.post(f"/secrets/{secret.pk}/edit/", sent)

    assert Secret.objects.get().data == {"password": MARKER, "user": "bob"}


def test_edit_tells_the_agents_that_have_it(operator, olga, secret):
    user, mounting = AgentFactory(), AgentFactory()
    use(secret, olga, user)
    VolumeMountFactory(secret=secret, agents=[mounting])
    ChangeFlags.objects.update(microservice_list=0, microservice_config=0)

    operator.post(f"/secrets/{secret.pk}/edit/", {"key_0": "password", "value_0": "new"})

    assert ChangeFlags.objects.get(agent=user).raised == {"microservice_list", "microservice_config"}
    assert ChangeFlags.objects.get(agent=mounting).raised == {"volume_mounts"}


def test_page_names_keys_users_and_mounts(viewer, olga, secret):
    use(secret, olga, AgentFactory(name="horse-1"), name="pulse")
    VolumeMountFactory(name="certs", secret=secret)

    page = viewer.get(f"/secrets/{secret.pk}/").text

    for text in ("password", "user", "pulse", "horse-1", "certs", "kind: Secret", "stored, never shown", "••••"):
        assert text in page
    assert MARKER not in page
    assert "Edit" not in page


def test_a_microservice_says_where_its_variable_comes_from(viewer, olga, secret):
    placed = use(secret, olga, AgentFactory())

    for path in (f"/microservices/{placed.uuid}/", f"/deployments/{placed.deployment_id}/"):
        page = viewer.get(path).text
        assert 'href="/secrets/?q=db">db/password</a>' in page
        assert MARKER not in page


def test_the_form_of_a_microservice_keeps_a_source(operator, olga, secret):
    placed = use(secret, olga, AgentFactory(name="north"))
    form = operator.get(f"/microservices/{placed.uuid}/edit/").context["form"]
    assert form["env"].value() == "PASSWORD=${secret:db/password}"

    sent = {
        "name": "web",
        "agent": "north",
        "source": "own",
        "x86": "team/web:1",
        "registry": "1",
        "is_activated": "on",
    }
    operator.post(f"/microservices/{placed.uuid}/edit/", sent | {"env": "PASSWORD=${secret:db/user}", "log_size": "1"})

    assert [str(kept) for kept in placed.uses.all()] == ["db/user"]


def test_page_takes_the_same_queries_for_more_users(viewer, olga, secret, django_assert_num_queries):
    use(secret, olga, AgentFactory())
    with django_assert_num_queries(7):
        viewer.get(f"/secrets/{secret.pk}/")
    for _ in range(5):
        use(secret, olga, AgentFactory())
        VolumeMountFactory(secret=secret)
    with django_assert_num_queries(7):
        viewer.get(f"/secrets/{secret.pk}/")


def test_page_of_what_cannot_be_read_says_so_and_takes_new_values(operator, secret, settings):
    settings.ENCRYPTION_KEYS = [Fernet.generate_key().decode()]

    assert "The stored values cannot be read" in operator.get(f"/secrets/{secret.pk}/").text
    operator.post(f"/secrets/{secret.pk}/edit/", {"key_0": "password", "value_0": "new"})

    assert Secret.objects.get().data == {"password": "new"}


def test_delete_names_what_goes_along_and_what_stands_against_it(operator, olga, secret):
    VolumeMountFactory(name="certs", secret=secret)
    placed = use(secret, olga, AgentFactory(name="horse-1"))

    assert "volume mount certs" in operator.get(f"/secrets/{secret.pk}/delete/").text
    refused = operator.post(f"/secrets/{secret.pk}/delete/").text
    assert "is in use and can&#x27;t be deleted: microservice" in refused
    placed.delete()

    assert operator.post(f"/secrets/{secret.pk}/delete/").headers["Location"] == "/secrets/"
    assert not VolumeMount.objects.exists()


def test_a_viewer_cannot_change_anything(viewer, secret):
    for path in ("add/", f"{secret.pk}/edit/", f"{secret.pk}/delete/"):
        assert viewer.get(f"/secrets/{path}").status_code == viewer.post(f"/secrets/{path}").status_code == 403


def test_change_log_leads_to_the_page(operator, viewer):
    operator.post("/secrets/add/", NEW)
    secret = Secret.objects.get()

    page = viewer.get("/changes/?type=secret").text

    assert f'href="/secrets/{secret.pk}/"' in page
    assert MARKER not in page
