"""The door for agents: plain views, JSON objects, and never a 401 or 403 that is not meant.

Agents answer a 401 by removing all that they run: whatever goes wrong here is another status.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from catalogweb.agents.signing import StaleSignature
from catalogweb.api.agent.callers import Caller, NotAnAgent, caller_of
from catalogweb.api.errors import Failure, failure_of
from catalogweb.changelog.door import through
from catalogweb.core.errors import Invalid

Handler = Callable[[HttpRequest, Caller], HttpResponse]
View = Callable[[HttpRequest], HttpResponseBase]

UNKNOWN = Failure(401, "AuthenticationError", "authorization failed")
STALE = Failure(409, "ConflictError", "The signature has expired; send the request again with a new one.")
NO_SUCH = Failure(404, "NotFoundError", "There is no such path or method here.")


def endpoint(gone: Mapping[str, Handler] | None = None, **methods: Handler) -> View:
    """A path for known agents: one handler a method; `gone` has those for agents that were deleted."""

    def answer(request: HttpRequest, handler: Handler) -> HttpResponse:
        caller = caller_of(request)
        if caller.tombstone_id:
            handler = (gone or {}).get(request.method or "", _nothing)
        return handler(request, caller)

    return _view({name: _with(answer, handler) for name, handler in methods.items()})


def open_endpoint(**methods: Callable[[HttpRequest], HttpResponse]) -> View:
    """A path for anybody."""
    return _view(methods)


def _with(answer: Callable[..., HttpResponse], handler: Handler) -> Callable[[HttpRequest], HttpResponse]:
    return lambda request: answer(request, handler)


def _view(methods: Mapping[str, Callable[[HttpRequest], HttpResponse]]) -> View:
    @csrf_exempt
    @login_not_required
    def view(request: HttpRequest) -> HttpResponse:
        handler = methods.get("GET" if request.method == "HEAD" else request.method or "")
        if handler is None:
            return refused(NO_SUCH)
        with through("agent"):
            try:
                response = handler(request)
            except NotAnAgent:
                return refused(UNKNOWN)
            except StaleSignature:
                return refused(STALE)
            except Exception as error:
                return refused(_harmless(failure_of(error)))
        response["Cache-Control"] = "no-store"
        return response

    return view


def _harmless(failure: Failure) -> Failure:
    return Failure(500, failure.name, failure.message) if failure.status in (401, 403) else failure


def refused(failure: Failure) -> JsonResponse:
    return JsonResponse(failure.body, status=failure.status, headers=failure.headers)


def body_of(request: HttpRequest) -> dict[str, Any]:
    """The JSON object that an agent sent; what is no number there is null, and NUL, which no database takes, goes."""
    text = request.body.replace(b"\\u0000", b"")
    try:
        body = json.loads(text or b"{}", parse_constant=lambda _: None)
    except (ValueError, RecursionError):
        raise Invalid("The body is not JSON.") from None
    if not isinstance(body, dict):
        raise Invalid("The body is not a JSON object.")
    return body


def done(request: HttpRequest | None = None, caller: Caller | None = None) -> HttpResponse:
    return HttpResponse(status=204)


def _nothing(request: HttpRequest, caller: Caller) -> HttpResponse:
    """A deleted agent may say what it likes and gets nothing new."""
    return refused(NO_SUCH) if request.method in ("GET", "HEAD") else done()
