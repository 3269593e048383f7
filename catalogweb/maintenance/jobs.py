"""Files are not rows: nothing deletes them with what they belong to."""

from catalogweb.jobs.registry import every
from catalogweb.maintenance import snapshots


@every(hours=1)
def forget_old_snapshots() -> None:
    snapshots.forget_old_snapshots()
