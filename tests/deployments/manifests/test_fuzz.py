"""Whatever is sent: a plan, or faults with a place and a sentence. Never anything else, and never a change."""

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from catalogweb.core.storing import is_storable
from catalogweb.deployments.manifests import ManifestRefused, Plan, plan
from catalogweb.deployments.manifests.reader import read
from tests.deployments.manifests.samples import CATALOG_ITEM, MENDED, REGISTRY

pytestmark = pytest.mark.django_db

VALID = REGISTRY + CATALOG_ITEM + MENDED
LINES = VALID.splitlines(keepends=True)
PIECES = [
    *LINES, "\n", "\t", " ", "- ", "  ", ": ", "? ", "&a ", "*a", "!!int ", "!!null ", "!x ", "| ", "> ", "{", "}", "[", "]",
    "'", '"', "\\", "#", "%YAML 1.1\n", "---\n", "...\n", "\r", "\ufeff", "\x85", "\u2028", "~", "<<: ", "0x", ".inf", "9" * 30,
    "  agents: [a, my-agent-name]\n", "  namePattern: '{agent}'\n", "  microservices:\n", "    - name: a\n", "  id: 4\n",
    "  isActivated: x\n", "    logSize: -1\n", "    memoryLimit: 1\n", "  schedule: 1e9\n", "null", "\x00", "\ud800", "é",
]  # fmt: skip
EDITS = st.lists(
    st.tuples(
        st.sampled_from(["insert", "delete", "replace", "swap"]), st.integers(0, 10_000), st.sampled_from(PIECES)
    ),
    min_size=1,
    max_size=4,
)
quick = settings(suppress_health_check=list(HealthCheck), deadline=None, max_examples=150)


def mutated(edits):
    """The valid text with pieces of it, and of YAML in general, put in wrong places."""
    parts = list(LINES)
    for act, place, piece in edits:
        at = place % len(parts)
        if act == "insert":
            inside = place % (len(parts[at]) + 1)
            parts[at] = parts[at][:inside] + piece + parts[at][inside:]
        elif act == "replace":
            parts[at] = piece
        elif act == "swap":
            parts[at], parts[at - 1] = parts[at - 1], parts[at]
        else:
            parts[at] = ""
    return "".join(parts)


def answer(text, by):
    try:
        return plan(text, by=by)
    except ManifestRefused as refused:
        assert all(fault.message and fault.document >= 1 and fault.line >= 1 for fault in refused.faults)
        assert all(is_storable(fault.as_json()) for fault in refused.faults)
        return refused


@quick
@given(edits=EDITS)
def test_mutated_manifest_is_planned_or_refused(operator, agent, edits):
    answer(mutated(edits), operator)


@quick
@given(text=st.text(max_size=60) | st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
@example("kind: [\n")
@example("!!map x")
@example("!!omap [a: 1]")
@example("!!set {a, b}")
@example("? - - ?")
@example("a: !<tag:yaml.org,2002:int> x")
def test_any_text_is_planned_or_refused(operator, text):
    answer(text, operator)


SCALARS = st.sampled_from(
    ["~", "''", "x", "7", "-1", "1.5", "true", "[]", "{}", "[x]", "{a: b}", "9" * 40, "'\\0'", '"\\0"', "a b"]
)
KINDS = st.sampled_from(["CatalogItem", "Registry", "Application", "Microservice", "Route"])
FIELDS = [
    "id", "name", "url", "username", "password", "email", "private", "certificate", "x86", "arm", "registry", "category",
    "ramRequired", "configExample", "isPublic", "description", "microservices", "isActivated", "routes", "application", "agent",
    "agents", "namePattern", "images", "container", "config", "schedule", "from", "to",
]  # fmt: skip
CONTAINER = [
    "env", "ports", "volumes", "commands", "extraHosts", "hostNetworkMode", "isPrivileged", "rootHostAccess", "logSize",
    "runAsUser", "memoryLimit", "healthCheck", "capAdd",
]  # fmt: skip


@quick
@given(
    kind=KINDS,
    fields=st.dictionaries(st.sampled_from(FIELDS), SCALARS, max_size=6),
    container=st.none() | st.dictionaries(st.sampled_from(CONTAINER), SCALARS, max_size=4),
)
def test_any_value_in_any_field_is_planned_or_refused(operator, agent, kind, fields, container):
    lines = [f"  {name}: {value}" for name, value in fields.items() if not (container and name == "container")]
    if container:
        lines += ["  container:", *(f"    {name}: {value}" for name, value in container.items())]
    text = f"apiVersion: iofog.org/v3\nkind: {kind}\nmetadata: {{name: heart}}\nspec:\n" + "\n".join(lines)

    assert isinstance(answer(text, operator), Plan | ManifestRefused)


@quick
@given(text=st.text(alphabet="ab:-[]{}&*!|>'\"#%,? \n\t\r~<0x", max_size=80))
def test_reader_answers_or_refuses_any_text(text):
    try:
        assert all(document.number >= 1 for document in read(text))
    except ManifestRefused as refused:
        assert refused.faults
