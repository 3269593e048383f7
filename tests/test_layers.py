"""Imports go down only. The table is the architecture; this reads every module against it."""

import ast
import re
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "catalogweb"

# Each part may import the parts named behind it, and nothing else of the product.
MAY_IMPORT = {
    "core": set(),
    "changelog": {"core", "jobs"},
    "jobs": {"core"},
    "accounts": {"changelog", "core", "jobs"},
    "agents": {"changelog", "core", "jobs"},
    "controller": {"changelog", "core", "jobs"},
    "configuration": {"agents", "changelog", "core", "jobs"},
    "edge_resources": {"agents", "changelog", "core", "jobs"},
    "catalog": {"agents", "changelog", "core", "jobs"},
    "application_templates": {"changelog", "core"},
    "deployments": {
        "application_templates",
        "catalog",
        "configuration",
        "edge_resources",
        "agents",
        "changelog",
        "core",
        "jobs",
    },  # fmt: skip
    "maintenance": {"deployments", "catalog", "agents", "changelog", "core", "jobs"},
    "history": {"deployments", "agents", "changelog", "core", "jobs"},
    "edge": set(),
}
BELOW_THE_DOORS = {
    "history", "maintenance", "deployments", "application_templates", "catalog", "configuration", "edge_resources", "agents",
    "controller", "accounts", "changelog", "core", "jobs",
}  # fmt: skip
MAY_IMPORT |= dict.fromkeys(("web", "api", "backoffice"), BELOW_THE_DOORS)
DOORS = ("web", "api", "backoffice", "commands")
# Commands start the edge agent and simulate fleets of it; the figures are taken beside the whole product's urls, on its
# server.
MAY_IMPORT["commands"] = BELOW_THE_DOORS | {"edge", "rsgi", "urls"}


def modules():
    return sorted(path for path in PACKAGE.rglob("*.py") if "migrations" not in path.parts)


def imported_parts(path):
    """The parts of catalogweb that a module imports, wherever in the module."""
    for node in ast.walk(ast.parse(path.read_text())):
        names = []
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} uses a relative import"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        for name in names:
            head, *rest = name.split(".")
            if head == "catalogweb" and rest:
                yield rest[0]


def part_of(path):
    return path.relative_to(PACKAGE).parts[0]


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_module_imports_only_what_lies_below(path):
    part = part_of(path)
    if part.endswith(".py"):
        assert path.stem in {"__init__", "rsgi", "settings", "urls", "wsgi"}, f"{path.name} belongs into a part"
        return
    allowed = MAY_IMPORT[part] | {part}
    assert set(imported_parts(path)) <= allowed


def test_every_part_has_a_place_in_the_table():
    parts = {path.name for path in PACKAGE.iterdir() if path.is_dir() and path.name != "__pycache__"}
    assert parts == set(MAY_IMPORT)


def test_edge_agent_imports_no_django():
    for path in (PACKAGE / "edge").rglob("*.py"):
        assert "django" not in path.read_text().replace("django_", ""), f"{path} mentions Django"


def test_the_words_of_the_wire_stay_at_the_rest_door():
    for path in modules():
        if part_of(path) in BELOW_THE_DOORS | {"web", "backoffice"}:
            names = {node.id for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Name)}
            assert not {name for name in names if "iofog" in name.lower() or "fog_type" in name.lower()}, path


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_doors_change_rows_only_through_services_that_tell_agents(path):
    if part_of(path) in DOORS:
        assert not re.findall(r"\bedit_\w+_row\b", path.read_text())


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_module_is_short_enough_to_read(path):
    assert len(path.read_text().splitlines()) <= 300
