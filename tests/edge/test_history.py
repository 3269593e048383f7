"""Rests after failures and exits."""

import pytest

from catalogweb.edge.engine.base import Container
from catalogweb.edge.history import History, Record


def test_rest_after_a_failure_doubles_up_to_five_minutes():
    record, rests = Record(), []
    for _ in range(9):
        record.fail("no", now=100)
        rests.append(record.rest_until - 100)

    assert rests == [5, 10, 20, 40, 80, 160, 300, 300, 300]


def exit_of(number):
    return Container("c", "c", "me", "m", "spec", "exited", started_at=float(number), exit_code=1)


def test_one_exit_counts_once_however_often_it_is_seen():
    record = Record()
    for now in range(5):
        record.note_exit(exit_of(1), now)

    assert record.exits == [0]


@pytest.mark.parametrize(("seconds_between", "stuck"), [(30, True), (90, False)])
def test_ten_exits_in_ten_minutes_are_enough(seconds_between, stuck):
    record = Record()
    for number in range(10):
        record.note_exit(exit_of(number), number * seconds_between)

    assert record.stuck is stuck


def test_a_reload_of_the_lists_ends_every_rest():
    history = History()
    history.records["spec"] = record = Record()
    for number in range(10):
        record.note_exit(exit_of(number), number)
    assert history.known(now=10).resting == {"spec"}

    history.retry_everything()

    assert history.known(now=10).resting == set()
