"""Orders, tunnels, hardware, traces and snapshots: what operators ask over REST, and what agents then do."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from catalogweb.agents.models import Agent, AgentStatus, ChangeFlags
from catalogweb.deployments.models import Microservice
from catalogweb.maintenance.models import Snapshot, Trace
from tests.api.conftest import API, WireClient, fault_of
from tests.factories import AgentFactory, MicroserviceFactory

NOT_FOUND = (404, "NotFoundError")
INVALID = (400, "ValidationError")
UPLOAD = f"{API}/agent/image-snapshot"


@pytest.fixture
def web(agent: Agent) -> Microservice:
    return MicroserviceFactory(name="web", agent=agent)


@pytest.fixture
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.DATA_DIR = tmp_path
    return tmp_path / "snapshots"


def raised() -> set[str]:
    return ChangeFlags.objects.get(agent__name="north-1").raised


# --- orders ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("order", ["reboot", "prune"])
def test_an_order_reaches_the_agent_as_a_flag(operator: WireClient, edge: WireClient, agent: Agent, order: str) -> None:
    reply = operator.call("POST", f"/iofog/{agent.uuid}/{order}")

    assert (reply.status_code, reply.content) == (204, b"")
    assert edge.call("GET", "/agent/config/changes").json()[order] is True


def test_an_upgrade_is_fetched_with_a_key_that_works(
    operator: WireClient, edge: WireClient, stranger: WireClient, agent: Agent
) -> None:
    reply = operator.call("POST", f"/iofog/{agent.uuid}/version/upgrade")

    assert reply.status_code == 204
    assert edge.call("GET", "/agent/config/changes").json()["version"] is True
    order = edge.call("GET", "/agent/version").json()
    assert order["versionCommand"] == "upgrade"
    assert type(order["expirationTime"]) is int
    used = stranger.call("POST", "/agent/provision", {"key": order["provisionKey"], "type": 1})
    assert used.json()["uuid"] == agent.uuid


@pytest.mark.parametrize(
    ("command", "message"),
    [
        ("upgrade", "Can't upgrade version now."),
        ("rollback", "Can't rollback version now. There are no backups on agent"),
        ("downgrade", "enum values: upgrade,rollback"),
    ],
)
def test_a_version_is_refused_of_an_agent_that_is_not_ready(
    operator: WireClient, edge: WireClient, agent: Agent, command: str, message: str
) -> None:
    edge.call("PUT", "/agent/status", {"isReadyToUpgrade": False, "isReadyToRollback": False})

    reply = operator.call("POST", f"/iofog/{agent.uuid}/version/{command}")

    assert fault_of(reply) == INVALID
    assert message in reply.json()["message"]
    assert fault_of(edge.call("GET", "/agent/version")) == NOT_FOUND


# --- hardware -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["hw", "usb"])
def test_hardware_is_read_as_the_agent_said_it(viewer: WireClient, edge: WireClient, agent: Agent, kind: str) -> None:
    nothing = viewer.call("GET", f"/iofog/{agent.uuid}/hal/{kind}")
    assert (nothing.status_code, nothing.content) == (200, b"")

    text = json.dumps({"cpus": [{"cores": 4}] * 20_000})
    assert edge.call("PUT", f"/agent/hal/{kind}", {"info": text}).status_code == 204

    assert viewer.call("GET", f"/iofog/{agent.uuid}/hal/{kind}").json()["info"] == text
    other = {"hw": "usb", "usb": "hw"}[kind]
    assert viewer.call("GET", f"/iofog/{agent.uuid}/hal/{other}").content == b""


@pytest.mark.parametrize("body", [{}, {"info": {"a": 1}}, {"info": None}, {"info": "x" * (1024 * 1024 + 1)}])
def test_hardware_that_is_no_text_or_too_much_is_refused(edge: WireClient, body: dict[str, Any]) -> None:
    assert fault_of(edge.call("PUT", "/agent/hal/hw", body)) == INVALID


def test_hardware_of_another_kind_is_not_found(viewer: WireClient, agent: Agent) -> None:
    assert fault_of(viewer.call("GET", f"/iofog/{agent.uuid}/hal/gpu")) == NOT_FOUND


# --- tunnels --------------------------------------------------------------------------------------------


def test_a_tunnel_is_opened_read_and_closed(
    operator: WireClient, edge: WireClient, agent: Agent, settings: Any
) -> None:
    settings.TUNNEL_HOST, settings.TUNNEL_USERNAME = "ssh.example.org", "tunnel"
    settings.TUNNEL_PASSWORD, settings.TUNNEL_RSA_KEY = "hunter2", "AAAAB3"
    path = f"/iofog/{agent.uuid}/tunnel"

    opened = operator.call("PATCH", path, {"action": "open"})

    assert (opened.status_code, opened.content) == (204, b"")
    assert edge.call("GET", "/agent/config/changes").json()["tunnel"] is True
    told = {"username": "tunnel", "host": "ssh.example.org", "rport": 2000, "lport": 22, "closed": False}
    assert edge.call("GET", "/agent/tunnel").json() == {"tunnel": told | {"password": "hunter2", "rsakey": "AAAAB3"}}
    seen = operator.call("GET", path).json()
    assert seen == {
        "username": "tunnel", "host": "ssh.example.org", "remotePort": 2000, "localPort": 22, "status": "open",
    }  # fmt: skip
    assert operator.call("PATCH", path, {"action": "close"}).status_code == 204
    assert operator.call("GET", path).json()["status"] == "closed"
    closed = edge.call("GET", "/agent/tunnel").json()["tunnel"]
    assert (closed["closed"], closed["password"]) == (True, "")


def test_a_tunnel_is_refused_with_its_fault(operator: WireClient, agent: Agent, settings: Any) -> None:
    path = f"/iofog/{agent.uuid}/tunnel"

    assert fault_of(operator.call("GET", path)) == NOT_FOUND
    assert operator.call("PATCH", path, {"action": "close"}).json() == {
        "name": "NotFoundError", "message": "Invalid Tunnel Id",
    }  # fmt: skip
    assert fault_of(operator.call("PATCH", path, {"action": "dig"})) == INVALID
    settings.TUNNEL_USERNAME = ""
    incomplete = operator.call("PATCH", path, {"action": "open"})
    assert incomplete.json()["message"].startswith("Required field 'username' is missing")
    assert raised() == set()


def test_an_installation_without_settings_opens_tunnels_too(operator: WireClient, agent: Agent) -> None:
    assert operator.call("PATCH", f"/iofog/{agent.uuid}/tunnel", {"action": "open"}).status_code == 204


def test_what_the_agent_says_of_its_tunnel_stands_in_the_agent_s_row(
    viewer: WireClient, edge: WireClient, agent: Agent
) -> None:
    said = '{"status": "OPEN", "rport": 2000}'
    edge.call("PUT", "/agent/status", {"tunnelStatus": said})

    assert viewer.call("GET", f"/iofog/{agent.uuid}").json()["tunnel"] == said


# --- traces ---------------------------------------------------------------------------------------------


def test_a_trace_is_switched_on_sent_and_read(operator: WireClient, edge: WireClient, web: Microservice) -> None:
    path = f"/microservices/{web.uuid}/strace"

    assert operator.call("PATCH", path, {"enable": True}).status_code == 204

    assert edge.call("GET", "/agent/config/changes").json()["diagnostics"] is True
    assert edge.call("GET", "/agent/strace").json() == {
        "straceValues": [{"microserviceUuid": web.uuid, "straceRun": True}]
    }
    for text in ("open()\n", "read()\n"):
        sent = edge.call("PUT", "/agent/strace", {"straceData": [{"microserviceUuid": web.uuid, "buffer": text}]})
        assert sent.status_code == 204
    assert operator.call("GET", f"{path}?format=string").json() == {"data": "open()\nread()\n"}
    assert operator.call("GET", f"{path}?format=file").json() == {"data": "b3BlbigpCnJlYWQoKQo="}
    operator.call("PATCH", path, {"enable": False})
    assert edge.call("GET", "/agent/strace").json()["straceValues"][0]["straceRun"] is False


def test_a_trace_is_refused_with_its_fault(operator: WireClient, viewer: WireClient, web: Microservice) -> None:
    path = f"/microservices/{web.uuid}/strace"

    assert fault_of(operator.call("PATCH", path, {})) == INVALID
    assert fault_of(operator.call("PATCH", path, {"enable": "yes"})) == INVALID
    for query in ("", "?format=xml"):
        assert fault_of(operator.call("GET", path + query)) == INVALID
    ftp = operator.call("PUT", path, {"ftpHost": "h", "ftpPort": 21, "ftpUser": "u", "ftpPass": "p", "ftpDestDir": "/"})
    assert fault_of(ftp) == INVALID
    assert "FTP" in ftp.json()["message"]
    assert fault_of(viewer.call("GET", f"{path}?format=string")) == (403, "ForbiddenError")


def test_an_agent_without_traces_is_told_that_there_are_none(edge: WireClient) -> None:
    assert fault_of(edge.call("GET", "/agent/strace")) == NOT_FOUND


@pytest.mark.parametrize("body", [{}, {"straceData": "x"}, {"straceData": None}])
def test_a_trace_that_is_no_list_is_refused(edge: WireClient, body: dict[str, Any]) -> None:
    assert fault_of(edge.call("PUT", "/agent/strace", body)) == INVALID


def test_rubbish_in_a_trace_is_left_out(operator: WireClient, edge: WireClient, web: Microservice) -> None:
    foreign = MicroserviceFactory()
    Trace.objects.create(microservice=foreign, is_enabled=True)
    Trace.objects.create(microservice=web, is_enabled=True)
    pieces = [1, None, {"microserviceUuid": web.uuid}, {"microserviceUuid": [], "buffer": "x"},
              {"microserviceUuid": foreign.uuid, "buffer": "x"}, {"microserviceUuid": web.uuid, "buffer": "a"},
              {"microserviceUuid": web.uuid, "buffer": "b"}]  # fmt: skip

    assert edge.call("PUT", "/agent/strace", {"straceData": pieces}).status_code == 204

    assert dict(Trace.objects.values_list("microservice", "text")) == {web.pk: "ab", foreign.pk: ""}


# --- image snapshots ------------------------------------------------------------------------------------


def upload(edge: WireClient, name: str, content: bytes, field: str = "upstream") -> Any:
    file = io.BytesIO(content)
    file.name = name
    body = encode_multipart(BOUNDARY, {field: file})
    return edge.generic("PUT", UPLOAD, body, content_type=MULTIPART_CONTENT)


def test_a_snapshot_is_asked_for_sent_and_downloaded(
    operator: WireClient, edge: WireClient, web: Microservice, folder: Path
) -> None:
    path = f"/microservices/{web.uuid}/image-snapshot"
    asked = operator.call("POST", path)
    assert (asked.status_code, asked.content) == (201, b"")
    assert edge.call("GET", "/agent/config/changes").json()["isImageSnapshot"] is True
    assert edge.call("GET", "/agent/image-snapshot").json() == {"uuid": web.uuid}

    content = b"\x1f\x8b" + bytes(range(256)) * 1000
    assert upload(edge, f"{web.uuid}.tar.gz", content).status_code == 200

    download = operator.call("GET", path)
    assert (download.status_code, download.headers["Content-Type"]) == (200, "application/gzip")
    assert b"".join(download.streaming_content) == content
    assert fault_of(edge.call("GET", "/agent/image-snapshot")) == NOT_FOUND
    assert len(list(folder.iterdir())) == 1


def test_a_snapshot_of_a_length_nobody_knows_is_taken(
    operator: WireClient, edge: WireClient, web: Microservice, folder: Path
) -> None:
    operator.call("POST", f"/microservices/{web.uuid}/image-snapshot")
    body = encode_multipart(BOUNDARY, {"upstream": io.BytesIO(b"image")})
    # What the server makes of a chunked body.
    chunked = {"CONTENT_LENGTH": "", "wsgi.input_terminated": True, "wsgi.input": io.BytesIO(body)}

    sent = edge.generic("PUT", UPLOAD, body, content_type=MULTIPART_CONTENT, **chunked)

    assert sent.status_code == 200
    assert Snapshot.objects.get().size == 5


def test_a_snapshot_is_refused_with_its_fault_and_leaves_no_file(
    operator: WireClient, edge: WireClient, web: Microservice, folder: Path, settings: Any
) -> None:
    operator.call("POST", f"/microservices/{web.uuid}/image-snapshot")
    settings.SNAPSHOT_MAX_BYTES = 10
    name = f"{web.uuid}.tar.gz"
    whole = encode_multipart(BOUNDARY, {"upstream": io.BytesIO(b"abc")})

    answers = [
        upload(edge, name, b"x" * 11),
        upload(edge, name, b""),
        upload(edge, name, b"x", field="file"),
        edge.call("PUT", "/agent/image-snapshot", {}),
        edge.generic("PUT", UPLOAD, whole[:-20], content_type=MULTIPART_CONTENT),
        edge.generic("PUT", UPLOAD, b"", content_type=MULTIPART_CONTENT),
    ]

    assert [fault_of(answer) for answer in answers] == [INVALID] * len(answers)
    assert list(folder.iterdir()) == []
    assert Snapshot.objects.get().asked_at


def test_a_snapshot_that_nobody_wants_is_not_read(edge: WireClient, web: Microservice, folder: Path) -> None:
    Snapshot.objects.create(microservice=MicroserviceFactory(), asked_at="2026-01-01T00:00Z")

    assert fault_of(upload(edge, f"{web.uuid}.tar.gz", b"image")) == NOT_FOUND
    assert not folder.exists()


def test_a_snapshot_that_has_not_come_is_not_available(
    operator: WireClient, viewer: WireClient, web: Microservice, folder: Path
) -> None:
    path = f"/microservices/{web.uuid}/image-snapshot"
    operator.call("POST", path)

    assert operator.call("GET", path).json() == {
        "name": "ValidationError", "message": "Image snapshot is not available for this microservice.",
    }  # fmt: skip
    assert fault_of(viewer.call("GET", path)) == (403, "ForbiddenError")


# --- whoever asks ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "reboot", None), ("POST", "prune", None), ("POST", "version/upgrade", None), ("GET", "hal/hw", None),
        ("GET", "tunnel", None), ("PATCH", "tunnel", {"action": "open"}),
    ],
)  # fmt: skip
def test_an_unknown_agent_is_not_found(operator: WireClient, method: str, path: str, body: Any) -> None:
    reply = operator.call(method, f"/iofog/nobody/{path}", body)

    assert fault_of(reply) == NOT_FOUND
    assert reply.json()["message"] == "Invalid ioFog UUID 'nobody'"


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "image-snapshot", None), ("GET", "image-snapshot", None), ("PATCH", "strace", {"enable": True}),
        ("GET", "strace?format=string", None), ("PUT", "strace", {}),
    ],
)  # fmt: skip
def test_an_unknown_microservice_is_not_found(operator: WireClient, method: str, path: str, body: Any) -> None:
    assert fault_of(operator.call(method, f"/microservices/nobody/{path}", body)) == NOT_FOUND


def test_a_viewer_orders_nothing(viewer: WireClient, web: Microservice) -> None:
    agent, microservice = f"/iofog/{web.agent.uuid}", f"/microservices/{web.uuid}"
    requests: list[tuple[str, str, Any]] = [
        ("POST", f"{agent}/reboot", None), ("POST", f"{agent}/prune", None), ("POST", f"{agent}/version/upgrade", None),
        ("PATCH", f"{agent}/tunnel", {"action": "open"}), ("POST", f"{microservice}/image-snapshot", None),
        ("PATCH", f"{microservice}/strace", {"enable": True}),
    ]  # fmt: skip

    assert {fault_of(viewer.call(*request)) for request in requests} == {(403, "ForbiddenError")}
    assert raised() == set()


PATHS = [
    ("GET", "/agent/version"), ("GET", "/agent/tunnel"), ("GET", "/agent/strace"), ("GET", "/agent/image-snapshot"),
    ("PUT", "/agent/image-snapshot"),
]  # fmt: skip


@pytest.mark.parametrize(("method", "path"), PATHS)
def test_an_agent_for_which_there_is_nothing_is_told_so(edge: WireClient, method: str, path: str) -> None:
    AgentStatus.objects.update(report={})
    other = MicroserviceFactory(agent=AgentFactory())
    Snapshot.objects.create(microservice=other, asked_at="2026-01-01T00:00Z")
    Trace.objects.create(microservice=other, is_enabled=True)

    assert fault_of(edge.call(method, path)) == NOT_FOUND


@pytest.mark.parametrize(
    ("method", "path"), [*PATHS, ("PUT", "/agent/strace"), ("PUT", "/agent/hal/hw"), ("GET", "/agent/edgeResources")]
)
def test_nobody_in_particular_gets_nothing(stranger: WireClient, method: str, path: str) -> None:
    assert stranger.call(method, path, {}).status_code == 401
