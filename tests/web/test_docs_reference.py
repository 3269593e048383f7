"""The references in the documentation say what the code does: every field of manifests, every endpoint."""

import re
from collections import defaultdict

import pytest
from django.urls import reverse

from catalogweb.core.states import STATES
from catalogweb.deployments.manifests.fields import Fields
from catalogweb.deployments.manifests.reader import read
from catalogweb.deployments.manifests.specs import READERS, understand
from catalogweb.web.docs.pages import FOLDER
from catalogweb.web.docs.rest import TITLES, families

# Everything that holds something of its own, once, so that each reader looks for its fields.
CONTAINER = "container: {env: [{}], ports: [{}], volumes: [{}], extraHosts: [{}]}"
SPECS = {
    "Application": "{routes: [{}], template: {name: t, variables: [{}]}}",
    "ApplicationTemplate": "{variables: [{}], application: {microservices: [], routes: []}}",
    "EdgeResource": "{interface: {endpoints: [{}]}, display: {}}",
    "Microservice": f"{{agent: {{}}, images: {{}}, {CONTAINER}}}",
}
ROW = re.compile(r"^\| `([^`]+)` \|", re.MULTILINE)


def _documented() -> dict[str, set[str]]:
    """Kind -> the fields that its part of the page names; "" is the part about every document."""
    found = {}
    for part in re.split(r"^## ", (FOLDER / "manifests.md").read_text(), flags=re.MULTILINE)[1:]:
        title = part.partition("\n")[0]
        found["" if title == "Every document" else title] = set(ROW.findall(part))
    return found


@pytest.fixture
def known(monkeypatch) -> dict[str, set[str]]:
    """Kind -> every field that its reader knows, as the readers themselves say it."""
    found: defaultdict[str, set[str]] = defaultdict(set)

    def note(fields, keys, ignored=()):
        path = re.sub(r"\[\d+\]", "[]", fields.path)
        found[fields.document.kind] |= {f"{path}.{key}".lstrip(".") for key in keys}

    monkeypatch.setattr(Fields, "known", note)
    for kind in READERS:
        [document] = read(f"apiVersion: iofog.org/v3\nkind: {kind}\nmetadata: {{}}\nspec: {SPECS.get(kind, '{}')}\n")
        understand(document)
    return found


def test_manifest_reference_names_every_field_and_no_other(known):
    documented = _documented()
    common = documented[""]

    for kind in READERS:
        assert documented[kind] == known[kind] - common, kind
    assert common == set.intersection(*known.values())


def test_concepts_name_every_state(viewer):
    page = viewer.get("/docs/concepts/").content.decode()

    assert [word for word in STATES if f">{word}</td>" not in page] == []


def test_every_family_of_endpoints_has_a_title_and_a_page(viewer):
    for family in families().values():
        page = viewer.get(reverse("web:docs-rest", args=[family.slug]))
        assert page.status_code == 200
        assert family.title in TITLES.values(), f"{family.title} needs a title for people"


def test_rest_reference_shows_bodies_answers_and_needs(viewer):
    page = re.sub(r"\s+", " ", viewer.get("/docs/rest/registries/").content.decode())

    assert "POST</span> /api/v3/registries" in page
    assert "A registry with user name and password is private" in page
    assert '<dt class="mono">email</dt><dd>e-mail address <strong>needed</strong></dd>' in page
    assert '<dt class="mono">registries[].userEmail</dt><dd>text</dd>' in page


def test_an_unknown_family_is_not_found(viewer):
    assert viewer.get("/docs/rest/nowhere/").status_code == 404
