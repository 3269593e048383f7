"""Ten failures in fifteen minutes, per account and per address, at every door that takes a secret."""

from datetime import timedelta

from django.utils import timezone

from catalogweb.accounts.models import FailedAttempt
from catalogweb.core.errors import Throttled
from catalogweb.core.secrets import digest

LIMIT = 10
WINDOW = timedelta(minutes=15)


def _keys(scope: str, names: tuple[str, ...]) -> list[str]:
    return [digest(f"{scope}:{name.strip().lower()}") for name in names if name]


def check(scope: str, *names: str, limit: int = LIMIT) -> None:
    """Refuse when any of `names` (an account, an address) has failed too often lately."""
    now = timezone.now()
    for key in _keys(scope, names):
        recent = FailedAttempt.objects.filter(key=key, at__gt=now - WINDOW).order_by("-at")[:limit]
        times = [attempt.at for attempt in recent]
        if len(times) == limit:
            seconds = max(1, int((times[-1] + WINDOW - now).total_seconds()))
            raise Throttled(f"Too many attempts. Try again in {seconds // 60 + 1} minutes.", seconds=seconds)


def failed(scope: str, *names: str) -> None:
    """Count one failure against each of `names`."""
    FailedAttempt.objects.bulk_create([FailedAttempt(key=key) for key in _keys(scope, names)])


def forgive(scope: str, *names: str) -> None:
    """A success forgets the account's failures (not the address's: others may sit behind it)."""
    FailedAttempt.objects.filter(key__in=_keys(scope, names)).delete()


def forget_old() -> int:
    """Delete what no longer counts; returns how many rows."""
    return FailedAttempt.objects.filter(at__lt=timezone.now() - WINDOW).delete()[0]
