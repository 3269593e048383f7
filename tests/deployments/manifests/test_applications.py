"""An Application document says what is in it only where it writes a list."""

import pytest

from catalogweb.deployments.manifests import plan
from catalogweb.deployments.models import Application, Microservice
from tests.factories import AgentFactory, MicroserviceFactory

pytestmark = pytest.mark.django_db
HEAD = "apiVersion: iofog.org/v3\nkind: Application\nmetadata:\n  name: heart\n"


def written(*names, ports=()):
    """The application with a list of these microservices on the example's agent."""
    entries = [
        f"    - name: {name}\n      agent: {{name: my-agent-name}}\n      images: {{x86: 'team/web:1'}}\n"
        + (f"      container: {{ports: [{{internal: 80, external: {ports[n]}}}]}}\n" if ports else "")
        for n, name in enumerate(names)
    ]
    return HEAD + "spec:\n  microservices:\n" + "".join(entries)


def names():
    return sorted(Microservice.objects.values_list("name", flat=True))


SILENT = {
    "no spec": HEAD,
    "null spec": HEAD + "spec:\n",
    "tilde": HEAD + "spec: ~\n",
    "empty spec": HEAD + "spec: {}\n",
    "null list": HEAD + "spec:\n  microservices:\n",
    "null word": HEAD + "spec: {microservices: null}\n",
    "description only": HEAD + "spec: {description: ''}\n",
}


@pytest.mark.parametrize("text", SILENT.values(), ids=SILENT)
def test_application_without_a_list_is_made_empty(applying, text):
    assert applying(text).counts["create"] == 1
    assert Application.objects.get().microservices.count() == 0


@pytest.mark.parametrize("text", SILENT.values(), ids=SILENT)
def test_application_without_a_list_never_deletes(application, applying, text):
    MicroserviceFactory.create_batch(2, application=application)

    assert applying(text).is_empty
    assert Microservice.objects.count() == 2


def test_written_list_replaces_and_the_plan_says_what_goes(agent, application, applying):
    MicroserviceFactory(name="old", application=application, agent=agent)
    applying(written("web"))

    done = applying(written("viewer", "web"))
    assert {(c.action, c.kind, c.name) for c in done.changes} == {
        ("create", "Microservice", "heart/viewer on my-agent-name"),
    }
    assert names() == ["viewer", "web"]


def test_plan_names_what_a_written_list_removes(operator, agent, application):
    MicroserviceFactory(name="old", application=application, agent=agent)

    changes = plan(written("web"), by=operator).changes
    assert ("remove", "heart/old on my-agent-name") in [(c.action, c.name) for c in changes]


def test_written_empty_list_removes_all(application, applying):
    MicroserviceFactory(application=application)
    done = applying(HEAD + "spec: {microservices: []}\n")

    assert (done.counts["remove"], Microservice.objects.count(), Application.objects.count()) == (1, 0, 1)


def test_list_leaves_other_applications_alone(agent, application, applying):
    other = MicroserviceFactory(name="web", agent=agent)
    applying(written("web"))

    assert Microservice.objects.filter(pk=other.pk).exists()


def test_those_that_go_leave_their_ports_to_those_that_come(agent, applying):
    applying(written("old", ports=[8080]))
    applying(written("new", ports=[8080]))

    assert names() == ["new"]


def test_fault_of_a_listed_microservice_points_at_its_own_line(agent, faults):
    text = written("one", "two", ports=[8080, 54321])

    [fault] = faults(text)
    assert (fault.line, fault.field) == (text.splitlines().index("    - name: two") + 4, "ports")
    assert "reserved" in fault.message


def test_application_is_stopped_and_started_by_is_activated(application, applying):
    applying(HEAD + "spec: {isActivated: false}\n")
    assert not Application.objects.get().is_activated
    assert applying(SILENT["no spec"]).is_empty

    applying(HEAD + "spec: {isActivated: true}\n")
    assert Application.objects.get().is_activated


@pytest.mark.parametrize("name", ["", "metadata:\n", "metadata: {}\n", "metadata:\n  name:\n"])
def test_application_without_a_name_is_refused(faults, name):
    [fault] = faults("apiVersion: iofog.org/v3\nkind: Application\n" + name)

    assert "metadata.name is missing" in fault.message


def test_list_of_another_type_is_refused(faults):
    [fault] = faults(HEAD + "spec:\n  microservices: web\n")

    assert (fault.line, fault.field, fault.value) == (6, "spec.microservices", "")


def test_two_microservices_may_swap_their_ports(agent, applying):
    applying(written("web", "viewer", ports=[8080, 8081]))
    applying(written("web", "viewer", ports=[8081, 8080]))

    assert [row.port_list for row in Microservice.objects.order_by("name")] == [["8080:80/tcp"], ["8081:80/tcp"]]


def test_two_microservices_of_one_name_are_refused_naming_both_lines(agent, faults):
    [fault] = faults(written("web", "viewer", "web"))

    assert (fault.line, fault.field) == (13, "spec.microservices[2].name")
    assert fault.message == "Duplicate name 'web': the microservice on line 7 has it already."


def test_two_microservices_of_one_name_on_other_agents_get_names_of_their_own(agent, applying):
    for name in ("north", "south", "west"):
        AgentFactory(name=name)
    entries = [
        "{name: web, agents: [north, south], images: {x86: web}}",
        "{name: web, agents: [west, my-agent-name], images: {x86: web}}",
    ]
    applying(HEAD + "spec:\n  microservices:\n" + "".join(f"  - {entry}\n" for entry in entries))

    assert names() == ["web-my-agent-name", "web-north", "web-south", "web-west"]
