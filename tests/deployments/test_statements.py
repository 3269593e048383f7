"""Statements grow with the database's batches, never with rows."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalogweb.deployments.applications import delete_application, edit_application
from catalogweb.deployments.container import Container, Port
from catalogweb.deployments.models import Microservice
from catalogweb.deployments.rebuilding import rebuild
from catalogweb.deployments.services import delete_microservices, deploy, set_activated
from catalogweb.deployments.sources import edit_catalog_item
from tests.factories import AgentFactory, ApplicationFactory, CatalogItemFactory

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
    """SQLite takes 999 parameters: each of the four tables takes one statement more per 49 to 199 rows."""
    less, more = statements(deploying(fleet(few, "few"))), statements(deploying(fleet(many, "many")))

    assert more - less <= (many - few) // 15 + 2
    assert less < 40


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
