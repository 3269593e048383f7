"""Forgetting what no longer lets anybody in."""

from django.contrib.sessions.models import Session
from django.utils import timezone

from catalogweb.accounts import throttle
from catalogweb.accounts.by_mail import UNACTIVATED
from catalogweb.accounts.models import AccessToken, MailedCode, User
from catalogweb.accounts.services import delete_user
from catalogweb.core.rights import System
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


@every(hours=1)
def forget_expired_codes() -> None:
    MailedCode.objects.filter(expires_at__lte=timezone.now()).delete()


@every(hours=1)
def forget_unactivated_accounts() -> None:
    """Nobody ever used them, and their addresses may be somebody else's."""
    before = timezone.now() - UNACTIVATED
    for user in User.objects.filter(is_activated=False, last_login=None, created_at__lte=before):
        delete_user(by=System("housekeeping"), user=user)
