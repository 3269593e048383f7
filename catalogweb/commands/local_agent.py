"""The edge agent that `up` runs on this machine, so that a first microservice has somewhere to go."""

import subprocess
import sys
from pathlib import Path

from django.conf import settings

from catalogweb.agents.models import Agent, Credential
from catalogweb.agents.services import create_agent, issue_provisioning_key, known_agents
from catalogweb.core.errors import Invalid
from catalogweb.core.rights import System
from catalogweb.core.secrets import digest
from catalogweb.edge.engine import detect
from catalogweb.edge.state import StateFolder

NAME = "my-agent-name"
INTERVAL = 5
PROVISION_SECONDS = 60


def state_folder() -> Path:
    return settings.DATA_DIR / "agents" / NAME


def make_ready(url: str) -> Agent:
    """The agent's row, and credentials for `url` in its state folder; each only if it is not there yet."""
    by = System("up command")
    agent = known_agents([NAME]).get(NAME)
    agent = agent or create_agent(
        by=by, name=NAME, tags=["local"], description="Started by manage.py up on the controller's own machine."
    )
    if not _is_known(agent, url):
        key, _ = issue_provisioning_key(by=by, agent=agent)
        _provision(url, key)
        agent.refresh_from_db()
    return agent


def _is_known(agent: Agent, url: str) -> bool:
    """Whether the kept token is still the agent's. The server's port may be another this time."""
    state = StateFolder(state_folder())
    kept = state.load("credentials") or {}
    known = Credential.objects.filter(agent=agent, token_digest=digest(kept.get("token", ""))).exists()
    if known and kept["url"] != url:
        state.save("credentials", kept | {"url": url})
    return known


def _provision(url: str, key: str) -> None:
    command = [sys.executable, "-m", "catalogweb.edge", "provision", "--url", url, "--state", str(state_folder())]
    # By standard input: every user of this machine can read command lines.
    done = subprocess.run(
        command, input=key, text=True, capture_output=True, cwd=settings.BASE_DIR, timeout=PROVISION_SECONDS
    )
    if done.returncode:
        raise Invalid(f"The local agent could not be provisioned: {done.stderr.strip() or done.stdout.strip()}")


def run_arguments(*, keep_containers: bool) -> list[str]:
    arguments = ["-m", "catalogweb.edge", "run", "--state", str(state_folder())]
    arguments += ["--publish-address", "127.0.0.1", "--interval", str(INTERVAL)]
    return [*arguments, "--keep-containers"] if keep_containers else arguments


def engine_line() -> str:
    """The engine of this machine, or what is wrong and the command that mends it."""
    found = detect()
    if found.engine is None:
        return f"simulated: nothing really runs. {found.problem}"
    found.engine.close()
    return f"{found.engine.description} at {found.engine.url}"
