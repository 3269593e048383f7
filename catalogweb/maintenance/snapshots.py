"""Image snapshots: asked for by operators, sent by agents, kept as files in the data folder for a while."""

import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import IO

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from catalogweb.agents.flags import raise_flags
from catalogweb.agents.models import Agent, Flag
from catalogweb.changelog.services import record
from catalogweb.core.errors import Invalid, NotFound
from catalogweb.core.rights import Actor, Right, require
from catalogweb.deployments.models import Microservice
from catalogweb.maintenance.models import Snapshot

KEPT = timedelta(days=7)
# A file that no row names may be on its way just now.
ABANDONED = timedelta(hours=1)

NONE_WANTED = "No image snapshot is wanted of this agent"


def folder() -> Path:
    path: Path = settings.DATA_DIR / "snapshots"
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path


@transaction.atomic
def ask_for_snapshot(*, by: Actor, microservice: Microservice) -> Snapshot:
    """Have the agent send the microservice's image; what it sent before is kept until then."""
    require(by, Right.CHANGE)
    snapshot, _ = Snapshot.objects.update_or_create(microservice=microservice, defaults={"asked_at": timezone.now()})
    raise_flags([microservice.agent_id], Flag.IMAGE_SNAPSHOT)
    record(by=by, action="ask for snapshot", obj=microservice, after={})
    return snapshot


def waiting_on(agent_id: int) -> QuerySet[Snapshot]:
    """What the agent has yet to send, first things first."""
    rows = Snapshot.objects.filter(microservice__agent_id=agent_id, asked_at__isnull=False)
    return rows.select_related("microservice").order_by("asked_at", "pk")


@contextmanager
def draft() -> Iterator[IO[bytes]]:
    """A file for what is being sent; it goes away unless `take_snapshot` has taken it."""
    with tempfile.NamedTemporaryFile(dir=folder(), suffix=".part", delete=False) as stream:
        try:
            yield stream
        finally:
            Path(stream.name).unlink(missing_ok=True)


@transaction.atomic
def take_snapshot(*, agent: Agent, uuid: str, file: Path) -> Snapshot:
    """Keep what the agent sent, for its microservice `uuid`, or under no known uuid for the one that waits longest.

    Refused when that one is not waiting. Others that are will be asked for anew: an agent sends one each time.
    """
    waiting = list(waiting_on(agent.pk).select_for_update(of=("self",)))
    if agent.microservices.filter(uuid=uuid).exists():
        waiting.sort(key=lambda row: row.microservice.uuid != uuid)
        waiting = waiting if waiting and waiting[0].microservice.uuid == uuid else []
    if not waiting:
        raise NotFound(NONE_WANTED)
    snapshot, *others = waiting
    old = snapshot.file
    snapshot.file, snapshot.size = f"{secrets.token_hex(16)}.tar.gz", file.stat().st_size
    snapshot.asked_at, snapshot.taken_at = None, timezone.now()
    snapshot.save()
    file.rename(folder() / snapshot.file)
    transaction.on_commit(lambda: _remove(old))
    if others:
        raise_flags([agent.pk], Flag.IMAGE_SNAPSHOT)
    record(by=agent, action="take snapshot", obj=snapshot.microservice, after={"size": snapshot.size})
    return snapshot


def snapshot_file(*, by: Actor, microservice: Microservice) -> Path:
    """The file; it holds what may be a private image, so it is not for everybody."""
    require(by, Right.CHANGE)
    snapshot = Snapshot.objects.filter(microservice=microservice).exclude(file="").first()
    path = folder() / snapshot.file if snapshot else None
    if path is None or not path.is_file():
        raise Invalid("Image snapshot is not available for this microservice.")
    return path


def forget_old_snapshots() -> None:
    """Files go a week after they came, and once their microservice is gone."""
    old = Snapshot.objects.filter(taken_at__lte=timezone.now() - KEPT).exclude(file="")
    old.update(file="", size=0, taken_at=None)
    named = set(Snapshot.objects.exclude(file="").values_list("file", flat=True))
    since = (timezone.now() - ABANDONED).timestamp()
    for path in folder().iterdir():
        if path.name not in named and path.stat().st_mtime < since:
            path.unlink(missing_ok=True)


def _remove(name: str) -> None:
    if name:
        (folder() / name).unlink(missing_ok=True)
