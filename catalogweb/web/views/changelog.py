"""The change log: who changed what, through which door."""

from django.apps import apps
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.text import capfirst
from django.views.decorators.http import require_safe

from catalogweb.changelog.models import Door, Entry, Event
from catalogweb.changelog.words import ACTIONS, action_alone
from catalogweb.web.links import links_to
from catalogweb.web.lists import Filter, exact_filters, page_of, within_days
from catalogweb.web.render import render_page
from catalogweb.web.requests import PageRequest

EXACT = ("actor", "request", "object")


COLUMNS = {
    "object_type": "type", "object_id": "object", "action": "action", "door": "door", "actor": "actor",
    "request_id": "request",
}  # fmt: skip


@require_safe
def changelog_list(request: PageRequest) -> HttpResponse:
    asked = {name: request.GET.get(name, "") for name in ("q", "type", "action", "door", *EXACT)}
    given = {column: asked[name] for column, name in COLUMNS.items() if asked[name]}
    entries, days = within_days(request, Entry.objects.matching(asked["q"]).filter(**given))
    page = page_of(request, entries)
    links = links_to((entry.object_type, entry.object_id) for entry in page.object_list)
    for entry in page.object_list:
        entry.link = links.get((entry.object_type, entry.object_id), "")
    filters = [*_filters(asked), *days]
    context = {"page": page, "query": asked["q"], "filters": filters, "exact": exact_filters(request, EXACT)}
    return render_page(request, "changelog/list.html", context, partial="changelog/_table.html")


def _filters(asked: dict[str, str]) -> list[Filter]:
    return [
        Filter("type", "Object", asked["type"], [(name, name.capitalize()) for name in _types()]),
        Filter("action", "Action", asked["action"], [(name, capfirst(action_alone(name))) for name in ACTIONS]),
        Filter("door", "Door", asked["door"], Door.choices),
    ]


def _types() -> list[str]:
    """What can be changed: whatever says which of its fields are logged."""
    return sorted(str(model._meta.verbose_name) for model in apps.get_models() if hasattr(model, "LOGGED"))


@require_safe
def changelog_entry(request: PageRequest, pk: int) -> HttpResponse:
    """One change in full, and the request that made it if that came over REST."""
    entry = get_object_or_404(Entry, pk=pk)
    event = Event.objects.filter(request_id=entry.request_id).first() if request.user.may_administer else None
    thing = (entry.object_type, entry.object_id)
    context = {"entry": entry, "link": links_to([thing]).get(thing, ""), "event": event}
    return render(request, "changelog/entry.html", context)
