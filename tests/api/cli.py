"""A command line client as it asks and reads: every answer has to fit the types that it was compiled with."""

import json
import re
from collections.abc import Iterator
from typing import Any

from tests.api.conftest import WireClient, client_with

# Fields that a wrong JSON type would end the whole command at. A null, or no such key, is fine for each.
WHOLE = {
    "id", "userid", "applicationid", "flowid", "catalogitemid", "registryid", "fogtypeid", "routerid", "roleid",
    "edgeresourceid", "interfaceid", "diskrequired", "ramrequired", "internal", "external", "remoteport", "localport",
    "messagingport", "interrouterport", "edgerouterport", "natsserverport", "natsleafport", "natsclusterport",
    "natsmqttport", "natshttpport", "logsize", "schedule", "disklimit", "memorylimit", "cpulimit", "loglimit",
    "logfilecount", "lastactive", "daemonoperatingduration", "daemonlaststart", "repositorycount", "systemtime",
    "laststatustime", "processedmessages", "lastcommandtime", "activevolumemounts", "volumemountlastupdate",
    "starttime", "operatingduration", "expirationtime",
}  # fmt: skip
NUMBER = {
    "statusfrequency", "changefrequency", "devicescanfrequency", "gpsscanfrequency", "edgeguardfrequency", "latitude",
    "longitude", "memoryusage", "diskusage", "cpuusage", "messagespeed", "dockerpruningfrequency",
    "availablediskthreshold", "percentage", "uptimesec", "systemtotalcpu",
}  # fmt: skip
TRUTH = {
    "ispublic", "issecure", "requirescert", "isactivated", "issystem", "roothostaccess", "hostnetworkmode",
    "isprivileged", "delete", "deletewithcleanup", "execenabled", "natsaccess", "bluetoothenabled",
    "abstractedhardwareenabled", "watchdogenabled", "isreadytoupgrade", "isreadytorollback", "immutable", "usevault",
}  # fmt: skip
TEXT = {
    "uuid", "name", "description", "category", "publisher", "picture", "configexample", "containerimage", "url",
    "username", "useremail", "certificate", "iofoguuid", "containerid", "errormessage", "daemonstatus", "host",
    "ipaddress", "ipaddressexternal", "timezone", "loglevel", "dockerurl", "networkinterface", "routermode", "natsmode",
    "containerengine", "deploymenttype", "hostdestination", "containerdestination", "accessmode", "accesstoken",
    "refreshtoken", "secretname", "configmapname", "key", "schemaversion", "interfaceprotocol", "microserviceuuid",
}  # fmt: skip
LISTS = {
    "catalogitems", "registries", "fogs", "applications", "microservices", "flows", "routes", "edgeresources",
    "applicationtemplates", "images", "ports", "volumemappings", "env", "cmd", "extrahosts", "tags", "volumemounts",
    "upstreamrouters", "upstreamnatsservers", "variables", "endpoints", "orchestrationtags", "capadd", "capdrop",
    "cdidevices", "execsessionids", "secrets", "configmaps", "foguuids", "rules", "subjects",
}  # fmt: skip
TIMES = {"createdat", "updatedat", "validfrom", "validto"}
RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
# The text of an object, which the client parses anew.
OBJECT_TEXTS = {"config", "annotations"}
# Whatever lies in these is not looked at.
FREE = {"custom", "data", "defaultvalue", "value"}


def wrong_types(value: Any, place: str = "") -> Iterator[str]:
    """Where a client would stop reading."""
    if isinstance(value, list):
        for number, inner in enumerate(value):
            yield from wrong_types(inner, f"{place}[{number}]")
    if not isinstance(value, dict):
        return
    if len({key.lower() for key in value}) < len(value):
        yield f"{place}: keys that differ in case alone are one to the client"
    for key, inner in value.items():
        if inner is not None and not _fits(key.lower(), inner):
            yield f"{place}.{key}: {inner!r}"
        if key.lower() not in FREE:
            yield from wrong_types(inner, f"{place}.{key}")


def _fits(key: str, value: Any) -> bool:
    # A placeholder of a template stands for any value.
    if isinstance(value, str) and value.startswith("{{"):
        return True
    if key in OBJECT_TEXTS and isinstance(value, str):
        return isinstance(json.loads(value), dict)
    if key in TIMES:
        return isinstance(value, str) and bool(RFC3339.fullmatch(value))
    kinds = {int: WHOLE, bool: TRUTH, str: TEXT, list: LISTS}
    wanted = next((kind for kind, keys in kinds.items() if key in keys), None)
    if key in NUMBER:
        return type(value) in (int, float)
    return wanted is None or type(value) is wanted


def decoded(reply: Any) -> Any:
    """The answer's body, once it is sure that a client can read it."""
    if not reply.content:
        return {}
    body = json.loads(reply.content)
    wrong = list(wrong_types(body))
    assert not wrong, wrong
    return body


class Cli:
    """Answers as the commands use them: 404 is told apart, everything else above 299 ends the command."""

    def __init__(self, client: WireClient) -> None:
        self.client = client

    def __call__(self, method: str, path: str, body: Any = None) -> Any:
        reply = self.client.call(method, path, body)
        if reply.status_code == 404:
            return None
        assert reply.status_code < 300, reply.content
        return decoded(reply)

    def upload(self, method: str, path: str, part: str, text: str) -> Any:
        reply = self.client.upload(method, path, part, text)
        assert reply.status_code < 300, reply.content
        return decoded(reply)

    def refusal(self, method: str, path: str, body: Any = None) -> tuple[int, str]:
        """Status and sentence of what ends the command."""
        reply = self.client.call(method, path, body)
        assert reply.status_code >= 400, reply.content
        return reply.status_code, reply.json()["message"]

    def can(self, feature: str) -> bool:
        """Whether the controller says that it has it."""
        return self("HEAD", f"/capabilities/{feature}") is not None

    def agent(self, name: str) -> dict[str, Any]:
        """Agents are known to the commands by name."""
        return next(agent for agent in self("GET", "/iofog-list?system=false")["fogs"] if agent["name"] == name)


def signed_in(email: str, password: str) -> Cli:
    """How every command of the older client begins, with an empty token."""
    nobody = Cli(client_with(""))
    assert nobody("GET", "/status")["status"] == "online"
    token = nobody("POST", "/user/login", {"email": email, "password": password})["accessToken"]
    return Cli(client_with(token))


def renewed(refresh: str) -> tuple[Cli, str]:
    """How every command of the newer client begins; the refresh token that it keeps for the next."""
    nobody = Cli(client_with("Bearer"))
    assert nobody("GET", "/status")["status"] == "online"
    tokens = nobody("POST", "/user/refresh", {"refreshToken": refresh})
    return Cli(client_with(f"Bearer {tokens['accessToken']}")), tokens["refreshToken"]
