"""Endpoints as rows of a table: method, path, handler, shapes in and out, status. One view is made per path."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, cast

from django.conf import settings
from django.http import FileResponse, HttpRequest, HttpResponseBase
from django.urls import URLPattern, URLResolver
from django.urls.resolvers import RoutePattern
from drf_spectacular.plumbing import resolve_type_hint
from drf_spectacular.utils import OpenApiParameter, OpenApiTypes, extend_schema
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from catalogweb.accounts.models import User
from catalogweb.api import uploads
from catalogweb.api.audit import audit
from catalogweb.api.fields import Shape
from catalogweb.api.liquid import rendered
from catalogweb.api.parsers import JSONWhateverIsAccepted
from catalogweb.api.unbuilt import no_such
from catalogweb.api.uploads import uploaded
from catalogweb.changelog.door import through
from catalogweb.core.errors import NotFound


@dataclass(frozen=True)
class Call:
    """One request, as a handler sees it: `given` is the body in the product's words, `text` an uploaded file's."""

    request: Request
    given: dict[str, Any] = field(default_factory=dict)
    text: str = ""

    @property
    def by(self) -> User:
        return cast(User, self.request.user)

    @property
    def query(self) -> Mapping[str, str]:
        return cast(Mapping[str, str], self.request.query_params)

    def asks(self, name: str) -> bool:
        """Whether a parameter after the question mark says yes."""
        return self.query.get(name, "").lower() in ("1", "true", "yes")

    @property
    def address(self) -> str:
        return str(self.request.META.get("REMOTE_ADDR", ""))

    @property
    def site(self) -> str:
        """Where people reach this installation, for what they open in a browser."""
        return settings.PUBLIC_URL or self.request.build_absolute_uri("/").rstrip("/")


@dataclass(frozen=True)
class Route:
    """`takes` reads the body, `gives` documents the answer, `query` the parameters after the question mark.

    `upload` names the file part of a path that takes YAML; `renders` has the Liquid in the body's texts rendered.
    What is always refused is not shown in the document.
    """

    method: str
    path: str
    handler: Callable[..., Any]
    status: int = 200
    takes: type[Shape] | None = None
    gives: Any = None
    query: tuple[str, ...] = ()
    is_open: bool = False
    # A GET that changes something is no HEAD too: whoever only looks would change it.
    has_head: bool = True
    upload: str = ""
    renders: bool = False
    is_shown: bool = True


class Endpoint(APIView):
    """One path. A method that is not in the table does not exist, for whoever asks."""

    routes: ClassVar[dict[str, Route]] = {}
    content_negotiation_class = JSONWhateverIsAccepted
    http_method_names = ["get", "post", "put", "patch", "delete", "head"]

    @property
    def route(self) -> Route | None:
        method = (self.request.method or "").upper() if self.request else ""
        read = self.routes.get("GET")
        return self.routes.get(method) or (read if method == "HEAD" and read and read.has_head else None)

    def get_authenticators(self) -> Any:
        return [] if self.route and self.route.is_open else super().get_authenticators()

    def get_permissions(self) -> Any:
        return [] if self.route and self.route.is_open else super().get_permissions()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        if self.route is None:
            raise NotFound(no_such(request.path))
        super().initial(request, *args, **kwargs)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        with through("api"):
            response = super().dispatch(request, *args, **kwargs)
            if self.route:
                audit(self.request, response, kwargs)
        response.headers["Cache-Control"] = "no-store"
        return response


def wired(routes: Iterable[Route], parsers: Mapping[str, list[type[BaseParser]]] | None = None) -> list[URLPattern]:
    """The URL patterns of a table; `parsers` has those of paths that take more than JSON."""
    paths: defaultdict[str, list[Route]] = defaultdict(list)
    for route in routes:
        paths[route.path].append(route)
    return [wire(path, _view(paths[path], (parsers or {}).get(path))) for path in sorted(paths, key=_openness)]


def _openness(path: str) -> list[bool]:
    """What stands for anything comes after what stands for itself: /application/yaml before /application/<name>."""
    return [step.startswith("<") for step in path.split("/")]


def _view(routes: list[Route], parsers: list[type[BaseParser]] | None) -> Callable[..., Any]:
    members: dict[str, Any] = {route.method.lower(): _method(route) for route in routes}
    members["routes"] = {route.method: route for route in routes}
    if any(route.upload for route in routes):
        parsers = uploads.PARSERS
    if parsers:
        members["parser_classes"] = parsers
    return cast(type[Endpoint], type("Endpoint", (Endpoint,), members)).as_view()


def _method(route: Route) -> Callable[..., HttpResponseBase]:
    def method(self: Endpoint, request: Request, **path: Any) -> HttpResponseBase:
        body = rendered(request.data, by=cast(User, request.user)) if route.renders else request.data
        given = route.takes.read(body) if route.takes else {}
        text = uploaded(request, route.upload) if route.upload else ""
        answer = route.handler(Call(request, given, text), **path)
        # A file answers for itself.
        return answer if isinstance(answer, HttpResponseBase) else Response(answer, status=route.status)

    return extend_schema(
        operation_id=route.handler.__name__,
        summary=(route.handler.__doc__ or "").strip().split("\n")[0] or None,
        tags=[route.path.split("/")[1]],
        request=_upload_schema(route.upload) if route.upload else route.takes,
        responses=_documented(route),
        parameters=[OpenApiParameter(name, str) for name in route.query],
        exclude=not route.is_shown,
    )(method)


def _documented(route: Route) -> dict[Any, Any]:
    if route.gives is FileResponse:
        return {(route.status, "application/gzip"): OpenApiTypes.BINARY}
    return {route.status: resolve_type_hint(route.gives) if route.gives else None}


def _upload_schema(field: str) -> dict[str, Any]:
    file = {"type": "string", "format": "binary"}
    return {"multipart/form-data": {"type": "object", "properties": {field: file}, "required": [field]}}


class WireRoute(RoutePattern):
    """A route such as `/registries/<str:id>` in any letter case, with or without one closing slash."""

    def __init__(self, route: str) -> None:
        super().__init__(route, is_endpoint=True)
        strict = self.regex.pattern.removesuffix(r"\Z")
        self.regex = re.compile(rf"{strict}/?\Z", re.IGNORECASE)

    def match(self, path: str) -> Any:
        """Nothing goes by a name with NUL in it, which PostgreSQL would not even look for."""
        return None if "\x00" in path else super().match(path)


class WirePrefix(RoutePattern):
    """What comes before all of them, in any letter case."""

    def __init__(self, route: str) -> None:
        super().__init__(route)
        self.regex = re.compile(self.regex.pattern, re.IGNORECASE)


def below(prefix: str, urls: str) -> URLResolver:
    return URLResolver(WirePrefix(prefix), urls)


def wire(route: str, view: Callable[..., Any]) -> URLPattern:
    """Never a redirect: agents take one as success."""
    return URLPattern(WireRoute(route), view)
