import pytest

from catalogweb.agents.flags import acknowledge, raise_flags
from catalogweb.agents.models import ChangeFlags, Flag
from tests.factories import AgentFactory

pytestmark = pytest.mark.django_db


def flags_of(agent):
    return ChangeFlags.objects.get(agent=agent)


def test_raising_concerns_exactly_the_agents_named():
    chosen, other = AgentFactory(), AgentFactory()

    raise_flags([chosen.pk], Flag.CONFIG, Flag.REGISTRIES)

    assert flags_of(chosen).raised == {"config", "registries"}
    assert flags_of(other).raised == set()


def test_every_flag_has_a_column_of_its_own():
    agent = AgentFactory()
    for number, flag in enumerate(Flag, start=1):
        raise_flags([agent.pk], flag)
        assert getattr(flags_of(agent), flag) == number

    assert flags_of(agent).raised == set(Flag.values)


def test_acknowledging_lowers_what_was_raised_until_then():
    agent, other = AgentFactory(), AgentFactory()
    raise_flags([agent.pk, other.pk], Flag.CONFIG)

    acknowledge(agent.pk, flags_of(agent).counter)

    assert (flags_of(agent).raised, flags_of(other).raised) == (set(), {"config"})


def test_acknowledging_leaves_what_was_raised_meanwhile():
    agent = AgentFactory()
    raise_flags([agent.pk], Flag.CONFIG, Flag.REGISTRIES)
    seen = flags_of(agent).counter
    raise_flags([agent.pk], Flag.REGISTRIES, Flag.REBOOT)

    acknowledge(agent.pk, seen)

    assert flags_of(agent).raised == {"registries", "reboot"}


@pytest.mark.parametrize("up_to", [-1, 0])
def test_acknowledging_nothing_lowers_nothing(up_to):
    agent = AgentFactory()
    raise_flags([agent.pk], Flag.CONFIG)

    acknowledge(agent.pk, up_to)

    assert flags_of(agent).raised == {"config"}


def test_counter_only_grows():
    agent = AgentFactory()
    raise_flags([agent.pk], Flag.CONFIG)
    acknowledge(agent.pk, 10**15)
    raise_flags([agent.pk, agent.pk], Flag.CONFIG)

    assert (flags_of(agent).counter, flags_of(agent).config) == (2, 2)


def test_raising_at_once_loses_nothing(together):
    agent = AgentFactory()

    together(*[lambda flag=flag: raise_flags([agent.pk], flag) for flag in list(Flag)[:6]])

    assert flags_of(agent).raised == set(Flag.values[:6])
    assert flags_of(agent).counter == 6


@pytest.mark.parametrize(("agents", "statements"), [(0, 0), (1, 1), (500, 1), (501, 2)])
def test_raising_takes_a_statement_per_batch(django_assert_num_queries, agents, statements):
    with django_assert_num_queries(statements):
        raise_flags(range(1, agents + 1), Flag.CONFIG)
