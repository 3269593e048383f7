import pytest

from catalogweb.edge.provisioning import NotProvisioned, provision, this_architecture
from catalogweb.edge.state import State, StateFolder
from tests.edge.controller import TOKEN


@pytest.mark.parametrize(("architecture", "number"), [("x86", 1), ("arm", 2)])
def test_provision_trades_the_key_for_credentials(controller, architecture, number):
    state = State()

    assert provision(controller.url.rstrip("/"), "KEY", state, architecture=architecture) == "agent-1"

    assert controller.requests == [
        ("POST", "agent/provision", {"key": "KEY", "type": number, "pullsAnyReference": True})
    ]
    assert controller.authorizations == [None]
    assert state.load("credentials") == {"url": controller.url, "uuid": "agent-1", "token": TOKEN, "name": ""}


@pytest.mark.parametrize(
    ("machine", "architecture"), [("x86_64", "x86"), ("AMD64", "x86"), ("aarch64", "arm"), ("armv7l", "arm")]
)
def test_architecture_is_that_of_the_machine(monkeypatch, machine, architecture):
    monkeypatch.setattr("platform.machine", lambda: machine)

    assert this_architecture() == architecture


def test_an_unknown_machine_has_to_be_declared(monkeypatch):
    monkeypatch.setattr("platform.machine", lambda: "riscv64")

    with pytest.raises(NotProvisioned, match="riscv64: declare --architecture"):
        this_architecture()


def test_plain_http_to_another_machine_is_refused():
    with pytest.raises(NotProvisioned, match="use https, or add --insecure"):
        provision("http://10.1.2.3/api/v3/", "KEY", State(), architecture="x86")


def test_a_refused_key_keeps_the_old_credentials(controller):
    state = State()
    state.save("credentials", {"uuid": "old"})
    controller.answers["POST", "agent/provision"] = (404, {"message": "This key is unknown."})

    with pytest.raises(NotProvisioned, match="This key is unknown."):
        provision(controller.url, "KEY", state, architecture="x86")
    assert state.load("credentials") == {"uuid": "old"}


@pytest.mark.parametrize("answer", [(404, "Invalid provisioning key"), (401, "Expired provisioning key")])
def test_a_key_that_is_not_taken_leads_to_a_new_one(controller, answer):
    status, message = answer
    controller.answers["POST", "agent/provision"] = (status, {"message": message})

    with pytest.raises(
        NotProvisioned, match=r"^This key is wrong, used or expired: make a new one on the agent's page"
    ):
        provision(controller.url, "KEY", State(), architecture="x86")


def test_a_folder_that_cannot_be_written_is_noticed_before_the_key_is_used_up(controller, tmp_path):
    (tmp_path / "file").write_text("")

    with pytest.raises(OSError, match="file"):
        provision(controller.url, "KEY", StateFolder(tmp_path / "file" / "state"), architecture="x86")
    assert controller.requests == []


def test_an_answer_without_a_token_is_refused(controller):
    controller.answers["POST", "agent/provision"] = (200, {"uuid": "agent-1", "token": None})

    with pytest.raises(NotProvisioned, match="no uuid and token"):
        provision(controller.url, "KEY", State(), architecture="x86")


def test_a_new_provisioning_forgets_the_lists_of_the_old_one(controller):
    state = State()
    state.save("microservices", [])

    provision(controller.url, "KEY", state, architecture="x86")

    assert state.load("microservices") is None
