"""The rows that are measured on: a fleet, made through the services where its making is itself a figure."""

import time
from dataclasses import dataclass

from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalogweb.accounts.models import AccessToken, User
from catalogweb.accounts.services import issue_token
from catalogweb.agents.models import Agent, AgentStatus, ChangeFlags, Credential
from catalogweb.catalog.models import CatalogItem
from catalogweb.catalog.registries import find_registry
from catalogweb.catalog.services import create_item
from catalogweb.core.rights import System
from catalogweb.core.secrets import digest
from catalogweb.deployments.applications import create_application
from catalogweb.deployments.services import deploy

AGENTS, ITEMS = 1000, 200


@dataclass
class Fleet:
    """How to speak as an operator and as an agent, and what deploying to 1,000 agents took."""

    operator_token: str
    quiet_agent: str
    busy_agent: str
    busy_microservices: list[str]
    deploy_seconds: float
    deploy_statements: int


def make_fleet() -> Fleet:
    """1,000 agents of both architectures, 200 catalog items, 10,000 microservices, 100 of them on one agent."""
    by = System("figures")
    user = User.objects.create_superuser("figures@example.org")
    items = [_item(by, number) for number in range(ITEMS)]
    agents = _agents()
    shop = create_application(by=by, name="shop")
    started = time.perf_counter()
    with CaptureQueriesContext(connection) as captured:
        deploy(by=by, application=shop, agents=agents, revision=items[0].current, name="first")  # type: ignore[arg-type]
    seconds = time.perf_counter() - started
    for number in range(1, 9):
        deploy(by=by, application=shop, agents=agents[1:], revision=items[number].current, name=f"more-{number}")  # type: ignore[arg-type]
    busy, hundred = agents[1], create_application(by=by, name="hundred")
    for number in range(100 - busy.microservices.count()):
        deploy(by=by, application=hundred, agents=[busy], revision=items[9].current, name=f"busy-{number}")  # type: ignore[arg-type]
    return Fleet(
        operator_token=issue_token(user=user, kind=AccessToken.Kind.SESSION)[1],
        quiet_agent=_token(agents[0]),
        busy_agent=_token(busy),
        busy_microservices=list(busy.microservices.values_list("uuid", flat=True)),
        deploy_seconds=seconds,
        deploy_statements=len(captured),
    )


def _item(by: System, number: int) -> CatalogItem:
    images = {"x86": f"team/app-{number}:1", "arm": f"team/app-{number}-arm:1"}
    return create_item(by=by, name=f"item-{number}", images=images, registry=find_registry("remote"))


def _agents() -> list[Agent]:
    rows = [Agent(name=f"edge-{n:04}", architecture="arm" if n % 2 else "x86") for n in range(AGENTS)]
    agents = Agent.objects.bulk_create(rows)
    AgentStatus.objects.bulk_create([AgentStatus(agent=agent) for agent in agents])
    ChangeFlags.objects.bulk_create([ChangeFlags(agent=agent) for agent in agents])
    Credential.objects.bulk_create([Credential(agent=agent, token_digest=digest(_token(agent))) for agent in agents])
    return agents


def _token(agent: Agent) -> str:
    return f"figures-{agent.uuid}"
