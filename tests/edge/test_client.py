import pytest

from catalogweb.edge.client import ControllerClient, ControllerError, is_loopback
from tests.edge.controller import TOKEN
from tests.testbed.processes import free_port


def test_the_bare_token_is_sent_even_beside_a_netrc(controller, client, tmp_path, monkeypatch):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login jo password other\n")
    monkeypatch.setenv("NETRC", str(netrc))
    client._session.trust_env = True

    client.call("GET", "agent/config/changes")

    assert controller.authorizations == [TOKEN]


def test_a_proxy_of_the_environment_does_not_hide_a_local_controller(controller, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    client = ControllerClient(controller.url)

    assert client.call("GET", "agent/config") == controller.config
    client.close()


@pytest.mark.parametrize("status", [301, 302, 307])
def test_a_redirect_is_an_error(controller, client, status):
    controller.answers["PUT", "agent/status"] = (status, None)

    with pytest.raises(ControllerError, match="redirects PUT agent/status"):
        client.call("PUT", "agent/status", {})
    assert len(controller.requests) == 1


@pytest.mark.parametrize("status", [400, 401, 403, 404, 500, 503])
def test_a_refusal_carries_status_and_message(controller, client, status):
    controller.answers["GET", "agent/config"] = (status, {"name": "X", "message": "Not today."})

    with pytest.raises(ControllerError, match=f"{status} to GET agent/config: Not today.") as refusal:
        client.call("GET", "agent/config")
    assert refusal.value.status == status


@pytest.mark.parametrize("content", [b"<html>", b"[]", b'"text"'])
def test_anything_but_a_json_object_is_an_error(controller, client, content):
    controller.answers["GET", "agent/config"] = (200, content)

    with pytest.raises(ControllerError, match="not a JSON object"):
        client.call("GET", "agent/config")


def test_a_controller_that_is_down_is_told():
    client = ControllerClient(f"http://127.0.0.1:{free_port()}/api/v3/")

    with pytest.raises(ControllerError, match="cannot be reached .connection refused"):
        client.call("GET", "agent/config")
    client.close()


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/", "http://127.9.9.9/", "http://[::1]:80/", "http://localhost/"])
def test_loopback_is_recognised(url):
    assert is_loopback(url)


@pytest.mark.parametrize("url", ["http://10.0.0.1/", "http://localhost.example.org/", "http://example.org/127.0.0.1"])
def test_other_hosts_are_not_loopback(url):
    assert not is_loopback(url)
