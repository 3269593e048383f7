"""The database's groups and the words of one microservice are the same table."""

from datetime import timedelta
from itertools import product

import pytest
from django.utils import timezone

from catalogweb.deployments.groups import GROUPS, count_groups, in_group
from catalogweb.deployments.models import Microservice, MicroserviceStatus
from catalogweb.deployments.words import WORDS, status_of
from tests.factories import AgentFactory, ApplicationFactory, DeploymentFactory, RevisionFactory

pytestmark = pytest.mark.django_db
AWAY = {"never": None, "offline": timedelta(minutes=-1), "online": timedelta(minutes=5)}


@pytest.fixture
def every_case() -> None:
    """One microservice per state, presence, wish and whether its agent fetched and reported it."""
    now, revision, application = timezone.now(), RevisionFactory(), ApplicationFactory()
    deployment = DeploymentFactory(application=application, revision=revision)
    agents = {name: _agent(now, left) for name, left in AWAY.items()}
    cases = list(product(WORDS, AWAY, (True, False), (0, 1), (now, None), (True, False)))
    rows = [
        Microservice(name=f"m{n}", application=application, agent=agents[away], revision=revision,
                     deployment=deployment, is_activated=wanted)
        for n, (_, away, wanted, _, _, _) in enumerate(cases)
    ]  # fmt: skip
    Microservice.objects.bulk_create(rows)
    statuses = zip(rows, cases, strict=True)
    MicroserviceStatus.objects.bulk_create(
        MicroserviceStatus(
            microservice=row, state=state, served_generation=served, reported_at=reported, is_stale=stale
        )
        for row, (state, _, _, served, reported, stale) in statuses
    )


def _agent(now, left):
    times = {"reported_at": now, "late_at": now + left, "offline_at": now + left} if left else {}
    return AgentFactory(**{f"status__{name}": value for name, value in times.items()})


@pytest.mark.parametrize("group", GROUPS)
def test_group_holds_exactly_the_microservices_whose_word_has_its_tone(every_case, group):
    expected = {m.name for m in Microservice.objects.detailed() if status_of(m).tone == GROUPS[group][1]}

    assert {m.name for m in in_group(Microservice.objects.all(), group)} == expected != set()


def test_counting_groups_takes_one_statement_and_counts_every_microservice_once(every_case, django_assert_num_queries):
    with django_assert_num_queries(1):
        counts = count_groups(Microservice.objects.all())

    assert sum(counts.values()) == Microservice.objects.count()


def test_an_unknown_group_filters_nothing(every_case):
    assert in_group(Microservice.objects.all(), "no such").count() == Microservice.objects.count()
