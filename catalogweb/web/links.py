"""Where the pages of things are that the change log and plans name, as far as they still exist."""

import re
from collections import defaultdict
from collections.abc import Iterable

from django.db.models import Model
from django.urls import reverse

from catalogweb.agents.models import Agent
from catalogweb.application_templates.models import ApplicationTemplate
from catalogweb.catalog.models import CatalogItem, Registry
from catalogweb.configuration.models import ConfigMap, Secret, VolumeMount
from catalogweb.core.text import as_id, typed
from catalogweb.deployments.models import Application, Deployment, Microservice
from catalogweb.edge_resources.models import EdgeResource

Thing = tuple[str, str]
# Object type -> model, the column that the change log knows it by, the page, and the column that its URL holds.
PAGES: dict[str, tuple[type[Model], str, str, str]] = {
    "agent": (Agent, "uuid", "web:agent-detail", "uuid"),
    "application": (Application, "pk", "web:application-detail", "name"),
    "application template": (ApplicationTemplate, "pk", "web:template-detail", "pk"),
    "catalog item": (CatalogItem, "pk", "web:catalog-item", "pk"),
    "config map": (ConfigMap, "pk", "web:config-map-detail", "pk"),
    "deployment": (Deployment, "pk", "web:deployment-detail", "pk"),
    "edge resource": (EdgeResource, "pk", "web:edge-resource-detail", "pk"),
    "microservice": (Microservice, "uuid", "web:microservice-detail", "uuid"),
    "registry": (Registry, "pk", "web:registry-detail", "pk"),
    "secret": (Secret, "pk", "web:secret-detail", "pk"),
    "volume mount": (VolumeMount, "uuid", "web:volume-mount-detail", "uuid"),
}


def type_of(kind: str) -> str:
    """The change log's name for a manifest's kind: "catalog item" for CatalogItem."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", kind).lower()


def links_to(things: Iterable[Thing]) -> dict[Thing, str]:
    """The URL of each (object type, object id) that has a page; one statement per type, however many there are."""
    ids = defaultdict(set)
    for object_type, object_id in things:
        if object_type in PAGES and object_id:
            ids[object_type].add(object_id)
    return {
        (object_type, object_id): url for object_type in ids for object_id, url in _found(object_type, ids[object_type])
    }


def _found(object_type: str, ids: Iterable[str]) -> Iterable[Thing]:
    model, key, page, argument = PAGES[object_type]
    wanted = [typed(one) for one in ids if key == "uuid" or as_id(one)]
    rows = model._default_manager.filter(**{f"{key}__in": wanted}).values_list(key, argument)
    return [(str(found), reverse(page, args=[value])) for found, value in rows]
