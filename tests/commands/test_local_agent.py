"""The agent that `up` keeps on this machine: made once, provisioned when its credentials do not serve."""

import json
from pathlib import Path

import pytest

from catalogweb.agents.models import Agent, Credential
from catalogweb.changelog.models import Entry
from catalogweb.commands import local_agent
from catalogweb.core.errors import Invalid
from tests.testbed.processes import free_port


@pytest.fixture(autouse=True)
def data(settings, tmp_path: Path) -> Path:
    settings.DATA_DIR = tmp_path
    return tmp_path


@pytest.fixture
def url(live_server) -> str:
    return f"{live_server.url}/api/v3/"


def kept(data: Path) -> dict[str, str]:
    return json.loads((data / "agents/my-agent-name/credentials.json").read_text())


def test_local_agent_is_made_once_and_keeps_its_credentials(url, data):
    agent = local_agent.make_ready(url)
    first = kept(data)

    assert local_agent.make_ready(url) == agent
    assert (agent.name, agent.tag_names) == ("my-agent-name", ["local"])
    assert agent.architecture in ("x86", "arm")
    assert kept(data) == first
    assert Entry.objects.filter(object_type="agent", action="create").get().actor == "up command"


def test_local_agent_follows_the_server_to_another_port(url, data):
    local_agent.make_ready(url)
    before = Credential.objects.get().token_digest

    local_agent.make_ready("http://127.0.0.1:1/api/v3/")

    assert kept(data)["url"] == "http://127.0.0.1:1/api/v3/"
    assert Credential.objects.get().token_digest == before


def test_local_agent_whose_credentials_are_unknown_is_provisioned_again(url, data):
    local_agent.make_ready(url)
    before = kept(data)["token"]
    Agent.objects.all().delete()

    agent = local_agent.make_ready(url)

    assert kept(data)["uuid"] == agent.uuid
    assert kept(data)["token"] != before


def test_local_agent_that_cannot_be_provisioned_says_why(db):
    with pytest.raises(Invalid, match="could not be provisioned: .*cannot be reached"):
        local_agent.make_ready(f"http://127.0.0.1:{free_port()}/api/v3/")
