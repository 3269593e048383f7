"""What people do before they can sign in: make an account, activate it, replace a forgotten password."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from catalogweb.accounts import throttle
from catalogweb.accounts.models import MailedCode, User
from catalogweb.accounts.post import post
from catalogweb.accounts.services import create_user, set_password
from catalogweb.changelog.services import record, snapshot
from catalogweb.core.errors import Duplicate, Forbidden, Invalid, NotFound, Refusal
from catalogweb.core.rights import System
from catalogweb.core.secrets import digest, new_token
from catalogweb.core.storing import same
from catalogweb.core.text import typed

ACTIVATION, RESET = MailedCode.Purpose.ACTIVATION, MailedCode.Purpose.RESET
LIFETIMES = {ACTIVATION: timedelta(days=2), RESET: timedelta(hours=1)}
# What nobody activates is forgotten, so that nobody keeps an address that is not theirs.
UNACTIVATED = timedelta(days=7)
SIGN_UPS = 30


class MailIsOff(Refusal):
    """This installation was not told how to send mail."""

    def __init__(self) -> None:
        super().__init__(
            "This installation sends no mail. Ask a superuser to set a new password, or to set CATALOGWEB_EMAIL_URL."
        )


def require_mail() -> None:
    if not settings.MAIL_ON:
        raise MailIsOff


def require_open_sign_up() -> None:
    if not settings.SIGNUP_OPEN:
        raise Forbidden(
            "Sign-up is closed here. Ask a superuser for an account; CATALOGWEB_SIGNUP=open lets people make their own."
        )


def sign_up(
    *, email: str, password: str, first_name: str = "", last_name: str = "", address: str = "", site: str = ""
) -> User:
    """A new account by its owner, to be activated by mail where there is mail. Duplicate says whose there is one."""
    require_open_sign_up()
    throttle.check("sign-up", address, limit=SIGN_UPS)
    throttle.failed("sign-up", address)
    with transaction.atomic():
        user = create_user(
            by=System("sign-up"),
            email=email,
            password=password,
            role=settings.SIGNUP_ROLE,
            first_name=first_name,
            last_name=last_name,
            is_activated=not settings.MAIL_ON,
        )
        if not user.is_activated:
            _mail_code(user, ACTIVATION, site)
    return user


def sign_up_discreetly(*, email: str, address: str = "", site: str = "", **given: str) -> None:
    """The same, answered alike for every address: that there is an account already is told to its owner, by mail."""
    require_mail()
    try:
        sign_up(email=email, address=address, site=site, **given)
    except Duplicate:
        owner = User.objects.get(same("email", email.strip()))
        link = _link(settings.PASSWORD_FORGOTTEN_URL, site)
        post(to=owner.email, subject="You have an account", template="known", link=link, site=site)


def resend_activation(*, email: str, address: str = "", site: str = "") -> None:
    """Another code; the one before ends."""
    require_mail()
    _count(email, address)
    user = User.objects.filter(same("email", typed(email)), is_active=True, is_activated=False).first()
    if user is None:
        raise Invalid("No account with this e-mail address waits for its activation.", field="email")
    _mail_code(user, ACTIVATION, site)


@transaction.atomic
def activate(*, code: str) -> User:
    """Confirm the e-mail address of the account that this code was mailed to."""
    user = _spend(code, ACTIVATION, "Activation code not found")
    before = snapshot(user)
    user.is_activated = True
    user.save(update_fields=["is_activated"])
    record(by=user, action="update", obj=user, before=before)
    return user


def ask_for_reset(*, email: str, address: str = "", site: str = "") -> None:
    """Mail a link that sets a new password. NotFound for an unknown address, which not every door may tell."""
    require_mail()
    _count(email, address)
    user = User.objects.filter(same("email", typed(email)), is_active=True).first()
    if user is None:
        raise NotFound("Account not found", field="email")
    _mail_code(user, RESET, site)


@transaction.atomic
def reset_password(*, code: str, new: str) -> User:
    """Set a new password with a mailed code; every sign-in and token ends. It proves the address, too."""
    user = _spend(code, RESET, "This link has been used or has expired. Ask for another.")
    before = snapshot(user)
    set_password(user, new)
    user.is_activated = True
    user.save(update_fields=["password", "is_activated"])
    user.mailed_codes.all().delete()
    throttle.forgive("sign-in", user.email)
    record(by=user, action="update", obj=user, before=before, secrets_changed=["password"])
    return user


def is_open(code: str, purpose: str) -> bool:
    """Whether a code could be used now."""
    return _codes(code, purpose).exists()


def _codes(code: str, purpose: str) -> QuerySet[MailedCode]:
    return MailedCode.objects.filter(
        digest=digest(code), purpose=purpose, expires_at__gt=timezone.now(), user__is_active=True
    )


def _spend(code: str, purpose: str, refusal: str) -> User:
    """The user of a code, which is used up by this: of two who have it, one is first."""
    codes = _codes(code, purpose)
    row = codes.select_related("user").first()
    if row is None or not codes.delete()[0]:
        raise NotFound(refusal, field="code")
    return row.user


def _count(email: str, address: str) -> None:
    """Mail is asked for by strangers, so that it is bounded for each account and each address."""
    throttle.check("mail", email, address)
    throttle.failed("mail", email, address)


def _mail_code(user: User, purpose: MailedCode.Purpose, site: str) -> None:
    code, until = new_token(), timezone.now() + LIFETIMES[purpose]
    MailedCode.objects.update_or_create(
        user=user, purpose=purpose, defaults={"digest": digest(code), "expires_at": until}
    )
    page = settings.ACTIVATION_URL if purpose == ACTIVATION else settings.PASSWORD_RESET_URL
    subject = "Activate your account" if purpose == ACTIVATION else "Set a new password"
    link = _link(page, site, code)
    post(to=user.email, subject=subject, template=purpose, link=link, code=code, until=until, site=site)


def _link(page: str, site: str, *arguments: str) -> str:
    return site + reverse(page, args=arguments)
