"""The manifest page: plan, apply, faults with their line, examples, files."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from catalogweb.catalog.models import CatalogItem, Registry
from catalogweb.deployments.models import Application, Microservice
from catalogweb.web.views.manifests import EXAMPLES
from tests.factories import AgentFactory, CatalogItemFactory, MicroserviceFactory

pytestmark = pytest.mark.django_db
APPLICATION = "apiVersion: iofog.org/v3\nkind: Application\nmetadata:\n  name: clinic\n"
FAULTY = "apiVersion: iofog.org/v3\nkind: Application\nmetadata:\n  name: clinic\nspec:\n  isActivated: ture\n"


def test_a_plan_shows_what_would_change_and_changes_nothing(operator):
    page = operator.post("/manifests/", {"text": APPLICATION, "do": "plan"}).text

    assert "Application clinic" in page
    assert "1 create" in page
    assert 'href="/applications/clinic/"' not in page
    assert 'value="apply"' in page
    assert not Application.objects.exists()


def test_apply_does_it_and_a_second_plan_is_empty(operator):
    applied = operator.post("/manifests/", {"text": APPLICATION, "do": "apply"}).text
    again = operator.post("/manifests/", {"text": APPLICATION, "do": "plan"}).text

    assert "Applied" in applied
    assert Application.objects.get().name == "clinic"
    assert 'Application <a href="/applications/clinic/">clinic</a>' in applied
    assert "Nothing to do" in again
    assert 'value="apply"' not in again


def test_a_fault_names_its_line_field_and_value_and_the_text_stays(operator):
    response = operator.post("/manifests/", {"text": FAULTY, "do": "apply"})

    fault = response.context["faults"][0]
    assert (response.status_code, fault.line, fault.field) == (422, 6, "spec.isActivated")
    assert 'data-line="6"' in response.text
    assert "isActivated: ture" in response.text
    assert "Written:" not in response.text
    assert not Application.objects.exists()


def test_a_file_takes_the_place_of_the_text(operator):
    file = SimpleUploadedFile("clinic.yaml", APPLICATION.replace("\n", "\r\n").encode())

    page = operator.post("/manifests/", {"text": "rubbish", "file": file, "do": "plan"}).text

    assert "Application clinic" in page


@pytest.mark.parametrize(
    ("content", "sentence"), [(b"\xff\xfe", "is not a text in UTF-8"), (b"#" * 1_048_577, "is longer than 1,048,576")]
)
def test_a_file_that_is_no_manifest_is_refused_in_words(operator, content, sentence):
    page = operator.post("/manifests/", {"text": "", "file": SimpleUploadedFile("x.yaml", content), "do": "plan"})

    assert sentence in page.text


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_example_can_be_loaded_planned_and_applied_twice(operator, name):
    AgentFactory(name="my-agent-name")
    text = operator.get(f"/manifests/?example={name}").context["text"]

    first = operator.post("/manifests/", {"text": text, "do": "apply"})
    second = operator.post("/manifests/", {"text": text, "do": "plan"})

    assert first.context["plan"].counts["create"] > 0
    assert second.context["plan"].is_empty


def test_the_hello_web_demo_has_an_image_for_each_architecture(operator):
    operator.post(
        "/manifests/", {"text": operator.get("/manifests/?example=hello-web-demo").context["text"], "do": "apply"}
    )

    assert CatalogItem.objects.latest("pk").images == {"x86": "iofog/hello-web", "arm": "iofog/hello-web-arm"}


def test_a_password_comes_back_neither_in_the_plan_nor_after_applying(operator):
    text = (
        "apiVersion: iofog.org/v3\nkind: Registry\nspec:\n  url: reg.example\n  username: john\n  password: hunter2\n"
    )

    planned = operator.post("/manifests/", {"text": text, "do": "plan"})
    applied = operator.post("/manifests/", {"text": text, "do": "apply"})

    assert "hunter2" not in planned.text
    assert "no-store" in planned["Cache-Control"]
    assert "hunter2" not in applied.text
    assert Registry.objects.latest("pk").password == "hunter2"


def test_risks_of_a_microservice_stand_in_the_plan(operator):
    AgentFactory(name="my-agent-name")
    text = operator.get("/manifests/?example=debugger").context["text"]

    page = operator.post("/manifests/", {"text": text, "do": "plan"}).text

    assert "Privileged: it can do anything on the agent." in page
    assert not Microservice.objects.exists()


def test_viewers_are_refused(viewer):
    assert viewer.get("/manifests/").status_code == 403
    assert viewer.post("/manifests/", {"text": APPLICATION, "do": "apply"}).status_code == 403
    assert not Application.objects.exists()


ITEM = "apiVersion: iofog.org/v3\nkind: CatalogItem\nmetadata: {name: demo}\nspec: {x86: 'team/web:2'}\n"


@pytest.mark.parametrize(("choice", "image"), [({}, "team/web:2"), ({"running": "stay"}, "team/web:1")])
def test_what_runs_moves_or_stays_as_chosen_and_the_choice_outlasts_the_plan(operator, choice, image):
    microservice = MicroserviceFactory(revision=CatalogItemFactory(name="demo").current)

    planned = operator.post("/manifests/", {"text": ITEM, "do": "plan", **choice}).text
    operator.post("/manifests/", {"text": ITEM, "do": "apply", **choice})

    assert ('value="stay" checked' in planned) == bool(choice)
    assert (str(microservice.name) in planned) != bool(choice)
    assert Microservice.objects.get(pk=microservice.pk).image == image
