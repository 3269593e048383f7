"""Rotating the encryption keys: everything sealed gets the newest key, while the product runs."""

from django.conf import settings

from catalogweb.accounts.installation import claim_keys
from catalogweb.accounts.models import KeyFingerprint
from catalogweb.changelog.services import record, snapshot
from catalogweb.core.keys import fingerprint
from catalogweb.core.rights import Actor, Right, require
from catalogweb.core.sealing import Tally, reseal, sealed_columns

# A node that still seals with an older key may do so while we walk.
MOST_WALKS = 5


def rotate_keys(*, by: Actor) -> list[Tally]:
    """Seal everything with the newest key; can be ended at any moment and run again. Returns a tally of each column.

    Refuses when the database's own key is not among the keys.
    """
    require(by, Right.ADMINISTER)
    claim_keys()
    tallies = _walk()
    for _ in range(MOST_WALKS):
        if not older_seals():
            break
        for tally, again in zip(tallies, _walk(), strict=True):
            tally.renewed += again.renewed
    if not older_seals():
        _note_newest(by)
    return tallies


def _walk() -> list[Tally]:
    return [reseal(model, column) for model, column in sealed_columns()]


def older_seals() -> int:
    """How many can be read, but with an older key than the newest."""
    return sum(reseal(model, column, is_trial=True).renewed for model, column in sealed_columns())


def _note_newest(by: Actor) -> None:
    """From now on the newest key is the database's own, and the older ones can go."""
    known = KeyFingerprint.objects.get(purpose="encryption")
    before = snapshot(known)
    known.fingerprint = fingerprint(settings.ENCRYPTION_KEYS[:1])
    known.save()
    record(by=by, action="update", obj=known, before=before)
