"""Routes in documents: one of their own, or in an application's list."""

from dataclasses import dataclass

from catalogweb.deployments.manifests.fields import Fields
from catalogweb.deployments.manifests.reader import Document
from catalogweb.deployments.routes import RouteWish


@dataclass
class RouteSpec:
    document: Document
    application: str
    wish: RouteWish

    @property
    def name(self) -> str:
        return self.wish.full_name


def read_route(root: Fields, name: str) -> RouteSpec:
    spec = root.section("spec")
    spec.known(["name", "application", "from", "to"])
    application, _, rest = (spec.text("name") or name).rpartition("/")
    application = application or name.rpartition("/")[0] or spec.text("application")
    if not application:
        spec.fault("application", "The application is missing: add spec.application, or name it application/route.")
    return RouteSpec(root.document, application, _wish(spec, rest))


def read_routes(spec: Fields) -> list[RouteWish] | None:
    """None when none are written: then those there are stay."""
    sections = spec.sections("routes")
    if sections is None:
        return None
    for section in sections:
        section.known(["name", "from", "to"])
    return [_wish(section, section.text("name")) for section in sections]


def _wish(fields: Fields, name: str) -> RouteWish:
    return RouteWish(fields.text("from", required=True), fields.text("to", required=True), name, fields.path)
