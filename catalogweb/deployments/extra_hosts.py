"""Extra hosts whose address is an agent's, written as what it belongs to.

`${Agents.<agent>}` and `${Apps.<application>.<microservice>.local}` are looked up whenever somebody asks, so that
they follow what they name; any other text is an address as it stands.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from django.db.models import Value
from django.db.models.functions import Concat

from catalogweb.agents.models import Agent
from catalogweb.core.errors import Invalid, Refusal
from catalogweb.core.storing import is_storable
from catalogweb.deployments.container import Container
from catalogweb.deployments.models import Application, Microservice

OF_AGENT = re.compile(r"\$\{Agents\.(.+)\}")
OF_MICROSERVICE = re.compile(r"\$\{Apps\.(.+\..+)\.local\}")
# Agents put this name into containers themselves.
RESERVED = "service.local"


def is_template(text: str) -> bool:
    return isinstance(text, str) and text.startswith("${")


def leads_to_others(hosts: Iterable[tuple[str, str]]) -> bool:
    """Whether others have to be there before it."""
    return any(is_template(text) for _, text in hosts)


def templates_of(microservices: Iterable[Microservice]) -> set[str]:
    return {text for row in microservices for _, text in row.extra_hosts if is_template(text)}


def addresses(templates: Iterable[str]) -> dict[str, str]:
    """Template -> address, in two statements at most. What does not exist (any more) is left out; what does has an
    empty address until its agent reported or was given a host."""
    agents = {found[1]: text for text in templates if (found := OF_AGENT.fullmatch(text))}
    paths = {found[1]: text for text in templates if (found := OF_MICROSERVICE.fullmatch(text))}
    known: dict[str, str] = {}
    if agents:
        for agent in Agent.objects.select_related("status").filter(name__in=agents):
            known[agents[agent.name]] = agent.network_address
    if paths:
        for row in _with_path().select_related("agent__status").filter(path__in=paths):
            known[paths[row.path]] = row.agent.network_address
    return known


def _with_path() -> Any:
    """Application and name in one text, since either may have dots in it."""
    return Microservice.objects.annotate(path=Concat("application__name", Value("."), "name"))


def resolved(microservice: Microservice, known: Mapping[str, str]) -> list[tuple[str, str]]:
    """Name and address of its extra hosts; a template without an address leads nowhere, an empty text."""
    return [(name, known.get(text, "") if is_template(text) else text) for name, text in microservice.extra_hosts]


def host_faults(containers: Sequence[tuple[Container, str]], coming: Collection[str] = ()) -> list[Refusal]:
    """Extra hosts that name nothing, or take a name that agents need themselves; each at the path beside its container.

    `coming` is what is placed along with them. Two statements, and one more for what is refused.
    """
    wanted = {text for container, _ in containers for _, text in container.extra_hosts if is_template(text)}
    wanted = {text for text in wanted if is_storable(text)}
    missing = wanted - addresses(wanted).keys() - set(coming)
    return [fault.at(path) for container, path in containers for fault in _faults(container, missing)]


def _faults(container: Container, missing: set[str]) -> Iterable[Refusal]:
    for name, _ in container.extra_hosts:
        if name == RESERVED:
            yield Invalid(f"The host name {RESERVED} is reserved: agents set it themselves.", field="extra_hosts")
    for text in sorted({text for _, text in container.extra_hosts} & missing):
        yield Invalid(_what_is_wrong(text), field="extra_hosts")


def _what_is_wrong(text: str) -> str:
    if found := OF_AGENT.fullmatch(text):
        return f"Could not find agent host template: there is no agent “{found[1]}”."
    if not (found := OF_MICROSERVICE.fullmatch(text)):
        return (
            f"{text} is not a valid host template: write ${{Agents.<agent>}}, "
            f"${{Apps.<application>.<microservice>.local}}, or an address."
        )
    path = found[1]
    heads = [path[:place] for place, letter in enumerate(path) if letter == "."]
    what = "msvc" if Application.objects.filter(name__in=heads).exists() else "app"
    return f"Could not find {what} host template: there is no microservice “{path}”."


def naming(templates: Iterable[str]) -> list[Microservice]:
    """Microservices that are to run and have one of these among their extra hosts."""
    wanted = set(templates)
    rows = Microservice.objects.wanted().filter(extra_hosts__icontains="${")
    return [row for row in rows if wanted & templates_of([row])]


def template_for(application: Application, name: str) -> str:
    """How extra hosts name the microservice of this name."""
    return f"${{Apps.{application.name}.{name}.local}}"


def templates_for(agent: Agent) -> list[str]:
    """How extra hosts name the agent and what runs on it."""
    rows = Microservice.objects.filter(agent=agent).select_related("application")
    return [f"${{Agents.{agent.name}}}", *(template_for(row.application, row.name) for row in rows)]
