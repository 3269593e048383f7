"""Every failure at this door becomes one JSON object: a name that clients look for, and a sentence."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import (
    BadRequest,
    DisallowedHost,
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
)
from django.http import Http404, HttpRequest, JsonResponse, UnreadablePostError
from rest_framework import exceptions as rest
from rest_framework.response import Response

from catalogweb.accounts.by_mail import MailIsOff
from catalogweb.changelog.door import current
from catalogweb.core import errors
from catalogweb.core.storing import collision

logger = logging.getLogger(__name__)
NO_SUCH = "There is no such path or method here."


class LoginFailed(errors.Refusal):
    """Wrong credentials, as opposed to none."""


class AlreadyThere(errors.Refusal):
    """A duplicate that clients expect to hear of as a bad request."""


@dataclass(frozen=True)
class Failure:
    """Status, name and message of a refused or failed request, and what else to send."""

    status: int
    name: str
    message: str
    more: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def body(self) -> dict[str, Any]:
        return {"name": self.name, "message": self.message, **self.more}


@contextmanager
def built_in_said_as(sentence: str) -> Iterator[None]:
    """Clients look for the wire's own words when something built in is not to be changed."""
    try:
        yield
    except errors.Protected as refusal:
        raise errors.Protected(sentence, field=refusal.field) from None


# The first class that fits decides.
REFUSALS: list[tuple[type[Exception], int, str]] = [
    (LoginFailed, 401, "InvalidCredentialsError"),
    (MailIsOff, 400, "EmailActivationSetupError"),
    (AlreadyThere, 400, "DuplicatePropertyError"),
    (errors.NotFound, 404, "NotFoundError"),
    (errors.Duplicate, 409, "DuplicatePropertyError"),
    (errors.Conflict, 409, "ConflictError"),
    (errors.Forbidden, 403, "ForbiddenError"),
    (errors.Throttled, 429, "ThrottledError"),
    (errors.Busy, 503, "BusyError"),
    (errors.Refusal, 400, "ValidationError"),
    (rest.NotAuthenticated, 401, "AuthenticationError"),
    (rest.AuthenticationFailed, 401, "AuthenticationError"),
    (rest.PermissionDenied, 403, "ForbiddenError"),
    (rest.NotFound, 404, "NotFoundError"),
    (rest.APIException, 400, "ValidationError"),
    (Http404, 404, "NotFoundError"),
    (PermissionDenied, 403, "ForbiddenError"),
    (RequestDataTooBig, 413, "ValidationError"),
    (SuspiciousOperation, 400, "ValidationError"),
    (BadRequest, 400, "ValidationError"),
    (UnreadablePostError, 400, "ValidationError"),
]


def failure_of(error: Exception) -> Failure:
    """What to answer; anything unforeseen is logged and answered without a word about its inside."""
    error = collision(error) or error
    for kind, status, name in REFUSALS:
        if isinstance(error, kind):
            return Failure(status, name, _sentence(error), _more(error), _headers(error))
    request_id = current().request_id
    logger.error("Request %s failed", request_id, exc_info=error)
    return Failure(500, "InternalError", f"Something went wrong here; the log knows it as request {request_id}.")


def _sentence(error: Exception) -> str:
    if isinstance(error, errors.Refusal):
        return error.message
    if isinstance(error, rest.ValidationError):
        return first_fault(error.detail)
    if isinstance(error, rest.NotAuthenticated):
        return "authorization failed: sign in first, and send the token in the Authorization header."
    if isinstance(error, Http404):
        return NO_SUCH
    if isinstance(error, DisallowedHost):
        return "The name in the Host header is not served here; CATALOGWEB_PUBLIC_URL says which one is."
    if isinstance(error, RequestDataTooBig):
        return "The body is too large."
    return str(error.detail) if isinstance(error, rest.APIException) else "The request cannot be read."


def _more(error: Exception) -> dict[str, Any]:
    more: dict[str, Any] = {}
    if isinstance(error, errors.Refusal) and len(error.messages) > 1:
        more["messages"] = error.messages
    if isinstance(error, errors.Refusal) and error.faults:
        more["faults"] = [fault.as_json() for fault in error.faults]
    if isinstance(error, errors.InUse) and error.users:
        more["users"] = error.users
    return more


def _headers(error: Exception) -> dict[str, str]:
    return {"Retry-After": str(error.seconds)} if isinstance(error, errors.Throttled | errors.Busy) else {}


def first_fault(detail: Any, path: str = "") -> str:
    """The first fault of a body in the wire's words: `Required field 'images[0].fogTypeId' is missing`."""
    if isinstance(detail, dict):
        key, inner = next(iter(detail.items()))
        if isinstance(key, int):
            return first_fault(inner, f"{path}[{key}]")
        own = key == "non_field_errors"
        return first_fault(inner, path if own else f"{path}.{key}" if path else key)
    if isinstance(detail, list):
        position = next(number for number, inner in enumerate(detail) if inner)
        nested = isinstance(detail[position], dict)
        return first_fault(detail[position], f"{path}[{position}]" if nested else path)
    if getattr(detail, "code", "") == "required":
        return f"Required field '{path}' is missing"
    return str(detail).replace("$path", path)


def envelope(error: Exception, context: dict[str, Any]) -> Response:
    """What REST framework calls for every exception of a view."""
    failure = failure_of(error)
    return Response(failure.body, status=failure.status, headers=failure.headers)


def trouble(request: HttpRequest, exception: Exception | None = None) -> JsonResponse:
    """What Django calls for a request below /api that reached no view, or failed around one."""
    failure = failure_of(exception) if exception else Failure(500, "InternalError", "Something went wrong here.")
    return JsonResponse(failure.body, status=failure.status, headers=failure.headers)
