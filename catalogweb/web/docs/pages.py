"""Which pages the documentation has, in the order in which people read them.

What the README says in a table stands there alone: a line `{README: Environment}` takes in that part of it.
"""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.conf import settings

from catalogweb.web.docs.markdown import Text, read

PART_OF_README = re.compile(r"^\{README: (.+)\}$", re.MULTILINE)
FOLDER = Path(__file__).parent / "pages"


@dataclass(frozen=True)
class DocPage:
    slug: str
    about: str

    @property
    def text(self) -> Text:
        return _read(self.slug)

    @property
    def title(self) -> str:
        return self.text.title


PAGES = {
    page.slug: page
    for page in (
        DocPage("getting-started", "From an empty catalog to a container that answers, in five minutes."),
        DocPage("clients", "Our edge agent, ioFog agents, iofogctl, scripts with a token."),
        DocPage("operating", "PostgreSQL, several nodes, TLS, mail, keys, backup and restore, upgrades."),
        DocPage("settings", "Every environment variable with its default."),
    )
}


@cache
def _read(slug: str) -> Text:
    """Files of the package do not change while it runs."""
    source = (FOLDER / f"{slug}.md").read_text(encoding="utf-8")
    return read(PART_OF_README.sub(lambda part: _table_in_readme(part[1]), source))


def _table_in_readme(heading: str) -> str:
    text = (settings.BASE_DIR / "README.md").read_text(encoding="utf-8")
    part = text.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    return "\n".join(line for line in part.splitlines() if line.startswith("|"))
