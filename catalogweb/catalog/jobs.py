"""Forgetting who fetched what long ago."""

from catalogweb.catalog import deliveries
from catalogweb.jobs.registry import every


@every(days=1)
def forget_old_deliveries() -> None:
    deliveries.forget_old_deliveries()
