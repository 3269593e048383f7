"""Application templates in the admin go through the services."""

import json

from catalogweb.application_templates.models import ApplicationTemplate
from catalogweb.changelog.models import Entry
from tests.factories import ApplicationTemplateFactory

APPLICATION = {"microservices": [{"name": "web", "agent": {"name": "{{ agent }}"}}]}


def test_admin_adds_a_template_with_its_variables(add):
    response = add(
        ApplicationTemplate,
        name="shop",
        application=json.dumps(APPLICATION),
        variable_list='[{"key": "agent", "description": "Where", "default": "north-1"}, {"key": "port"}]',
    )

    assert response.status_code == 302
    template = ApplicationTemplate.objects.get()
    assert (template.name, template.application) == ("shop", APPLICATION)
    assert template.defaults == {"agent": '"north-1" Where', "port": "null"}
    assert Entry.objects.get().door == "admin"


def test_admin_changes_what_is_typed_and_keeps_the_rest(edit):
    template = ApplicationTemplateFactory(name="shop", application=APPLICATION, variables={"agent": "north-1"})

    assert edit(template, description="A shop").status_code == 302

    template = ApplicationTemplate.objects.get()
    assert (template.description, template.application, template.defaults) == (
        "A shop", APPLICATION, {"agent": '"north-1"'},
    )  # fmt: skip
    assert Entry.objects.get().after == {"description": "A shop"}


def test_admin_shows_refusals_at_their_fields(edit, errors):
    template = ApplicationTemplateFactory(name="shop")
    ApplicationTemplateFactory(name="taken")

    assert errors(edit(template, name="taken")) == {
        "name": ["Duplicate name 'taken': another template already has it."]
    }
    assert "variable_list" in errors(edit(template, variable_list='[{"key": "self"}]'))
    assert "variable_list" in errors(edit(template, variable_list='[{"kye": "a"}]'))
    assert "variable_list" in errors(edit(template, variable_list="5"))
    assert "application" in errors(edit(template, application='{"microservices": [{"name": "{{"}]}'))
    assert "application" in errors(edit(template, application="[1]"))
    assert not Entry.objects.exists()


def test_admin_deletes_a_template(delete):
    delete(ApplicationTemplateFactory(variables={"a": 1}))

    assert not ApplicationTemplate.objects.exists()
    assert Entry.objects.get().action == "delete"
