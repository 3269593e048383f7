"""What the product forgets by itself, and what it keeps."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone

from catalogweb.accounts import jobs as accounts
from catalogweb.accounts.models import AccessToken, FailedAttempt
from catalogweb.accounts.services import issue_token
from catalogweb.agents import jobs as agents
from catalogweb.agents.models import ProvisioningKey, Tombstone
from catalogweb.agents.services import issue_provisioning_key
from catalogweb.changelog import jobs as changelog
from catalogweb.changelog.models import Entry, Event
from catalogweb.changelog.services import record
from catalogweb.core.rights import System
from catalogweb.jobs.registry import JOBS
from tests.factories import AgentFactory, EventFactory, UserFactory

pytestmark = pytest.mark.django_db
PAST = timedelta(days=-1)


def test_every_housekeeping_job_is_declared():
    assert set(JOBS) == {
        "accounts.forget_expired_tokens",
        "accounts.forget_failed_attempts",
        "accounts.forget_expired_sessions",
        "accounts.forget_expired_codes",
        "accounts.forget_unactivated_accounts",
        "agents.forget_expired_keys",
        "agents.forget_old_tombstones",
        "catalog.check_due_images",
        "catalog.forget_old_deliveries",
        "catalog.forget_old_findings",
        "catalog.probe_due_registries",
        "changelog.forget_old_entries",
        "deployments.compare_images",
        "deployments.offer_again",
        "history.forget_old_samples",
        "history.take_samples",
        "maintenance.forget_old_snapshots",
        "changelog.forget_old_events",
    }


def test_housekeeping_forgets_expired_tokens_only():
    user = UserFactory()
    live, _ = issue_token(user=user, kind=AccessToken.Kind.SESSION)
    issue_token(user=user, kind=AccessToken.Kind.REFRESH, lifetime=PAST)

    accounts.forget_expired_tokens()

    assert list(AccessToken.objects.all()) == [live]


def test_housekeeping_forgets_failed_attempts_that_no_longer_count():
    FailedAttempt.objects.create(key="old", at=timezone.now() - timedelta(minutes=16))
    FailedAttempt.objects.create(key="new")

    accounts.forget_failed_attempts()

    assert FailedAttempt.objects.get().key == "new"


def test_housekeeping_forgets_expired_sessions_only():
    for key, age in (("old", PAST), ("new", -PAST)):
        Session.objects.create(session_key=key, session_data="", expire_date=timezone.now() + age)

    accounts.forget_expired_sessions()

    assert Session.objects.get().session_key == "new"


def test_housekeeping_forgets_expired_provisioning_keys_only():
    for agent in (AgentFactory(name="late"), AgentFactory(name="early")):
        issue_provisioning_key(by=System(), agent=agent)
    ProvisioningKey.objects.filter(agent__name="late").update(expires_at=timezone.now())

    agents.forget_expired_keys()

    assert ProvisioningKey.objects.get().agent.name == "early"


def test_housekeeping_keeps_tombstones_for_ninety_days():
    for days in (89, 91):
        stone = Tombstone.objects.create(uuid=str(days), name="gone", token_digest=str(days))
        Tombstone.objects.filter(pk=stone.pk).update(deleted_at=timezone.now() - timedelta(days=days))

    agents.forget_old_tombstones()

    assert Tombstone.objects.get().uuid == "89"


def test_housekeeping_keeps_the_change_log_as_long_as_asked(settings):
    settings.CHANGE_LOG_DAYS = 7
    for days in (6, 8):
        entry = record(by=System(), action="create", obj=AgentFactory(name=f"{days} days"))
        Entry.objects.filter(pk=entry.pk).update(at=timezone.now() - timedelta(days=days))

    changelog.forget_old_entries()

    assert Entry.objects.get().object_label == "6 days"


def test_housekeeping_keeps_events_as_long_as_asked(settings):
    settings.EVENT_DAYS = 7
    for days in (6, 8):
        event = EventFactory(path=f"{days} days")
        Event.objects.filter(pk=event.pk).update(at=timezone.now() - timedelta(days=days))

    changelog.forget_old_events()

    assert Event.objects.get().path == "6 days"
