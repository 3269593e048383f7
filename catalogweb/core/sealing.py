"""Every column that holds something sealed, and sealing all of them anew with the newest key."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import models, transaction

from catalogweb.core.secrets import Unreadable, resealed

BATCH = 200


class SealedField(models.TextField):
    """Text that `seal` made. By this type the rotation of keys finds it, so that no new column can be forgotten."""

    def deconstruct(self) -> Any:
        """To the database it is a text."""
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.TextField", args, kwargs


@dataclass
class Tally:
    """Of one column: how many seals were renewed, had the newest key already, and can be read with none of the keys."""

    column: str
    renewed: int = 0
    newest: int = 0
    lost: int = 0


def sealed_columns() -> Iterator[tuple[type[models.Model], str]]:
    """Model and column, of every installed app."""
    for model in apps.get_models():
        for field in model._meta.local_concrete_fields:
            if isinstance(field, SealedField):
                yield model, field.attname


def reseal(model: type[models.Model], column: str, *, is_trial: bool = False) -> Tally:
    """Seal with the newest key what is sealed with an older one, a batch at a time; `is_trial` only counts.

    What somebody changes meanwhile is left to them: a seal is replaced only where it still is the one that was read.
    """
    tally = Tally(f"{model._meta.verbose_name_plural}, {column.removesuffix('_sealed').replace('_', ' ')}")
    rows, last = model._base_manager.exclude(**{column: ""}).order_by("pk"), None
    while batch := list((rows.filter(pk__gt=last) if last else rows).values_list("pk", column)[:BATCH]):
        with transaction.atomic():
            for pk, seal in batch:
                _reseal_one(model, column, pk, seal, tally, is_trial)
        last = batch[-1][0]
    return tally


def _reseal_one(model: type[models.Model], column: str, pk: Any, seal: str, tally: Tally, is_trial: bool) -> None:
    try:
        new = resealed(seal)
    except Unreadable:
        tally.lost += 1
        return
    if new == seal:
        tally.newest += 1
    elif is_trial:
        tally.renewed += 1
    else:
        tally.renewed += model._base_manager.filter(pk=pk, **{column: seal}).update(**{column: new})
