"""What both lines read of generated fleets, and that the readers would notice."""

import copy
import json
from typing import Any

import pytest
from django.http import JsonResponse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalogweb.agents.flags import raise_flags
from catalogweb.agents.models import Agent, Flag
from catalogweb.core.secrets import seal
from catalogweb.maintenance.models import Snapshot, Trace, Tunnel, VersionOrder
from tests.agent_protocol import readers
from tests.agent_protocol.conftest import Newer, Older
from tests.agent_protocol.readers import LINES, NEWER, Broken
from tests.factories import (
    AgentFactory,
    ConfigMapFactory,
    EdgeResourceFactory,
    MicroserviceFactory,
    RegistryFactory,
    RevisionFactory,
    SecretFactory,
    VolumeMountFactory,
)

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=8)
LISTS = st.lists(TEXTS, max_size=3)
WHOLE = st.integers(0, 2**31 - 1)
JSONS = st.recursive(st.none() | st.booleans() | WHOLE | TEXTS, lambda inner: st.lists(inner, max_size=2), max_leaves=4)
ODD = st.one_of(st.none(), st.booleans(), st.floats(allow_nan=False, allow_infinity=False), TEXTS, LISTS)
IMAGES = st.sampled_from([
    "team/web:1", "web", "registry.example.org/team/web:2", "registry.example.org:5000/web:1",
    "web@sha256:" + "a" * 64, "localhost:5000/web",
])  # fmt: skip
HEALTH_CHECKS = st.fixed_dictionaries(
    {}, optional={"test": LISTS, "interval": WHOLE | ODD, "timeout": WHOLE, "retries": WHOLE | ODD}
)
OPTIONS = st.fixed_dictionaries(
    {},
    optional={
        "run_as_user": TEXTS | ODD, "platform": TEXTS, "runtime": TEXTS, "pid_mode": TEXTS, "ipc_mode": TEXTS,
        "cpu_set_cpus": TEXTS, "memory_limit": st.integers(0, 2**53) | ODD, "health_check": HEALTH_CHECKS,
        "annotations": st.dictionaries(TEXTS, JSONS, max_size=3), "cap_add": LISTS | st.lists(ODD, max_size=2),
        "cap_drop": LISTS, "cdi_devices": LISTS,
    },
)  # fmt: skip
MICROSERVICES = st.fixed_dictionaries(
    {
        "image": IMAGES,
        "registry_id": st.sampled_from([1, 2]),
        "env": st.lists(st.tuples(TEXTS, TEXTS | ODD).map(list), max_size=3),
        "volumes": st.lists(
            st.fixed_dictionaries(
                {"host": TEXTS, "container": TEXTS | ODD, "access": TEXTS, "type": st.just("bind"), "id": WHOLE}
            ),
            max_size=2,
        ),
        "commands": LISTS | st.lists(ODD, max_size=2),
        "config": st.dictionaries(TEXTS, JSONS, max_size=3),
        "host_network": st.booleans(),
        "privileged": st.booleans(),
        "log_size": st.integers(0, 2**20),
        "schedule": st.integers(0, 100),
        "options": OPTIONS,
        "generation": st.integers(1, 5),
        "ports": st.lists(st.integers(1, 60000), max_size=3, unique=True),
        "status__container_id": st.sampled_from(["", "c1"]),
    }
)
PUBLIC = st.fixed_dictionaries({"username": TEXTS, "email": TEXTS})
PRIVATE = st.fixed_dictionaries(
    {
        "is_private": st.just(True),
        "username": TEXTS,
        "email": TEXTS,
        "password_sealed": st.sampled_from([seal("secret"), "", "rubbish"]),
    }
)
REGISTRIES = PUBLIC | PRIVATE
REPORTED = st.dictionaries(
    st.sampled_from([*readers.CONFIGS[NEWER], "routerMode", "upstreamRouters"]),
    st.one_of(ODD, WHOLE, st.just(80.0999984741211), st.just(10**30), st.dictionaries(TEXTS, TEXTS, max_size=1)),
)
EDGE_RESOURCES = st.fixed_dictionaries(
    {
        "description": TEXTS,
        "display_name": TEXTS,
        "custom": st.dictionaries(TEXTS, JSONS, max_size=2),
        "orchestration_tags": LISTS,
    }
)
thorough = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def program_of(line: str, provisioned: Any, agent: Agent) -> Older:
    found: Older = provisioned(agent, Newer if line == NEWER else Older)
    return found


@pytest.mark.parametrize("line", LINES)
@thorough
@given(rows=st.lists(MICROSERVICES, max_size=4), registries=st.lists(REGISTRIES, max_size=2))
def test_microservices_and_registries_of_any_fleet_are_read(
    provisioned: Any, line: str, rows: list[dict[str, Any]], registries: list[dict[str, Any]]
) -> None:
    """The program is of a line that says nothing of images; it gets no list that it would throw away."""
    agent = AgentFactory()
    program = program_of(line, provisioned, agent)
    program.call("PUT", "status", {"daemonStatus": "RUNNING"})
    own = [RegistryFactory(**registry).pk for registry in registries]
    good = MicroserviceFactory(agent=agent)
    for place, row in enumerate(rows):
        values = dict(row)
        image, ports, registry = values.pop("image"), values.pop("ports"), values.pop("registry_id")
        registry = own[place] if place < len(own) else registry
        revision = RevisionFactory(images={"x86": image, "arm": image}, registry_id=registry)
        microservice = MicroserviceFactory(agent=agent, revision=revision, **values)
        for number, port in enumerate(ports):
            microservice.ports.create(agent=agent, internal=port, external=1 + place * 10 + number, protocol="udp")

    for _ in range(2):
        local = {str(m.uuid) for m in agent.microservices.all() if m.revision.registry_id == 2}
        items = read_all_but_local(program, line, local)
        assert good.uuid in {item["uuid"] for item in items}
    known = {registry["id"] for registry in readers.read_registries(program.call("GET", "registries"), line)}
    assert {item["registryId"] for item in items} <= known


def read_all_but_local(program: Older, line: str, local: set[str]) -> list[dict[str, Any]]:
    """Images of the registry that is never pulled from may have any name."""
    reply = program.call("GET", "microservices")
    body = readers.body_of(reply)
    for item in body["microservices"]:
        if item["uuid"] in local:
            item["imageId"] = "local"
    return readers.read_microservices(JsonResponse(body), line)


@pytest.mark.parametrize("line", LINES)
@thorough
@given(reported=REPORTED)
def test_config_is_read_whatever_an_agent_reported(provisioned: Any, line: str, reported: dict[str, Any]) -> None:
    """Trap 7: one null, or one value of another type, and the agent aborts."""
    program = program_of(line, provisioned, AgentFactory())
    assert program.call("PATCH", "config", reported).status_code == 204

    readers.read_config(program.call("GET", "config"), line)
    assert not readers.read_changes(program.call("GET", "config/changes"), line)["config"]


@pytest.mark.parametrize("line", LINES)
@thorough
@given(
    rows=st.lists(EDGE_RESOURCES, max_size=2),
    files=st.dictionaries(TEXTS, TEXTS, max_size=3),
    flags=st.sets(st.sampled_from(Flag)),
)
def test_the_smaller_lists_and_changes_are_read(
    provisioned: Any, line: str, rows: list[dict[str, Any]], files: dict[str, str], flags: set[Flag]
) -> None:
    agent = AgentFactory()
    program = program_of(line, provisioned, agent)
    for row in rows:
        EdgeResourceFactory(**row).agents.add(agent)
    VolumeMountFactory(config_map=ConfigMapFactory(data=files), agents=[agent])
    VolumeMountFactory(secret=SecretFactory(data=files), agents=[agent])
    VolumeMountFactory(secret=SecretFactory(data_sealed="rubbish"), agents=[agent])
    raise_flags([agent.pk], *flags)

    assert len(readers.read_edge_resources(program.call("GET", "edgeResources"), line)) == len(rows)
    assert len(readers.read_volume_mounts(program.call("GET", "volumeMounts"), line)) == 3
    readers.read_changes(program.call("GET", "config/changes"), line)


@pytest.mark.parametrize("line", LINES)
def test_provisioning_is_read(provisioned: Any, stranger: Any, agent: Agent, line: str) -> None:
    """Trap 16: without `namespace` the key is used up for nothing."""
    program = program_of(line, provisioned, agent)

    assert readers.read_provision(JsonResponse(program.answer), line)["uuid"] == agent.uuid


def test_orders_are_read(program: Older, agent: Agent, settings: Any) -> None:
    web = MicroserviceFactory(agent=agent)
    Tunnel.objects.create(agent=agent, username="tunnel", host="ssh.example.org", remote_port=2000, local_port=22)
    VersionOrder.objects.create(agent=agent, command="upgrade", ordered_at="2026-01-01T00:00Z")
    Trace.objects.create(microservice=web, is_enabled=True)
    Snapshot.objects.create(microservice=web, asked_at="2026-01-01T00:00Z")

    assert readers.read_tunnel(program.call("GET", "tunnel"))["closed"] is False
    assert readers.read_version(program.call("GET", "version"))["versionCommand"] == "upgrade"
    assert readers.read_traces(program.call("GET", "strace")) == [{"microserviceUuid": web.uuid, "straceRun": True}]
    assert readers.read_snapshot(program.call("GET", "image-snapshot")) == {"uuid": web.uuid}


# --- the readers ------------------------------------------------------------------------------------------

ITEM = {
    "uuid": "u", "name": "web", "application": "shop", "imageId": "registry.example.org/team/web:1.4", "config": "{}",
    "rebuild": False, "delete": False, "deleteWithCleanup": False, "registryId": 3, "logSize": 10,
    "portMappings": [{"portExternal": 8080, "portInternal": 80, "isUdp": False}],
    "volumeMappings": [{"hostDestination": "/srv", "containerDestination": "/data", "accessMode": "rw"}],
    "env": [{"key": "LEVEL", "value": "3"}], "cmd": ["--verbose"], "extraHosts": [], "rootHostAccess": False,
    "isConsumer": False, "routes": [], "hostNetworkMode": False, "isPrivileged": False, "schedule": 50,
    "isRouter": False, "isNats": False, "execEnabled": False, "runAsUser": None, "platform": None, "runtime": None,
    "annotations": None, "pidMode": None, "ipcMode": None, "cpuSetCpus": None, "healthCheck": None,
}  # fmt: skip


def listed(**changes: Any) -> JsonResponse:
    item = {name: value for name, value in (copy.deepcopy(ITEM) | changes).items() if value != "missing"}
    return JsonResponse({"microservices": [item]})


@pytest.mark.parametrize("line", LINES)
def test_a_reader_takes_the_protocols_own_example(line: str) -> None:
    assert readers.read_microservices(listed(), line)


@pytest.mark.parametrize(
    ("changes", "broken"),
    [
        ({"uuid": None}, LINES),
        ({"rebuild": 0}, LINES),
        ({"registryId": "3"}, LINES),
        ({"portMappings": "missing"}, LINES),
        ({"env": [{"key": "A", "value": 3}]}, LINES),
        ({"cmd": [None]}, LINES),
        ({"imageId": "host:5000/web:1"}, LINES),
        ({"imageId": "web@sha256:aa"}, LINES),
        ({"isConsumer": "missing"}, ("3.1",)),
        ({"runAsUser": "missing"}, ("3.7",)),
        ({"annotations": "missing"}, ("3.7",)),
        ({"annotations": '{"a": 1}'}, ("3.7",)),
        ({"healthCheck": {"retries": "3"}}, ("3.7",)),
        ({"name": None}, ("3.7",)),
        ({"portMappings": None}, ()),
    ],
)
@pytest.mark.parametrize("line", LINES)
def test_a_reader_breaks_where_its_line_does(line: str, changes: dict[str, Any], broken: tuple[str, ...]) -> None:
    if line in broken:
        with pytest.raises(Broken):
            readers.read_microservices(listed(**changes), line)
    else:
        readers.read_microservices(listed(**changes), line)


def test_a_reader_breaks_over_nan_and_lists() -> None:
    reply = JsonResponse({"a": float("nan")})
    with pytest.raises(Broken):
        readers.body_of(reply)
    with pytest.raises(Broken):
        readers.body_of(JsonResponse([], safe=False))
    assert json.loads(reply.content)
