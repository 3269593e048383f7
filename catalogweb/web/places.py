"""Where people can go and what they can begin from anywhere: one table for the palette, the keys and the search page."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse

from catalogweb.core.rights import Actor, Right


@dataclass(frozen=True)
class Place:
    """`key` goes there after `g`; `words` are others that people search by."""

    name: str
    label: str
    icon: str
    key: str = ""
    right: Right = Right.READ
    words: str = ""

    @property
    def link(self) -> str:
        return reverse(self.name if ":" in self.name else f"web:{self.name}")


PAGES = (
    Place("overview", "Overview", "gauge", "o", words="home start"),
    Place("catalog-list", "Catalog", "library", "c", words="items images"),
    Place("registry-list", "Registries", "database", "r", words="passwords credentials"),
    Place("agent-list", "Agents", "cpu", "a", words="devices nodes fleet"),
    Place("edge-resource-list", "Edge resources", "webcam", "e"),
    Place("application-list", "Applications", "layers", "p"),
    Place("template-list", "Templates", "layout-template", "t", words="application templates"),
    Place("microservice-list", "Microservices", "boxes", "m", words="containers"),
    Place("deployment-list", "Deployments", "rocket", "d"),
    Place("manifests", "Manifests", "file-code", "y", words="yaml apply"),
    Place("changelog-list", "Change log", "history", "l", words="who changed audit"),
    Place("secret-list", "Secrets", "lock", "s"),
    Place("config-map-list", "Config maps", "sliders-horizontal", "f"),
    Place("volume-mount-list", "Volume mounts", "folder-symlink", "v"),
    Place("docs", "Documentation", "book-open", "h", words="help reference"),
    Place("account", "My account", "circle-user", words="password profile"),
    Place("token-list", "My tokens", "key-round", words="api"),
    Place("user-list", "Users", "users", "u", Right.ADMINISTER),
    Place("event-list", "Events", "activity", "", Right.ADMINISTER, "requests audit"),
    Place("controller-settings", "Settings", "settings", "", Right.ADMINISTER, "default router values"),
    Place("admin:index", "Django admin", "shield", "", Right.ADMINISTER),
)
ACTIONS = (
    Place("deploy", "Deploy", "rocket", right=Right.CHANGE, words="run place microservice item"),
    Place("agent-create", "Add agent", "plus", right=Right.CHANGE, words="new device"),
    Place("catalog-create", "Create catalog item", "plus", right=Right.CHANGE, words="new image add"),
    Place("registry-create", "Add registry", "plus", right=Right.CHANGE, words="new private"),
    Place("application-create", "Create application", "plus", right=Right.CHANGE, words="new add"),
    Place("template-create", "Create application template", "plus", right=Right.CHANGE, words="new add"),
    Place("secret-create", "Add secret", "plus", right=Right.CHANGE, words="new"),
    Place("config-map-create", "Add config map", "plus", right=Right.CHANGE, words="new"),
    Place("volume-mount-create", "Add volume mount", "plus", right=Right.CHANGE, words="new"),
    Place("edge-resource-create", "Add edge resource", "plus", right=Right.CHANGE, words="new"),
    Place("password", "Change my password", "key-round"),
    Place("user-create", "Add user", "plus", right=Right.ADMINISTER, words="new person account"),
)


def open_to(by: Actor, places: Iterable[Place]) -> list[Place]:
    return [place for place in places if by.may(place.right)]


def places_for(by: Actor, query: str) -> list[Place]:
    """The pages and actions of this person that hold all words of `query`."""
    words = query.lower().split()
    mine = open_to(by, (*PAGES, *ACTIONS))
    return [place for place in mine if all(word in f"{place.label} {place.words}".lower() for word in words)]
