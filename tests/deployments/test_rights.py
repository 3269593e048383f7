"""The table of roles against every service there is: nobody can forget the check."""

import inspect
from unittest.mock import Mock

import pytest

from catalogweb.accounts import services as accounts
from catalogweb.agents import services as agent_rows
from catalogweb.catalog import registries, revisions
from catalogweb.catalog import services as catalog
from catalogweb.changelog.models import Entry
from catalogweb.configuration import config_maps, secrets, volume_mounts
from catalogweb.controller import services as controller
from catalogweb.core.errors import Forbidden
from catalogweb.core.rights import Role
from catalogweb.deployments import (
    agents,
    applications,
    editing,
    manifests,
    rebuilding,
    routes,
    services,
    sources,
    wishes,
)
from catalogweb.edge_resources import services as edge_resources
from catalogweb.maintenance import orders, snapshots, traces, tunnels
from tests.factories import AgentFactory, UserFactory

# What people do with their own account, and steps inside of services that were checked already.
OWN = {"make_token", "revoke_token", "change_own_password", "edit_own_profile", "delete_own_account"}
# Looking is for everybody; `by` says whose eyes a template's lookups are made with.
READING = {"made_by_default"}
SUPERUSERS_ONLY = {"create_user", "edit_user", "delete_user"}
MODULES = [
    accounts, agent_rows, controller, edge_resources, catalog, registries, revisions, config_maps, secrets, volume_mounts,
    agents, applications, editing, manifests, rebuilding, routes, services, sources, wishes, orders, snapshots, traces,
    tunnels,
]  # fmt: skip


def every_service():
    found = {}
    for module in MODULES:
        for name, function in inspect.getmembers(module, inspect.isfunction):
            if name.startswith("_") or name in OWN | READING or not function.__module__.startswith(module.__name__):
                continue
            parameters = inspect.signature(function).parameters
            if "by" in parameters:
                found[f"{function.__module__}.{name}"] = (function, parameters)
    return found


SERVICES = every_service()


def call(service, by):
    """Arguments that are worth nothing: the right is what is looked at first."""
    function, parameters = SERVICES[service]
    needed = [p for p in parameters.values() if p.name != "by" and p.default is p.empty]
    named = {p.name: Mock(name=p.name) for p in needed if p.kind is not p.VAR_KEYWORD}
    return function(by=by, **named)


def test_services_are_found_in_every_module():
    assert {name.rsplit(".", 1)[0] for name in SERVICES} >= {
        module.__name__ for module in MODULES if module is not manifests
    }
    assert len(SERVICES) >= 25


@pytest.mark.django_db
@pytest.mark.parametrize("service", SERVICES)
def test_viewer_is_refused(service):
    with pytest.raises(Forbidden, match="Ask a superuser"):
        call(service, UserFactory(role=Role.VIEWER))
    assert not Entry.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("service", SERVICES)
def test_locked_superuser_and_agent_are_refused(service):
    for by in (UserFactory(role=Role.SUPERUSER, is_active=False), AgentFactory()):
        with pytest.raises(Forbidden):
            call(service, by)


@pytest.mark.django_db
@pytest.mark.parametrize("service", [name for name in SERVICES if name.rsplit(".", 1)[1] in SUPERUSERS_ONLY])
def test_operator_is_refused_what_superusers_administer(service):
    with pytest.raises(Forbidden):
        call(service, UserFactory(role=Role.OPERATOR))
