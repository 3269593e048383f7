"""Volume mounts: one source each, and exactly the linked agents hear of a change."""

import pytest
from django.db import IntegrityError, transaction

from catalogweb.changelog.models import Entry
from catalogweb.configuration.models import VolumeMount
from catalogweb.configuration.volume_mounts import (
    create_volume_mount,
    delete_volume_mount,
    edit_volume_mount,
    find_volume_mount,
    mounts_on,
    relink,
)
from catalogweb.core.errors import Duplicate, InUse, Invalid, NotFound
from catalogweb.deployments.services import deploy
from tests.factories import (
    ApplicationFactory,
    ConfigMapFactory,
    RevisionFactory,
    SecretFactory,
    VolumeMountFactory,
)

pytestmark = pytest.mark.django_db
FLAG = {"volume_mounts"}


def test_a_new_mount_is_on_no_agent_yet(operator, agents, raised):
    mount = create_volume_mount(by=operator, name="certs", secret=SecretFactory(name="tls"))

    assert (mount.version, mount.source.name, mount.agent_names) == (1, "tls", [])
    assert raised() == {}
    assert Entry.objects.get().after["secret"] == "tls"


@pytest.mark.parametrize("name", ["", "No", "a_b", "a/b", "a" * 201])
def test_creation_refuses_what_is_no_name(operator, name):
    with pytest.raises(Invalid):
        create_volume_mount(by=operator, name=name, secret=SecretFactory())


def test_creation_refuses_a_taken_name(operator):
    VolumeMountFactory(name="certs")

    with pytest.raises(Duplicate, match="Duplicate name 'certs'"):
        create_volume_mount(by=operator, name="certs", secret=SecretFactory())


@pytest.mark.parametrize("both", [True, False])
def test_a_mount_has_exactly_one_source(operator, both):
    sources = {"secret": SecretFactory(), "config_map": ConfigMapFactory()} if both else {}

    with pytest.raises(Invalid, match="either a secret or a config map"):
        create_volume_mount(by=operator, name="certs", **sources)
    with pytest.raises(Invalid, match="either a secret or a config map"):
        edit_volume_mount(by=operator, mount=VolumeMountFactory(), **sources)


@pytest.mark.parametrize("change", [{"secret": None}, {"config_map": "another"}])
def test_the_database_keeps_exactly_one_source(change):
    VolumeMountFactory()
    values = {name: ConfigMapFactory() if value else None for name, value in change.items()}

    with pytest.raises(IntegrityError), transaction.atomic():
        VolumeMount.objects.update(**values)


def test_find_refuses_an_unknown_name():
    with pytest.raises(NotFound, match="Volume mount with name certs not found"):
        find_volume_mount("certs")


def test_another_source_takes_the_place_of_the_one_before(operator, agents, raised):
    mount = VolumeMountFactory(agents=agents[:2])

    edit_volume_mount(by=operator, mount=mount, config_map=ConfigMapFactory(name="shop"))

    mount.refresh_from_db()
    assert (mount.secret, mount.source.name, mount.version) == (None, "shop", 2)
    assert raised() == {"north": FLAG, "south": FLAG}


def test_linking_tells_only_the_agents_that_are_new(operator, agents, raised):
    mount = VolumeMountFactory(agents=agents[:1])

    relink(by=operator, mount=mount, joining=agents[:2])

    assert mount.agent_names == ["north", "south"]
    assert raised() == {"south": FLAG}
    assert mounts_on(agents[1].pk) == [mount]
    entry = Entry.objects.get()
    assert (entry.before, entry.after) == ({"agent_names": ["north"]}, {"agent_names": ["north", "south"]})


def test_unlinking_tells_only_the_agents_that_had_it(operator, agents, raised):
    mount = VolumeMountFactory(agents=agents[:1])

    relink(by=operator, mount=mount, leaving=agents[:2])

    assert mount.agent_names == []
    assert raised() == {"north": FLAG}
    assert mounts_on(agents[0].pk) == []


def test_linking_what_is_linked_changes_nothing(operator, agents, raised):
    mount = VolumeMountFactory(agents=agents)

    relink(by=operator, mount=mount, joining=agents)

    assert raised() == {}
    assert not Entry.objects.exists()


def test_delete_tells_the_linked_agents(operator, agents, raised):
    delete_volume_mount(by=operator, mount=VolumeMountFactory(agents=agents[:1]))

    assert not VolumeMount.objects.exists()
    assert raised() == {"north": FLAG}


def test_delete_refuses_while_a_microservice_mounts_it(operator, agents, container_with):
    mount = VolumeMountFactory(name="certs")
    shop, revision, container = ApplicationFactory(name="shop"), RevisionFactory(), container_with(mount="certs")
    deploy(by=operator, application=shop, agents=agents[:1], revision=revision, name="web", container=container)

    with pytest.raises(
        InUse, match="Volume mount certs is in use and can't be deleted: microservice shop/web on north"
    ):
        delete_volume_mount(by=operator, mount=mount)


def test_search_finds_mounts_by_their_source_too():
    VolumeMountFactory(name="certs", secret=SecretFactory(name="tls"))
    VolumeMountFactory(name="settings", config_map=ConfigMapFactory(name="shop"))

    assert [mount.name for mount in VolumeMount.objects.matching("TLS")] == ["certs"]
    assert [mount.name for mount in VolumeMount.objects.matching("shop sett")] == ["settings"]
