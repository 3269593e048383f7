"""Variables from secrets and config maps, and mounted volumes: checked when placed, read when sent, renewed when changed."""

import pytest
from cryptography.fernet import Fernet
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from catalogweb.configuration.models import Secret
from catalogweb.core.errors import Invalid, NotFound, Refusals
from catalogweb.core.secrets import Unreadable
from catalogweb.deployments.container import Container, Source, Volume
from catalogweb.deployments.desired import wanted_on
from catalogweb.deployments.models import Microservice, MicroserviceStatus
from catalogweb.deployments.services import deploy, edit_microservice, set_activated
from catalogweb.deployments.sources import edit_config_map, edit_secret
from catalogweb.deployments.uses import Use
from catalogweb.deployments.variables import shown_of
from tests.factories import ConfigMapFactory, RevisionFactory, SecretFactory, VolumeMountFactory

pytestmark = pytest.mark.django_db
LIST = {"microservice_list", "microservice_config"}
PASSWORD, LEVEL = Source.read("secret", "db/password"), Source.read("config_map", "shop/level")


@pytest.fixture
def secret(db):
    return SecretFactory(name="db", data={"password": "hunter2", "user": "ann"})


@pytest.fixture
def config_map(db):
    return ConfigMapFactory(name="shop", data={"level": 3, "mode": "fast"})


@pytest.fixture
def place(operator, application, agents):
    """Deploy a microservice of these variables and volumes on horse-1, or elsewhere."""

    def call(*, name="web", agent=0, env=None, volumes=(), **more):
        container = Container(env=env or {}, volumes=volumes)
        return deploy(
            by=operator, application=application, agents=[agents[agent]], revision=RevisionFactory(), name=name,
            container=container, **more,
        )[0]  # fmt: skip

    return call


def mounted(host):
    return (Volume(host, "/data", type="volumeMount"),)


def renewed():
    return {row.name for row in Microservice.objects.filter(generation=2)}


# --- placing --------------------------------------------------------------------------------------------


def test_sources_are_stored_as_references(secret, config_map, place):
    microservice = place(env={"A": "1", "PASSWORD": PASSWORD, "LEVEL": LEVEL})

    stored = Microservice.objects.get()
    assert stored.env == [["A", "1"], ["PASSWORD", {"secret": "db/password"}], ["LEVEL", {"config_map": "shop/level"}]]
    assert stored.container.env == {"A": "1", "PASSWORD": PASSWORD, "LEVEL": LEVEL}
    assert {str(use) for use in microservice.uses.all()} == {"db/password", "shop/level"}
    assert Container.from_json(stored.deployment.container).env["PASSWORD"] == PASSWORD


@pytest.mark.parametrize(
    ("env", "kind", "words"),
    [
        (Source("secret", "no", "key"), NotFound, 'Secret with name "no" not found'),
        (Source("secret", "db", "no"), Invalid, "Secret key no not found in secret db"),
        (Source("config_map", "no", "key"), NotFound, "ConfigMap with name no not found"),
        (Source("config_map", "shop", "no"), Invalid, "ConfigMap key no not found in config map shop"),
    ],
)
def test_a_variable_from_nowhere_is_refused(secret, config_map, place, env, kind, words):
    with pytest.raises(kind, match=words) as refusal:
        place(env={"A": env})

    assert refusal.value.field == "env"
    assert not Microservice.objects.exists()


@pytest.mark.parametrize(
    ("host", "kind", "words"),
    [
        ("no", NotFound, "Volume mount with name no not found"),
        ("certs/no", Invalid, "Volume mount certs has no file no"),
    ],
)
def test_a_volume_from_nowhere_is_refused(secret, place, host, kind, words):
    VolumeMountFactory(name="certs", secret=secret)

    with pytest.raises(kind, match=words) as refusal:
        place(volumes=mounted(host))

    assert refusal.value.field == "volumes"


def test_everything_that_is_missing_is_said_at_once(secret, place):
    with pytest.raises(Refusals) as refusal:
        place(env={"A": Source("secret", "no", "key"), "B": Source("secret", "db", "no")}, volumes=mounted("no"))

    assert len(refusal.value.messages) == 3


@pytest.mark.parametrize("text", ["db", "/password", "db/", ""])
def test_a_reference_names_a_key(text):
    with pytest.raises(Invalid, match=f"Invalid secret reference: {text}"):
        Source.read("secret", text)


def test_a_key_may_hold_slashes():
    assert Source.read("secret", "db/tls/ca.crt") == Source("secret", "db", "tls/ca.crt")


def test_editing_replaces_the_uses(operator, secret, config_map, place):
    microservice = place(env={"PASSWORD": PASSWORD})

    edit_microservice(by=operator, microservice=microservice, container=Container(env={"LEVEL": LEVEL}))

    assert [str(use) for use in Use.objects.all()] == ["shop/level"]
    edit_microservice(by=operator, microservice=microservice, name="other")
    assert [str(use) for use in Use.objects.all()] == ["shop/level"]


def test_editing_refuses_a_variable_from_nowhere(operator, secret, place):
    microservice = place(env={"PASSWORD": PASSWORD})

    with pytest.raises(NotFound):
        edit_microservice(
            by=operator, microservice=microservice, container=Container(env={"A": Source("secret", "no", "key")})
        )
    assert [str(use) for use in Use.objects.all()] == ["db/password"]


def test_the_database_keeps_what_is_in_use(secret, place):
    place(env={"PASSWORD": PASSWORD})

    with pytest.raises(ProtectedError):
        Secret.objects.all().delete()
    with pytest.raises(IntegrityError), transaction.atomic():
        Use.objects.update(secret=None)


# --- what agents get ------------------------------------------------------------------------------------


def test_agents_get_the_values(secret, config_map, place, agents):
    place(env={"A": "1", "PASSWORD": PASSWORD, "LEVEL": LEVEL})

    [wanted] = wanted_on(agents[0].pk)

    assert wanted.env == [("A", "1"), ("PASSWORD", "hunter2"), ("LEVEL", "3")]
    assert "hunter2" not in repr(wanted)


def test_the_list_takes_two_statements_more_however_many_sources(
    secret, config_map, place, agents, django_assert_num_queries
):
    place(name="plain")
    with django_assert_num_queries(4):
        wanted_on(agents[0].pk)
    for number in range(3):
        place(name=f"web-{number}", env={"PASSWORD": PASSWORD, "LEVEL": LEVEL})
    with django_assert_num_queries(6):
        wanted_on(agents[0].pk)


def test_one_that_cannot_be_read_is_left_out_and_the_rest_is_sent(secret, place, agents, settings):
    place(name="plain")
    place(name="web", env={"PASSWORD": PASSWORD})
    settings.ENCRYPTION_KEYS = [Fernet.generate_key().decode()]

    plain, web = wanted_on(agents[0].pk)
    assert (plain.withheld, web.delivered) == ("", None)
    assert web.withheld.startswith("A value of a variable cannot be read")
    [warning] = shown_of(Microservice.objects.detailed().filter(name="web")).warnings.popitem()[1]
    assert warning.startswith("Secret db cannot be read")


def test_one_that_runs_is_not_left_out(secret, place, agents, settings):
    place(name="web", env={"PASSWORD": PASSWORD})
    MicroserviceStatus.objects.update(container_id="c1")
    settings.ENCRYPTION_KEYS = [Fernet.generate_key().decode()]

    with pytest.raises(Unreadable, match="heart/web"):
        wanted_on(agents[0].pk)


def test_a_mount_that_is_not_linked_is_a_warning(secret, place, agents):
    VolumeMountFactory(name="certs", secret=secret, agents=agents[:1])
    here, there = (
        place(name="here", volumes=mounted("certs")),
        place(name="there", agent=1, volumes=mounted("certs/user")),
    )

    warnings = shown_of(Microservice.objects.detailed()).warnings

    assert warnings[here.pk] == []
    assert warnings[there.pk] == ["Volume mount certs is not linked to horse-2: its files are missing there."]


# --- changes --------------------------------------------------------------------------------------------


@pytest.fixture
def fleet(secret, config_map, place, operator, lower_flags):
    """On horse-1 the password, on horse-2 the user name, on horse-3 a level; one with the password is stopped."""
    place(name="password", env={"A": PASSWORD, "B": PASSWORD})
    place(name="user", agent=1, env={"A": Source.read("secret", "db/user")})
    place(name="level", agent=2, env={"A": LEVEL})
    stopped = place(name="stopped", agent=2, env={"A": PASSWORD})
    set_activated(by=operator, microservices=[stopped], is_activated=False)
    lower_flags()


def test_a_changed_secret_renews_exactly_those_that_use_the_changed_key(operator, secret, fleet, raised):
    edit_secret(by=operator, secret=secret, data={"password": "new", "user": ""})

    assert raised() == {"horse-1": LIST}
    assert renewed() == {"password"}


def test_a_changed_config_map_renews_exactly_those_that_use_the_changed_key(operator, config_map, fleet, raised):
    edit_config_map(by=operator, config_map=config_map, data={"level": 4, "mode": "fast"})

    assert raised() == {"horse-3": LIST}
    assert renewed() == {"level"}


def test_a_changed_key_that_nobody_uses_renews_nothing(operator, secret, config_map, fleet, raised):
    edit_config_map(by=operator, config_map=config_map, data={"level": 3, "mode": "slow"})
    edit_secret(by=operator, secret=secret, data={"password": "", "user": "", "more": "x"})

    assert raised() == {}
    assert renewed() == set()


def test_mounted_files_change_in_place(operator, secret, place, agents, raised, lower_flags):
    VolumeMountFactory(name="certs", secret=secret, agents=agents[:1])
    place(volumes=mounted("certs"))
    lower_flags()

    edit_secret(by=operator, secret=secret, data={"password": "new", "user": ""})

    assert raised() == {"horse-1": {"volume_mounts"}}
    assert renewed() == set()
