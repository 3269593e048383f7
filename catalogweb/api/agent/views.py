"""The agent protocol, one function a request. Each concerns the calling agent alone."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse

from catalogweb.accounts import throttle
from catalogweb.agents.configuration import DEFAULTS, as_reported
from catalogweb.agents.flags import acknowledge, note_fetched, raise_flags
from catalogweb.agents.models import AgentStatus, ChangeFlags, Flag, Tombstone
from catalogweb.agents.signing import new_key_pair
from catalogweb.api.agent.callers import Caller
from catalogweb.api.agent.door import Handler, body_of, done, endpoint, open_endpoint, refused
from catalogweb.api.agent.items import changes_item, microservice_item, registry_item, settings_of, volume_mount_item
from catalogweb.api.agent.reports import columns_in, microservices_in, rest_of
from catalogweb.api.errors import Failure
from catalogweb.api.shapes.edge_resources import edge_resource_reply
from catalogweb.api.wire import CONFIGURATION, architecture_of
from catalogweb.catalog.deliveries import note_delivered
from catalogweb.configuration.volume_mounts import mounts_on
from catalogweb.core.errors import Forbidden, Invalid, NotFound
from catalogweb.deployments import agents as services
from catalogweb.deployments.delivered import keep_items, note_withheld
from catalogweb.deployments.desired import note_served, registries_of, wanted_on
from catalogweb.deployments.reports import take_report
from catalogweb.deployments.telling import MICROSERVICES
from catalogweb.edge_resources.models import EdgeResource

COORDINATES = ("latitude", "longitude")


def provision(request: HttpRequest) -> HttpResponse:
    """A key for both kinds of credential: a token, and a key to sign with."""
    address = request.META.get("REMOTE_ADDR", "")
    throttle.check("provision", address)
    body = body_of(request)
    architecture, key = architecture_of(body.get("type")), body.get("key")
    if not architecture or not isinstance(key, str):
        raise Invalid("Send a provisioning key as text and a type: 1 for x86, 2 for ARM.")
    private_key, public_key = new_key_pair()
    try:
        agent, token = services.provision(
            key=key, architecture=architecture, public_key=public_key, report=rest_of(body)
        )
    except NotFound:
        throttle.failed("provision", address)
        raise
    except Forbidden as refusal:
        throttle.failed("provision", address)
        return refused(Failure(401, "AuthenticationError", refusal.message))
    return JsonResponse(
        {"uuid": agent.uuid, "name": agent.name, "token": token, "privateKey": private_key, "namespace": "default"}
    )


def deprovision(request: HttpRequest, caller: Caller) -> HttpResponse:
    services.deprovision(agent=caller.agent)
    return done()


def read_changes(request: HttpRequest, caller: Caller) -> HttpResponse:
    flags = ChangeFlags.objects.filter(agent_id=caller.agent_id).values_list("counter", *Flag.values)
    counter, *raised = flags.get()
    return JsonResponse(changes_item(counter, {flag: bool(at) for flag, at in zip(Flag.values, raised, strict=True)}))


def acknowledge_changes(request: HttpRequest, caller: Caller) -> HttpResponse:
    stamp = body_of(request).get("lastUpdated")
    if not isinstance(stamp, str) or not stamp.isdecimal() or len(stamp) > 18:
        raise Invalid("Field 'lastUpdated' is the text that came with the changes.")
    acknowledge(caller.agent_id, int(stamp))
    return JsonResponse({})


def changes_of_deleted(request: HttpRequest, caller: Caller) -> HttpResponse:
    return JsonResponse(changes_item(1, {flag: flag == Flag.DELETE_NODE for flag in Flag.values}))


def take_status(request: HttpRequest, caller: Caller) -> HttpResponse:
    report = body_of(request)
    take_report(
        agent_id=caller.agent_id,
        interval=caller.configuration.get("status_frequency", DEFAULTS["status_frequency"]),
        status=columns_in(report),
        rest=rest_of(report),
        items=microservices_in(report),
    )
    return done()


def read_config(request: HttpRequest, caller: Caller) -> HttpResponse:
    return JsonResponse(settings_of(caller.agent))


def take_config(request: HttpRequest, caller: Caller) -> HttpResponse:
    body = body_of(request)
    values = as_reported({CONFIGURATION[name]: value for name, value in body.items() if name in CONFIGURATION})
    _remember(caller, values | _coordinates(body))
    return done()


def take_gps(request: HttpRequest, caller: Caller) -> HttpResponse:
    _remember(caller, _coordinates(body_of(request)))
    return done()


def _coordinates(body: dict[str, Any]) -> dict[str, Any]:
    """As they came: agents compare them as text."""
    given = {name: body.get(name) for name in COORDINATES}
    return {name: at for name, at in given.items() if type(at) in (int, float) and abs(at) <= 180}  # type: ignore[arg-type]


def _remember(caller: Caller, values: dict[str, Any]) -> None:
    """Only what it reports of itself: no flag is raised, or the agent would report again, for ever."""
    status = AgentStatus.objects.filter(agent_id=caller.agent_id)
    known = status.values_list("reported_configuration", flat=True).get()
    if known | values != known:
        status.update(reported_configuration=known | values)


def read_microservices(request: HttpRequest, caller: Caller) -> HttpResponse:
    wanted = wanted_on(caller.agent_id)
    sent = [each for each in wanted if not each.withheld]
    items = {each.microservice: microservice_item(each) for each in wanted if each.delivered or not each.withheld}
    note_served(sent)
    keep_items({each.microservice: items[each.microservice] for each in sent})
    note_withheld({each.microservice: each.withheld for each in wanted})
    return JsonResponse({"microservices": list(items.values())})


def read_registries(request: HttpRequest, caller: Caller) -> HttpResponse:
    registries = registries_of(caller.agent)
    items = [registry_item(registry) for registry in registries]
    note_delivered(caller.agent, [row for row, item in zip(registries, items, strict=True) if item["password"]])
    return JsonResponse({"registries": items})


def read_edge_resources(request: HttpRequest, caller: Caller) -> HttpResponse:
    note_fetched(caller.agent_id, Flag.LINKED_EDGE_RESOURCES)
    linked = EdgeResource.objects.filter(agents=caller.agent_id).order_by("pk")
    return JsonResponse({"edgeResources": [edge_resource_reply(resource) for resource in linked]})


def read_volume_mounts(request: HttpRequest, caller: Caller) -> HttpResponse:
    return JsonResponse({"volumeMounts": [volume_mount_item(mount) for mount in mounts_on(caller.agent_id)]})


def refuse_deletion(request: HttpRequest, caller: Caller) -> HttpResponse:
    return refused(Failure(409, "ConflictError", "Nobody deleted this agent; an operator has to do that."))


def forget(request: HttpRequest, caller: Caller) -> HttpResponse:
    """A deleted agent has heard of it: its credential ends here."""
    Tombstone.objects.filter(pk=caller.tombstone_id).delete()
    return done()


def or_again(read: Handler, *flags: Flag) -> Handler:
    """An agent acknowledges a list that it could not have, too: it is told of it again."""

    def answer(request: HttpRequest, caller: Caller) -> HttpResponse:
        try:
            return read(request, caller)
        except Exception:
            raise_flags([caller.agent_id], *flags)
            raise

    return answer


def always(**reply: Any) -> Any:
    return lambda request, caller: JsonResponse(reply)


# The three requests that every agent repeats for ever come first.
ENDPOINTS = {
    "/agent/config/changes": endpoint(
        GET=read_changes, PATCH=acknowledge_changes, gone={"GET": changes_of_deleted, "PATCH": always()}
    ),
    "/agent/status": endpoint(PUT=take_status),
    "/agent/microservices": endpoint(
        GET=or_again(read_microservices, *MICROSERVICES), gone={"GET": always(microservices=[])}
    ),
    "/agent/registries": endpoint(GET=or_again(read_registries, Flag.REGISTRIES), gone={"GET": always(registries=[])}),
    "/agent/config": endpoint(GET=read_config, PATCH=take_config),
    "/agent/config/gps": endpoint(PATCH=take_gps),
    "/agent/volumeMounts": endpoint(
        GET=or_again(read_volume_mounts, Flag.VOLUME_MOUNTS), gone={"GET": always(volumeMounts=[])}
    ),
    "/agent/edgeResources": endpoint(GET=read_edge_resources, gone={"GET": always(edgeResources=[])}),
    "/agent/delete-node": endpoint(DELETE=refuse_deletion, gone={"DELETE": forget}),
    "/agent/deprovision": endpoint(POST=deprovision, gone={"POST": forget}),
    "/agent/provision": open_endpoint(POST=provision),
}
