"""A controller of the size these tests need: real HTTP, the shapes of the agent protocol."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

TOKEN = "token-of-the-agent"
FLAGS = ("config", "deleteNode", "microserviceList", "microserviceConfig", "registries", "prune", "reboot")


class Controller:
    """`answers` replaces an answer by (status, body); `requests` keeps what came: (method, path, body)."""

    def __init__(self) -> None:
        self.flags = dict.fromkeys(FLAGS, False)
        self.registries: Any = [{"id": 1, "url": "registry.hub.docker.com", "isPublic": True, "userEmail": ""}]
        self.microservices: Any = []
        self.config: Any = {"memoryLimit": 512, "latitude": 46.2}
        self.answers: dict[tuple[str, str], tuple[int, Any]] = {}
        self.requests: list[tuple[str, str, Any]] = []
        self.authorizations: list[str | None] = []
        self.counter = 0
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.url = f"http://127.0.0.1:{self.server.server_port}/api/v3/"
        self._thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()

    def order(self, *items: dict[str, Any]) -> None:
        self.microservices = list(items)
        self.raise_flags("microserviceList", "microserviceConfig")

    def raise_flags(self, *flags: str) -> None:
        self.counter += 1
        self.flags |= dict.fromkeys(flags, True)

    def answer(self, method: str, path: str, body: Any) -> tuple[int, Any]:
        if (method, path) in self.answers:
            return self.answers[method, path]
        if (method, path) == ("PATCH", "agent/config/changes") and body["lastUpdated"] == f"{self.counter:012}":
            self.flags = dict.fromkeys(FLAGS, False)
        return 200, {
            ("POST", "agent/provision"): {
                "uuid": "agent-1",
                "token": TOKEN,
                "privateKey": "",
                "namespace": "edge",
            },
            ("GET", "agent/config/changes"): {"lastUpdated": f"{self.counter:012}", **self.flags},
            ("GET", "agent/config"): self.config,
            ("GET", "agent/registries"): {"registries": self.registries},
            ("GET", "agent/microservices"): {"microservices": self.microservices},
        }.get((method, path))

    def sent(self, method: str, path: str) -> list[Any]:
        return [body for m, p, body in self.requests if (m, p) == (method, path)]

    @property
    def reports(self) -> list[dict[str, Any]]:
        return self.sent("PUT", "agent/status")

    def statuses(self, uuid: str) -> list[str]:
        """The states one microservice was reported in, without repetitions."""
        states: list[str] = []
        for item in self.items(uuid):
            states += [item["status"]] if states[-1:] != [item["status"]] else []
        return states

    def items(self, uuid: str) -> list[dict[str, Any]]:
        return [i for report in self.reports for i in json.loads(report["microserviceStatus"]) if i["id"] == uuid]

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self._thread.join()


def _handler(controller: Controller) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 5

        def handle_any(self) -> None:
            text = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            body = json.loads(text) if text else None
            path = self.path.removeprefix("/api/v3/")
            controller.requests.append((self.command, path, body))
            controller.authorizations.append(self.headers.get("Authorization"))
            status, answer = controller.answer(self.command, path, body)
            self.reply(status, answer)

        def reply(self, status: int, answer: Any) -> None:
            content = b"" if answer is None else answer if isinstance(answer, bytes) else json.dumps(answer).encode()
            self.send_response(status)
            if 300 <= status < 400:
                self.send_header("Location", controller.url + "elsewhere")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = handle_any

        def log_message(self, *_: Any) -> None:
            pass

    return Handler


def item(uuid: str = "m1", **changes: Any) -> dict[str, Any]:
    """A microservice as the wire has it."""
    nothing = ("runAsUser", "platform", "runtime", "annotations", "pidMode", "ipcMode", "cpuSetCpus")
    off = ("rebuild", "delete", "deleteWithCleanup", "rootHostAccess", "hostNetworkMode", "isPrivileged")
    empty = ("portMappings", "volumeMappings", "env", "cmd", "extraHosts", "capAdd", "capDrop", "cdiDevices")
    return {
        "uuid": uuid,
        "name": f"name-of-{uuid}",
        "application": "shop",
        "imageId": "alpine:3",
        "registryId": 1,
        "config": "{}",
        "schedule": 50,
        "logSize": 10,
        "memoryLimit": None,
        "healthCheck": None,
        "generation": 1,
        **dict.fromkeys(nothing),
        **dict.fromkeys(off, False),
        **{key: [] for key in empty},
        **changes,
    }
