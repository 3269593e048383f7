"""Edge resources: list, page, add, edit, delete, link, unlink."""

import pytest

from catalogweb.edge_resources.models import EdgeResource
from tests.factories import AgentFactory, EdgeResourceFactory

pytestmark = pytest.mark.django_db
NEW = {
    "name": "cam", "version": "v1.0.0", "protocol": "https", "description": "A camera",
    "endpoints": "GET /picture Take a picture\nPOST /move Move", "orchestration_tags": "camera, fast",
    "custom": '{"model": "x"}', "display_name": "Cam",
}  # fmt: skip


def test_empty_list_says_what_edge_resources_are_for(viewer):
    assert "No edge resources yet" in viewer.get("/edge-resources/").text


def test_list_filters_sorts_and_answers_htmx_with_the_table_only(viewer):
    EdgeResourceFactory(name="cam", protocol="https").agents.add(AgentFactory())
    EdgeResourceFactory(name="scale", protocol="wss")

    fragment = viewer.get("/edge-resources/?q=c&protocol=https&sort=-agents", headers={"HX-Request": "true"}).text

    assert "cam" in fragment
    assert "1 agent" in fragment
    assert "scale" not in fragment
    assert "<html" not in fragment
    assert "No edge resources match" in viewer.get("/edge-resources/?q=nothing").text


def test_list_takes_the_same_queries_for_more_rows(viewer, django_assert_num_queries):
    EdgeResourceFactory().agents.add(AgentFactory())
    with django_assert_num_queries(5):
        viewer.get("/edge-resources/")
    for _ in range(10):
        EdgeResourceFactory().agents.add(AgentFactory())
    with django_assert_num_queries(5):
        viewer.get("/edge-resources/")


def test_page_takes_the_same_queries_for_more_agents(operator, django_assert_num_queries):
    resource = EdgeResourceFactory()
    resource.agents.add(AgentFactory())
    path = f"/edge-resources/{resource.pk}/"
    with django_assert_num_queries(9):
        operator.get(path)
    resource.agents.add(*AgentFactory.create_batch(10))
    with django_assert_num_queries(9):
        operator.get(path)


def test_add_keeps_what_was_typed_and_shows_it(operator):
    page = operator.post("/edge-resources/add/", NEW, follow=True).text

    resource = EdgeResource.objects.get()
    assert [(e["method"], e["url"], e["name"]) for e in resource.endpoints] == [
        ("GET", "/picture", "Take a picture"), ("POST", "/move", "Move"),
    ]  # fmt: skip
    assert (resource.orchestration_tags, resource.custom) == (["camera", "fast"], {"model": "x"})
    for text in ("cam v1.0.0 is added", "Take a picture", "A camera", "camera", "&quot;model&quot;: &quot;x&quot;"):
        assert text in page


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": "A b"}, "name"), ({"version": "1"}, "version"), ({"version": ""}, "version"),
        ({"protocol": "ftp"}, "protocol"), ({"endpoints": "GET /picture"}, "endpoints"),
        ({"endpoints": "/picture Picture"}, "endpoints"), ({"custom": "[]"}, "custom"),
        ({"orchestration_tags": "a" * 101}, "orchestration_tags"),
    ],
)  # fmt: skip
def test_add_shows_a_refusal_at_its_field_and_keeps_the_rest(operator, change, field):
    response = operator.post("/edge-resources/add/", NEW | change)

    assert set(response.context["form"].errors) == {field}
    assert "A camera" in response.text
    assert not EdgeResource.objects.exists()


def test_edit_keeps_what_lines_do_not_say(operator):
    resource = EdgeResourceFactory(
        name="cam", endpoints=[{"name": "Picture", "method": "GET", "url": "/old", "response_type": "image/png"}]
    )
    path = f"/edge-resources/{resource.pk}/edit/"
    shown = operator.get(path).context["form"].initial

    operator.post(path, shown | {"orchestration_tags": "", "endpoints": "GET /new Picture\nGET /other Other"})

    resource.refresh_from_db()
    assert [(e["url"], e["response_type"]) for e in resource.endpoints] == [("/new", "image/png"), ("/other", "")]


def test_edit_form_takes_back_what_it_shows(operator):
    operator.post("/edge-resources/add/", NEW)
    resource = EdgeResource.objects.get()
    path = f"/edge-resources/{resource.pk}/edit/"
    form = operator.get(path).context["form"]
    before = EdgeResource.objects.values().get()

    operator.post(path, {name: form[name].value() for name in form.fields})

    after = EdgeResource.objects.values().get()
    assert {**after, "updated_at": None} == {**before, "updated_at": None}


def test_delete_says_what_it_hits(operator):
    resource = EdgeResourceFactory(name="cam")
    resource.agents.add(AgentFactory(name="north-1"))
    path = f"/edge-resources/{resource.pk}/delete/"

    page = operator.get(path).text
    assert "Linked to 1 agent" in page
    assert "north-1" in page
    operator.post(path)

    assert not EdgeResource.objects.exists()


def test_agents_are_linked_by_name_and_unlinked(operator):
    agent, resource = AgentFactory(name="north-1"), EdgeResourceFactory(name="cam")
    path = f"/edge-resources/{resource.pk}/"

    page = operator.post(f"{path}link/", {"agent": "NORTH-1"}, follow=True).text
    assert "north-1 is linked." in page
    assert "cam v1.0.0" in operator.get(f"/agents/{agent.uuid}/").text
    operator.post(f"{path}unlink/", {"agent": agent.uuid})

    assert not resource.agents.exists()


def test_link_shows_an_unknown_agent_at_its_field(operator):
    AgentFactory(name="north-1")
    resource = EdgeResourceFactory()

    response = operator.post(f"/edge-resources/{resource.pk}/link/", {"agent": "north-2"})

    assert "Did you mean “north-1”?" in str(response.context["form"].errors["agent"])


def test_viewer_sees_and_changes_nothing(viewer):
    agent, resource = AgentFactory(), EdgeResourceFactory()
    path = f"/edge-resources/{resource.pk}/"

    page = viewer.get(path).text
    assert "Link an agent" not in page
    assert "Edit" not in page
    for attempt in ("edit/", "delete/"):
        assert viewer.get(path + attempt).status_code == 403
    for attempt in ("link/", "unlink/"):
        assert viewer.post(path + attempt, {"agent": agent.uuid}).status_code == 403
    assert viewer.get("/edge-resources/add/").status_code == 403
