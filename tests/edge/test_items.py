import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogweb.edge.items import Microservice, Port, Registry, spec_of
from tests.edge.controller import item

NEEDS_A_NEW_CONTAINER = [
    {"imageId": "alpine:4"}, {"env": [{"key": "A", "value": "1"}]}, {"cmd": ["-v"]}, {"generation": 2},
    {"portMappings": [{"portExternal": 1, "portInternal": 2}]}, {"extraHosts": ["a:10.0.0.1"]},
    {"volumeMappings": [{"hostDestination": "/a", "containerDestination": "/b", "accessMode": "ro"}]},
    {"hostNetworkMode": True}, {"isPrivileged": True}, {"memoryLimit": 1000}, {"capAdd": ["NET_ADMIN"]},
    {"registryId": 2}, {"name": "other"}, {"runAsUser": "1000"}, {"platform": "linux/arm64"},
    {"pidMode": "host"},
]  # fmt: skip


@pytest.mark.parametrize("change", NEEDS_A_NEW_CONTAINER, ids=lambda change: next(iter(change)))
def test_spec_changes_with_what_a_container_cannot_take_over(change):
    assert spec_of(item(**change)) != spec_of(item())


@pytest.mark.parametrize("change", [{"rebuild": True}, {"config": '{"a":1}'}, {"schedule": 1}, {"application": "x"}])
def test_spec_stays_when_the_container_can_stay(change):
    assert spec_of(item(**change)) == spec_of(item())


def test_spec_takes_absent_and_null_and_empty_for_the_same():
    short = {key: value for key, value in item().items() if value not in (None, [], False)}

    assert spec_of(short) == spec_of(item())


def test_spec_differs_with_the_address_the_ports_open_on():
    assert spec_of(item(), "127.0.0.1") != spec_of(item(), "127.0.0.2")


@given(st.permutations([{"key": key, "value": "1"} for key in "ABCD"]))
def test_spec_does_not_mind_the_order_of_variables(env):
    assert spec_of(item(env=env)) == spec_of(item(env=sorted(env, key=lambda entry: entry["key"])))


def test_spec_minds_the_order_of_arguments():
    assert spec_of(item(cmd=["a", "b"])) != spec_of(item(cmd=["b", "a"]))


def test_ports_are_read_with_their_protocol():
    read = Microservice.from_wire(item(portMappings=[{"portExternal": 53, "portInternal": 5353, "isUdp": True}]))

    assert read.ports == (Port(53, 5353, "udp"),)
    assert read.claims == {(53, "udp")}


def test_host_network_claims_no_published_port():
    ports = [{"portExternal": 80, "portInternal": 80}]

    assert Microservice.from_wire(item(portMappings=ports, hostNetworkMode=True)).claims == frozenset()


@pytest.mark.parametrize("broken", [{"uuid": None}, {"imageId": ""}, {"registryId": "x"}, {"portMappings": [{}]}])
def test_a_broken_item_is_refused(broken):
    with pytest.raises((KeyError, TypeError, ValueError)):
        Microservice.from_wire(item(**broken))


def test_a_registry_never_shows_its_password():
    registry = Registry.from_wire({"id": 1, "url": "r.io", "isPublic": False, "username": "jo", "password": "s3cret"})

    assert "s3cret" not in f"{registry} {registry!r}"
