"""Tunnels to agents' own SSH servers."""

import pytest

from catalogweb.changelog.models import Entry
from catalogweb.core.errors import Conflict, Forbidden, Invalid, NotFound
from catalogweb.maintenance.models import Tunnel
from catalogweb.maintenance.tunnels import close_tunnel, open_tunnel, tunnel_of
from tests.factories import AgentFactory


@pytest.fixture(autouse=True)
def server(settings):
    settings.TUNNEL_HOST, settings.TUNNEL_USERNAME = "ssh.example.org", "tunnel"
    settings.TUNNEL_PORTS = [2000, 2001]


def test_tunnel_gets_a_free_port_of_the_server(operator, horse, raised):
    other = AgentFactory(name="other")

    first, second = open_tunnel(by=operator, agent=horse), open_tunnel(by=operator, agent=other)

    assert (first.remote_port, second.remote_port, first.local_port) == (2000, 2001, 22)
    assert (first.username, first.host, first.is_open) == ("tunnel", "ssh.example.org", True)
    assert raised() == {"horse-1": {"tunnel"}, "other": {"tunnel"}}
    assert Entry.objects.first().after == {"tunnel": "tunnel@ssh.example.org:2001"}


def test_tunnel_that_is_open_keeps_its_port(operator, horse):
    open_tunnel(by=operator, agent=AgentFactory())
    open_tunnel(by=operator, agent=horse)

    assert open_tunnel(by=operator, agent=horse).remote_port == 2001
    assert Tunnel.objects.count() == 2


def test_closing_frees_the_port_and_keeps_what_to_close(operator, horse, raised):
    open_tunnel(by=operator, agent=horse)
    close_tunnel(by=operator, agent=horse)

    assert not tunnel_of(horse.pk).is_open
    assert raised() == {"horse-1": {"tunnel"}}
    assert open_tunnel(by=operator, agent=AgentFactory()).remote_port == 2000


def test_no_port_is_left_for_one_tunnel_too_many(operator, horse):
    for _ in range(2):
        open_tunnel(by=operator, agent=AgentFactory())

    with pytest.raises(Conflict, match="All ports from 2000 to 2001"):
        open_tunnel(by=operator, agent=horse)


@pytest.mark.parametrize("name", ["host", "username"])
def test_tunnel_needs_a_server(operator, horse, settings, name):
    setattr(settings, f"TUNNEL_{name.upper()}", "")

    with pytest.raises(Invalid, match=f"Required field '{name}' is missing"):
        open_tunnel(by=operator, agent=horse)


def test_nothing_is_closed_that_was_never_open(operator, horse):
    with pytest.raises(NotFound, match="Invalid Tunnel Id"):
        close_tunnel(by=operator, agent=horse)


def test_viewer_opens_and_closes_nothing(operator, viewer, horse):
    open_tunnel(by=operator, agent=horse)

    for act in (open_tunnel, close_tunnel):
        with pytest.raises(Forbidden):
            act(by=viewer, agent=horse)
