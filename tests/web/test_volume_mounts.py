"""Volume mounts: list, page, add, edit, the agents that have them, delete."""

import pytest

from catalogweb.agents.models import ChangeFlags
from catalogweb.configuration.models import VolumeMount
from catalogweb.deployments.container import Container, Volume
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


def place(by, agent, mount):
    container = Container(volumes=(Volume(mount.name, "/c", type="volumeMount"),))
    [placed] = deploy(
        by=by, application=ApplicationFactory(name="shop"), agents=[agent], revision=RevisionFactory(), name="web",
        container=container,
    )  # fmt: skip
    return placed


def test_add_offers_both_kinds_and_leads_to_the_agents(operator):
    SecretFactory(name="tls")
    config_map = ConfigMapFactory(name="shop")
    page = operator.get(f"/volume-mounts/add/?source=configmap-{config_map.pk}").text
    assert f'value="configmap-{config_map.pk}" selected' in page
    assert '<optgroup label="Secrets">' in page

    response = operator.post("/volume-mounts/add/", {"name": "files", "source": f"configmap-{config_map.pk}"})

    mount = VolumeMount.objects.get()
    assert (mount.name, mount.source) == ("files", config_map)
    assert response.headers["Location"] == f"/volume-mounts/{mount.uuid}/agents/"


@pytest.mark.parametrize(
    ("change", "field"), [({"name": "No"}, "name"), ({"name": "taken"}, "name"), ({"source": "secret-0"}, "source")]
)
def test_add_shows_a_refusal_at_its_field(operator, change, field):
    secret = VolumeMountFactory(name="taken").secret

    response = operator.post("/volume-mounts/add/", {"name": "files", "source": f"secret-{secret.pk}"} | change)

    assert field in response.context["form"].errors


def test_add_without_a_source_leads_to_one(operator):
    assert "There is nothing to take files from yet" in operator.get("/volume-mounts/add/").text


def test_edit_gives_another_source(operator):
    mount, config_map = VolumeMountFactory(), ConfigMapFactory()

    operator.post(f"/volume-mounts/{mount.uuid}/edit/", {"source": f"configmap-{config_map.pk}"})

    mount.refresh_from_db()
    assert (mount.source, mount.version) == (config_map, 2)


def test_choosing_agents_concerns_only_those_that_were_shown(operator):
    north, south, west = (AgentFactory(name=name) for name in ("north", "south", "west"))
    mount = VolumeMountFactory(agents=[north, west])
    page = operator.get(f"/volume-mounts/{mount.uuid}/agents/?q=th", headers={"HX-Request": "true"}).text
    assert "west" not in page
    assert f'value="{north.uuid}" id="agent-{north.uuid}" checked' in page

    sent = {"shown": [north.uuid, south.uuid], "agents": [south.uuid]}
    response = operator.post(f"/volume-mounts/{mount.uuid}/agents/", sent, follow=True)

    assert mount.agent_names == ["south", "west"]
    assert "is on 2 agents now" in response.text
    assert {flags.agent.name for flags in ChangeFlags.objects.exclude(volume_mounts=0)} == {"north", "south"}


def test_choosing_agents_takes_the_same_queries_for_more(operator, django_assert_num_queries):
    mount = VolumeMountFactory(agents=[AgentFactory()])
    with django_assert_num_queries(8):
        operator.get(f"/volume-mounts/{mount.uuid}/agents/")
    mount.agents.add(*[AgentFactory() for _ in range(10)])
    with django_assert_num_queries(8):
        operator.get(f"/volume-mounts/{mount.uuid}/agents/")


def test_page_names_agents_and_says_where_the_files_are_missing(viewer, olga):
    north, south = AgentFactory(name="north"), AgentFactory(name="south")
    mount = VolumeMountFactory(secret=SecretFactory(name="tls", data={"ca.crt": "hunter2"}), agents=[north])
    microservice = place(olga, south, mount)

    page = viewer.get(f"/volume-mounts/{mount.uuid}/").text

    for text in ("north", "tls", "ca.crt", "web", "does not have the files", "kind: VolumeMount"):
        assert text in page
    assert "hunter2" not in page
    assert f'href="/volume-mounts/{mount.uuid}/"' in viewer.get(f"/agents/{north.uuid}/").text
    warned = viewer.get(f"/microservices/{microservice.uuid}/").text
    assert f"Volume mount {mount.name} is not linked to south" in warned


def test_list_takes_the_same_queries_for_more_rows(viewer, django_assert_num_queries):
    VolumeMountFactory(name="certs")
    with django_assert_num_queries(5):
        viewer.get("/volume-mounts/")
    for _ in range(5):
        VolumeMountFactory(config_map=ConfigMapFactory(), agents=[AgentFactory()])
    with django_assert_num_queries(5):
        page = viewer.get("/volume-mounts/").text

    assert "certs" in page
    assert "No volume mounts match" in viewer.get("/volume-mounts/?q=nothing").text


def test_delete_refuses_while_mounted(operator, olga):
    mount = VolumeMountFactory(name="certs")
    place(olga, AgentFactory(name="north"), mount)

    assert "microservice shop/web on north" in operator.post(f"/volume-mounts/{mount.uuid}/delete/").text
    mount.uses.all().delete()
    assert operator.post(f"/volume-mounts/{mount.uuid}/delete/").headers["Location"] == "/volume-mounts/"


def test_a_viewer_cannot_change_anything(viewer):
    mount = VolumeMountFactory()

    for path in ("add/", f"{mount.uuid}/edit/", f"{mount.uuid}/agents/", f"{mount.uuid}/delete/"):
        url = f"/volume-mounts/{path}"
        assert viewer.get(url).status_code == viewer.post(url).status_code == 403
