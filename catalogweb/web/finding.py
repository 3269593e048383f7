"""Finding things by name from anywhere: a handful of each kind, in one statement a kind."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, Q, QuerySet
from django.urls import reverse

from catalogweb.accounts.models import User
from catalogweb.agents.models import Agent
from catalogweb.application_templates.models import ApplicationTemplate
from catalogweb.catalog.models import CatalogItem, Registry
from catalogweb.configuration.models import ConfigMap, Secret, VolumeMount
from catalogweb.core.text import number_in
from catalogweb.deployments.models import Application, Deployment, Microservice
from catalogweb.edge_resources.models import EdgeResource
from catalogweb.web.links import PAGES

EACH = 6


@dataclass(frozen=True)
class Hit:
    kind: str
    name: str
    detail: str
    link: str


@dataclass(frozen=True)
class Kind:
    """`columns` are searched for the whole query; `has_number`: the id is what people call it by."""

    model: type[Model]
    columns: tuple[str, ...] = ("name",)
    detail: Callable[[Any], str] = lambda found: ""
    related: tuple[str, ...] = ()
    has_number: bool = False

    @property
    def noun(self) -> str:
        return str(self.model._meta.verbose_name)

    def _number(self, query: str) -> int | None:
        """Of "3" and "registry 3" for a registry."""
        *words, last = query.lower().split()
        return number_in(last.lstrip("#")) if all(word in self.noun for word in words) else None

    def hits(self, query: str) -> list[Hit]:
        wanted = Q(*((f"{column}__icontains", query) for column in self.columns), _connector=Q.OR)
        if self.has_number and (number := self._number(query)) is not None:
            wanted |= Q(pk=number)
        rows: QuerySet[Any] = self.model._default_manager.filter(wanted).order_by(self.columns[0], "pk")
        rows = rows.select_related(*self.related) if self.related else rows
        return [Hit(self.noun, str(row), self.detail(row), _page_of(row, self.noun)) for row in rows[:EACH]]


def _page_of(row: Any, noun: str) -> str:
    if isinstance(row, User):
        return reverse("web:user-edit", args=[row.pk])
    _, _, page, argument = PAGES[noun]
    return reverse(page, args=[getattr(row, argument)])


KINDS = (
    Kind(Agent, ("name", "uuid"), lambda agent: agent.location),
    Kind(CatalogItem, detail=lambda item: f"item {item.pk}", has_number=True),
    Kind(Registry, ("url", "username"), lambda registry: f"registry {registry.pk}", has_number=True),
    Kind(Application),
    Kind(Microservice, ("name", "uuid"), lambda found: f"on {found.agent.name}", ("application", "agent")),
    Kind(Deployment, detail=lambda deployment: f"deployment {deployment.pk}", has_number=True),
    Kind(ApplicationTemplate),
    Kind(Secret),
    Kind(ConfigMap),
    Kind(VolumeMount),
    Kind(EdgeResource, ("name", "display_name"), lambda resource: resource.version),
)
USERS = Kind(User, ("email",), lambda user: user.get_role_display())


def things_for(by: User, query: str) -> list[Hit]:
    """What this person may see of what has `query` in its name."""
    kinds = (*KINDS, USERS) if by.may_administer else KINDS
    return [hit for kind in kinds for hit in kind.hits(query)] if query else []
