"""Keys are rotated while nodes with both keys go on, and the old key can go afterwards."""

import io
import json

import pytest
from cryptography.fernet import Fernet
from django.core.management import call_command

from catalogweb.accounts import key_rotation
from catalogweb.accounts.installation import claim_keys
from catalogweb.accounts.key_rotation import older_seals, rotate_keys
from catalogweb.accounts.models import KeyFingerprint
from catalogweb.catalog.models import Registry
from catalogweb.changelog.models import Entry
from catalogweb.configuration.models import Secret
from catalogweb.core import sealing
from catalogweb.core.errors import Forbidden, Invalid
from catalogweb.core.rights import System
from catalogweb.core.secrets import seal, unseal
from catalogweb.deployments.models import Delivered
from tests.factories import MicroserviceFactory, PrivateRegistryFactory, SecretFactory, UserFactory

pytestmark = pytest.mark.django_db
OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()


@pytest.fixture(autouse=True)
def sealed_with_the_old_key(settings):
    settings.ENCRYPTION_KEYS = [OLD]
    KeyFingerprint.objects.all().delete()
    claim_keys()
    for number in range(5):
        PrivateRegistryFactory(password_sealed=seal(f"password-{number}"))
    SecretFactory(data={"key": "value"})
    sent = MicroserviceFactory()
    Delivered.objects.create(microservice=sent, registry=sent.revision.registry, item_sealed=seal(json.dumps({"a": 1})))
    settings.ENCRYPTION_KEYS = [NEW, OLD]


def everything_reads():
    passwords = sorted(row.password for row in Registry.objects.filter(is_private=True))
    assert passwords == [f"password-{number}" for number in range(5)]
    assert Secret.objects.get().data == {"key": "value"}
    assert json.loads(unseal(Delivered.objects.get().item_sealed)) == {"a": 1}


def run(*arguments):
    output = io.StringIO()
    call_command("rotate_keys", *arguments, stdout=output, stderr=output)
    return output.getvalue()


def test_everything_reads_before_and_with_the_new_key_alone_after(settings):
    everything_reads()

    tallies = rotate_keys(by=System())

    assert sum(tally.renewed for tally in tallies) == 7
    settings.ENCRYPTION_KEYS = [NEW]
    everything_reads()
    claim_keys()


def test_everything_reads_at_every_moment_on_a_node_that_has_both_keys(monkeypatch):
    renew = sealing.resealed

    def looking(token):
        everything_reads()
        return renew(token)

    monkeypatch.setattr(sealing, "resealed", looking)

    rotate_keys(by=System())


def test_a_rotation_that_was_cut_short_is_taken_up_again(settings, monkeypatch):
    monkeypatch.setattr(sealing, "BATCH", 2)
    renew, calls = sealing.resealed, []

    def cut_short(token):
        calls.append(token)
        if len(calls) == 4:
            raise KeyboardInterrupt
        return renew(token)

    monkeypatch.setattr(sealing, "resealed", cut_short)
    with pytest.raises(KeyboardInterrupt):
        rotate_keys(by=System())
    everything_reads()
    settings.ENCRYPTION_KEYS = [NEW]
    with pytest.raises(Invalid, match="not the one"):
        claim_keys()

    settings.ENCRYPTION_KEYS = [NEW, OLD]
    assert 0 < sum(tally.renewed for tally in rotate_keys(by=System())) < 7
    settings.ENCRYPTION_KEYS = [NEW]
    everything_reads()


def test_what_another_node_seals_with_the_old_key_meanwhile_is_found_too(settings, monkeypatch):
    walk, walks = key_rotation._walk, []

    def with_another(*_):
        found = walk()
        if not walks:
            Registry.objects.filter(is_private=True).update(password_sealed=Fernet(OLD).encrypt(b"late").decode())
        walks.append(found)
        return found

    monkeypatch.setattr(key_rotation, "_walk", with_another)

    rotate_keys(by=System())

    settings.ENCRYPTION_KEYS = [NEW]
    assert {row.password for row in Registry.objects.filter(is_private=True)} == {"late"}


def test_a_second_rotation_renews_nothing_and_says_nothing_to_the_log():
    rotate_keys(by=System())
    entries = Entry.objects.count()

    assert not any(tally.renewed for tally in rotate_keys(by=System()))
    assert Entry.objects.count() == entries


def test_rotation_stands_in_the_change_log_without_a_key():
    rotate_keys(by=System())

    said = str(Entry.objects.values().first())
    assert "key fingerprint" in said
    assert OLD not in said
    assert NEW not in said


def test_rotation_without_the_databases_own_key_is_refused(settings):
    settings.ENCRYPTION_KEYS = [NEW]

    with pytest.raises(Invalid, match="not the one that this database's secrets were sealed with"):
        rotate_keys(by=System())


def test_rotation_is_for_superusers():
    with pytest.raises(Forbidden):
        rotate_keys(by=UserFactory())


def test_command_says_what_it_did_and_when_old_keys_can_go():
    with pytest.raises(SystemExit):
        run("--check")
    assert older_seals() == 7

    said = run()

    assert "registries, password: 5 sealed anew, 0 had the newest key" in said
    assert said.endswith("the older ones can be removed.\n")
    assert "can be removed" in run("--check")


def test_command_says_which_secrets_are_lost():
    Registry.objects.filter(is_private=True).update(password_sealed="lost")

    assert "registries, password: 5 can be read with none of the keys. Enter these again." in run()
