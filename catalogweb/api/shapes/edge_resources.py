"""Edge resources in bodies, in answers, and as agents fetch them."""

from typing import Any, TypedDict

from catalogweb.api.fields import Shape, Text, Texts
from catalogweb.core.names import camel
from catalogweb.edge_resources.models import EdgeResource
from catalogweb.edge_resources.services import ENDPOINT_FIELDS


class AnyMembers(Shape):
    """An object whose members are nobody's business here."""

    def to_internal_value(self, data: Any) -> Any:
        super().to_internal_value(data)
        return dict(data)


class Endpoint(Shape):
    name = Text(required=True, min_length=1)
    url = Text(required=True, min_length=1)
    method = Text()
    description = Text()
    requestType = Text(source="request_type")
    responseType = Text(source="response_type")
    requestPayloadExample = Text(source="request_payload_example")
    responsePayloadExample = Text(source="response_payload_example")


class Interface(Shape):
    endpoints = Endpoint.listed()


class Display(Shape):
    name = Text()
    icon = Text()
    color = Text()


class EdgeResourceChange(Shape):
    name = Text(min_length=1)
    version = Text(min_length=1)
    description = Text()
    interfaceProtocol = Text(source="protocol")
    interface = Interface(required=False)
    display = Display(required=False)
    custom = AnyMembers(required=False)
    orchestrationTags = Texts(source="orchestration_tags")


class EdgeResourceCreation(EdgeResourceChange):
    name = Text(required=True, min_length=1)
    version = Text(required=True, min_length=1)
    interfaceProtocol = Text(required=True, source="protocol")


class Link(Shape):
    uuid = Text(required=True, min_length=1)


class DisplayReply(TypedDict):
    name: str | None
    icon: str | None
    color: str | None


class InterfaceReply(TypedDict):
    id: int
    edgeResourceId: int
    endpoints: list[dict[str, Any]]


class EdgeResourceReply(TypedDict):
    id: int
    name: str
    description: str
    version: str
    interfaceProtocol: str
    display: DisplayReply
    custom: dict[str, Any]
    orchestrationTags: list[str]
    interface: InterfaceReply


def fields_in(given: dict[str, Any]) -> dict[str, Any]:
    """The body in the product's words; a display or interface that is given replaces the one before."""
    fields = dict(given)
    if (display := fields.pop("display", None)) is not None:
        fields |= {f"display_{name}": display.get(name, "") for name in ("name", "icon", "color")}
    if (interface := fields.pop("interface", None)) is not None:
        fields["endpoints"] = interface.get("endpoints", [])
    return fields


def edge_resource_reply(resource: EdgeResource) -> EdgeResourceReply:
    """Agents give up the whole list over one null where they want a list or an object."""
    return {
        "id": resource.pk,
        "name": resource.name,
        "description": resource.description,
        "version": resource.version,
        "interfaceProtocol": resource.protocol,
        "display": {
            "name": resource.display_name or None,
            "icon": resource.display_icon or None,
            "color": resource.display_color or None,
        },
        "custom": resource.custom,
        "orchestrationTags": resource.orchestration_tags,
        "interface": {
            "id": resource.pk,
            "edgeResourceId": resource.pk,
            "endpoints": [_endpoint(resource, place) for place in range(len(resource.endpoints))],
        },
    }


def _endpoint(resource: EdgeResource, place: int) -> dict[str, Any]:
    """An endpoint's id is its place in the list."""
    texts = {camel(name): resource.endpoints[place][name] or None for name in ENDPOINT_FIELDS}
    return {"id": place + 1, "interfaceId": resource.pk, **texts}
