"""Refusals that no form could show, as a page or, for htmx, as a notice."""

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views import defaults
from django_htmx.http import reswap, retarget

from catalogweb.core.errors import Busy, Forbidden, NotFound, Refusal, Throttled
from catalogweb.web.render import wants_fragment
from catalogweb.web.requests import PageRequest

# kind -> (status, heading, what to do next)
PAGES: dict[type[Refusal], tuple[int, str, str]] = {
    Forbidden: (403, "You may not do this", "Ask a superuser for another role, or somebody who has it to do this."),
    NotFound: (404, "Not found", "Whether somebody deleted it, and who, is in the change log."),
    Throttled: (429, "Too many attempts", "Nothing is lost: wait, then send it again."),
    Busy: (
        503,
        "Try again in a moment",
        "Nothing was changed. Go back and send it again; what you typed is still there.",
    ),
    Refusal: (409, "This was not done", "Nothing was changed. Go back: what you typed is still there."),
}
# In seconds: how soon it is worth asking a database again that does not answer.
AWAY = 10


def refused(request: PageRequest, refusal: Refusal) -> HttpResponse:
    """The refusal's sentences; a fragment goes above the page's content, whatever asked for it."""
    status, heading, advice = next(page for kind, page in PAGES.items() if isinstance(refusal, kind))
    context = {"refusal": refusal, "heading": heading, "advice": advice, "status": status}
    if wants_fragment(request.htmx):
        notice = render(request, "errors/_refusal.html", context, status=status)
        answer = reswap(retarget(notice, "#refusal"), "innerHTML")
    else:
        answer = render(request, "errors/refused.html", context, status=status)
    if isinstance(refusal, Throttled | Busy):
        answer.headers["Retry-After"] = str(refusal.seconds)
    return answer


def server_error(request: HttpRequest) -> HttpResponse:
    """A page that needs nothing: a database that does not answer is told apart from a fault of ours."""
    if not isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        return defaults.server_error(request)
    return HttpResponse(render_to_string("503.html"), status=503, headers={"Retry-After": str(AWAY)})
