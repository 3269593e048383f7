"""Names that end up in URLs, DNS aliases and container names, and help with mistyped ones."""

import difflib
import re
from collections.abc import Iterable

from django.core.validators import RegexValidator
from django.utils.text import slugify

from catalogweb.core.errors import Invalid

NAME = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
NAME_RULE = "Use lower-case letters, digits, dots and inner hyphens, such as heart-rate-2."

# What stands in some address where a name would stand: nothing of that name could be reached there.
RESERVED = frozenset({"add", "new", "system", "yaml"})

valid_name = RegexValidator(rf"\A{NAME.pattern}\Z", NAME_RULE)


def is_name(text: str) -> bool:
    return bool(NAME.fullmatch(text))


def refuse_reserved(name: str) -> None:
    """For what is looked up by its name in an address of a page or a REST client."""
    if name.lower() in RESERVED:
        raise Invalid(f"“{name}” cannot be a name here: an address of ours has it.", field="name")


def slug(text: str) -> str:
    """A valid name made from any text; "x" when nothing usable is left."""
    return slugify(text.replace("_", "-")) or "x"


def suggestion(word: str, known: Iterable[str]) -> str:
    """The question "Did you mean …?" when a known word is near, else nothing."""
    near = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f" Did you mean “{near[0]}”?" if near else ""


def camel(name: str) -> str:
    """`status_frequency` as `statusFrequency`, the spelling of the wire and of manifests."""
    head, *rest = name.split("_")
    return head + "".join(word.capitalize() for word in rest)
