"""A template with its blanks filled in."""

import pytest

from catalogweb.application_templates.rendering import filled, undeclared, values_of
from catalogweb.core.errors import Invalid
from tests.factories import ApplicationTemplateFactory


@pytest.fixture
def fill(olga):
    def fill(text, variables, **given):
        application = {"microservices": [{"name": "web", "container": {"logSize": text}}]}
        template = ApplicationTemplateFactory(name="shop", application=application, variables=variables)
        return filled(template, given, by=olga)["microservices"][0]["container"]["logSize"]

    return fill


@pytest.mark.parametrize(
    ("text", "variables", "given", "value"),
    [
        ("{{ a }}", {"a": 1}, {"a": 2}, 2),
        ("{{ a }}", {"a": 1}, {}, 1),
        ("{{ a }}", {"a": 1}, {"a": None}, 1),
        ("{{ a }}", {"a": None}, {}, None),
        ("{{ a }}", {"a": 1}, {"a": False}, False),
        ("{{ a }}", {"a": None}, {"a": [1, {"b": 2}]}, [1, {"b": 2}]),
        ("{{ a }} MB", {"a": 1}, {}, "1 MB"),
        ("{{ a-b }}", {"a-b": "x"}, {}, "x"),
        ("{{ self.microservices[0].name }}", {}, {}, "web"),
        ("{{ a }}", {"a": "{{ b }}", "b": 1}, {}, "{{ b }}"),
        ("{{ b }}", {"a": 1}, {}, None),
        ("plain", {}, {}, "plain"),
    ],
)
def test_a_placeholder_becomes_what_is_given_else_the_default_else_null(fill, text, variables, given, value):
    assert fill(text, variables, **given) == value


def test_a_variable_that_is_not_there_is_refused_with_a_near_one(fill):
    with pytest.raises(Invalid, match="Template shop has no variable “prot”. Did you mean “port”?"):
        fill("{{ port }}", {"port": 1}, prot=2)


def test_what_cannot_be_rendered_is_told_with_the_templates_name(fill):
    with pytest.raises(
        Invalid, match="^Template shop: Field 'microservices\\[0\\].container.logSize': .*“x” is not a number"
    ):
        fill("{{ a | toNumber }}", {"a": "x"})


def test_names_that_are_no_variable_are_found(db):
    application = {"microservices": [{"name": "{{ a }}{{ typo }}{{ self.name }}{{ now }}{% assign c = a %}{{ c }}"}]}

    assert undeclared(ApplicationTemplateFactory(application=application, variables={"a": 1})) == ["typo"]


def test_values_are_those_of_every_variable(db):
    template = ApplicationTemplateFactory(variables={"a": 1, "b": None})

    assert values_of(template, {"b": "x"}) == {"a": 1, "b": "x"}
