"""Sampling, and keeping the samples at the length that was asked for."""

from catalogweb.history import services
from catalogweb.jobs.registry import every


@every(minutes=5)
def take_samples() -> None:
    services.take_samples()


@every(hours=1)
def forget_old_samples() -> None:
    services.forget_old_samples()
