"""Templates: made, changed, removed, found."""

import pytest
from django.db import IntegrityError

from catalogweb.application_templates.models import ApplicationTemplate, Variable
from catalogweb.application_templates.services import (
    NewVariable,
    create_template,
    delete_template,
    edit_template,
    find_template,
    write_template,
)
from catalogweb.changelog.models import Entry
from catalogweb.core.errors import Duplicate, Forbidden, Invalid, NotFound, Refusals
from catalogweb.core.rights import Role
from tests.factories import ApplicationTemplateFactory, UserFactory

APPLICATION = {"microservices": [{"name": "web", "agent": {"name": "{{ agent }}"}}], "routes": []}


def variables_of(template):
    return [(v.key, v.description, v.default_value) for v in template.variables.all()]


def test_a_template_is_made_with_its_variables(olga):
    variables = [NewVariable("agent", "Where", "north-1"), NewVariable("debug", default=False), NewVariable("port")]

    template = create_template(
        by=olga, name=" shop ", application=APPLICATION, variables=variables, description="A shop"
    )

    template = ApplicationTemplate.objects.get(pk=template.pk)
    assert (template.name, template.description, template.application) == ("shop", "A shop", APPLICATION)
    assert variables_of(template) == [("agent", "Where", "north-1"), ("debug", "", False), ("port", "", None)]
    entry = Entry.objects.get()
    assert (entry.action, entry.object_label, entry.actor) == ("create", "shop", "olga@example.org")
    assert entry.after["defaults"] == {"agent": '"north-1" Where', "debug": "false", "port": "null"}


def test_an_edit_changes_what_is_given(olga):
    template = ApplicationTemplateFactory(name="shop", description="Old", variables={"a": 1, "b": 2})

    edit_template(by=olga, template=template, name="store", application=APPLICATION)

    template = ApplicationTemplate.objects.get()
    assert (template.name, template.description, template.application) == ("store", "Old", APPLICATION)
    assert variables_of(template) == [("a", "", 1), ("b", "", 2)]
    assert Entry.objects.get().before == {"name": "shop", "application": {}}


def test_an_edit_replaces_the_variables_in_the_order_given(olga):
    template = ApplicationTemplateFactory(variables={"a": 1, "b": 2, "c": 3})

    edit_template(by=olga, template=template, variables=[NewVariable("c", default=3), NewVariable("a", default=True)])

    assert variables_of(template) == [("c", "", 3), ("a", "", True)]
    assert Entry.objects.get().after == {"defaults": {"c": "3", "a": "true"}}


def test_an_edit_that_changes_nothing_is_not_logged(olga):
    template = ApplicationTemplateFactory(variables={"a": 1})
    rows = list(template.variables.values_list("pk", flat=True))

    edit_template(by=olga, template=template, name=template.name, variables=[NewVariable("a", default=1)])

    assert not Entry.objects.exists()
    assert list(template.variables.values_list("pk", flat=True)) == rows


def test_a_template_is_written_by_its_name(olga):
    made = write_template(by=olga, current="shop", description="One")
    changed = write_template(by=olga, current="shop", name="store", description="Two")

    assert (made.pk, changed.name, changed.description) == (changed.pk, "store", "Two")


def test_a_template_goes_with_its_variables(olga):
    template = ApplicationTemplateFactory(name="shop", variables={"a": 1})

    delete_template(by=olga, template=template)

    assert not ApplicationTemplate.objects.exists()
    assert not Variable.objects.exists()
    assert Entry.objects.get().before["defaults"] == {"a": "1"}


def test_a_template_that_is_gone_is_said(olga):
    template = ApplicationTemplateFactory()
    ApplicationTemplate.objects.all().delete()

    with pytest.raises(NotFound, match="This application template is gone"):
        edit_template(by=olga, template=template, description="x")


def test_a_template_is_found_or_nearly(db):
    template = ApplicationTemplateFactory(name="shop")

    assert find_template(" shop") == template
    with pytest.raises(NotFound, match="Could not find Application Template shp. Did you mean “shop”?"):
        find_template("shp")


@pytest.mark.parametrize(
    ("fields", "kind", "words"),
    [
        ({"name": "A shop"}, Invalid, "Invalid format for field 'name'"),
        ({"name": "x" * 201}, Invalid, "Name"),
        ({"name": "taken"}, Duplicate, "another template already has it"),
        ({"variables": [NewVariable("")]}, Invalid, "cannot be a variable's key"),
        ({"variables": [NewVariable("1a")]}, Invalid, "cannot be a variable's key"),
        ({"variables": [NewVariable("self")]}, Invalid, "the template's application itself"),
        ({"variables": [NewVariable("a"), NewVariable("a")]}, Invalid, "Two variables have the key a"),
        ({"variables": [NewVariable("a" * 101)]}, Invalid, "Key"),
        ({"variables": [NewVariable("a", default="\x00")]}, Invalid, "cannot be stored"),
        ({"application": []}, Invalid, "holds fields"),
        ({"application": {"microservices": [5]}}, Invalid, "microservices is a list of groups of fields"),
        ({"application": {"routes": {"a": 1}}}, Invalid, "routes is a list of groups of fields"),
        ({"application": {"microservice": []}}, Invalid, "“microservice” is no part of an application. Did you mean “microservices”"),
        ({"application": {"microservices": [{"name": "a"}] * 2}}, Invalid, "Two microservices have the name a"),
        ({"application": {"microservices": [{"name": "{{ a | upcas }}"}]}}, Invalid, "Field 'microservices\\[0\\].name': There is no filter"),
    ],
)  # fmt: skip
def test_a_faulty_template_is_refused(olga, fields, kind, words):
    ApplicationTemplateFactory(name="taken")

    with pytest.raises(kind, match=words):
        create_template(by=olga, **{"name": "shop", "application": {}, **fields})

    assert ApplicationTemplate.objects.count() == 1
    assert not Entry.objects.exists()


@pytest.mark.parametrize("place", ["application", "default"])
def test_a_template_is_not_nested_too_deeply(olga, place):
    value = {}
    for _ in range(300):
        value = {"microservices": value}
    given = {"application": value} if place == "application" else {"variables": [NewVariable("a", default=value)]}

    with pytest.raises(Invalid, match="nested deeper than 20 levels"):
        create_template(by=olga, **{"name": "shop", "application": {}, **given})


def test_all_faults_are_said_at_once(olga):
    with pytest.raises(Refusals) as refused:
        create_template(by=olga, name="shop", application={"routes": 5}, variables=[NewVariable("self")])

    assert len(refused.value.messages) == 2


def test_a_viewer_changes_nothing(db):
    viewer, template = UserFactory(role=Role.VIEWER), ApplicationTemplateFactory()

    for act in (
        lambda: create_template(by=viewer, name="shop", application={}),
        lambda: edit_template(by=viewer, template=template, description="x"),
        lambda: write_template(by=viewer, current="shop"),
        lambda: delete_template(by=viewer, template=template),
    ):
        with pytest.raises(Forbidden):
            act()


def test_a_key_is_once_in_a_template_whoever_writes(db):
    template = ApplicationTemplateFactory(variables={"a": 1})

    with pytest.raises(IntegrityError):
        template.variables.create(key="a")
