"""What the database would refuse in its own words, said in ours."""

import math
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import IntegrityError, OperationalError, connection, models, transaction
from django.db.models import Value
from django.db.models.functions import Lower
from django.db.models.lookups import In
from django.utils.text import capfirst

from catalogweb.core.errors import Busy, Conflict, Invalid, NotFound, Refusal, refuse_all

UNSTORABLE = (
    "It holds a character or number that cannot be stored (NUL, half a surrogate pair, or not finite), "
    "or is nested too deeply."
)
DEEPEST = 64
# In bits: longer whole numbers have more digits than Python reads again.
WIDEST = 12_000


def is_storable(value: Any, depth: int = 0) -> bool:
    """Whether everybody takes this JSON value: no NUL, no half character, no NaN or infinity in it, nor too deep."""
    if depth > DEEPEST:
        return False
    if isinstance(value, str):
        return "\x00" not in value and not any("\ud800" <= character <= "\udfff" for character in value)
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, dict):
        return all(is_storable(key) and is_storable(inner, depth + 1) for key, inner in value.items())
    if isinstance(value, list | tuple):
        return all(is_storable(inner, depth + 1) for inner in value)
    return not isinstance(value, int) or value.bit_length() <= WIDEST


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


def json_rows() -> str:
    """SQL for the elements `r.value` of a JSON list, given as the parameter: rows that travel as one text.

    The ORM's own bulk writes take a parameter per value, so their statements grow with the rows.
    """
    is_sqlite = connection.vendor == "sqlite"
    return "json_each(%s) AS r" if is_sqlite else "jsonb_array_elements(%s::jsonb) AS r(value)"


def same(column: str, *texts: str) -> In:
    """Whether a column is one of these texts in any letter case, in the form that the unique indexes have.

    `iexact` says it in another way, for which the database reads every row.
    """
    return In(Lower(column), [Lower(Value(text)) for text in texts])


def lock(model: type[models.Model], pks: Collection[Any]) -> None:
    """Keep rows from others until the transaction ends.

    Apart from reading them: a statement that waited for a lock joins what others wrote meanwhile to what it saw
    before, and so misses rows. Nothing to do on SQLite, where a transaction that writes is alone.
    """
    if connection.features.has_select_for_update:
        rows = model._base_manager.select_for_update().filter(pk__in=pks).order_by("pk")
        list(rows.values_list("pk"))


Row = TypeVar("Row", bound=models.Model)
Item = TypeVar("Item")
# Below SQLite's limit of parameters per statement.
BATCH = 500


def batches(items: Iterable[Item]) -> Iterator[list[Item]]:
    """As many at a time as one statement takes."""
    listed = list(items)
    return (listed[start : start + BATCH] for start in range(0, len(listed), BATCH))


def locked(rows: models.QuerySet[Row], pk: Any) -> Row:
    """The row as it is now, kept from others until the transaction ends; a sentence when it is gone."""
    lock(rows.model, [pk])
    found = rows.filter(pk=pk).first()
    if found is None:
        raise NotFound(f"This {rows.model._meta.verbose_name} is gone: somebody deleted it meanwhile.")
    return found


# PostgreSQL's codes, and SQLite's words, for two people at the same row.
CROSSED = ("23503", "23505", "FOREIGN KEY constraint failed", "UNIQUE constraint failed")
GAVE_UP = ("40P01", "40001", "55P03", "database is locked", "database table is locked")


def collision(error: Exception) -> Refusal | None:
    """What to say of a database error that came only of somebody else's change at the same moment."""
    said = f"{getattr(error.__cause__, 'sqlstate', '')} {error}"
    if isinstance(error, IntegrityError) and any(sign in said for sign in CROSSED):
        return Conflict(
            "Somebody else changed or deleted what this needs at the same moment. Look again, and try again."
        )
    if isinstance(error, OperationalError) and any(sign in said for sign in GAVE_UP):
        return Busy("The database is busy with other changes, and nothing was changed. Try again in a moment.")
    return None


@contextmanager
def contested(what: str) -> Iterator[None]:
    """Somebody may take the same name or port between our check and our insert: then that is said."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if not collision(error):
            raise
        raise Conflict(f"Somebody else took this {what} at the same moment. Try again.") from None
