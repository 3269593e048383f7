"""A plan is what applying would do; it writes nothing, and applying writes all or nothing."""

import json

import pytest

from catalogweb.catalog.models import CatalogItem
from catalogweb.changelog.door import through
from catalogweb.changelog.models import Entry
from catalogweb.core.errors import Forbidden
from catalogweb.deployments.manifests import ManifestRefused, apply, plan
from catalogweb.deployments.models import Application, Microservice
from tests.deployments.manifests.samples import CATALOG_ITEM, HELLO_WEB, MENDED, REGISTRY
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
ALL = REGISTRY + CATALOG_ITEM + HELLO_WEB + MENDED


def test_plan_writes_nothing_at_all(operator, agent, unchanged):
    before = unchanged()
    assert plan(ALL, by=operator).counts["create"] == 5

    assert unchanged() == before


def test_plan_of_an_update_writes_nothing_at_all(operator, agent, unchanged):
    apply(ALL, by=operator)
    before = unchanged()
    planned = plan(ALL.replace("Alpine Linux", "Alpine").replace("env: []", "env: [{key: A, value: b}]"), by=operator)

    assert planned.counts == {"create": 0, "update": 2, "remove": 0, "unchanged": 3}
    assert unchanged() == before


def test_plan_and_apply_say_the_same(operator, agent):
    assert plan(ALL, by=operator).as_json() == apply(ALL, by=operator).as_json()


def test_plan_can_be_sent_as_json(operator, agent):
    told = json.loads(json.dumps(plan(ALL, by=operator).as_json()))

    assert told["counts"]["create"] == 5
    assert {"document", "line", "kind", "name", "action", "fields", "warnings"} == set(told["changes"][0])


def test_changes_stand_in_the_order_of_the_documents_with_their_lines(operator, agent):
    changes = plan(ALL, by=operator).changes

    assert [change.document for change in changes] == [1, 2, 3, 4, 5]
    assert [ALL.splitlines()[change.line - 1].split(":")[0] for change in changes] == ["apiVersion"] * 5


def test_one_fault_anywhere_applies_nothing(operator, agent, unchanged):
    before = unchanged()
    with pytest.raises(ManifestRefused):
        apply(ALL.replace("catalogId: 4", "catalogId: 99"), by=operator)

    assert unchanged() == before


def test_faults_of_all_documents_come_at_once(faults):
    found = faults("kind: Aplication\n---\napiVersion: v1\nkind: Registry\nspec: {}\n---\n- a\n---\nx\n")

    assert [fault.document for fault in found] == [1, 1, 2, 2, 3, 4]
    assert "Did you mean “Application”?" in found[1].message or "Did you mean “Application”?" in found[0].message


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no document"),
        ("# nothing\n", "no document"),
        ("[]\n", "holds apiVersion"),
        ("hello\n", "holds apiVersion"),
        ("{}\n", "apiVersion is missing"),
        ("apiVersion: iofog.org/v3\n", "kind is missing"),
        ("apiVersion: iofog.org/v2\nkind: Registry\nspec: {url: a.b}\n", "use iofog.org/v3"),
        ("apiVersion: [iofog.org/v3]\nkind: Registry\nspec: {url: a.b}\n", "a list is not text"),
        ("apiVersion: iofog.org/v3\nkind: {a: b}\n", "a group of fields is not text"),
        ("apiVersion: iofog.org/v3\nkind: registry\n", "Did you mean “Registry”?"),
        ("apiVersion: iofog.org/v3\nkind: Volume\n", "is not a kind that can be applied here"),
        ("apiVersion: iofog.org/v3\nkind: Registry\nspce: {}\n", "Did you mean “spec”?"),
        ("apiVersion: iofog.org/v3\nkind: Application\nmetadata: heart\n", "metadata holds fields"),
        ("apiVersion: iofog.org/v3\nkind: Application\nname: a\nmetadata: {name: b}\n", "another one stands already"),
        ("apiVersion: iofog.org/v3\nkind: Application\nmetadata: {nmae: b}\n", "Did you mean “name”?"),
    ],
)
def test_head_of_a_document_is_checked(faults, text, said):
    assert said in " ".join(fault.message for fault in faults(text))


def test_text_is_read_before_the_database_is_asked_for_anything(operator, django_assert_num_queries):
    """A long text takes its time: nobody is to wait for a lock meanwhile."""
    for act in (plan, apply):
        with django_assert_num_queries(0), pytest.raises(ManifestRefused):
            act("a: [" + "1, " * 20_001, by=operator)


def test_refusal_reads_as_a_list_of_places_and_sentences(operator):
    with pytest.raises(ManifestRefused) as refused:
        plan("apiVersion: iofog.org/v3\nkind: Registry\nspec: {url: ''}\n", by=operator)

    assert refused.value.messages[0].startswith("Document 1, line ")
    assert "Registry" in str(refused.value)


@pytest.mark.parametrize("version", ["iofog.org/v3", "datasance.com/v3"])
def test_both_spellings_of_the_version_are_read(applying, version):
    assert applying(f"apiVersion: {version}\nkind: Application\nmetadata: {{name: heart}}\n").counts["create"] == 1


def test_status_and_other_metadata_of_a_described_object_are_ignored(applying):
    text = (
        "apiVersion: iofog.org/v3\nkind: Application\nmetadata: {name: a, namespace: default, tags: [x]}\nstatus: {}\n"
    )

    assert applying(text).counts["create"] == 1


def test_viewer_neither_plans_nor_applies(unchanged):
    viewer = UserFactory(role="viewer")
    for act in (plan, apply):
        with pytest.raises(Forbidden):
            act(CATALOG_ITEM, by=viewer)
    assert not CatalogItem.objects.filter(pk__gt=5).exists()


def test_everything_applied_is_logged_under_one_request(operator, agent):
    with through("command", "request-9"):
        apply(ALL, by=operator)

    entries = Entry.objects.values_list("door", "request_id", "actor").distinct().order_by()
    assert list(entries) == [("command", "request-9", "operator@example.org")]


def test_same_document_twice_makes_one_object(applying):
    assert applying(CATALOG_ITEM + CATALOG_ITEM).counts == {"create": 1, "update": 0, "remove": 0, "unchanged": 1}


def test_what_an_earlier_refused_document_would_have_made_is_not_reported_missing(faults):
    text = (
        "apiVersion: iofog.org/v3\nkind: Application\nmetadata: {name: heart}\nspec: {colour: red}\n---\n"
        "apiVersion: iofog.org/v3\nkind: Microservice\nmetadata: {name: heart/web}\n"
        "spec: {agent: {name: a}, images: {x86: web}}\n"
    )

    assert [fault.field for fault in faults(text)] == ["spec.colour", "agent"]
    assert not Application.objects.exists()
    assert not Microservice.objects.exists()


WRONG = """apiVersion: iofog.org/v3
kind: Microservice
metadata: {name: Bad_Name}
spec:
  application: nowhere
  agents: [nobody, nowhere]
  images: {catalogId: 44}
  container:
    ports: [{internal: 80, external: 99999}]
---
apiVersion: iofog.org/v3
kind: CatalogItem
metadata: {name: item}
spec: {x86: "Not An Image", ramRequired: lots}
"""


def test_all_that_is_wrong_is_said_at_once(faults):
    found = [(fault.document, fault.line, fault.field) for fault in faults(WRONG)]

    assert found == [
        (1, 3, "metadata"), (1, 5, "application"), (1, 6, "agent"), (1, 6, "agent"), (1, 7, "catalogId"),
        (1, 9, "ports"), (2, 14, "spec.ramRequired"), (2, 14, "x86"),
    ]  # fmt: skip


def test_every_microservice_of_an_application_is_judged_at_its_own_line(faults, agent):
    text = (
        "apiVersion: iofog.org/v3\nkind: Application\nmetadata: {name: heart}\nspec:\n  microservices:\n"
        "  - {name: one, agent: {name: nobody}, images: {x86: web}}\n"
        f"  - {{name: Two, agent: {{name: {agent.name}}}, images: {{x86: web}}}}\n"
    )

    assert [(fault.line, fault.field) for fault in faults(text)] == [(6, "agent"), (7, "name")]


@pytest.mark.parametrize(
    ("maker", "user", "fields"),
    [
        ("kind: CatalogItem\nmetadata: {name: cam}\nspec: {x86: Bad Image}", "images: {catalogId: cam}", ["x86"]),
        ("kind: CatalogItem\nmetadata: {name: cam}\nspec: {x86: Bad Image}", "images: {catalogId: kam}",
         ["x86", "catalogId"]),
        ("kind: Registry\nspec: {url: reg.example, password: x}", "images: {x86: app, registry: reg.example}",
         ["username"]),
    ],
)  # fmt: skip
def test_only_what_a_refused_document_would_have_made_is_not_reported_missing(faults, agent, maker, user, fields):
    text = (
        f"apiVersion: iofog.org/v3\n{maker}\n---\n"
        "apiVersion: iofog.org/v3\nkind: Application\nmetadata: {name: heart}\n---\n"
        "apiVersion: iofog.org/v3\nkind: Microservice\nmetadata: {name: heart/web}\n"
        f"spec: {{agent: {{name: {agent.name}}}, {user}}}\n"
    )

    assert [fault.field for fault in faults(text)] == fields


@pytest.mark.parametrize(
    ("text", "line", "field", "value", "said"),
    [
        ("kind: CatalogItem\nmetadata: {name: cam}\nspec:\n  x86: Bad Image\n", 5, "x86", "Bad Image", "check its name"),
        ("kind: CatalogItem\nmetadata: {name: cam}\nspec:\n  x68: web\n  arm: web\n", 5, "spec.x68", "", "Did you mean “x86”?"),
        ("kind: CatalogItem\nmetadata: {name: cam}\nspec:\n  x86: web\n  registry: remoet\n", 6, "registry", "remoet",
         "Did you mean “remote”?"),
        ("kind: CatalogItem\nmetadata: {name: cam}\nspec:\n  x86: web\n  configExample: '['\n", 6, "configExample", "[",
         "JSON"),
        ("kind: Application\nmetadata:\n  name: Heart\n", 3, "metadata", "Heart", "Use lower-case letters"),
        ("kind: Registry\nspec:\n  url: https://john:hush-hush@reg.example/\n", 4, "url", "", "in their own fields"),
        ("kind: Registry\nspec:\n  url: reg.example\n  password: hush-hush\n", 1, "username", "", "needs a user name"),
        ("kind: Registry\nspec:\n  url: reg.example\n  email: ann\n", 5, "email", "ann", "Invalid format"),
        ("kind: Secret\nmetadata: {name: db}\nspec: {type: Opaqe}\ndata: {type: hush-hush}\n", 4, "type", "", "type"),
    ],
    ids=range(9),
)  # fmt: skip
def test_refusal_of_a_service_carries_its_place_and_the_value(faults, text, line, field, value, said):
    [fault] = faults(f"apiVersion: iofog.org/v3\n{text}")

    assert (fault.document, fault.kind) == (1, text.split()[1])
    assert (fault.line, fault.field, fault.value) == (line, field, value)
    assert said in fault.message
    assert "hush-hush" not in str(fault.as_json())


def test_refusal_of_a_container_option_points_at_its_line(faults, agent):
    text = (
        "apiVersion: iofog.org/v3\nkind: Application\nmetadata: {name: heart}\nspec:\n  microservices:\n"
        f"  - name: web\n    agent: {{name: {agent.name}}}\n    images: {{x86: web}}\n    container:\n"
        "      memoryLimit: -5\n      ports:\n      - {internal: 80, external: 8080, protocol: tpc}\n"
    )

    found = faults(text)
    assert [(fault.line, fault.field, fault.value) for fault in found] == [(10, "memoryLimit", "-5"), (11, "ports", "")]
    assert "Did you mean “tcp”?" in found[1].message
