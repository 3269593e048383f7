"""Image snapshots, from the wish to the file and to its end."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from catalogweb.agents.flags import acknowledge
from catalogweb.agents.models import ChangeFlags
from catalogweb.changelog.models import Entry
from catalogweb.core.errors import Forbidden, Invalid, NotFound
from catalogweb.maintenance.models import Snapshot
from catalogweb.maintenance.snapshots import (
    ask_for_snapshot,
    draft,
    forget_old_snapshots,
    snapshot_file,
    take_snapshot,
    waiting_on,
)
from tests.factories import MicroserviceFactory

pytestmark = pytest.mark.usefixtures("data")


def sent(agent, uuid, content=b"image"):
    with draft() as stream:
        stream.write(content)
        stream.flush()
        return take_snapshot(agent=agent, uuid=uuid, file=Path(stream.name))


def test_snapshot_is_asked_for_and_the_agent_told(operator, web, raised):
    ask_for_snapshot(by=operator, microservice=web)

    assert [row.microservice for row in waiting_on(web.agent_id)] == [web]
    assert raised() == {"horse-1": {"image_snapshot"}}
    assert Entry.objects.get().action == "ask for snapshot"


def test_snapshot_is_kept_as_a_file(operator, horse, web, data):
    ask_for_snapshot(by=operator, microservice=web)

    snapshot = sent(horse, web.uuid)

    assert snapshot_file(by=operator, microservice=web).read_bytes() == b"image"
    assert (snapshot.size, snapshot.asked_at) == (5, None)
    assert [path.name for path in data.iterdir()] == [snapshot.file]
    assert Entry.objects.first().actor == "horse-1"


def test_next_snapshot_replaces_the_one_before(operator, horse, web, data, django_capture_on_commit_callbacks):
    for content in (b"one", b"two"):
        ask_for_snapshot(by=operator, microservice=web)
        with django_capture_on_commit_callbacks(execute=True):
            sent(horse, web.uuid, content)

    assert [path.read_bytes() for path in data.iterdir()] == [b"two"]


def test_the_next_that_waits_is_asked_for_anew(operator, horse, web, raised):
    other = MicroserviceFactory(agent=horse)
    ask_for_snapshot(by=operator, microservice=other)
    ask_for_snapshot(by=operator, microservice=web)
    seen = ChangeFlags.objects.get(agent=horse).counter

    sent(horse, web.uuid)
    acknowledge(horse.pk, seen)

    assert raised() == {"horse-1": {"image_snapshot"}}
    assert [row.microservice for row in waiting_on(horse.pk)] == [other]


def test_file_of_no_known_name_is_for_the_one_that_waits_longest(operator, horse, web):
    ask_for_snapshot(by=operator, microservice=web)
    ask_for_snapshot(by=operator, microservice=MicroserviceFactory(agent=horse))

    assert sent(horse, "image").microservice == web


def test_snapshot_that_nobody_wants_is_refused(operator, horse, web, data):
    foreign = MicroserviceFactory()
    ask_for_snapshot(by=operator, microservice=foreign)
    with pytest.raises(NotFound):
        sent(horse, foreign.uuid)

    ask_for_snapshot(by=operator, microservice=MicroserviceFactory(agent=horse))
    with pytest.raises(NotFound):
        sent(horse, web.uuid)
    assert list(data.iterdir()) == []


def test_snapshot_without_a_file_is_not_available(operator, horse, web, data):
    ask_for_snapshot(by=operator, microservice=web)
    with pytest.raises(Invalid, match="not available"):
        snapshot_file(by=operator, microservice=web)

    sent(horse, web.uuid)
    (data / Snapshot.objects.get().file).unlink()
    with pytest.raises(Invalid, match="not available"):
        snapshot_file(by=operator, microservice=web)


def test_viewer_neither_asks_nor_reads(viewer, web):
    with pytest.raises(Forbidden):
        ask_for_snapshot(by=viewer, microservice=web)
    with pytest.raises(Forbidden):
        snapshot_file(by=viewer, microservice=web)


def test_files_go_after_a_week_and_with_their_microservice(operator, horse, web, data):
    old, gone, fresh = web, MicroserviceFactory(agent=horse), MicroserviceFactory(agent=horse)
    for microservice in (old, gone, fresh):
        ask_for_snapshot(by=operator, microservice=microservice)
        sent(horse, microservice.uuid, microservice.name.encode())
    an_hour_ago = timezone.now().timestamp() - 3601
    for path in data.iterdir():
        os.utime(path, (an_hour_ago, an_hour_ago))
    (data / "just-arriving.part").touch()
    Snapshot.objects.filter(microservice=old).update(taken_at=timezone.now() - timedelta(days=8))
    gone.delete()

    forget_old_snapshots()

    kept = Snapshot.objects.get(microservice=fresh).file
    assert {path.name for path in data.iterdir()} == {kept, "just-arriving.part"}
    with pytest.raises(Invalid):
        snapshot_file(by=operator, microservice=old)
