"""What secrets and config maps hold: values by key. As a volume mount, each key is a file's name."""

import base64
import binascii
import json
from collections.abc import Iterable, Mapping
from typing import Any

from catalogweb.core.errors import Invalid, Refusal
from catalogweb.core.storing import UNSTORABLE, is_storable

LONGEST_KEY = 255


def text_of(value: Any) -> str:
    """Text as it is; numbers, lists and objects as JSON, as a variable or a file holds them."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def key_faults(keys: Iterable[str]) -> list[Refusal]:
    """Keys that could not be files below the folder that an agent makes for them."""
    return [
        Invalid(
            f"“{key[:80]}” is not a key. A key becomes a file's name, such as password or tls/ca.crt.", field="data"
        )
        for key in keys
        if not key.isprintable() or len(key) > LONGEST_KEY or not {"", ".", ".."}.isdisjoint(key.split("/"))
    ]


def value_faults(data: Mapping[str, Any]) -> list[Refusal]:
    return [Invalid(f"{key}: {UNSTORABLE}", field="data") for key, value in data.items() if not is_storable(value)]


def from_base64(text: str) -> bytes | None:
    """The bytes behind it, None when it is no base64; lines may be broken."""
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        return None
