"""Secrets, config maps and volume mounts as documents: planned, applied twice, exported; values stay inside."""

import pytest

from catalogweb.agents.models import ChangeFlags
from catalogweb.changelog.models import Entry
from catalogweb.changelog.services import HIDDEN
from catalogweb.configuration.models import ConfigMap, Secret, VolumeMount
from catalogweb.deployments.container import Container, Source, Volume
from catalogweb.deployments.manifests import ManifestRefused, apply, export, plan
from catalogweb.deployments.models import Microservice
from catalogweb.deployments.services import deploy
from tests.factories import (
    AgentFactory,
    ApplicationFactory,
    ConfigMapFactory,
    RevisionFactory,
    SecretFactory,
    VolumeMountFactory,
)

pytestmark = pytest.mark.django_db
MARKER = "MARKER-hunter2"
HEAD = "apiVersion: datasance.com/v3\n"
SECRET = (
    f"{HEAD}kind: Secret\nmetadata: {{name: db}}\nspec: {{type: Opaque}}\ndata: {{user: ann, password: {MARKER}}}\n"
)
CONFIG_MAP = f"{HEAD}kind: ConfigMap\nmetadata: {{name: shop}}\nspec: {{immutable: false}}\ndata: {{level: 03}}\n"
MOUNT = f"{HEAD}kind: VolumeMount\nmetadata: {{name: certs}}\nspec: {{secretName: db}}\n"


def actions(plan):
    return [(change.kind, change.name, change.action) for change in plan.changes]


def test_all_three_are_created_in_any_order(applying):
    planned = applying("---\n".join([MOUNT, CONFIG_MAP, SECRET]))

    assert actions(planned) == [
        ("VolumeMount", "certs", "create"),
        ("ConfigMap", "shop", "create"),
        ("Secret", "db", "create"),
    ]
    assert Secret.objects.get().data == {"user": "ann", "password": MARKER}
    assert ConfigMap.objects.get().data == {"level": "03"}
    assert VolumeMount.objects.get().source == Secret.objects.get()


def test_applying_again_changes_nothing(operator, agents):
    text = "---\n".join([SECRET, CONFIG_MAP, MOUNT.replace("db}", "db, agents: [horse-1]}")])
    apply(text, by=operator)
    entries = Entry.objects.count()

    assert plan(text, by=operator).is_empty
    assert apply(text, by=operator).is_empty
    assert (Entry.objects.count(), VolumeMount.objects.get().version) == (entries, 1)


@pytest.mark.parametrize("place", ["beside", "inside"])
def test_values_stand_beside_spec_or_inside(operator, place):
    text = SECRET if place == "beside" else SECRET.replace("}\ndata:", ", data:").rstrip() + "}\n"

    apply(text, by=operator)

    assert Secret.objects.get().data == {"user": "ann", "password": MARKER}


def test_plan_shows_values_of_secrets_as_changed_only(operator):
    apply(SECRET, by=operator)

    [change] = plan(SECRET.replace(MARKER, "new").replace("user: ann, ", ""), by=operator).changes

    assert change.fields == [("data.password", HIDDEN, f"{HIDDEN} (changed)"), ("data.user", HIDDEN, None)]


@pytest.mark.parametrize("kept", ["<keep>", "''", "~"])
def test_a_value_that_is_not_written_is_kept(operator, kept):
    apply(SECRET, by=operator)

    apply(SECRET.replace(MARKER, kept).replace("ann", "bob"), by=operator)

    assert Secret.objects.get().data == {"user": "bob", "password": MARKER}


def test_a_value_that_was_never_stored_cannot_be_kept(faults):
    [fault] = faults(SECRET.replace(MARKER, "<keep>"))

    assert (fault.field, fault.line) == ("data", 5)
    assert "no stored value of password to keep" in fault.message


def test_a_document_without_data_leaves_the_values(operator):
    SecretFactory(name="db")
    ConfigMapFactory(name="shop")

    assert plan(f"{HEAD}kind: Secret\nmetadata: {{name: db}}\n", by=operator).is_empty
    assert plan(f"{HEAD}kind: ConfigMap\nmetadata: {{name: shop}}\nspec: {{}}\n", by=operator).is_empty


@pytest.mark.parametrize(
    ("text", "field"),
    [
        (SECRET.replace("name: db", ""), "metadata"),
        (SECRET.replace("Opaque", "other"), "type"),
        (SECRET.replace("spec: {type: Opaque}", "spec: {type: tls}"), "data"),
        (SECRET.replace("user:", "../user:"), "data"),
        (SECRET.replace("spec: {", "spec: {colour: red, "), "spec.colour"),
        (CONFIG_MAP.replace("false", "maybe"), "spec.immutable"),
        (MOUNT, "secretName"),
        (MOUNT.replace("{secretName: db}", "{}"), "secretName"),
    ],
)
def test_a_faulty_document_is_refused_at_its_field(faults, text, field):
    assert [fault.field for fault in faults(text)] == [field]


@pytest.mark.parametrize(
    "text",
    [
        SECRET.replace(f"{{user: ann, password: {MARKER}}}", MARKER),
        SECRET.replace(f"{{user: ann, password: {MARKER}}}", f"[{MARKER}]"),
        SECRET.replace(MARKER, f"{{a: {MARKER}}}"),
        SECRET.replace("spec: {type: Opaque}", "type: tls"),
        SECRET.replace("data:", "dta:"),
        SECRET.replace(MARKER, f"'{MARKER}"),
        SECRET.replace(MARKER, f"*{MARKER}"),
    ],
)
def test_no_fault_repeats_a_value(operator, text):
    with pytest.raises(ManifestRefused) as refused:
        plan(text, by=operator)

    assert MARKER not in str(refused.value) + str([fault.as_json() for fault in refused.value.faults])


def test_an_immutable_config_map_is_refused_only_when_it_would_change(operator, faults):
    ConfigMapFactory(name="shop", data={"level": "03"}, immutable=True)

    assert plan(CONFIG_MAP.replace("false", "true"), by=operator).is_empty
    [fault] = faults(CONFIG_MAP.replace("03", "4"))
    assert "is immutable" in fault.message


def test_agents_that_are_named_are_all_that_a_mount_has(operator, agents):
    VolumeMountFactory(name="certs", secret=SecretFactory(name="db"), agents=agents[:1])

    apply(MOUNT, by=operator)
    assert VolumeMount.objects.get().agent_names == ["horse-1"]
    apply(MOUNT.replace("db}", "db, agents: [horse-2]}"), by=operator)

    assert VolumeMount.objects.get().agent_names == ["horse-2"]
    told = ChangeFlags.objects.exclude(volume_mounts=0).values_list("agent__name", flat=True)
    assert set(told) == {"horse-1", "horse-2"}


# --- export ---------------------------------------------------------------------------------------------


def test_an_exported_secret_says_keep_and_applies_as_unchanged(operator):
    secret = SecretFactory(name="db", data={"user": "ann", "password": MARKER})

    text = export(secret)

    assert MARKER not in text
    assert secret.data_sealed not in text
    assert "password: <keep>" in text
    assert plan(text, by=operator).is_empty


@pytest.mark.parametrize(
    "data", [{}, {"text": "a\nb\n", "yes": "yes", "n": 3, "f": 1.5, "none": None, "flag": True, "l": [1, {"a": "03"}]}]
)
@pytest.mark.parametrize("immutable", [True, False])
def test_an_exported_config_map_applies_as_unchanged(operator, data, immutable):
    config_map = ConfigMapFactory(data=data, immutable=immutable, use_vault=False)

    assert plan(export(config_map), by=operator).is_empty


def test_an_exported_mount_applies_as_unchanged(operator, agents):
    for mount in (VolumeMountFactory(agents=agents), VolumeMountFactory(config_map=ConfigMapFactory())):
        assert plan(export(mount), by=operator).is_empty


# --- in a microservice ----------------------------------------------------------------------------------


@pytest.fixture
def web(operator):
    SecretFactory(name="db", data={"password": MARKER})
    ConfigMapFactory(name="shop", data={"level": 3})
    VolumeMountFactory(name="certs")
    env = {"A": "1", "PASSWORD": Source.read("secret", "db/password"), "LEVEL": Source.read("config_map", "shop/level")}
    container = Container(env=env, volumes=(Volume("certs", "/c", type="volumeMount"),))
    placed = deploy(
        by=operator, application=ApplicationFactory(name="shop"), agents=[AgentFactory(name="north")],
        revision=RevisionFactory(), name="web", container=container,
    )  # fmt: skip
    return Microservice.objects.detailed().get(pk=placed[0].pk)


def test_sources_are_exported_and_apply_as_unchanged(operator, web):
    text = export(web)

    assert "valueFromSecret: db/password" in text
    assert "valueFromConfigMap: shop/level" in text
    assert MARKER not in text
    assert plan(text, by=operator).is_empty


def test_an_empty_value_beside_a_source_is_how_it_is_shown(operator, web):
    text = export(web).replace("- key: PASSWORD", "- value: ''\n        key: PASSWORD")

    assert plan(text, by=operator).is_empty


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("valueFromSecret: db/password", "valueFromSecret: db", "Invalid secret reference: db"),
        ("valueFromSecret: db/password", "valueFromSecret: no/key", 'Secret with name "no" not found'),
        ("valueFromSecret: db/password", "valueFromSecret: db/no", "Secret key no not found in secret db"),
        ("- key: PASSWORD", "- value: x\n        key: PASSWORD", "one of value and valueFromSecret"),
        ("hostDestination: certs", "hostDestination: no", "Volume mount with name no not found"),
    ],
)
def test_a_source_that_is_not_there_is_a_fault(web, faults, before, after, words):
    [fault] = faults(export(web).replace(before, after))

    assert words in fault.message


def test_everything_can_be_new_at_once(operator, agents):
    microservice = (
        f"{HEAD}kind: Application\nmetadata: {{name: shop}}\nspec:\n  microservices:\n"
        "    - name: web\n      agent: {name: horse-1}\n      images: {x86: 'a:1'}\n      container:\n"
        "        env: [{key: PASSWORD, valueFromSecret: db/password}]\n"
        "        volumes: [{hostDestination: certs, containerDestination: /c, type: volumeMount}]\n"
    )

    apply("---\n".join([microservice, MOUNT, SECRET]), by=operator)

    assert Microservice.objects.get().uses.count() == 2
