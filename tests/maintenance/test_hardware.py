"""What agents find in their machines."""

import pytest

from catalogweb.core.errors import Invalid
from catalogweb.maintenance.hardware import hardware_of, take_hardware
from catalogweb.maintenance.models import Hardware
from tests.factories import AgentFactory


def test_hardware_is_what_was_found_last_per_agent_and_kind(horse, django_assert_num_queries):
    take_hardware(agent_id=horse.pk, kind="machine", info='{"cpus": 2}')
    take_hardware(agent_id=horse.pk, kind="usb", info="[]")
    with django_assert_num_queries(1):
        take_hardware(agent_id=horse.pk, kind="machine", info='{"cpus": 4}')

    assert hardware_of(horse, "machine").info == '{"cpus": 4}'
    assert hardware_of(AgentFactory(), "machine") is None
    assert Hardware.objects.count() == 2


def test_hardware_larger_than_there_is_room_for_is_refused(horse, settings):
    settings.HARDWARE_MAX_BYTES = 10

    take_hardware(agent_id=horse.pk, kind="usb", info="x" * 10)
    with pytest.raises(Invalid, match="larger than 10 bytes"):
        take_hardware(agent_id=horse.pk, kind="usb", info="ü" * 6)


def test_hardware_with_what_no_database_holds_is_kept_without_it(horse):
    take_hardware(agent_id=horse.pk, kind="usb", info="a\x00b\ud800")

    assert hardware_of(horse, "usb").info == "a\ufffdb\ufffd"
