"""Which pages the documentation has, in the order in which people read them.

What is said elsewhere in a table stands there alone: a line `{README: Environment}` takes in that part of the README,
and `{states: agents}` what the states mean.
"""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.conf import settings

from catalogweb.core.states import AGENT_STATES, MICROSERVICE_STATES
from catalogweb.web.docs.markdown import Text, read

TAKEN_IN = re.compile(r"^\{(README|states): (.+)\}$", re.MULTILINE)
STATES = {"agents": AGENT_STATES, "microservices": MICROSERVICE_STATES}
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
        DocPage("concepts", "How a change reaches a device, what the states mean, and every word that we use."),
        DocPage("manifests", "Every kind of document and every field of it."),
        DocPage("rest", "Tokens, answers, and every endpoint by family."),
        DocPage("clients", "Our edge agent, ioFog agents, iofogctl, scripts with a token."),
        DocPage("operating", "PostgreSQL, several nodes, TLS, mail, keys, backup and restore, upgrades."),
        DocPage("security", "Who gets in, who may do what, where secrets go."),
        DocPage("settings", "Every environment variable with its default."),
    )
}


@cache
def _read(slug: str) -> Text:
    """Files of the package do not change while it runs."""
    source = (FOLDER / f"{slug}.md").read_text(encoding="utf-8")
    return read(TAKEN_IN.sub(_table, source))


def _table(found: re.Match[str]) -> str:
    return _table_in_readme(found[2]) if found[1] == "README" else _table_of_states(found[2])


def _table_of_states(name: str) -> str:
    rows = [f"| {state.word} | {state.meaning} |" for state in STATES[name]]
    return "\n".join(["| State | Means |", "| --- | --- |", *rows])


def _table_in_readme(heading: str) -> str:
    text = (settings.BASE_DIR / "README.md").read_text(encoding="utf-8")
    part = text.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    return "\n".join(line for line in part.splitlines() if line.startswith("|"))
