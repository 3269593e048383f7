"""Forgetting what no longer lets anybody in."""

from django.contrib.sessions.models import Session
from django.utils import timezone

from catalogweb.accounts import throttle
from catalogweb.accounts.models import AccessToken
from catalogweb.jobs.registry import every


@every(minutes=10)
def forget_expired_tokens() -> None:
    AccessToken.objects.filter(expires_at__lte=timezone.now()).delete()


@every(minutes=10)
def forget_failed_attempts() -> None:
    throttle.forget_old()


@every(hours=1)
def forget_expired_sessions() -> None:
    Session.objects.filter(expire_date__lte=timezone.now()).delete()
