"""Agents: list, page, add, edit, key, delete."""

from datetime import timedelta

import pytest
from django.utils import timezone

from catalogweb.agents.models import Agent, ProvisioningKey
from catalogweb.core.secrets import digest
from catalogweb.deployments.models import Microservice
from tests.factories import AgentFactory, MicroserviceFactory

pytestmark = pytest.mark.django_db
FRAGMENT = {"HX-Request": "true"}
NEW = {"name": "north-1", "architecture": "arm", "tags": "north, press", "location": "Hall A", "latitude": "48.1"}


def online(**more):
    now = timezone.now()
    later = now + timedelta(hours=1)
    times = {"status__reported_at": now, "status__late_at": later, "status__offline_at": later}
    return AgentFactory(**times | more)


def test_list_shows_presence_version_and_how_many_run(viewer):
    agent = online(name="north-1", location="Hall A", status__version="3.7.0", status__engine="Podman 4.3")
    MicroserviceFactory(agent=agent, status__state="RUNNING")
    MicroserviceFactory(agent=agent)
    MicroserviceFactory(agent=agent, is_activated=False)

    page = viewer.get("/agents/").text

    for text in ("north-1", "Online", "Hall A", "3.7.0", "Podman 4.3", "1 of 2", "x86"):
        assert text in page


def test_list_does_not_claim_to_know_what_an_agent_out_of_reach_runs(viewer):
    MicroserviceFactory(status__state="RUNNING")

    assert "? of 1" in viewer.get("/agents/").text


@pytest.mark.parametrize(
    "query", ["q=hall", "presence=online", "architecture=arm", "tag=press", "presence=online&architecture=arm&q=north"]
)
def test_list_filters_by_the_url_and_answers_htmx_with_the_table_only(operator, query):
    operator.post("/agents/add/", NEW)
    now = timezone.now()
    Agent.objects.get().status.__class__.objects.update(
        reported_at=now, late_at=now + timedelta(1), offline_at=now + timedelta(1)
    )
    AgentFactory(name="other")

    fragment = operator.get(f"/agents/?{query}", headers=FRAGMENT).text

    assert "north-1" in fragment
    assert "other" not in fragment
    assert "<html" not in fragment
    assert "csrfmiddlewaretoken" not in fragment


def test_list_sorts_and_pages(viewer):
    for number in range(30):
        AgentFactory(name=f"agent-{number:02}")

    page = viewer.get("/agents/?sort=-name").text

    assert page.index("agent-29") < page.index("agent-06")
    assert "agent-04" not in page
    assert "agent-04" in viewer.get("/agents/?sort=-name&page=2").text
    assert "agent-04" in viewer.get("/agents/?sort=-name&size=50").text


def test_list_takes_the_same_queries_for_more_rows(viewer, django_assert_num_queries):
    MicroserviceFactory()
    with django_assert_num_queries(8):
        viewer.get("/agents/")
    for _ in range(10):
        MicroserviceFactory()
    with django_assert_num_queries(8):
        viewer.get("/agents/")


def test_page_sets_what_should_run_beside_what_does(viewer):
    agent = online(status__report={"systemTotalCpu": 12.34, "systemAvailableMemory": "2,147,483,648"})
    MicroserviceFactory(agent=agent, name="pulling", status__state="PULLING", status__percentage=42)
    MicroserviceFactory(agent=agent, name="resting", is_activated=False)

    page = viewer.get(f"/agents/{agent.uuid}/").text

    for text in ("42 %", "Pulling", "be stopped", "Stopped", "team/web:1", "12.3 %", "2.0 GB"):
        assert text in page


def test_page_says_the_engine_problem_in_words_and_that_nothing_really_runs(viewer):
    agent = online(name="lab", status__simulated=True, status__engine_problem="There is no engine: apt install podman.")

    page = viewer.get(f"/agents/{agent.uuid}/").text

    assert "Simulated: nothing really runs on lab." in page
    assert "There is no engine: apt install podman." in page


def test_page_tells_what_an_operator_set_from_what_applies(viewer):
    agent = AgentFactory(
        configuration={"log_level": "FINE"}, status__reported_configuration={"time_zone": "Asia/Tokyo"}
    )

    context = viewer.get(f"/agents/{agent.uuid}/").context["configuration"]

    rows = {name: (given, effective) for name, given, effective, _ in context}
    assert rows["log_level"] == ("FINE", "FINE")
    assert rows["time_zone"] == (None, "Asia/Tokyo")


def test_page_fragment_holds_only_what_changes_by_itself(viewer, django_assert_num_queries):
    agent = online()
    MicroserviceFactory(agent=agent)

    with django_assert_num_queries(10):
        fragment = viewer.get(f"/agents/{agent.uuid}/", headers=FRAGMENT).text

    assert "Last report" in fragment
    assert "Configuration" not in fragment


def test_page_answers_whether_it_lives_runs_what_it_should_and_what_it_does_now(viewer):
    agent = online(name="north-1", flags__microservice_list=3)
    MicroserviceFactory(agent=agent, status__state="RUNNING")
    MicroserviceFactory(agent=agent, status__state="PULLING", status__percentage=41, application__name="clinic")

    page = " ".join(viewer.get(f"/agents/{agent.uuid}/", headers=FRAGMENT).text.split())

    assert "Its reports come as often as they should." in page
    assert "<strong>Not yet</strong>: 1 of 2." in page
    assert 'data-state="Pulling"' in page.partition("What is it doing now?")[2].partition("</section>")[0]
    assert "It has yet to fetch: microservice list." in page


def test_page_claims_nothing_of_what_an_offline_agent_does(viewer):
    past = timezone.now() - timedelta(minutes=1)
    agent = online(status__late_at=past, status__offline_at=past)
    MicroserviceFactory(agent=agent, status__state="RUNNING", status__reported_at=timezone.now())

    page = viewer.get(f"/agents/{agent.uuid}/", headers=FRAGMENT).text

    assert "<strong>Not known</strong>: 1 should." in page
    assert "Not known while it is offline." in page


def test_add_leads_to_the_page_that_connects_it(operator):
    response = operator.post("/agents/add/", NEW | {"status_frequency": "5", "watchdog_enabled": "True"})

    agent = Agent.objects.get()
    assert response["Location"] == f"/agents/{agent.uuid}/key/"
    assert (agent.architecture, agent.tag_names, agent.latitude) == ("arm", ["north", "press"], 48.1)
    assert agent.configuration == {"status_frequency": 5, "watchdog_enabled": True}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "TAKEN"}, "name"),
        ({"status_frequency": "-1"}, "status_frequency"),
        ({"latitude": "91"}, "latitude"),
        ({"architecture": "riscv"}, "architecture"),
    ],
)
def test_add_shows_a_refusal_at_its_field_and_keeps_the_rest(operator, change, field):
    AgentFactory(name="taken")

    response = operator.post("/agents/add/", NEW | change)

    assert field in response.context["form"].errors
    assert 'value="north, press"' in response.text
    assert Agent.objects.count() == 1


def test_edit_unsets_a_blanked_setting_and_keeps_what_stays(operator):
    agent = AgentFactory(name="north-1", configuration={"log_level": "FINE", "status_frequency": 5})
    page = operator.get(f"/agents/{agent.uuid}/edit/")
    sent = {name: value for name, value in page.context["form"].initial.items() if value is not None}

    operator.post(f"/agents/{agent.uuid}/edit/", sent | {"log_level": "", "tags": "a"})

    agent.refresh_from_db()
    assert agent.configuration == {"status_frequency": 5}
    assert agent.tag_names == ["a"]


def test_the_key_is_shown_once_and_only_in_the_reply_that_made_it(operator):
    agent = AgentFactory(name="Hall A / north")
    url = f"/agents/{agent.uuid}/key/"
    assert operator.get(url).context["key"] == ""

    made = operator.post(url)

    key = made.context["key"]
    assert ProvisioningKey.objects.get().digest == digest(key)
    assert (
        "catalogweb.edge provision --url http://testserver/api/v3/ --state ~/.catalogweb-edge/hall-a-north" in made.text
    )
    assert f"iofog-agent provision {key}" in made.text
    assert made["Cache-Control"].count("no-store") == 1
    assert key not in operator.get(url).text
    assert key not in operator.get("/changes/").text


def test_the_commands_name_the_public_url(operator, settings):
    settings.PUBLIC_URL = "https://fleet.example.org"
    agent = AgentFactory()

    page = operator.post(f"/agents/{agent.uuid}/key/").text

    assert "--url https://fleet.example.org/api/v3/" in page
    assert "--publish-address 0.0.0.0" in page
    assert "this machine only" not in page
    assert "--insecure" not in page


@pytest.mark.parametrize(("host", "warned", "insecure"), [("127.0.0.1", True, False), ("fleet.example", False, True)])
def test_the_commands_say_what_an_address_without_tls_or_of_this_machine_means(
    operator, settings, host, warned, insecure
):
    settings.ALLOWED_HOSTS = [host]
    agent = AgentFactory()

    page = operator.post(f"/agents/{agent.uuid}/key/", headers={"Host": host}).text

    assert ("These commands work on this machine only." in page) is warned
    assert ("--insecure</pre>" in page) is insecure


def test_the_key_page_ticks_when_the_agent_appears(operator):
    agent = AgentFactory(name="north-1")
    url = f"/agents/{agent.uuid}/key/"
    operator.post(url)
    waiting = operator.get(url, headers=FRAGMENT).text
    ProvisioningKey.objects.all().delete()
    now = timezone.now()
    agent.status.__class__.objects.update(reported_at=now, late_at=now + timedelta(1), offline_at=now + timedelta(1))

    assert "Waiting for north-1." in waiting
    assert "north-1 is connected." in operator.get(url, headers=FRAGMENT).text


def test_the_key_page_waits_for_a_new_key_while_the_present_program_goes_on(operator):
    agent = AgentFactory(name="north-1")
    now = timezone.now()
    agent.status.__class__.objects.update(reported_at=now, late_at=now + timedelta(1), offline_at=now + timedelta(1))

    assert "Waiting for north-1." in operator.post(f"/agents/{agent.uuid}/key/").text


def test_the_key_page_says_that_a_key_has_expired(operator):
    agent = AgentFactory()
    operator.post(f"/agents/{agent.uuid}/key/")
    ProvisioningKey.objects.update(expires_at=timezone.now())

    assert "The key has expired" in operator.get(f"/agents/{agent.uuid}/key/").text


def test_delete_says_what_goes_along_and_takes_it(operator):
    microservice = MicroserviceFactory()
    url = f"/agents/{microservice.agent.uuid}/delete/"

    page = operator.get(url).text
    operator.post(url)

    assert "1 microservice goes along" in page
    assert microservice.full_name in page
    assert not Agent.objects.exists()
    assert not Microservice.objects.exists()


def test_viewers_see_no_buttons_and_are_refused(viewer):
    agent = AgentFactory()

    page = viewer.get(f"/agents/{agent.uuid}/").text + viewer.get("/agents/").text

    for text in ("/edit/", "/delete/", "/key/", "/add/", "/deploy/"):
        assert text not in page
    for act in ("edit", "delete", "key"):
        assert viewer.get(f"/agents/{agent.uuid}/{act}/").status_code == 403
        assert viewer.post(f"/agents/{agent.uuid}/{act}/").status_code == 403
    assert Agent.objects.exists()
