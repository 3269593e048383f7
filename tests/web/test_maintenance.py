"""Upkeep on pages: orders to agents, what they found, traces and snapshots of microservices."""

from pathlib import Path

import pytest

from catalogweb.agents.models import AgentStatus, ChangeFlags
from catalogweb.core.rights import System
from catalogweb.maintenance.hardware import take_hardware
from catalogweb.maintenance.models import Snapshot, Trace, Tunnel, VersionOrder
from catalogweb.maintenance.snapshots import ask_for_snapshot, draft, take_snapshot
from catalogweb.maintenance.tunnels import open_tunnel
from tests.factories import AgentFactory, MicroserviceFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def web(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    return MicroserviceFactory(name="web", agent=AgentFactory(name="north-1"))


def raised():
    return ChangeFlags.objects.get().raised


@pytest.mark.parametrize(
    ("order", "flag", "said"),
    [
        ("reboot", "reboot", "All that runs on it stops"), ("prune", "prune", "removes the images"),
        ("upgrade", "version", "a new provisioning key"), ("rollback", "version", "a new provisioning key"),
    ],
)  # fmt: skip
def test_order_is_given_after_saying_what_will_happen(operator, web, order, flag, said):
    web.status.__class__.objects.update(state="RUNNING")
    AgentStatus.objects.update(report={"isReadyToRollback": True})
    path = f"/agents/{web.agent.uuid}/order/{order}/"

    page = operator.get(path).text
    assert said in page
    assert "1 microservice ran on it" in page
    assert raised() == set()
    done = operator.post(path, follow=True)

    assert "is ordered. north-1 hears of it at its next poll." in done.text
    assert raised() == {flag}


def test_order_that_the_agent_is_not_ready_for_is_refused_on_its_page(operator, web):
    response = operator.post(f"/agents/{web.agent.uuid}/order/rollback/")

    # An apostrophe in a page is escaped.
    assert "rollback version now. There are no backups on agent" in response.text
    assert not VersionOrder.objects.exists()


def test_tunnel_is_opened_and_closed_from_the_agents_page(operator, web, settings):
    settings.TUNNEL_HOST = "ssh.example.org"
    page = f"/agents/{web.agent.uuid}/"
    assert "Open a tunnel" in operator.get(page).text

    assert "gets a shell" in operator.get(f"{page}order/open-tunnel/").text
    opened = operator.post(f"{page}order/open-tunnel/", follow=True).text
    assert ("Close the tunnel" in opened, "Open a tunnel<" in opened) == (True, False)
    assert Tunnel.objects.get().is_open
    assert raised() == {"tunnel"}
    operator.post(f"{page}order/close-tunnel/")

    assert not Tunnel.objects.get().is_open


def test_tunnel_without_a_server_is_refused_on_its_page(operator, web, settings):
    settings.TUNNEL_HOST = ""

    assert "set CATALOGWEB_TUNNEL_HOST" in operator.post(f"/agents/{web.agent.uuid}/order/open-tunnel/").text
    assert "Invalid Tunnel Id" in operator.post(f"/agents/{web.agent.uuid}/order/close-tunnel/").text
    assert raised() == set()


def test_unknown_order_is_not_found(operator, web):
    assert operator.get(f"/agents/{web.agent.uuid}/order/explode/").status_code == 404


def test_viewer_sees_no_orders_and_gives_none(viewer, web):
    assert "Reboot" not in viewer.get(f"/agents/{web.agent.uuid}/").text
    for order in ("reboot", "prune", "upgrade", "rollback", "open-tunnel", "close-tunnel"):
        path = f"/agents/{web.agent.uuid}/order/{order}/"
        assert {viewer.get(path).status_code, viewer.post(path).status_code} == {403}
    assert raised() == set()


def test_agent_page_shows_hardware_tunnel_and_the_last_order(operator, web):
    agent = web.agent
    assert "USB devices" not in operator.get(f"/agents/{agent.uuid}/").text
    take_hardware(agent_id=agent.pk, kind="usb", info='[{"id": "1d6b:0002"}]')
    take_hardware(agent_id=agent.pk, kind="machine", info="not JSON <b>")
    open_tunnel(by=System(), agent=agent)
    operator.post(f"/agents/{agent.uuid}/order/upgrade/")

    page = operator.get(f"/agents/{agent.uuid}/").text

    for text in ("USB devices", "1d6b:0002", "not JSON &lt;b&gt;", "tunnel@", "not fetched yet"):
        assert text in page


def test_snapshot_is_asked_for_and_downloaded(operator, web):
    path = f"/microservices/{web.uuid}/diagnostics/"
    asked = operator.post(f"{path}snapshot/", follow=True).text
    assert "is asked for the image" in asked
    assert "not sent yet" in asked
    assert "Download" not in asked
    with draft() as stream:
        stream.write(b"image")
        stream.flush()
        take_snapshot(agent=web.agent, uuid=web.uuid, file=Path(stream.name))

    assert "Download" in operator.get(path).text
    download = operator.get(f"{path}snapshot/")

    assert b"".join(download.streaming_content) == b"image"
    assert f"{web.application.name}-web.tar.gz" in download.headers["Content-Disposition"]


def test_snapshot_that_has_not_come_is_a_page_that_says_so(operator, web):
    ask_for_snapshot(by=System(), microservice=web)

    response = operator.get(f"/microservices/{web.uuid}/diagnostics/snapshot/")

    assert response.status_code == 409
    assert "Image snapshot is not available" in response.text


def test_trace_is_switched_and_shown(operator, web):
    path = f"/microservices/{web.uuid}/diagnostics/"
    assert "Start tracing" in operator.get(path).text

    assert "Stop tracing" in operator.post(f"{path}trace/", {"enable": "1"}, follow=True).text
    Trace.objects.update(text="open(<file>)")
    assert "open(&lt;file&gt;)" in operator.get(path).text
    operator.post(f"{path}trace/", {"enable": "0"})

    assert not Trace.objects.get().is_enabled
    assert raised() == {"diagnostics"}


def test_viewer_has_no_diagnostics(viewer, web):
    path = f"/microservices/{web.uuid}/diagnostics/"

    assert "Diagnostics" not in viewer.get(f"/microservices/{web.uuid}/").text
    answers = [viewer.get(path), viewer.get(f"{path}snapshot/"), viewer.post(f"{path}snapshot/"),
               viewer.post(f"{path}trace/", {"enable": "1"})]  # fmt: skip
    assert {answer.status_code for answer in answers} == {403}
    assert not Snapshot.objects.exists()
