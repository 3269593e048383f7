from datetime import timedelta

import pytest
from django.utils import timezone

from catalogweb.agents.models import ProvisioningKey
from catalogweb.agents.services import issue_provisioning_key, use_provisioning_key
from catalogweb.changelog.models import Entry
from catalogweb.core.errors import Forbidden, NotFound
from catalogweb.core.secrets import digest
from tests.factories import AgentFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_key_is_long_lives_twenty_minutes_and_is_kept_as_a_digest(operator):
    key, expires_at = issue_provisioning_key(by=operator, agent=AgentFactory())

    row = ProvisioningKey.objects.get()
    assert len(key) * 6 >= 128
    assert row.digest == digest(key)
    assert abs(expires_at - timezone.now() - timedelta(minutes=20)) < timedelta(seconds=10)


def test_key_gives_its_agent_once(operator):
    agent = AgentFactory()
    key, _ = issue_provisioning_key(by=operator, agent=agent)

    assert use_provisioning_key(key) == agent
    with pytest.raises(NotFound, match="Invalid provisioning key"):
        use_provisioning_key(key)


def test_key_gives_its_agent_once_when_many_use_it_at_once(together):
    agent = AgentFactory()
    key, _ = issue_provisioning_key(by=UserFactory(), agent=agent)

    answers = together(*[lambda: use_provisioning_key(key)] * 5)

    assert sorted(isinstance(answer, NotFound) for answer in answers) == [False, True, True, True, True], answers


def test_new_key_replaces_the_old_one(operator):
    agent = AgentFactory()
    old, _ = issue_provisioning_key(by=operator, agent=agent)
    new, _ = issue_provisioning_key(by=operator, agent=agent)

    with pytest.raises(NotFound):
        use_provisioning_key(old)
    assert use_provisioning_key(new) == agent


def test_expired_key_is_refused_each_time(operator):
    key, _ = issue_provisioning_key(by=operator, agent=AgentFactory())
    ProvisioningKey.objects.update(expires_at=timezone.now())

    for _ in range(2):
        with pytest.raises(Forbidden, match="Expired provisioning key"):
            use_provisioning_key(key)


@pytest.mark.parametrize("key", ["", "x", "ä" * 100])
def test_unknown_key_is_refused(key):
    AgentFactory()

    with pytest.raises(NotFound):
        use_provisioning_key(key)


def test_digest_is_no_key(operator):
    key, _ = issue_provisioning_key(by=operator, agent=AgentFactory())

    with pytest.raises(NotFound):
        use_provisioning_key(digest(key))


def test_giving_a_key_is_logged_without_the_key(operator):
    key, _ = issue_provisioning_key(by=operator, agent=AgentFactory())

    entry = Entry.objects.get()
    assert entry.action == "give key"
    assert key not in str(entry.after)
    assert digest(key) not in str(entry.after)
