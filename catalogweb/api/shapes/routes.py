"""Routes between microservices in requests: by the names of both ends, or by their uuids."""

from typing import Any

from catalogweb.api.fields import NameOrNumber, Shape, Text
from catalogweb.deployments.routes import RouteWish


class _Ends(Shape):
    """`from` is a word of Python's own, so that it cannot be declared like the others."""

    is_complete = False

    def get_fields(self) -> dict[str, Any]:
        return {"from": Text(required=self.is_complete), "to": Text(required=self.is_complete), **super().get_fields()}


class ApplicationRoute(_Ends):
    is_complete = True
    name = Text(max_length=500)


class RouteChange(_Ends):
    """What is absent stays; the application says where the names belong, and stays too."""

    name = Text(min_length=1, max_length=500)
    application = NameOrNumber()


class RouteCreation(_Ends):
    """With `application` and names, or with uuids alone."""

    name = Text(max_length=500)
    application = NameOrNumber()
    sourceMicroserviceUuid = Text()
    destMicroserviceUuid = Text()


def route_wish_in(given: dict[str, Any]) -> RouteWish:
    return RouteWish(given["from"], given["to"], given.get("name", ""))
