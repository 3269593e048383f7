"""Which generation an agent was served, which one its container is of, and when it has to rebuild."""

import pytest

from catalogweb.deployments.desired import note_served, wanted_on
from catalogweb.deployments.models import MicroserviceStatus
from catalogweb.deployments.rebuilding import rebuild
from catalogweb.deployments.reports import take_report
from catalogweb.deployments.services import edit_microservice
from tests.factories import MicroserviceFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def web(agents):
    return MicroserviceFactory(name="web", agent=agents[0])


@pytest.fixture
def edge(web):
    """The agent's side: fetch the list, report a container."""

    class Edge:
        def fetch(self):
            [wanted] = served = wanted_on(web.agent_id)
            note_served(served)
            return wanted.rebuild

        def report(self, container, state="RUNNING"):
            sent = {"id": web.uuid, "status": state, "containerId": container}
            take_report(agent_id=web.agent_id, interval=10, status={}, rest={}, items=[sent])

    return Edge()


def generations():
    return MicroserviceStatus.objects.values_list("served_generation", "built_generation").get()


def test_first_container_needs_no_telling(edge):
    assert edge.fetch() is False
    assert generations() == (1, 0)

    edge.report("c1")
    assert generations() == (1, 1)
    assert edge.fetch() is False


def test_rebuild_is_told_until_a_new_container_is_seen(operator, web, edge):
    edge.fetch()
    edge.report("c1")
    rebuild(by=operator, microservices=[web])

    assert [edge.fetch(), edge.fetch()] == [True, True]
    edge.report("c1")
    assert edge.fetch() is True
    edge.report("c2")
    assert (edge.fetch(), generations()) == (False, (2, 2))


def test_container_from_before_the_list_was_fetched_is_no_evidence(operator, web, edge):
    edge.fetch()
    edge.report("c1")
    rebuild(by=operator, microservices=[web])
    edge.report("c2")

    assert edge.fetch() is True


def test_change_between_fetch_and_build_is_built_again(operator, web, edge):
    edge.fetch()
    edge.report("c1")
    rebuild(by=operator, microservices=[web])
    edge.fetch()
    rebuild(by=operator, microservices=[web])
    edge.report("c2")

    assert generations() == (2, 2)
    assert edge.fetch() is True
    edge.report("c3")
    assert edge.fetch() is False


def test_report_before_any_fetch_is_evidence_of_nothing(web, edge):
    edge.report("c0")

    assert generations() == (0, 0)


def test_failed_first_pull_is_not_told_to_rebuild_what_never_was(operator, web, edge):
    edge.fetch()
    edge.report("", "FAILED")
    rebuild(by=operator, microservices=[web])

    assert edge.fetch() is False
    edge.report("c1")
    assert (generations(), edge.fetch()) == ((2, 2), False)


def test_moved_microservice_starts_over_on_the_new_agent(operator, web, agents, edge):
    edge.fetch()
    edge.report("c1")
    edit_microservice(by=operator, microservice=web, agent=agents[1])

    [wanted] = wanted_on(agents[1].pk)
    assert (wanted.rebuild, generations(), wanted_on(agents[0].pk)) == (False, (0, 0), [])


def test_noting_what_was_served_concerns_only_that_agent(web, agents):
    other = MicroserviceFactory(agent=agents[1])
    note_served(wanted_on(web.agent_id))

    assert MicroserviceStatus.objects.get(microservice=other).served_generation == 0


def test_noting_again_writes_nothing(web, django_assert_num_queries):
    note_served(wanted_on(web.agent_id))
    again = wanted_on(web.agent_id)

    with django_assert_num_queries(0):
        note_served(again)


def test_noting_many_generations_takes_one_statement(agents, django_assert_num_queries):
    for generation in range(1, 21):
        MicroserviceFactory(agent=agents[2], generation=generation)
    served = wanted_on(agents[2].pk)

    with django_assert_num_queries(1):
        note_served(served)
    rows = MicroserviceStatus.objects.values_list("microservice__generation", "served_generation")
    assert all(wanted == noted for wanted, noted in rows)


def test_rebuild_between_reading_the_list_and_noting_it_is_told(operator, web, edge):
    edge.fetch()
    edge.report("c1")
    served = wanted_on(web.agent_id)
    rebuild(by=operator, microservices=[web])
    note_served(served)
    edge.report("c2")

    assert generations() == (1, 1)
    assert edge.fetch() is True


def test_container_reported_between_reading_the_list_and_noting_it_is_no_evidence(operator, web, edge):
    edge.fetch()
    edge.report("c1")
    rebuild(by=operator, microservices=[web])
    served = wanted_on(web.agent_id)
    edge.report("c2")
    note_served(served)
    edge.report("c2")

    assert edge.fetch() is True


def test_list_of_many_takes_the_statements_of_one(agents, django_assert_num_queries):
    for size in (1, 20):
        MicroserviceFactory.create_batch(size, agent=agents[2])
        with django_assert_num_queries(4):
            assert all(wanted.image and wanted.microservice.container for wanted in wanted_on(agents[2].pk))
