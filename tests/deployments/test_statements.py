"""Statements grow with the database's batches, never with rows."""

import json

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from catalogweb.accounts.models import AccessToken
from catalogweb.accounts.services import issue_token
from catalogweb.deployments.applications import delete_application, edit_application
from catalogweb.deployments.container import Container, Port
from catalogweb.deployments.manifests import apply, export
from catalogweb.deployments.models import Application, Microservice
from catalogweb.deployments.rebuilding import rebuild
from catalogweb.deployments.services import delete_microservices, deploy, set_activated
from catalogweb.deployments.sources import edit_catalog_item
from tests.factories import AgentFactory, ApplicationFactory, CatalogItemFactory, PrivateRegistryFactory

pytestmark = pytest.mark.django_db
WEB = Container(env={"A": "1"}, ports=(Port(80, 8080), Port(81, 8081)))


def statements(act):
    with CaptureQueriesContext(connection) as captured:
        act()
    return len(captured)


def fleet(number, name):
    return [AgentFactory(name=f"{name}-{n}") for n in range(number)]


@pytest.fixture
def item(db):
    return CatalogItemFactory()


@pytest.fixture
def deploying(operator, item):
    def call(agents, **changes):
        given = {"application": ApplicationFactory(), "container": WEB, "name": "web", "revision": item.current}
        return lambda: deploy(by=operator, agents=agents, **given | changes)

    return call


@pytest.mark.parametrize(("few", "many"), [(5, 45), (5, 50), (300, 900)])
def test_deploying_takes_a_statement_more_per_batch_of_the_database(deploying, few, many):
    """SQLite takes 999 parameters: each of the four tables takes one statement more per 41 to 199 rows."""
    less, more = statements(deploying(fleet(few, "few"))), statements(deploying(fleet(many, "many")))

    assert more - less <= (many - few) // 14 + 2
    assert less < 45


def test_refusing_many_agents_takes_as_many_statements_as_refusing_few(deploying):
    few, many = fleet(5, "few"), fleet(50, "many")
    for agents in (few, many):
        deploying(agents)()

    def refused(agents):
        with pytest.raises(Exception, match="is not available"):
            deploying(agents)()

    assert statements(lambda: refused(few)) == statements(lambda: refused(many))


@pytest.mark.parametrize(
    "act", ["stop", "start", "rebuild", "delete", "stop application", "delete application", "new image"]
)
def test_changing_20_and_80_microservices_takes_the_same_statements(operator, deploying, item, act):
    counts = []
    for size in (20, 80):
        application = ApplicationFactory()
        placed = [
            deploying([agent], application=application, name=f"web-{n}")()[0]
            for n, agent in enumerate(fleet(size, f"horse-{size}"))
        ]
        Microservice.objects.update(is_activated=act != "start")
        acts = {
            "stop": lambda rows: set_activated(by=operator, microservices=rows, is_activated=False),
            "start": lambda rows: set_activated(by=operator, microservices=rows, is_activated=True),
            "rebuild": lambda rows: rebuild(by=operator, microservices=rows),
            "delete": lambda rows: delete_microservices(by=operator, microservices=rows),
            "stop application": lambda rows: edit_application(by=operator, application=application, is_activated=False),
            "delete application": lambda rows: delete_application(by=operator, application=application),
            "new image": lambda rows: edit_catalog_item(by=operator, item=item, images={"x86": f"team/web:{size}"}),
        }
        counts.append(statements(lambda placed=placed, acts=acts: acts[act](placed)))
        Microservice.objects.all().delete()

    assert counts[0] == counts[1] < 40


FEW, MANY = 2, 40


@pytest.fixture
def rest(operator):
    """Sends JSON as a script would."""
    client = Client(headers={"Authorization": issue_token(user=operator, kind=AccessToken.Kind.SESSION)[1]})

    def send(method, path, body):
        reply = getattr(client, method)(f"/api/v3{path}", json.dumps(body), content_type="application/json")
        assert reply.status_code < 300, reply.content

    # A token's first use of a minute is noted, its next is not.
    client.get("/api/v3/user/profile")
    return send


@pytest.mark.parametrize("named_by", ["name", "uuid"])
def test_rest_deploys_to_many_agents_in_the_statements_of_few(rest, item, named_by):
    counts = []
    for size in (FEW, MANY):
        agents = [getattr(agent, named_by) for agent in fleet(size, f"edge-{size}")]
        body = {"name": "web", "application": ApplicationFactory().name, "catalogItemId": item.pk, "agents": agents}
        counts.append(statements(lambda body=body: rest("post", "/deployments", body)))

    assert counts[0] == counts[1] < 40


def test_form_deploys_to_many_agents_in_the_statements_of_few(operator, item):
    client, counts = Client(), []
    client.force_login(operator)
    for size in (FEW, MANY):
        agents = [agent.uuid for agent in fleet(size, f"edge-{size}")]
        fields = {"item": item.pk, "agents": agents, "application": f"shop-{size}", "name": "web", "ports": "8080:80"}
        counts.append(statements(lambda fields=fields: client.post(reverse("web:deploy"), fields)))

    assert Microservice.objects.count() == FEW + MANY
    assert counts[0] == counts[1] < 50


@pytest.mark.parametrize("images", ["catalogId: web", "x86: team/own:1"])
def test_manifest_of_many_agents_takes_the_statements_of_few_each_time(operator, images):
    CatalogItemFactory(name="web")
    counts = []
    for size in (FEW, MANY):
        names = ", ".join(agent.name for agent in fleet(size, f"edge-{size}"))
        ApplicationFactory(name=f"shop-{size}")
        text = (
            f"apiVersion: iofog.org/v3\nkind: Microservice\nmetadata: {{name: shop-{size}/web}}\n"
            f"spec:\n  agents: [{names}]\n  images: {{{images}}}\n  container: {{env: [{{key: LEVEL, value: 3}}]}}\n"
        )
        newer = text.replace("value: 3", "value: 4")
        counts.append([statements(lambda text=text: apply(text, by=operator)) for text in (text, text, newer)])

    assert counts[0] == counts[1]
    assert max(counts[1]) < 45


@pytest.mark.parametrize("own_images", [False, True])
def test_application_of_many_microservices_takes_the_statements_of_few_each_time(operator, own_images):
    counts = []
    for size in (FEW, 20):
        registry = PrivateRegistryFactory(url="reg.example.org")
        agents, items = fleet(size, f"edge-{size}"), CatalogItemFactory.create_batch(size)
        entries = [
            {
                "name": f"web-{n}",
                "agent": {"name": agents[n].name},
                "images": {"x86": f"team/own-{n}:1", "registry": registry.pk}
                if own_images
                else {"catalogId": items[n].pk},
                "container": {"ports": [{"internal": 80, "external": 8000 + n}]},
            }
            for n in range(size)
        ]
        head = {"apiVersion": "iofog.org/v3", "kind": "Application", "metadata": {"name": f"shop-{size}"}}
        text = json.dumps(head | {"spec": {"microservices": entries}})
        newer = text.replace('"internal": 80', '"internal": 81').replace(":1", ":2")
        counts.append([statements(lambda text=text: apply(text, by=operator)) for text in (text, text, newer)])

    assert counts[0] == counts[1]
    assert max(counts[1]) < 60
    assert "internal: 81" in export(Application.objects.get(name="shop-20"))


def test_rest_application_of_many_microservices_takes_the_statements_of_few_each_time(rest):
    counts = []
    for size in (FEW, 20):
        agents, items = fleet(size, f"edge-{size}"), CatalogItemFactory.create_batch(size)
        body = {
            "name": f"shop-{size}",
            "microservices": [
                {"name": f"web-{n}", "agentName": agents[n].name, "catalogItemId": items[n].pk, "registryId": 1}
                for n in range(size)
            ],
        }
        made = statements(lambda body=body: rest("post", "/application", body))
        again = statements(lambda body=body, size=size: rest("put", f"/application/shop-{size}", body))
        counts.append([made, again])

    assert counts[0] == counts[1]
    assert max(counts[1]) < 50
