"""Template pages: list, page, create, edit, delete, and deploying from one."""

import pytest

from catalogweb.application_templates.models import ApplicationTemplate
from catalogweb.changelog.models import Entry
from catalogweb.deployments.models import Application, Microservice
from catalogweb.web.views.manifests import example
from tests.factories import AgentFactory, ApplicationTemplateFactory, MicroserviceFactory

pytestmark = pytest.mark.django_db
FRAGMENT = {"HX-Request": "true"}
MICROSERVICE = {
    "name": "web",
    "agent": {"name": "{{ agent }}"},
    "images": {"x86": "team/web:{{ tag }}"},
    "container": {
        "isPrivileged": "{{ privileged }}",
        "ports": [{"external": "{{ port }}", "internal": 80}],
        "env": [{"key": "LEVEL", "value": "{{ level }}"}],
    },
    "config": {"more": "{{ more }}"},
}
VARIABLES = {
    "agent": "north-1", "port": 8080, "tag": "1.10", "privileged": False, "level": None, "more": {"a": [1]},
}  # fmt: skip


@pytest.fixture
def shop():
    AgentFactory(name="north-1")
    return ApplicationTemplateFactory(
        name="shop", description="A shop", application={"microservices": [MICROSERVICE]}, variables=VARIABLES
    )


def typed(**more):
    """What a browser sends of the form as it is shown."""
    fields = {
        "application": "one", "agent": "north-1", "port": "8080", "tag": "1.10", "level": "", "more": '{"a": [1]}',
    } | more  # fmt: skip
    return {name if name in ("application", "do") else f"variable-{name}": value for name, value in fields.items()}


# --- list and page --------------------------------------------------------------------------------------


def test_list_finds_templates_and_counts_what_is_in_them(viewer, shop):
    ApplicationTemplateFactory(name="clinic")

    fragment = viewer.get("/templates/?q=shop", headers=FRAGMENT)

    [found] = fragment.context["page"]
    assert (found.name, found.variable_count, len(found.microservices)) == ("shop", 6, 1)
    assert "<html" not in fragment.text
    assert "Deploy" not in fragment.text


def test_list_without_templates_says_what_they_are(operator, viewer):
    assert "Create template" in operator.get("/templates/", headers=FRAGMENT).text
    assert "Create template" not in viewer.get("/templates/").text
    assert "No templates match" in viewer.get("/templates/?q=x").text


def test_list_takes_the_same_queries_for_more_rows(viewer, django_assert_num_queries):
    def pages():
        with django_assert_num_queries(5):
            viewer.get("/templates/")

    ApplicationTemplateFactory(variables={"a": 1})
    pages()
    for _ in range(10):
        ApplicationTemplateFactory(variables={"a": 1, "b": 2})
    pages()


def test_page_shows_variables_and_what_they_make_by_default(viewer, shop):
    page = viewer.get(f"/templates/{shop.pk}/").text

    for text in (
        "A shop",
        "1.10",
        "8080:80/tcp",
        "team/web:1.10",
        "&#x27;{{ port }}&#x27;",
        "kind: ApplicationTemplate",
    ):
        assert text in page
    assert "Edit" not in page


def test_page_says_why_a_template_makes_nothing_by_itself(viewer):
    application = {
        "microservices": [{"name": "web", "container": {"ports": [{"internal": 80, "external": "{{ prt }}"}]}}]
    }
    template = ApplicationTemplateFactory(name="shop", application=application, variables={"port": 1})

    page = viewer.get(f"/templates/{template.pk}/")

    assert page.context["faults"] == [
        "Template shop makes no application of this: microservices[0].container.ports[0].external: external is missing."
    ]
    assert page.context["undeclared"] == ["prt"]
    assert "With the default values alone it makes nothing" in page.text
    assert "is no variable" in page.text


def test_page_takes_the_same_queries_for_a_larger_template(viewer, shop, django_assert_num_queries):
    def page():
        with django_assert_num_queries(6):
            viewer.get(f"/templates/{shop.pk}/")

    page()
    shop.application = {"microservices": [MICROSERVICE | {"name": f"web-{number}"} for number in range(20)]}
    shop.save()
    for number in range(20):
        shop.variables.create(key=f"more-{number}")
    page()


@pytest.mark.parametrize("act", ["", "edit/", "deploy/", "delete/"])
def test_a_page_of_no_template_is_not_found(operator, act):
    assert operator.get(f"/templates/99/{act}").status_code == 404


# --- written --------------------------------------------------------------------------------------------


def test_a_template_is_made_from_the_text_that_stands_there(operator):
    text = operator.get("/templates/add/").context["text"]

    response = operator.post("/templates/add/", {"text": text.replace("\n", "\r\n")})

    made = ApplicationTemplate.objects.get()
    assert (response.status_code, response.url) == (302, f"/templates/{made.pk}/")
    assert made.defaults == {
        "agent": '"my-agent-name" The agent that runs it', "port": "8080 The agent's port that leads to it",
    }  # fmt: skip
    assert (Entry.objects.get().actor, Entry.objects.get().door) == ("olga@example.org", "web")


def test_an_edit_starts_from_the_yaml_and_may_rename(operator, shop):
    text = operator.get(f"/templates/{shop.pk}/edit/").context["text"]

    assert operator.post(f"/templates/{shop.pk}/edit/", {"text": text}).status_code == 302
    assert not Entry.objects.exists(), "nothing was changed"
    operator.post(f"/templates/{shop.pk}/edit/", {"text": text.replace("name: shop", "name: store")})

    assert [(template.pk, template.name) for template in ApplicationTemplate.objects.all()] == [(shop.pk, "store")]


def test_a_fault_is_told_with_its_line_and_the_text_stays(operator, shop):
    text = example("application-template").replace("internal: 80", "internal: many")

    for path in ("/templates/add/", f"/templates/{shop.pk}/edit/"):
        response = operator.post(path, {"text": text})

        [fault] = response.context["faults"]
        assert (response.status_code, fault.line, fault.value) == (422, 26, "many")
        assert 'data-line="26"' in response.text
        assert "internal: many" in response.text
    assert not Entry.objects.exists()


def test_a_template_is_deleted_after_asking_and_its_applications_stay(operator, shop):
    MicroserviceFactory(application__name="shop")

    assert "Applications made from it stay" in operator.get(f"/templates/{shop.pk}/delete/").text
    assert operator.post(f"/templates/{shop.pk}/delete/").url == "/templates/"

    assert not ApplicationTemplate.objects.exists()
    assert Microservice.objects.exists()


@pytest.mark.parametrize("act", ["add/", "{pk}/edit/", "{pk}/delete/", "{pk}/deploy/"])
def test_viewers_change_nothing(viewer, shop, act):
    path = f"/templates/{act.format(pk=shop.pk)}"

    assert viewer.get(path).status_code == 403
    assert viewer.post(path, typed(do="apply") | {"text": example("application-template")}).status_code == 403
    assert ApplicationTemplate.objects.count() == 1
    assert not Entry.objects.exists()


def test_a_change_leads_to_the_template(operator, shop):
    operator.post(f"/templates/{shop.pk}/edit/", {"text": example("application-template")})

    page = operator.get("/changes/?type=application+template").text

    assert f'href="/templates/{shop.pk}/"' in page


# --- deployed -------------------------------------------------------------------------------------------


def test_the_form_has_a_field_for_each_variable_with_its_default(operator, shop):
    form = operator.get(f"/templates/{shop.pk}/deploy/").context["form"]

    shown = {field.label: (type(field.field.widget).__name__, field.value()) for field in form.variable_fields}
    assert shown == {
        "agent": ("TextInput", "north-1"),
        "port": ("TextInput", 8080),
        "tag": ("TextInput", "1.10"),
        "privileged": ("CheckboxInput", False),
        "level": ("TextInput", None),
        "more": ("Textarea", '{"a": [1]}'),
    }


def test_a_plan_shows_what_would_be_made_and_makes_nothing(operator, shop):
    response = operator.post(f"/templates/{shop.pk}/deploy/", typed(do="plan", privileged="on"))

    assert [(change.name, change.action) for change, *_ in response.context["changes"]] == [
        ("one", "create"), ("one/web on north-1", "create"),
    ]  # fmt: skip
    assert "Privileged: it can do anything on the agent." in response.text
    assert 'value="apply"' in response.text
    assert not Application.objects.exists()


def test_applying_makes_the_application_with_the_types_kept(operator, shop):
    values = typed(do="apply", port="9090", tag="2.0", level="3", more='{"b": null}')

    response = operator.post(f"/templates/{shop.pk}/deploy/", values)

    assert response.url == "/applications/one/"
    made = Microservice.objects.detailed().get()
    assert (made.image, made.port_list, made.privileged) == ("team/web:2.0", ["9090:80/tcp"], False)
    assert (made.env, made.config) == ([["LEVEL", "3"]], {"more": {"b": None}})


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("8080", 8080), ("true", True), ("1.5", 1.5), ('["a"]', ["a"]), ("abc", "abc"), ("1.10", "1.10"),
        ("007", "007"), ('"5"', "5"), (" x ", " x "), ("{", "{"), ("[" * 5000, "[" * 5000),
    ],
)  # fmt: skip
def test_a_variable_without_a_default_takes_text_or_what_is_surely_json(operator, text, value):
    microservice = {"name": "web", "config": {"it": "{{ it }}"}, "agent": {"name": "a"}, "images": {"x86": "a:1"}}
    template = ApplicationTemplateFactory(application={"microservices": [microservice]}, variables={"it": None})
    AgentFactory(name="a")

    operator.post(f"/templates/{template.pk}/deploy/", {"application": "one", "variable-it": text, "do": "apply"})

    assert Microservice.objects.get().config == {"it": value}


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"port": "many"}, "variable-port", "Write a number, such as 8080."),
        ({"more": "{"}, "variable-more", "Enter a valid JSON."),
        ({"application": ""}, "application", "This field is required."),
        ({"application": "A shop"}, "application", "Invalid format for field 'name'"),
        ({"agent": "north-2"}, "__all__", "There is no agent “north-2”. Did you mean “north-1”?"),
        ({"port": "99999"}, "__all__", "lies outside 1 to 65535"),
    ],
)
def test_what_stands_against_it_is_said_and_what_was_typed_stays(operator, shop, change, field, words):
    response = operator.post(
        f"/templates/{shop.pk}/deploy/", typed(do="apply", tag="kept") | typed(**change) | {"variable-tag": "kept"}
    )

    assert words in response.context["form"].errors[field][0]
    assert 'value="kept"' in response.text
    assert not Application.objects.exists()


def test_an_existing_application_becomes_what_the_template_makes(operator, shop):
    old = MicroserviceFactory(application__name="one", name="old")

    planned = operator.post(f"/templates/{shop.pk}/deploy/", typed(do="plan"))

    assert ("one/old on " + old.agent.name, "remove") in [(c.name, c.action) for c, *_ in planned.context["changes"]]
