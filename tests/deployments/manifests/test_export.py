"""Export then apply is an empty plan, for every kind and for everything that can stand in a container."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from catalogweb.catalog.models import CatalogItem, Registry
from catalogweb.catalog.registries import create_registry
from catalogweb.catalog.revisions import Choice, chosen_revisions
from catalogweb.catalog.services import create_item
from catalogweb.deployments.container import Container, Port, Volume, container_faults
from catalogweb.deployments.manifests import export, plan
from catalogweb.deployments.models import Application, Microservice
from catalogweb.deployments.options import OPTIONS
from catalogweb.deployments.services import deploy, edit_microservice
from catalogweb.deployments.sources import edit_catalog_item, edit_registry
from tests.factories import (
    AgentFactory,
    CatalogItemFactory,
    MicroserviceFactory,
    PrivateRegistryFactory,
    RevisionFactory,
)

pytestmark = pytest.mark.django_db

RICH = Container(
    env={"A": "1", "EMPTY": "", "YES": "yes", "NULL": "null", "TIME": "12:30", "TWO": "a\nb\n", "Q": "'\"#: {}", "É": "ü😀"},
    ports=(Port(80, 8080), Port(53, 5353, "udp")),
    volumes=(Volume("/data", "/var/data", "ro"), Volume("cache", "/cache", "rw", "volume")),
    commands=("sh", "-c", "sleep 1", "", "- x", "123", "true", "~", "\x85", "a\u2028b\r\t\x07"),
    extra_hosts=(("db", "10.0.0.1"), ("1", "::1")),
    config={"level": 3, "deep": {"list": [1, 2.5, None, True, "x", []]}, "1": "one", "empty": {}},
    host_network=True,
    privileged=True,
    log_size=0,
    schedule=6,
    options={
        "run_as_user": "1000", "platform": "linux/arm", "runtime": "runc", "pid_mode": "host", "ipc_mode": "host",
        "cpu_set_cpus": "0-1", "memory_limit": 0, "health_check": {"test": ["CMD", "true"], "interval": 3},
        "annotations": {"a": "b"}, "cap_add": ["NET_ADMIN"], "cap_drop": ["ALL"], "cdi_devices": ["x"],
    },
)  # fmt: skip


def changes(obj, by):
    return [change for change in plan(export(obj), by=by).changes if change.action != "unchanged"]


@pytest.fixture
def place(operator, application, agent):
    def call(container=None, revision=None, **fields):
        placed = deploy(
            by=operator, application=application, agents=[agent], name="web", revision=revision or RevisionFactory(),
            container=container, **fields,
        )  # fmt: skip
        return Microservice.objects.detailed().get(pk=placed[0].pk)

    return call


def test_rich_container_covers_every_option():
    assert set(RICH.options) == set(OPTIONS)
    assert all(getattr(RICH, name) != getattr(Container(), name) for name in Container.__dataclass_fields__)


@pytest.mark.parametrize("container", [None, RICH], ids=["plain", "rich"])
def test_microservice_exports_and_applies_without_change(operator, application, place, container):
    microservice = place(container)

    assert changes(microservice, operator) == changes(application, operator) == []


def test_exported_microservice_can_be_made_again_elsewhere(operator, place):
    microservice = place(RICH)
    text = export(microservice).replace("name: web", "name: again").replace("external: 8080", "external: 8081")
    plan_of = plan(text.replace("external: 5353", "external: 5354"), by=operator)

    assert plan_of.counts["create"] == 1


TEXT = st.text(max_size=12)
# PostgreSQL gives larger floats back as whole numbers of all their digits.
NUMBERS = st.integers(-(2**53), 2**53) | st.floats(-1e15, 1e15)
LEAVES = st.none() | st.booleans() | NUMBERS | TEXT
JSON = LEAVES | st.lists(LEAVES | st.lists(LEAVES, max_size=2), max_size=3) | st.dictionaries(TEXT, LEAVES, max_size=3)
CONTAINERS = st.builds(
    Container,
    env=st.dictionaries(TEXT.filter(lambda key: key and "=" not in key), TEXT, max_size=4),
    ports=st.lists(
        st.builds(Port, st.integers(1, 65535), st.integers(1, 54320), st.sampled_from(["tcp", "udp"])), max_size=3
    ).map(tuple),
    volumes=st.lists(
        st.builds(Volume, TEXT, TEXT, st.sampled_from(["rw", "ro"]), st.sampled_from(["bind", "volume"])), max_size=2
    ).map(tuple),
    commands=st.lists(TEXT, max_size=4).map(tuple),
    extra_hosts=st.lists(st.tuples(TEXT, TEXT), max_size=2).map(tuple),
    config=st.dictionaries(TEXT, JSON, max_size=3),
    host_network=st.booleans(),
    privileged=st.booleans(),
    log_size=st.integers(0, 1000),
    schedule=st.integers(6, 100),
    options=st.fixed_dictionaries(
        {},
        optional={
            "run_as_user": TEXT, "memory_limit": st.integers(0, 2**60), "cap_add": st.lists(TEXT, max_size=2),
            "annotations": st.dictionaries(TEXT, TEXT, max_size=2), "health_check": st.dictionaries(TEXT, JSON, max_size=2),
        },
    ),
)  # fmt: skip


@settings(suppress_health_check=list(HealthCheck), deadline=None, max_examples=100)
@given(container=CONTAINERS)
def test_any_container_that_is_accepted_exports_and_applies_without_change(operator, place, container):
    if container_faults(container):
        return
    stored = Microservice.objects.detailed().filter(name="web").first() or place()
    edit_microservice(by=operator, microservice=stored, container=container)
    stored = Microservice.objects.detailed().get(pk=stored.pk)

    assert stored.container == container
    assert changes(stored, operator) == []


@pytest.mark.parametrize(
    "images", [{"x86": "reg.example.org/web:1"}, {"x86": "reg.example.org/web", "arm": "reg.example.org/b"}]
)
def test_own_images_export_and_apply_without_change(operator, place, images):
    registry = PrivateRegistryFactory(url="reg.example.org")

    assert changes(place(revision=RevisionFactory(images=images, registry=registry)), operator) == []


def test_status_shows_what_the_agent_really_gets(operator, application, place):
    item = CatalogItemFactory(name="demo", images={"x86": "reg.example.org/web:1"}, images__registry=PrivateRegistryFactory(url="reg.example.org"))  # fmt: skip
    microservice = place(revision=item.current)

    status = {
        "image": "reg.example.org/web:1", "architecture": "x86", "catalogItem": "demo", "revision": 1,
        "registry": "reg.example.org (john)",
    }  # fmt: skip
    assert YAML(typ="safe").load(export(microservice))["status"] == status
    [entry] = YAML(typ="safe").load(export(application))["spec"]["microservices"]
    assert entry["status"] == status


def test_status_is_passed_over_whatever_it_says(operator, application, place):
    microservice = place()
    text = (
        export(microservice)
        .replace("image: team/web:1", "image: team/other:9")
        .replace("architecture: x86", "architecture: arm")
    )

    assert text != export(microservice)
    assert plan(text, by=operator).is_empty


@pytest.mark.parametrize("own", [False, True], ids=["item", "own images"])
def test_references_kept_as_sent_export_and_apply_without_change(operator, application, place, own):
    registry = PrivateRegistryFactory(url="reg.example.org")
    sent = {"images": {"x86": "team/app:1"}, "registry": registry, "as_sent": True}
    if own:
        place(revision=chosen_revisions(by=operator, choices=[Choice(**sent)])[0])
    else:
        item = create_item(by=operator, name="demo", **sent)
        place(revision=item.current)
        assert changes(item, operator) == []

    assert changes(application, operator) == []
    assert Microservice.objects.get().image == "team/app:1"


@pytest.mark.parametrize("own", [False, True], ids=["item", "own images"])
def test_references_of_the_host_before_export_and_apply_without_change(operator, application, place, own):
    registry = PrivateRegistryFactory(url="old.example.org")
    images = {"x86": "old.example.org/team/app:1"}
    if own:
        place(revision=RevisionFactory(images=images, registry=registry))
    else:
        place(revision=CatalogItemFactory(name="demo", images=images, images__registry=registry).current)
    edit_registry(by=operator, registry=registry, url="new.example.org", password="new", as_sent=True)

    assert changes(application, operator) == []
    if not own:
        assert changes(CatalogItem.objects.with_images().get(name="demo"), operator) == []


def test_older_revision_of_an_item_is_named_and_kept(operator, place):
    item = CatalogItemFactory(name="demo")
    microservice = place(revision=item.current)
    edit_catalog_item(by=operator, item=item, images={"x86": "team/web:2"}, move_running=False)
    microservice = Microservice.objects.detailed().get(pk=microservice.pk)

    assert "revision: 1" in export(microservice)
    assert changes(microservice, operator) == []


def test_stopped_microservice_and_application_stay_stopped(operator, application, place):
    microservice = place(is_activated=False)
    Application.objects.update(is_activated=False)

    assert changes(microservice, operator) == changes(Application.objects.get(), operator) == []


def test_deployment_on_many_agents_exports_one_by_one(operator, application):
    deploy(
        by=operator, application=application, agents=[AgentFactory(name=f"Horse {n}") for n in range(3)], name="web",
        revision=RevisionFactory(), container=RICH,
    )  # fmt: skip

    assert export(application).count("- name: web-horse-") == 3
    assert changes(application, operator) == []


def test_empty_application_exports_without_a_list(operator, application):
    assert "microservices" not in export(application)
    assert changes(application, operator) == []


def test_application_export_takes_the_same_statements_for_few_and_many(
    operator, application, django_assert_num_queries
):
    for size in (1, 10):
        MicroserviceFactory.create_batch(size, application=application)
        with django_assert_num_queries(4):
            export(application)


@pytest.mark.parametrize("pk", [1, 2, 3, 4, 5])
def test_built_in_items_export_and_apply_without_change(operator, pk):
    assert changes(CatalogItem.objects.with_images().get(pk=pk), operator) == []


@pytest.mark.parametrize("pk", [1, 2])
def test_built_in_registries_export_and_apply_without_change(operator, pk):
    assert changes(Registry.objects.get(pk=pk), operator) == []


def test_item_exports_and_applies_without_change(operator):
    item = CatalogItemFactory(
        name="It's: a #demo", description="two\nlines", category="x", publisher="yes", picture="", ram_required=64,
        disk_required=1, config_example='{"a": 1}', is_public=True,
    )  # fmt: skip

    assert changes(CatalogItem.objects.with_images().get(pk=item.pk), operator) == []


@pytest.mark.parametrize(
    "fields",
    [
        {"url": "reg.example.org"},
        {"url": "reg.example.org:5000/team", "username": "john"},
        {"url": "reg.example.org", "username": "john", "password": "s3cret", "email": "a@example.org"},
        {
            "url": "reg.example.org",
            "is_private": True,
            "requires_certificate": True,
            "certificate": "-----\na\n-----\n",
        },
    ],
)
def test_registry_exports_and_applies_without_change(operator, fields):
    registry = create_registry(by=operator, **fields)

    assert changes(registry, operator) == []
    assert "s3cret" not in export(registry)


def test_export_of_something_else_is_a_mistake_of_the_caller(agent):
    with pytest.raises(TypeError):
        export(agent)
