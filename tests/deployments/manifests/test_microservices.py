import pytest

from catalogweb.deployments.manifests import plan
from catalogweb.deployments.models import Deployment, Microservice
from tests.factories import AgentFactory, ApplicationFactory, CatalogItemFactory, MicroserviceFactory

pytestmark = pytest.mark.django_db


def manifest(spec="", name="heart/web", agent="  agent: {name: my-agent-name}\n", images="  images: {catalogId: 4}\n"):
    return f"apiVersion: datasance.com/v3\nkind: Microservice\nmetadata:\n  name: {name}\nspec:\n{agent}{images}{spec}"


@pytest.fixture(autouse=True)
def heart(agent):
    return ApplicationFactory(name="heart")


def test_name_of_the_application_stands_before_the_slash_or_in_the_spec(applying):
    applying(manifest())

    assert applying(manifest("  application: heart\n", name="web")).is_empty
    assert Microservice.objects.get().full_name == "heart/web"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (manifest(name="web"), "The application is missing"),
        (manifest(name="a/b/c"), "Invalid name a/b/c"),
        (manifest(name="heart/"), "name is missing"),
        (manifest(name="haert/web"), "Did you mean “heart”?"),
        (manifest(images=""), "Say what to run: a catalog item, or images"),
        (manifest(images="  images: {catalogId: 99}\n"), "there is no such catalog item"),
        (manifest(images="  images: {catalogId: Debgu}\n"), "Did you mean “Debug”?"),
        (manifest(images="  images: {catalogId: 4, revision: 99999999999999999999}\n"), "has no revision"),
        (manifest(images="  images: {x86: web, registry: remotee}\n"), "Did you mean “remote”?"),
        (manifest(images="  images: {arm: web}\n"), "my-agent-name is x86, and there are images for ARM only"),
        (manifest(agent=""), "Name the agent that is to run web"),
        (manifest(agent="  agent: {name: my-agent}\n"), "There is no agent “my-agent”"),
        (manifest("  schedule: 101\n"), "between 6 and 100"),
        (manifest("  config: [1]\n"), "config holds fields"),
        (manifest("  container: {logSize: 99999999999999999999}\n"), "The log size"),
        (manifest("  container: {ports: [{internal: 80}]}\n"), "external is missing"),
        (manifest("  container: {env: [A=1]}\n"), "An entry of env holds fields"),
        (manifest("  container: {volumes: [{hostDestination: /a}]}\n"), "containerDestination is missing"),
        (manifest("  container: {memoryLimit: a}\n"), "Memory limit is a whole number"),
        (manifest("  container: {hostNetwrokMode: true}\n"), "Did you mean “hostNetworkMode”?"),
        (manifest("  contaner: {}\n"), "Did you mean “container”?"),
        (manifest("  namePattern: web\n", agent="  agents: [my-agent-name, b]\n"), "There is no agent “b”"),
    ],
)  # fmt: skip
def test_faults_are_sentences(faults, text, said):
    assert said in " ".join(fault.message for fault in faults(text))


def test_agent_config_changes_nothing_and_is_warned_about(agent, applying):
    done = applying(manifest(agent="  agent: {name: my-agent-name, config: {cpuLimit: 1}}\n"))

    agent.refresh_from_db()
    assert agent.configuration == {}
    assert "agent.config changes nothing" in " ".join(done.changes[0].warnings)


@pytest.mark.parametrize("config", ["{}", "", "~"])
def test_empty_agent_config_is_not_warned_about(applying, config):
    done = applying(manifest(agent=f"  agent:\n    name: my-agent-name\n    config: {config}\n"))

    assert done.changes[0].warnings == []


def test_several_agents_get_one_deployment_named_by_the_pattern(applying):
    AgentFactory(name="Horse 2", architecture="arm")
    applying(manifest(agent="  agents: [my-agent-name, Horse 2]\n"))

    assert Deployment.objects.get().microservices.count() == 2
    assert set(Microservice.objects.values_list("name", flat=True)) == {"web-my-agent-name", "web-horse-2"}


def test_several_agents_applied_again_change_nothing_and_a_third_is_added(applying):
    for n in (2, 3):
        AgentFactory(name=f"horse-{n}")
    text = manifest(agent="  agents: [my-agent-name, horse-2]\n")
    applying(text)
    assert applying(text).is_empty

    done = applying(text.replace("horse-2]", "horse-2, horse-3]"))
    assert done.counts == {"create": 1, "update": 0, "remove": 0, "unchanged": 0}


def test_pattern_of_several_agents_is_ones_own(applying):
    AgentFactory(name="horse-2")
    applying(manifest("  namePattern: '{agent}-{name}'\n", agent="  agents: [my-agent-name, horse-2]\n"))

    assert Microservice.objects.filter(name="horse-2-web").exists()


@pytest.mark.parametrize("agents", ["[my-agent-name, MY-AGENT-NAME]", "[my-agent-name, my-agent-name]"])
def test_agent_named_twice_is_one_agent(applying, agents):
    applying(manifest(agent=f"  agents: {agents}\n"))

    assert Microservice.objects.get().name == "web"


def test_every_agent_that_cannot_run_it_is_listed(faults):
    AgentFactory(name="horse-2", architecture="arm")
    AgentFactory(name="horse-3", architecture="arm")

    found = faults(manifest(agent="  agents: [my-agent-name, horse-2, horse-3]\n", images="  images: {x86: web}\n"))
    assert len(found) == 2
    assert not Microservice.objects.exists()


def test_update_tells_each_field_before_and_after(applying):
    applying(manifest())
    done = applying(manifest("  container: {env: [{key: A, value: 1}], isPrivileged: true}\n"))

    [change] = done.changes
    fields = {name: (before, after) for name, before, after in change.fields}
    assert (change.action, change.line, fields["privileged"], fields["generation"]) == (
        "update",
        1,
        (False, True),
        (1, 2),
    )


def test_document_without_spec_changes_nothing(applying):
    MicroserviceFactory(name="web", application=ApplicationFactory._meta.model.objects.get(), env=[["A", "1"]])

    assert applying("apiVersion: iofog.org/v3\nkind: Microservice\nmetadata: {name: heart/web}\n").is_empty


def test_container_that_is_not_written_goes_back_to_its_defaults(applying):
    applying(manifest("  container: {isPrivileged: true}\n"))
    applying(manifest())

    assert not Microservice.objects.get().privileged


def test_item_in_a_newer_revision_does_not_move_what_runs(applying):
    item = CatalogItemFactory(name="demo")
    text = manifest(images="  images: {catalogId: demo}\n")
    applying(text)
    item.current = item.revisions.create(number=2, registry_id=1)
    item.save()

    assert applying(text).is_empty
    assert Microservice.objects.get().revision.number == 1


def test_own_images_are_stored_complete_and_applied_again_change_nothing(applying):
    text = manifest(images="  images: {x86: web, arm: web-arm, registry: remote}\n")
    applying(text)

    assert Microservice.objects.get().revision.by_architecture == {"x86": "web", "arm": "web-arm"}
    assert applying(text).is_empty


def test_moving_and_stopping_are_one_update(applying):
    AgentFactory(name="horse-2")
    applying(manifest())
    done = applying(manifest("  isActivated: false\n", agent="  agent: {name: horse-2}\n"))

    moved = Microservice.objects.get()
    assert (done.counts["update"], moved.agent.name, moved.is_activated) == (1, "horse-2", False)


def test_root_host_access_means_host_network_and_privileged(applying):
    applying(manifest("  container: {rootHostAccess: true}\n"))

    stored = Microservice.objects.get()
    assert (stored.host_network, stored.privileged) == (True, True)


def test_risks_stand_in_the_plan(operator):
    done = plan(manifest("  container: {rootHostAccess: true}\n"), by=operator)

    said = " ".join(done.changes[0].warnings)
    assert "Privileged" in said
    assert "Host network" in said
