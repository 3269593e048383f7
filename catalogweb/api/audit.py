"""One event for each request of a user that is to change something, whatever comes of it."""

import logging
from collections.abc import Mapping
from typing import Any

from django.db import DatabaseError
from django.http.response import HttpResponseBase
from rest_framework.request import Request

from catalogweb.accounts.models import User
from catalogweb.changelog.events import note_event

logger = logging.getLogger(__name__)
READING = ("GET", "HEAD", "OPTIONS")
# The first part of a path -> what it is about, in the product's words.
SUBJECTS = {
    "iofog": "agent",
    "microservices": "microservice",
    "application": "application",
    "flow": "application",
    "applicationtemplate": "application template",
    "catalog": "catalog item",
    "registries": "registry",
    "deployments": "deployment",
    "manifests": "manifest",
    "secrets": "secret",
    "configmaps": "config map",
    "volumemounts": "volume mount",
    "edgeresource": "edge resource",
    "routes": "route",
    "router": "router",
    "config": "setting",
    "user": "user",
    "roles": "role",
    "rolebindings": "role binding",
    "serviceaccounts": "service account",
    "events": "event",
}


def audit(request: Request, response: HttpResponseBase, path: Mapping[str, Any]) -> None:
    """Never the body, never the query, nothing that quotes them. What was done is done: trouble here is logged and spoils no answer."""
    if request.method in READING or not isinstance(request.user, User):
        return
    answer = getattr(response, "data", None)
    told = answer if isinstance(answer, Mapping) else {}
    try:
        note_event(
            by=request.user,
            method=request.method or "",
            path=request.path,
            subject=_subject(request.path),
            subject_id=_subject_id(path, told),
            address=request.META.get("REMOTE_ADDR", ""),
            status_code=response.status_code,
            # The failure's name alone: its sentence may quote what was sent.
            message=told.get("name", "") if response.status_code >= 400 else "",
        )
    except DatabaseError:
        logger.exception("The event of %s %s could not be written", request.method, request.path)


def _subject(path: str) -> str:
    """Of /api/v3/iofog/…, "agent"."""
    family = path.lower().strip("/").split("/")[2]
    return SUBJECTS.get(family, family)


def _subject_id(path: Mapping[str, Any], answer: Mapping[str, Any]) -> str:
    """What the path names, else what was made."""
    made = {} if "message" in answer else answer
    return next((str(one[name]) for one in (path, made) for name in ("uuid", "name", "id") if name in one), "")
