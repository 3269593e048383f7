"""Refusals that no form could show, as a page or, for htmx, as a notice."""

from django.http import HttpResponse
from django.shortcuts import render
from django_htmx.http import reswap, retarget

from catalogweb.core.errors import Busy, Forbidden, NotFound, Refusal, Throttled
from catalogweb.web.render import wants_fragment
from catalogweb.web.requests import PageRequest

# kind -> (status, heading)
PAGES: dict[type[Refusal], tuple[int, str]] = {
    Forbidden: (403, "You may not do this"),
    NotFound: (404, "Not found"),
    Throttled: (429, "Too many attempts"),
    Busy: (503, "Try again in a moment"),
    Refusal: (409, "This was not done"),
}


def refused(request: PageRequest, refusal: Refusal) -> HttpResponse:
    """The refusal's sentences; a fragment goes above the page's content, whatever asked for it."""
    status, heading = next(page for kind, page in PAGES.items() if isinstance(refusal, kind))
    context = {"refusal": refusal, "heading": heading}
    if wants_fragment(request.htmx):
        notice = render(request, "errors/_refusal.html", context, status=status)
        return reswap(retarget(notice, "#refusal"), "innerHTML")
    return render(request, "errors/refused.html", context, status=status)
