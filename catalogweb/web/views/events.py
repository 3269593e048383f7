"""Events, for superusers: who asked for which change over REST, and what came of it."""

from collections.abc import Iterable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from catalogweb.changelog.events import forget_events
from catalogweb.changelog.models import Event
from catalogweb.core.rights import Right, require
from catalogweb.core.text import counted
from catalogweb.web.forms.events import ForgetForm
from catalogweb.web.lists import Filter, exact_filters, page_of, within_days
from catalogweb.web.render import render_page
from catalogweb.web.requests import PageRequest, posted

OUTCOMES = [("done", "Done"), ("refused", "Refused or failed")]
METHODS = ("POST", "PUT", "PATCH", "DELETE")
COLUMNS = {"method": "method", "subject": "subject", "actor": "actor", "request_id": "request"}


@require_safe
def event_list(request: PageRequest) -> HttpResponse:
    require(request.user, Right.ADMINISTER)
    asked = {name: request.GET.get(name, "") for name in ("q", "outcome", *COLUMNS.values())}
    events = Event.objects.matching(asked["q"]).filter(**{c: asked[name] for c, name in COLUMNS.items() if asked[name]})
    if asked["outcome"] in dict(OUTCOMES):
        events = events.succeeded() if asked["outcome"] == "done" else events.failed()
    events, days = within_days(request, events)
    filters = [
        Filter("outcome", "Outcome", asked["outcome"], OUTCOMES),
        Filter("method", "Method", asked["method"], [(method, method) for method in METHODS]),
        Filter("subject", "About", asked["subject"], _subjects),
        *days,
    ]
    exact = exact_filters(request, ("actor", "request"))
    context = {"page": page_of(request, events), "query": asked["q"], "filters": filters, "exact": exact}
    return render_page(request, "events/list.html", context, partial="events/_table.html")


def _subjects() -> Iterable[tuple[str, str]]:
    found = Event.objects.order_by("subject").values_list("subject", flat=True).distinct()
    return [(subject, subject.capitalize()) for subject in found]


@require_http_methods(["GET", "HEAD", "POST"])
def event_delete(request: PageRequest) -> HttpResponse:
    require(request.user, Right.ADMINISTER)
    form = ForgetForm(posted(request))
    if form.submit(forget_events, by=request.user):
        messages.success(request, f"{counted(form.result[0], 'event')} deleted.")
        return redirect("web:event-list")
    return render(request, "events/delete.html", {"form": form})
