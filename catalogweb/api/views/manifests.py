"""Manifests over HTTP: YAML as it is, or as a text in JSON."""

from typing import Any, TypedDict

from catalogweb.api.fields import Shape, Text
from catalogweb.api.parsers import JSONParser, ManifestParser
from catalogweb.api.routes import Call, Route
from catalogweb.deployments.manifests import apply, plan


class Manifest(Shape):
    manifest = Text(required=True)


class PlanReply(TypedDict):
    counts: dict[str, int]
    changes: list[dict[str, Any]]


def manifest_apply(call: Call) -> dict[str, Any]:
    """Apply every document or none; `dry_run=1` only says what would change, `stay=1` leaves what runs on its revision."""
    act = plan if call.asks("dry_run") else apply
    return act(call.given["manifest"], by=call.by, move_running=not call.asks("stay")).as_json()


PARSERS = {"/manifests": [JSONParser, ManifestParser]}
ROUTES = [Route("POST", "/manifests", manifest_apply, takes=Manifest, gives=PlanReply, query=("dry_run", "stay"))]
