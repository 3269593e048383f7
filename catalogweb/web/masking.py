"""A manifest's secrets on their way back to the page: shown as ••••1, ••••2, and kept sealed beside the text.

Nothing that somebody typed as a secret stands in a page again, and yet the text can be applied as it stands.
The text may be no YAML at all, so that it is read line by line, and rather too much is hidden than a part of a secret.
"""

import json
import re
from collections.abc import Callable, Iterable

from catalogweb.changelog.services import HIDDEN
from catalogweb.core.errors import Invalid
from catalogweb.core.secrets import Unreadable, seal, unseal
from catalogweb.deployments.manifests.specs import KEEP

# A quoted scalar, a block of deeper lines, or all that stands in the line.
SCALAR = r"""(?:"(?:\\.|[^"\\\n])*"|'(?:''|[^'\n])*'|[|>][^\n]*(?:\n(?P=indent)[ ]+[^\n]*|\n[ ]*(?=\n))+|[^\s][^\n]*)"""
PASSWORD = re.compile(rf"""^(?P<indent>[ ]*)(?P<key>[^\n#]*?\bpassword["']?[ ]*:[ \t]*)(?P<value>{SCALAR})""", re.M)
# Whatever stands below `data` in a Secret, which may be written on one line.
SECRET_KIND = re.compile(r"""\bkind["']?\s*:\s*["']?Secret\b""")
DATA = re.compile(r"""["']?\b(?:data|stringData)["']?[ \t]*:(?=\s|["'{\[])""")
KEY = re.compile(r"""[ ]*(?:"[^"\n]*"|'[^'\n]*'|[^\s:#?-][^:\n]*):(?=\s)""")
TOKEN = re.compile(rf"{HIDDEN}(\d+)")

Hide = Callable[[str], str]


def masked(text: str) -> tuple[str, str]:
    """The text without its secrets, and these, sealed."""
    secrets: list[str] = []

    def hide(value: str) -> str:
        """A mask in place of the value; blanks around it stay, and so does a placeholder that means "keep"."""
        secret = value.strip()
        if secret.strip("\"'") in ("", HIDDEN, KEEP):
            return value
        secrets.append(secret)
        return value.replace(secret, f"{HIDDEN}{len(secrets)}", 1)

    parts = re.split(r"^(---[^\n]*\n)", text, flags=re.M)
    hidden = [_secret(part, hide) if SECRET_KIND.search(part) else _passwords(part, hide) for part in parts]
    return "".join(hidden), seal(json.dumps(secrets)) if secrets else ""


def _passwords(part: str, hide: Hide) -> str:
    return PASSWORD.sub(lambda found: found["indent"] + found["key"] + hide(found["value"]), part)


def _secret(part: str, hide: Hide) -> str:
    found = DATA.search(part)
    if found is None:
        return _passwords(part, hide)
    before, rest = part[: found.end()], part[found.end() :]
    line, _, _ = rest.partition("\n")
    head = before[before.rfind("\n") + 1 : found.start()]
    if line.partition("#")[0].strip() or head.strip():
        # Where it ends, only a parser could say.
        return _passwords(before, hide) + hide(rest)
    lines = rest[len(line) :].splitlines(keepends=True)
    inside = next((n for n, row in enumerate(lines) if _leaves(row, len(head))), len(lines))
    entries = "".join(_entry(entry, hide) for entry in _entries(lines[:inside]))
    return _passwords(before, hide) + line + entries + _secret("".join(lines[inside:]), hide)


def _leaves(line: str, depth: int) -> bool:
    """Whether a line stands outside of a block at this depth again; the items of a list may stand no deeper."""
    return bool(line.strip()) and _indent(line) <= depth and not line.lstrip().startswith("-")


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" \t"))


def _entries(lines: Iterable[str]) -> Iterable[str]:
    """A key with all that belongs to it: deeper lines, blank ones, and a list that stands no deeper."""
    entry, depth = "", None
    for line in lines:
        depth = _indent(line) if depth is None and line.strip() else depth
        if line.strip() and _indent(line) == depth and not line.lstrip().startswith("- "):
            yield entry
            entry = ""
        entry += line
    yield entry


def _entry(entry: str, hide: Hide) -> str:
    key = KEY.match(entry)
    return entry[: key.end()] + hide(entry[key.end() :]) if key else hide(entry)


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
