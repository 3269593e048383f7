"""Application templates as documents, and applications that are made from one."""

import pytest

from catalogweb.application_templates.models import ApplicationTemplate
from catalogweb.core.errors import Forbidden
from catalogweb.core.rights import Role
from catalogweb.deployments.manifests import ManifestRefused, apply, export, plan
from catalogweb.deployments.manifests.templates import save_template
from catalogweb.deployments.models import Application, Microservice
from tests.factories import (
    AgentFactory,
    ApplicationTemplateFactory,
    CatalogItemFactory,
    MicroserviceFactory,
    UserFactory,
)

TEMPLATE = """---
apiVersion: iofog.org/v3
kind: ApplicationTemplate
metadata:
  name: shop
spec:
  description: A shop
  variables:
    - key: agent
      description: Where it runs
      defaultValue: my-agent-name
    - key: ext-port
      defaultValue: 5000
    - key: privileged
      defaultValue: false
  application:
    microservices:
      - name: web
        agent:
          name: '{{ agent }}'
        images:
          x86: team/web:1
          arm: team/web-arm:1
        container:
          isPrivileged: '{{ privileged }}'
          env:
            - key: PORT
              value: '{{ ext-port }}'
          ports:
            - external: '{{ ext-port }}'
              internal: 80
"""

APPLICATION = """---
apiVersion: iofog.org/v3
kind: Application
metadata:
  name: one
spec:
  template:
    name: shop
    variables:
      - key: ext-port
        value: 8080
"""


# --- documents of their own -----------------------------------------------------------------------------


def test_a_template_is_planned_and_applied(applying):
    done = applying(TEMPLATE)

    assert [(change.kind, change.name, change.action) for change in done.changes] == [
        ("ApplicationTemplate", "shop", "create")
    ]
    template = ApplicationTemplate.objects.get()
    assert template.microservices[0]["container"]["ports"] == [{"external": "{{ ext-port }}", "internal": 80}]
    assert [(v.key, v.default_value) for v in template.variables.all()] == [
        ("agent", "my-agent-name"), ("ext-port", 5000), ("privileged", False),
    ]  # fmt: skip


def test_a_template_applied_twice_changes_nothing(applying):
    applying(TEMPLATE)

    assert applying(TEMPLATE).counts["unchanged"] == 1


def test_an_exported_template_is_the_text_it_was_made_from(applying):
    applying(TEMPLATE)

    text = export(ApplicationTemplate.objects.get())

    assert text == TEMPLATE
    assert applying(text).counts["unchanged"] == 1


def test_a_changed_template_is_updated(applying):
    applying(TEMPLATE)

    [change] = applying(TEMPLATE.replace("5000", "6000")).changes

    assert (change.action, change.fields) == (
        "update",
        [("defaults", change.fields[0][1], change.fields[0][1] | {"ext-port": "6000"})],
    )


@pytest.mark.parametrize(
    ("old", "new", "line", "field"),
    [
        ("  name: shop\n", "", 4, "metadata"),
        ("    - key: ext-port\n      defaultValue: 5000\n", "    - defaultValue: 5000\n", 12, "spec.variables[1].key"),
        ("internal: 80", "internal: many", 31, "spec.application.microservices[0].container.ports[0].internal"),
        ("container:", "containr:", 24, "spec.application.microservices[0].containr"),
        ("  application:", "  applicaton:", 16, "spec.applicaton"),
        ("    microservices:\n", "    microservice:\n", 17, "spec.application.microservice"),
        ("- name: web", "- agents: [a]", 18, "spec.application.microservices[0].name"),
        ("'{{ ext-port }}'\n              internal", "'{{ ext-port'\n              internal", 16, "application"),
        ("key: agent", "key: self", 8, "variables"),
        ("name: shop", "name: A Shop", 4, "metadata"),
    ],
)
def test_a_fault_lies_at_its_line(faults, old, new, line, field):
    text = TEMPLATE.replace(old, new)
    assert text != TEMPLATE

    assert (line, field) in [(fault.line, fault.field) for fault in faults(text)]


# --- applications made from one -------------------------------------------------------------------------


def test_a_plan_shows_what_a_template_makes(agent, operator):
    done = plan(TEMPLATE + APPLICATION, by=operator)

    assert [(change.kind, change.name, change.action) for change in done.changes] == [
        ("ApplicationTemplate", "shop", "create"),
        ("Application", "one", "create"),
        ("Microservice", "one/web on my-agent-name", "create"),
    ]
    assert not Application.objects.exists()


def test_an_application_is_made_from_a_template(agent, applying):
    applying(TEMPLATE + APPLICATION)

    made = Microservice.objects.detailed().get()
    assert (made.full_name, made.agent, made.env, made.port_list) == (
        "one/web", agent, [["PORT", "8080"]], ["8080:80/tcp"],
    )  # fmt: skip
    assert applying(TEMPLATE + APPLICATION).is_empty


def test_a_risk_of_what_a_template_makes_is_shown(agent, applying):
    applying(TEMPLATE)

    [warning] = applying(APPLICATION + "      - {key: privileged, value: true}\n").changes[0].warnings

    assert warning == "web: Privileged: it can do anything on the agent."


def test_a_microservice_that_is_written_out_replaces_the_templates(agent, applying):
    applying(TEMPLATE)
    own = "  microservices:\n    - {name: web, agent: {name: my-agent-name}, images: {x86: 'other:1'}}\n    - {name: db, agent: {name: my-agent-name}, images: {x86: 'db:1'}}\n"

    applying(APPLICATION + own)

    assert [(m.name, m.image) for m in Microservice.objects.detailed()] == [
        ("db", "db:1"),
        ("web", "other:1"),
    ]


def test_what_the_template_does_not_make_is_removed(agent, applying):
    applying(TEMPLATE)
    old = MicroserviceFactory(application__name="one", name="old")

    applying(APPLICATION)

    assert not Microservice.objects.filter(pk=old.pk).exists()
    assert Microservice.objects.get().name == "web"


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("name: shop", "name: shp", 7, "Could not find Application Template shp. Did you mean “shop”?"),
        ("key: ext-port", "key: ext-prt", 9, "Template shop has no variable “ext-prt”. Did you mean “ext-port”?"),
        ("value: 8080", "value: many", 7, "Template shop makes no application of this: microservices[0].container.ports[0].external: “many” is not a whole number."),
        ("key: ext-port\n        value: 8080", "key: agent\n        value: north", 8, "There is no agent “north”."),
        ("    name: shop\n", "", 8, "name is missing."),
        ("variables:", "variable:", 9, "“variable” is not a field here. Did you mean “variables”?"),
    ],
)  # fmt: skip
def test_what_a_template_cannot_make_is_said_at_the_line_of_the_template(
    agent, applying, faults, old, new, line, words
):
    applying(TEMPLATE)
    text = APPLICATION.replace(old, new)
    assert text != APPLICATION

    assert (line, words) in [(fault.line, fault.message) for fault in faults(text)]


def test_a_port_that_is_taken_is_said_at_the_line_of_the_template(agent, applying, faults):
    MicroserviceFactory(agent=agent, name="other").ports.create(agent=agent, internal=1, external=8080)
    applying(TEMPLATE)

    [fault] = faults(APPLICATION)

    assert (fault.line, fault.message) == (8, "Port '8080' is not available: on my-agent-name it is taken by other.")


def test_config_as_a_text_of_an_object_becomes_one(agent, applying):
    microservice = {
        "name": "web", "agent": {"name": "my-agent-name"}, "images": {"x86": "web:1"},
        "config": '{"port": {{ port }}}', "container": {"annotations": '{"a": "{{ port }}"}'},
    }  # fmt: skip
    ApplicationTemplateFactory(name="shop", application={"microservices": [microservice]}, variables={"port": 80})

    applying(APPLICATION.split("    variables")[0])

    made = Microservice.objects.get()
    assert (made.config, made.options) == ({"port": 80}, {"annotations": {"a": "80"}})


def test_a_template_places_a_catalog_item_on_several_agents(applying):
    agents = [AgentFactory(name=name).name for name in ("north", "south")]
    CatalogItemFactory(name="web")
    microservice = {"name": "web", "agents": "{{ agents }}", "images": {"catalogId": "{{ item }}"}}
    ApplicationTemplateFactory(
        name="shop", application={"microservices": [microservice]}, variables={"agents": agents, "item": "web"}
    )

    applying(APPLICATION.split("    variables")[0])

    assert [m.name for m in Microservice.objects.all()] == ["web-north", "web-south"]


# --- one document as the text of a form -----------------------------------------------------------------


def test_a_text_is_saved_as_a_new_template_or_as_another_state_of_one(operator):
    made = save_template(TEMPLATE, by=operator)
    changed = save_template(TEMPLATE.replace("name: shop", "name: store"), by=operator, template=made)

    assert (made.pk, changed.name) == (changed.pk, "store")
    assert ApplicationTemplate.objects.count() == 1


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("", 1, "Write one document, of kind ApplicationTemplate."),
        (APPLICATION, 1, "Write one document, of kind ApplicationTemplate."),
        (TEMPLATE * 2, 1, "Write one document, of kind ApplicationTemplate."),
        (TEMPLATE.replace("metadata", "metadat"), 4, "“metadat” is not a field here. Did you mean “metadata”?"),
        (TEMPLATE.replace("name: shop", "name: taken"), 4, "Duplicate name 'taken': another template already has it."),
    ],
)
def test_a_text_that_is_no_template_is_refused_at_its_line(operator, text, line, words):
    ApplicationTemplateFactory(name="taken")

    with pytest.raises(ManifestRefused) as refused:
        save_template(text, by=operator)

    assert (line, words) in [(fault.line, fault.message) for fault in refused.value.faults]


def test_a_viewer_saves_no_template(db):
    with pytest.raises(Forbidden):
        save_template(TEMPLATE, by=UserFactory(role=Role.VIEWER))
    with pytest.raises(Forbidden):
        apply(TEMPLATE, by=UserFactory(role=Role.VIEWER))
