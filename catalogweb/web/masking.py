"""A manifest's secrets on their way back to the page: shown as ••••1, ••••2, and kept sealed beside the text.

Nothing that somebody typed as a secret stands in a page again, and yet the text can be applied as it stands.
"""

import json
import re

from catalogweb.changelog.services import HIDDEN
from catalogweb.core.errors import Invalid
from catalogweb.core.secrets import Unreadable, seal, unseal

# A quoted scalar, a block of deeper lines, or all that stands in the line: rather too much than a part of a secret.
SCALAR = r"""(?:"(?:\\.|[^"\\\n])*"|'(?:''|[^'\n])*'|[|>][^\n]*(?:\n(?P=indent)[ ]+[^\n]*|\n[ ]*(?=\n))+|[^\s][^\n]*)"""
PASSWORD = re.compile(rf"""^(?P<indent>[ ]*)(?P<key>[^\n#]*?\bpassword["']?[ ]*:[ \t]*)(?P<value>{SCALAR})""", re.M)
# The values of a Secret stand below `data`, one a key.
SECRET_KIND = re.compile(r"""^kind[ ]*:[ ]*["']?Secret["']?[ ]*(?:#.*)?$""", re.M)
DATA = re.compile(r"^(?:data|stringData)[ ]*:[^\n]*\n(?:[ ]+[^\n]*(?:\n|\Z)|[ ]*\n)+", re.M)
ENTRY = re.compile(rf"""^(?P<indent>[ ]+)(?P<key>[^\s:#][^:\n]*:[ \t]+)(?P<value>{SCALAR})""", re.M)
TOKEN = re.compile(rf"{HIDDEN}(\d+)")


def masked(text: str) -> tuple[str, str]:
    """The text without its secrets, and these, sealed."""
    secrets: list[str] = []

    def hide(match: re.Match[str]) -> str:
        if match["value"].strip("\"' ") == HIDDEN:
            return match[0]
        secrets.append(match["value"].rstrip())
        return f"{match['indent']}{match['key']}{HIDDEN}{len(secrets)}"

    parts = re.split(r"^(---[^\n]*\n)", text, flags=re.M)
    for number, part in enumerate(parts):
        part = PASSWORD.sub(hide, part)
        if SECRET_KIND.search(part):
            part = DATA.sub(lambda data: ENTRY.sub(hide, data[0]), part)
        parts[number] = part
    return "".join(parts), seal(json.dumps(secrets)) if secrets else ""


def unmasked(text: str, sealed: str) -> str:
    """The text with the secrets that it was shown without; what cannot be put back has to be typed again."""
    try:
        secrets: list[str] = json.loads(unseal(sealed)) if sealed else []
    except (Unreadable, ValueError):
        secrets = []

    def put_back(match: re.Match[str]) -> str:
        number = int(match[1]) if len(match[1]) < 6 else 0
        if not 0 < number <= len(secrets):
            raise Invalid(f"{match[0]} stands for a secret that is not known any more: type it again.")
        return secrets[number - 1]

    return TOKEN.sub(put_back, text)
