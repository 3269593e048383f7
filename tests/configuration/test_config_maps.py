"""Config maps: what they take, what they keep, what they refuse, and whom they tell."""

import pytest

from catalogweb.changelog.models import Entry
from catalogweb.configuration.config_maps import (
    create_config_map,
    delete_config_map,
    edit_config_map_row,
    find_config_map,
)
from catalogweb.configuration.models import ConfigMap, VolumeMount
from catalogweb.core.errors import Conflict, InUse, Invalid, NotFound
from catalogweb.deployments.container import Container, Source
from catalogweb.deployments.services import deploy
from tests.factories import ApplicationFactory, RevisionFactory, VolumeMountFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def config_map(operator):
    return create_config_map(by=operator, name="shop", data={"level": 3, "mode": "fast"})


def test_config_map_keeps_values_of_any_type(operator):
    data = {"text": "a", "number": 1.5, "list": [1, {"a": None}], "flag": True}

    assert ConfigMap.objects.get(pk=create_config_map(by=operator, name="c", data=data).pk).data == data


def test_files_hold_text_as_it_is_and_the_rest_as_json(operator):
    config_map = create_config_map(by=operator, name="c", data={"text": "ä", "number": 5, "list": [1], "flag": True})

    assert config_map.files == {"text": "ä".encode(), "number": b"5", "list": b"[1]", "flag": b"true"}


def test_creation_is_logged_with_its_values(config_map):
    assert Entry.objects.get().after == {
        "name": "shop",
        "data": {"level": 3, "mode": "fast"},
        "immutable": False,
        "use_vault": True,
    }


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "a/b"}, "name"),
        ({"data": {"..": "x"}}, "data"),
        ({"data": {"key": float("nan")}}, "data"),
        ({"data": {"key": ["a\x00"]}}, "data"),
    ],
)
def test_creation_refuses_with_the_field_at_fault(operator, given, field):
    with pytest.raises(Invalid) as refusal:
        create_config_map(**{"by": operator, "name": "shop", "data": {}} | given)

    assert refusal.value.field == field


def test_creation_refuses_a_taken_name(operator, config_map):
    with pytest.raises(Conflict, match="ConfigMap with name shop already exists"):
        create_config_map(by=operator, name="shop", data={})


def test_find_refuses_an_unknown_name(config_map):
    with pytest.raises(NotFound, match="ConfigMap with name shops not found. Did you mean “shop”"):
        find_config_map("shops")


def test_edit_replaces_the_data_and_keeps_what_is_not_said(operator, config_map):
    edit_config_map_row(by=operator, config_map=config_map, use_vault=False)

    config_map, changed = edit_config_map_row(by=operator, config_map=config_map, data={"level": 4})

    assert (config_map.data, config_map.immutable, config_map.use_vault) == ({"level": 4}, False, False)
    assert changed == {"level"}


def test_edit_tells_one_from_true(operator, config_map):
    edit_config_map_row(by=operator, config_map=config_map, data={"level": 1})

    assert edit_config_map_row(by=operator, config_map=config_map, data={"level": True})[1] == {"level"}


def test_an_immutable_one_is_never_edited_again(operator, config_map):
    edit_config_map_row(by=operator, config_map=config_map, immutable=True)

    with pytest.raises(Invalid, match="Configmap shop is immutable and cannot be updated"):
        edit_config_map_row(by=operator, config_map=config_map, immutable=False)


def test_edit_renews_the_mounts_only_when_values_change(operator, config_map, agents, raised):
    mount = VolumeMountFactory(config_map=config_map, agents=agents[:1])
    edit_config_map_row(by=operator, config_map=config_map, use_vault=False)
    assert raised() == {}

    edit_config_map_row(by=operator, config_map=config_map, data={"mode": "slow"})

    mount.refresh_from_db()
    assert mount.version == 2
    assert raised() == {"north": {"volume_mounts"}}


def test_edit_that_changes_nothing_is_not_logged(operator, config_map):
    edit_config_map_row(by=operator, config_map=config_map, data={"mode": "fast", "level": 3})

    assert Entry.objects.count() == 1


def test_what_a_variable_needs_stays(operator, config_map, agents):
    VolumeMountFactory(config_map=config_map)
    container = Container(env={"LEVEL": Source.read("config_map", "shop/level")})
    shop, revision = ApplicationFactory(name="shop"), RevisionFactory()
    deploy(by=operator, application=shop, agents=agents[:1], revision=revision, name="web", container=container)

    with pytest.raises(InUse, match="level of shop is in use and can't be removed: microservice shop/web on north"):
        edit_config_map_row(by=operator, config_map=config_map, data={})
    with pytest.raises(InUse, match="Config map shop is in use and can't be deleted: microservice shop/web on north"):
        delete_config_map(by=operator, config_map=config_map)
    assert VolumeMount.objects.exists()


def test_delete_takes_the_mounts_along(operator, config_map, agents, raised):
    VolumeMountFactory(config_map=config_map, agents=agents[:1])

    delete_config_map(by=operator, config_map=config_map)

    assert not ConfigMap.objects.exists()
    assert not VolumeMount.objects.exists()
    assert raised() == {"north": {"volume_mounts"}}
