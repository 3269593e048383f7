"""What the database would refuse in its own words, said in ours."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.utils.text import capfirst

from catalogweb.core.errors import Conflict, Invalid, NotFound, Refusal, refuse_all

UNSTORABLE = "It holds a character or number that cannot be stored (NUL, half a surrogate pair, or not finite)."


def is_storable(value: Any) -> bool:
    """Whether every database takes this JSON value: no NUL, no half character, no NaN or infinity in it."""
    if isinstance(value, str):
        return "\x00" not in value and not any("\ud800" <= character <= "\udfff" for character in value)
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, dict):
        return all(is_storable(key) and is_storable(inner) for key, inner in value.items())
    return not isinstance(value, list | tuple) or all(map(is_storable, value))


def check_columns(obj: models.Model) -> None:
    """Refuse values that do not fit their columns: too long, too large, or unstorable."""
    refuse_all([fault for field in obj._meta.concrete_fields for fault in _faults(obj, field)])


def _faults(obj: models.Model, field: Any) -> list[Refusal]:
    value = getattr(obj, field.attname)
    try:
        if not is_storable(value):
            raise ValidationError(UNSTORABLE)
        field.run_validators(value)
    except ValidationError as error:
        return [Invalid(f"{capfirst(field.verbose_name)}: {' '.join(error.messages)}", field=field.name)]
    return []


Row = TypeVar("Row", bound=models.Model)


def locked(rows: models.QuerySet[Row], pk: Any) -> Row:
    """The row as it is now, kept from others until the transaction ends; a sentence when it is gone."""
    found = rows.select_for_update(of=("self",)).filter(pk=pk).first()
    if found is None:
        raise NotFound(f"This {rows.model._meta.verbose_name} is gone: somebody deleted it meanwhile.")
    return found


@contextmanager
def contested(what: str) -> Iterator[None]:
    """Somebody may take the same name or port between our check and our insert: then that is said."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError:
        raise Conflict(f"Somebody else took this {what} at the same moment. Try again.") from None
