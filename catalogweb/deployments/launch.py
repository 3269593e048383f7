"""Deploying and editing for doors that know names and images only: what is missing is made along, or nothing is."""

from typing import Any

from django.db import transaction

from catalogweb.catalog.models import CatalogItem, Registry, Revision
from catalogweb.catalog.services import Images, own_revision
from catalogweb.core.errors import Refusal
from catalogweb.core.rights import Actor, Right, require
from catalogweb.deployments.applications import create_application
from catalogweb.deployments.models import Application, Deployment, Microservice
from catalogweb.deployments.services import deploy, edit_microservice


@transaction.atomic
def launch(
    *,
    by: Actor,
    application: str,
    item: CatalogItem | None = None,
    images: Images | None = None,
    registry: Registry | None = None,
    **deployment: Any,
) -> Deployment:
    """Deploy an item, or own `images` of a `registry`, in the application of this name, which may be new."""
    require(by, Right.CHANGE)
    home = Application.objects.filter(name=application).first() or _new_application(by, application)
    revision = (item and item.current) or _own(by, images, registry)
    return deploy(by=by, application=home, revision=revision, **deployment)[0].deployment


def _new_application(by: Actor, name: str) -> Application:
    try:
        return create_application(by=by, name=name)
    except Refusal as refusal:
        refusal.field = "application"
        raise


@transaction.atomic
def edit_with_images(
    *,
    by: Actor,
    microservice: Microservice,
    revision: Revision | None = None,
    images: Images | None = None,
    registry: Registry | None = None,
    **changes: Any,
) -> Microservice:
    """Edit a microservice; given `images` become its own, unless they are what it has already."""
    if images:
        revision = _own(by, images, registry, microservice.revision)
    return edit_microservice(by=by, microservice=microservice, revision=revision, **changes)


def _own(by: Actor, images: Images | None, registry: Registry | None, now: Revision | None = None) -> Revision:
    assert registry is not None, "own images come with their registry"
    return own_revision(by=by, images=images or {}, registry=registry, now=now)
