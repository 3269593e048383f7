"""What an agent is told to do once."""

from datetime import timedelta

import pytest
from django.utils import timezone

from catalogweb.agents.models import AgentStatus, ProvisioningKey
from catalogweb.changelog.models import Entry
from catalogweb.core.errors import Forbidden, Invalid, NotFound
from catalogweb.core.secrets import digest
from catalogweb.maintenance.models import VersionOrder
from catalogweb.maintenance.orders import fetch_version_order, order_version, prune, reboot


@pytest.mark.parametrize("order", [reboot, prune])
def test_order_tells_the_agent_and_is_logged(operator, horse, raised, order):
    order(by=operator, agent=horse)

    assert raised() == {"horse-1": {order.__name__}}
    assert [(e.action, e.object_label, e.actor) for e in Entry.objects.all()] == [
        (order.__name__, "horse-1", "operator@example.org")
    ]


def test_viewer_orders_nothing(viewer, horse, raised):
    for order in (reboot, prune, lambda **given: order_version(command="upgrade", **given)):
        with pytest.raises(Forbidden):
            order(by=viewer, agent=horse)

    assert raised() == {}
    assert not VersionOrder.objects.exists()


def test_version_is_ordered_of_an_agent_that_is_ready(operator, horse, raised):
    AgentStatus.objects.update(report={"isReadyToUpgrade": True, "isReadyToRollback": True})

    for command in ("upgrade", "rollback"):
        order_version(by=operator, agent=horse, command=command)

    assert raised() == {"horse-1": {"version"}}
    assert VersionOrder.objects.get().command == "rollback"
    assert [e.action for e in Entry.objects.order_by("id")] == ["upgrade", "rollback"]


@pytest.mark.parametrize(
    ("report", "command", "message"),
    [
        ({"isReadyToUpgrade": False}, "upgrade", "Can't upgrade version now"),
        ({"isReadyToRollback": False}, "rollback", "Can't rollback version now. There are no backups on agent"),
        ({}, "rollback", "Can't rollback version now"),
        ({}, "downgrade", "enum values: upgrade,rollback"),
    ],
)
def test_version_is_refused_of_an_agent_that_is_not_ready(operator, horse, raised, report, command, message):
    AgentStatus.objects.update(report=report)

    with pytest.raises(Invalid, match=message):
        order_version(by=operator, agent=horse, command=command)

    assert raised() == {}
    assert not VersionOrder.objects.exists()


def test_agent_that_has_not_reported_yet_counts_as_ready_to_upgrade(operator, horse):
    order_version(by=operator, agent=horse, command="upgrade")

    assert VersionOrder.objects.get().is_open


def test_order_is_fetched_with_a_new_key_each_time_until_the_key_would_have_ended(operator, horse):
    order_version(by=operator, agent=horse, command="upgrade")

    first, second = fetch_version_order(agent=horse), fetch_version_order(agent=horse)

    assert first[0] == second[0] == "upgrade"
    assert first[1] != second[1]
    assert ProvisioningKey.objects.get().digest == digest(second[1])
    VersionOrder.objects.update(fetched_at=timezone.now() - timedelta(minutes=21))
    with pytest.raises(NotFound):
        fetch_version_order(agent=horse)


def test_key_of_an_order_stands_nowhere_in_the_log(operator, horse):
    order_version(by=operator, agent=horse, command="upgrade")
    _, key, _ = fetch_version_order(agent=horse)

    assert key not in str(list(Entry.objects.values()))
    assert digest(key) not in str(list(Entry.objects.values()))


def test_nothing_ordered_is_nothing_to_fetch(horse):
    with pytest.raises(NotFound):
        fetch_version_order(agent=horse)

    assert not ProvisioningKey.objects.exists()
