"""The samples of the source text: refused where they are wrong, deployed where they are right."""

import pytest

from catalogweb.catalog.models import CatalogItem, Registry
from catalogweb.changelog.models import Entry
from catalogweb.deployments.manifests import plan
from catalogweb.deployments.models import Application, Microservice
from tests.deployments.manifests.samples import CATALOG_ITEM, DEBUGGER, HELLO_WEB, MENDED, REGISTRY

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fresh")]


def test_debugger_as_printed_is_refused_with_both_faults_and_nothing_applied(agent, faults):
    first, second = faults(DEBUGGER)

    assert (first.document, first.line, first.kind, first.field, first.value) == (
        1,
        5,
        "Application",
        "name",
        "debugger",
    )
    assert "metadata.name is missing" in first.message
    assert "Indent it" in first.message
    assert (second.document, second.line, second.kind) == (2, 21, "Microservice")
    assert (second.field, second.value) == ("spec.container.hostNetworkMode", "ture")
    assert "“ture” is not a boolean. Did you mean “true”?" in second.message
    assert not Application.objects.exists()


def test_debugger_without_its_agent_is_refused_for_that_too(faults):
    assert [fault.field for fault in faults(DEBUGGER)] == ["name", "agent", "spec.container.hostNetworkMode"]


def test_mended_debugger_deploys_on_item_4(agent, applying):
    done = applying(MENDED)

    microservice = Microservice.objects.detailed().get()
    assert done.counts == {"create": 2, "update": 0, "remove": 0, "unchanged": 0}
    assert (microservice.full_name, microservice.agent, microservice.revision.item_id) == (
        "debugger/debugger",
        agent,
        4,
    )
    assert (microservice.host_network, microservice.privileged) == (True, True)
    assert microservice.image == "ghcr.io/eclipse-iofog/node-debugger:latest"


def test_mended_debugger_applied_again_does_no_harm(agent, applying, unchanged, raised, lower_flags):
    applying(MENDED)
    lower_flags()
    rows, entries = Microservice.objects.values("uuid", "generation").get(), Entry.objects.count()

    assert applying(MENDED).is_empty
    assert Microservice.objects.values("uuid", "generation").get() == rows
    assert (Entry.objects.count(), raised()) == (entries, {})


def test_mended_debugger_without_its_agent_names_the_agent(faults):
    [fault] = faults(MENDED)

    assert (fault.document, fault.line, fault.field) == (2, 13, "agent")
    assert "There is no agent “my-agent-name”" in fault.message


def test_catalog_item_gets_id_17_on_a_fresh_installation(applying):
    applying(CATALOG_ITEM)

    item = CatalogItem.objects.with_images().get(name="my-multiplatform-microservice")
    assert (item.pk, item.description, item.registry.alias) == (17, "Alpine Linux", "remote")
    assert item.images == {"x86": "amd64/alpine:latest", "arm": "arm32v6/alpine:latest"}


def test_plans_take_no_id_away_from_the_catalog_item(operator, applying):
    for _ in range(3):
        plan(CATALOG_ITEM, by=operator)
    applying(CATALOG_ITEM)

    assert CatalogItem.objects.get(name="my-multiplatform-microservice").pk == 17


def test_catalog_item_applied_again_changes_nothing(applying):
    applying(CATALOG_ITEM)

    assert applying(CATALOG_ITEM).is_empty
    assert CatalogItem.objects.count() == 6


def test_registry_gets_id_3_and_is_private(applying):
    applying(REGISTRY)

    registry = Registry.objects.get(pk=3)
    assert (registry.url, registry.username, registry.email) == ("registry.hub.docker.com", "john", "user@domain.com")
    assert (registry.is_private, registry.is_secure, registry.password) == (True, True, "q1u45ic9kst563art")


def test_registry_applied_again_changes_nothing(applying):
    applying(REGISTRY)

    assert applying(REGISTRY).is_empty
    assert Registry.objects.count() == 3


def test_registry_leaves_the_built_in_one_of_the_same_url_alone(applying):
    applying(REGISTRY)

    assert Registry.objects.values_list("username", "is_private").get(pk=1) == ("", False)


def test_hello_web_demo_is_deployed_by_its_name(agent, applying):
    text = HELLO_WEB + MENDED.replace("catalogId: 4", "catalogId: Hello Web Demo")

    applying(text)
    assert Microservice.objects.detailed().get().image == "iofog/hello-web"


def test_all_samples_together_deploy_and_change_nothing_the_second_time(agent, applying):
    text = REGISTRY + CATALOG_ITEM + MENDED

    assert applying(text).counts["create"] == 4
    assert applying(text).counts == {"create": 0, "update": 0, "remove": 0, "unchanged": 4}
