"""Microservices: list, page, edit, start, stop, rebuild, delete."""

from datetime import timedelta

import pytest
from django.utils import timezone

from catalogweb.deployments.models import Microservice, PortMapping
from tests.factories import (
    AgentFactory,
    CatalogItemFactory,
    MicroserviceFactory,
    PrivateRegistryFactory,
    RevisionFactory,
)

pytestmark = pytest.mark.django_db
FRAGMENT = {"HX-Request": "true"}


def placed(**more):
    """A microservice whose agent is online."""
    now = timezone.now()
    times = {"agent__status__reported_at": now, "agent__status__late_at": now + timedelta(1)}
    reach = {"agent__status__offline_at": now + timedelta(1)}
    return MicroserviceFactory(**times | reach | more)


def publish(microservice, external, protocol="tcp"):
    PortMapping.objects.create(
        microservice=microservice, agent=microservice.agent, internal=80, external=external, protocol=protocol
    )


def names(response):
    return [microservice.name for microservice in response.context["page"]]


@pytest.mark.parametrize("state", [{"status__state": "RUNNING"}, {"status__state": "FAILED"}, {}])
def test_list_filters_by_status_in_the_database(viewer, state):
    microservice = placed(name="this", **state)
    others = [placed(status__state=s).name for s in ("RUNNING", "FAILED", "QUEUED")]
    group = {"RUNNING": "running", "FAILED": "failed"}.get(microservice.status.state, "idle")

    found = names(viewer.get(f"/microservices/?status={group}"))

    assert "this" in found
    assert len(set(found) & set(others)) == 1


def test_list_filters_by_application_agent_item_and_text(viewer):
    item = CatalogItemFactory()
    wanted = placed(name="this", revision=item.current)
    placed(name="other")

    for query in (
        f"application={wanted.application.name}",
        f"agent={wanted.agent.uuid}",
        f"item={item.pk}",
        "q=this",
        f"q=this+{wanted.agent.name}",
    ):
        assert names(viewer.get(f"/microservices/?{query}")) == ["this"], query


def test_list_links_to_an_open_port_only_while_it_runs(viewer):
    up, down = placed(status__state="RUNNING"), placed()
    publish(up, 8080)
    publish(down, 8081)
    publish(up, 5353, "udp")

    page = viewer.get("/microservices/").text

    assert 'href="http://127.0.0.1:8080/"' in page
    assert 'href="http://127.0.0.1:8081/"' not in page
    assert "5353/udp" in page


def test_open_links_lead_to_the_address_that_an_operator_or_the_agent_gave(viewer):
    told = placed(status__state="RUNNING", agent__configuration={"host": "edge.example"})
    said = placed(status__state="RUNNING", agent__status__ip_address="fd00::1")
    publish(told, 8080)
    publish(said, 8081)

    page = viewer.get("/microservices/").text

    assert 'href="http://edge.example:8080/"' in page
    assert 'href="http://[fd00::1]:8081/"' in page


def test_list_takes_the_same_queries_for_more_rows(viewer, django_assert_num_queries):
    publish(placed(revision=CatalogItemFactory().current), 8080)
    with django_assert_num_queries(10):
        viewer.get("/microservices/")
    with django_assert_num_queries(6):
        viewer.get("/microservices/", headers=FRAGMENT)
    for _ in range(10):
        publish(placed(revision=CatalogItemFactory().current), 8080)
    with django_assert_num_queries(10):
        viewer.get("/microservices/")
    with django_assert_num_queries(6):
        viewer.get("/microservices/", headers=FRAGMENT)


def test_page_says_which_image_its_agent_gets_and_why(viewer):
    item = CatalogItemFactory(name="heart-rate", images__registry=PrivateRegistryFactory(url="reg.example"))
    microservice = placed(revision=item.current, agent__name="horse-1", agent__architecture="arm")

    page = viewer.get(f"/microservices/{microservice.uuid}/").text

    for text in (
        "team/web-arm:1",
        "horse-1 is ARM, so it gets the ARM image of heart-rate revision 1.",
        f"ID {item.pk}",
        "reg.example (john)",
        "will be pulled from docker.io, without the credentials of reg.example",
    ):
        assert text in page


def test_page_says_when_there_is_no_image_for_its_agent(viewer):
    microservice = placed(revision=RevisionFactory(images={"x86": "a:1"}), agent__architecture="arm")

    assert "has no image for that" in viewer.get(f"/microservices/{microservice.uuid}/").text


def test_page_shows_the_error_in_full_with_a_hint(viewer):
    error = "unauthorized: authentication required " + "x" * 300
    microservice = placed(status__state="FAILED", status__error_message=error)

    fragment = viewer.get(f"/microservices/{microservice.uuid}/", headers=FRAGMENT).text

    assert error in fragment
    assert "The registry refused the user name or password." in fragment


def test_page_names_risks_settings_and_the_course_so_far(viewer):
    microservice = placed(
        name="debugger", privileged=True, env=[["LEVEL", "3"]], status__served_generation=1, config={"a": 1}
    )

    page = viewer.get(f"/microservices/{microservice.uuid}/").text

    for text in ("Privileged: it can do anything", "LEVEL=3", "has the present settings", "kind: Microservice"):
        assert text in page


def test_stop_without_scripts_leads_back_to_the_list(operator):
    microservice = placed()

    response = operator.post(f"/microservices/{microservice.uuid}/stop/", {"next": "/microservices/?q=web"})

    microservice.refresh_from_db()
    assert response["Location"] == "/microservices/?q=web"
    assert not microservice.is_activated


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "foo", "web:overview"])
def test_stop_leads_nowhere_else(operator, elsewhere):
    microservice = placed()

    response = operator.post(f"/microservices/{microservice.uuid}/stop/", {"next": elsewhere})

    assert response["Location"] == f"/microservices/{microservice.uuid}/"


def test_row_actions_answer_htmx_with_the_row(operator):
    microservice = placed()

    row = operator.post(f"/microservices/{microservice.uuid}/stop/", headers=FRAGMENT).text
    on_agent = operator.post(f"/microservices/{microservice.uuid}/stop/", {"on_agent": "1"}, headers=FRAGMENT).text

    assert row.count("<tr>") == 1
    assert "Start" in row
    assert "csrfmiddlewaretoken" not in row
    assert "be stopped" in on_agent


def test_start_in_a_stopped_application_is_refused_in_words(operator):
    microservice = placed(is_activated=False, application__is_activated=False)

    response = operator.post(f"/microservices/{microservice.uuid}/start/", headers=FRAGMENT)

    assert response.status_code == 409
    assert "start it first" in response.text
    assert "/start/" not in operator.get("/microservices/").text


def test_an_act_on_the_page_of_an_application_answers_a_row_without_its_name(operator):
    microservice = placed()

    row = operator.post(f"/microservices/{microservice.uuid}/stop/", {"in_application": "1"}, headers=FRAGMENT).text

    assert f'href="/applications/{microservice.application.name}/"' not in row


@pytest.mark.parametrize("act", ["start", "stop", "rebuild"])
def test_the_address_of_an_act_leads_to_the_page_of_what_it_acts_on(operator, act):
    microservice = placed()

    opened = operator.get(f"/microservices/{microservice.uuid}/{act}/")

    assert opened.headers["Location"] == f"/microservices/{microservice.uuid}/"
    assert operator.put(f"/microservices/{microservice.uuid}/{act}/").status_code == 405


def test_rebuild_asks_for_a_new_container(operator):
    microservice = placed()

    operator.post(f"/microservices/{microservice.uuid}/rebuild/")

    microservice.refresh_from_db()
    assert microservice.generation == 2


def form_of(operator, microservice):
    """What the edit form would send unchanged."""
    form = operator.get(f"/microservices/{microservice.uuid}/edit/").context["form"]
    return {name: form[name].value() for name in form.fields if form[name].value() not in (None, False)}


def test_edit_without_a_change_changes_nothing(operator):
    microservice = placed(
        env=[["A", " b "]],
        volumes=[{"host": "/a", "container": "/b", "access": "ro", "type": "bind"}],
        commands=["x", "two words"],
        extra_hosts=[["h", "10.0.0.1"]],
        config={"a": 1},
        schedule=7,
        options={"pid_mode": "host"},
        revision=CatalogItemFactory().current,
    )
    publish(microservice, 8080)
    before = microservice.container

    response = operator.post(f"/microservices/{microservice.uuid}/edit/", form_of(operator, microservice))

    now = Microservice.objects.get()
    assert response.status_code == 302
    assert (now.container, now.generation, now.revision_id) == (before, 1, microservice.revision_id)


def test_edit_without_a_change_keeps_own_references_as_they_were_sent(operator):
    registry = PrivateRegistryFactory(url="reg.example")
    microservice = placed(revision=RevisionFactory(images={"x86": "team/app:1"}, registry=registry))

    operator.post(f"/microservices/{microservice.uuid}/edit/", form_of(operator, microservice))

    now = Microservice.objects.get()
    assert (now.image, now.generation, now.revision_id) == ("team/app:1", 1, microservice.revision_id)


def test_edit_moves_it_to_another_agent_and_revision(operator):
    item = CatalogItemFactory()
    older = item.current
    item.current = RevisionFactory(item=item, number=2, images={"arm": "team/new:2"})
    item.save()
    microservice, target = placed(revision=older), AgentFactory(name="horse-2", architecture="arm")

    sent = form_of(operator, microservice) | {"agent": "horse-2", "source": str(item.current.pk)}
    operator.post(f"/microservices/{microservice.uuid}/edit/", sent)

    now = Microservice.objects.get()
    assert (now.agent, now.image) == (target, "team/new:2")


def test_edit_gives_it_images_of_its_own(operator):
    microservice = placed(revision=CatalogItemFactory().current)
    registry = PrivateRegistryFactory(url="reg.example")

    sent = form_of(operator, microservice) | {"source": "own", "x86": "mine:1", "registry": registry.pk}
    operator.post(f"/microservices/{microservice.uuid}/edit/", sent)
    operator.post(f"/microservices/{microservice.uuid}/edit/", form_of(operator, microservice))

    now = Microservice.objects.get()
    assert (now.image, now.revision.item, now.generation) == ("reg.example/mine:1", None, 2)


@pytest.mark.parametrize(
    ("change", "field", "sentence"),
    [
        ({"agent": "horse-1x"}, "agent", "Did you mean “horse-1”?"),
        ({"ports": "8080:80\nnonsense"}, "ports", "Line 2: “nonsense” is not a port mapping"),
        ({"ports": "54321:80"}, "ports", "reserved for internal use"),
        ({"source": "own", "x86": "", "arm": ""}, "x86", "Give an image for at least one architecture."),
        ({"source": "own", "x86": "Not Good"}, "x86", "is not an image reference"),
        ({"name": "Bad Name"}, "name", "Use lower-case letters"),
    ],
)
def test_edit_shows_refusals_at_their_fields_and_keeps_what_was_typed(operator, change, field, sentence):
    microservice = placed(agent__name="horse-1", revision=CatalogItemFactory().current)

    sent = form_of(operator, microservice) | {"env": "KEPT=yes"} | change
    response = operator.post(f"/microservices/{microservice.uuid}/edit/", sent)

    assert any(sentence in error for error in response.context["form"].errors[field])
    assert "KEPT=yes" in response.text
    assert Microservice.objects.get().container.env == {}


def test_delete_asks_first_and_leads_to_the_application(operator):
    microservice = placed(application__name="clinic")

    assert "Delete this microservice?" in operator.get(f"/microservices/{microservice.uuid}/delete/").text
    assert operator.post(f"/microservices/{microservice.uuid}/delete/")["Location"] == "/applications/clinic/"
    assert not Microservice.objects.exists()


def test_viewers_see_no_buttons_and_are_refused(viewer):
    microservice = placed()

    page = viewer.get("/microservices/").text + viewer.get(f"/microservices/{microservice.uuid}/").text

    for text in ("/stop/", "/rebuild/", "/delete/", "/edit/"):
        assert text not in page
    for act in ("start", "stop", "rebuild", "edit", "delete"):
        assert viewer.post(f"/microservices/{microservice.uuid}/{act}/").status_code == 403
    assert Microservice.objects.get().is_activated
