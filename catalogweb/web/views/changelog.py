"""The change log: who changed what, through which door."""

from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from catalogweb.changelog.models import Door, Entry
from catalogweb.web.lists import Filter, page_of
from catalogweb.web.render import render_page
from catalogweb.web.requests import PageRequest

TYPES = (
    "agent",
    "application",
    "application template",
    "catalog item",
    "config map",
    "deployment",
    "microservice",
    "registry",
    "secret",
    "volume mount",
    "user",
    "access token",
)
ACTIONS = ("create", "update", "delete", "rebuild", "give key", "provision", "deprovision")
# Object type -> (URL name, what the URL holds); the rest has no page of its own.
PAGES = {
    "agent": ("web:agent-detail", "object_id"),
    "application": ("web:application-detail", "object_label"),
    "application template": ("web:template-detail", "object_id"),
    "catalog item": ("web:catalog-item", "object_id"),
    "config map": ("web:config-map-detail", "object_id"),
    "deployment": ("web:deployment-detail", "object_id"),
    "microservice": ("web:microservice-detail", "object_id"),
    "registry": ("web:registry-detail", "object_id"),
    "secret": ("web:secret-detail", "object_id"),
    "volume mount": ("web:volume-mount-detail", "object_id"),
}
EXACT = ("actor", "request")


@require_safe
def changelog_list(request: PageRequest) -> HttpResponse:
    asked = {name: request.GET.get(name, "") for name in ("q", "type", "action", "door", *EXACT)}
    columns = {"object_type": "type", "action": "action", "door": "door", "actor": "actor", "request_id": "request"}
    given = {column: asked[name] for column, name in columns.items() if asked[name]}
    page = page_of(request, Entry.objects.matching(asked["q"]).filter(**given))
    for entry in page.object_list:
        entry.link = _link(entry)
    context = {"page": page, "query": asked["q"], "filters": _filters(asked), "exact": _exact(request, asked)}
    return render_page(request, "changelog/list.html", context, partial="changelog/_table.html")


def _filters(asked: dict[str, str]) -> list[Filter]:
    return [
        Filter("type", "Object", asked["type"], [(name, name.capitalize()) for name in TYPES]),
        Filter("action", "Action", asked["action"], [(name, name.capitalize()) for name in ACTIONS]),
        Filter("door", "Door", asked["door"], Door.choices),
    ]


def _exact(request: PageRequest, asked: dict[str, str]) -> list[dict[str, Any]]:
    """What a click on a name or a request narrowed the list to, each with the link that widens it again."""
    chips = []
    for name in EXACT:
        query = request.GET.copy()
        query.pop(name, None)
        query.pop("page", None)
        if asked[name]:
            chips.append({"name": name, "value": asked[name], "link": f"{request.path}?{query.urlencode()}"})
    return chips


def _link(entry: Entry) -> str:
    """The page of what was changed, unless it is gone by this very change."""
    if entry.object_type not in PAGES or entry.action == "delete":
        return ""
    name, column = PAGES[entry.object_type]
    return reverse(name, args=[getattr(entry, column)])
