"""Every service that changes something writes the change log: one that is not listed here fails the first test."""

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.conf import settings
from django.test import override_settings
from django.utils import timezone

import catalogweb
from catalogweb.accounts import key_rotation
from catalogweb.accounts import services as accounts
from catalogweb.accounts.installation import claim_keys
from catalogweb.accounts.models import AccessToken, User
from catalogweb.agents import services as agent_rows
from catalogweb.application_templates import services as templates
from catalogweb.catalog import registries
from catalogweb.catalog import services as catalog
from catalogweb.changelog import events
from catalogweb.changelog.door import through
from catalogweb.changelog.models import Entry
from catalogweb.configuration import config_maps, secrets, volume_mounts
from catalogweb.controller import services as controller
from catalogweb.core.rights import Role
from catalogweb.deployments import (
    agents,
    applications,
    causes,
    editing,
    manifests,
    rebuilding,
    registry_secrets,
    routes,
    services,
    sources,
    wishes,
)
from catalogweb.deployments.container import Container
from catalogweb.deployments.manifests.templates import save_template
from catalogweb.deployments.models import Microservice
from catalogweb.deployments.placing import Placement
from catalogweb.edge_resources import services as edge_resources
from catalogweb.maintenance import orders, snapshots, traces, tunnels
from tests.factories import (
    PASSWORD,
    AgentFactory,
    ApplicationFactory,
    ApplicationTemplateFactory,
    CatalogItemFactory,
    ConfigMapFactory,
    DeploymentFactory,
    EdgeResourceFactory,
    MicroserviceFactory,
    PrivateRegistryFactory,
    RevisionFactory,
    RouteFactory,
    SecretFactory,
    UserFactory,
    VolumeMountFactory,
)

# Doors only translate, and below the services there are none.
OTHERS = ("web", "api", "backoffice", "commands", "edge", "core")
# Looking, or trying: nothing is changed but what is known.
LOOKING = {
    "plan", "made_by_default", "filled", "made_from", "contents_from", "expanded", "snapshot_file", "read_trace",
    "look_at", "verify_item", "probe_draft", "probe_registry", "probe_when_saved",
}  # fmt: skip
# Parts of what is in the table: the log's own writers, and steps of which whole services are made.
PARTS = {
    "record", "record_many", "note_event", "chosen_revisions", "carry_out", "delete_source",
    "move_deployments", "end_empty_deployments",
}  # fmt: skip
ITEM = "apiVersion: iofog.org/v3\nkind: CatalogItem\nmetadata: {name: demo}\nspec: {x86: web}\n"
TEMPLATE = "apiVersion: iofog.org/v3\nkind: ApplicationTemplate\nmetadata: {name: shop}\nspec: {application: {}, variables: []}\n"


def retry(by: User) -> int:
    soon, deployment = timezone.now() + timedelta(1), DeploymentFactory()
    MicroserviceFactory(
        deployment=deployment,
        agent__status__reported_at=timezone.now(),
        agent__status__late_at=soon,
        agent__status__offline_at=soon,
        status__state="FAILED",
        status__error_message="no such image",
    )
    return causes.retry(by=by, deployment=deployment, cause=causes.cause_of("no such image"))


def linked() -> dict[str, Any]:
    resource, agent = EdgeResourceFactory(), AgentFactory()
    resource.agents.add(agent)
    return {"resource": resource, "agent": agent}


def with_router() -> Any:
    host = AgentFactory()
    AgentFactory(configuration={"upstream_routers": [host.uuid]})
    return host


def named_by_a_host() -> list[str]:
    MicroserviceFactory(extra_hosts=[["db", "${Agents.north}"]])
    return ["${Agents.north}"]


def ready_to_upgrade() -> Any:
    return AgentFactory(status__report={"isReadyToUpgrade": True})


def open_tunnel(by: User) -> Any:
    agent = AgentFactory()
    tunnels.open_tunnel(by=by, agent=agent)
    return agent


def two_ends() -> dict[str, Any]:
    source = MicroserviceFactory()
    return {
        "application": source.application,
        "source": source,
        "destination": MicroserviceFactory(application=source.application),
    }


def token(by: User) -> AccessToken:
    return accounts.make_token(by=by, name="ci", days=1)[0]


def deploying(**more: Any) -> dict[str, Any]:
    return {"application": ApplicationFactory(), "agents": [AgentFactory()], "revision": RevisionFactory(), **more}


def wish(**more: Any) -> wishes.Wish:
    return wishes.Wish(name="web", agents=[AgentFactory()], revision=RevisionFactory(), **more)


Act = Callable[[User], Any]
ACTS: dict[str, Act] = {
    "rotate_keys": lambda by: rotate_keys(by),
    "make_token": lambda by: accounts.make_token(by=by, name="ci", days=1),
    "revoke_token": lambda by: accounts.revoke_token(by=by, token=token(by)),
    "create_user": lambda by: accounts.create_user(by=by, email="ann@example.org", password=PASSWORD),
    "edit_user": lambda by: accounts.edit_user(by=by, user=UserFactory(), first_name="Ann"),
    "delete_user": lambda by: accounts.delete_user(by=by, user=UserFactory()),
    "delete_own_account": lambda by: accounts.delete_own_account(by=by),
    "change_own_password": lambda by: accounts.change_own_password(by=by, old=PASSWORD, new=PASSWORD[::-1]),
    "edit_own_profile": lambda by: accounts.edit_own_profile(by=by, first_name="Ann"),
    "create_agent": lambda by: agent_rows.create_agent(by=by, name="north"),
    "edit_agent_row": lambda by: agent_rows.edit_agent_row(by=by, agent=AgentFactory(), location="attic"),
    "release_router": lambda by: agent_rows.release_router(by=by, agent=with_router()),
    "issue_provisioning_key": lambda by: agent_rows.issue_provisioning_key(by=by, agent=AgentFactory()),
    "create_template": lambda by: templates.create_template(by=by, name="shop", application={}),
    "edit_template": lambda by: templates.edit_template(by=by, template=ApplicationTemplateFactory(), description="x"),
    "write_template": lambda by: templates.write_template(by=by, current="shop"),
    "save_template": lambda by: save_template(TEMPLATE, by=by),
    "delete_template": lambda by: templates.delete_template(by=by, template=ApplicationTemplateFactory()),
    "create_registry": lambda by: registries.create_registry(by=by, url="reg.example"),
    "edit_registry_row": lambda by: registries.edit_registry_row(
        by=by, registry=PrivateRegistryFactory(), is_secure=False
    ),
    "edit_registry": lambda by: sources.edit_registry(by=by, registry=PrivateRegistryFactory(), password="new"),
    "rotate_registry_secret": lambda by: registry_secrets.rotate_registry_secret(
        by=by, registry=PrivateRegistryFactory(), password="new"
    ),
    "delete_registry": lambda by: registries.delete_registry(by=by, registry=PrivateRegistryFactory()),
    "create_item": lambda by: catalog.create_item(
        by=by, name="demo", images={"x86": "a"}, registry=PrivateRegistryFactory()
    ),
    "edit_item_row": lambda by: catalog.edit_item_row(by=by, item=CatalogItemFactory(), input_type={"type": "a"}),
    "edit_catalog_item": lambda by: sources.edit_catalog_item(
        by=by, item=CatalogItemFactory(), output_type={"type": "a"}
    ),
    "delete_item": lambda by: catalog.delete_item(by=by, item=CatalogItemFactory()),
    "forget_events": lambda by: events.forget_events(by=by, days=0),
    "create_secret": lambda by: secrets.create_secret(by=by, name="db", data={"a": "b"}),
    "edit_secret_row": lambda by: secrets.edit_secret_row(by=by, secret=SecretFactory(), data={"a": "b"}),
    "edit_secret": lambda by: sources.edit_secret(by=by, secret=SecretFactory(), data={"a": "b"}),
    "delete_secret": lambda by: secrets.delete_secret(by=by, secret=SecretFactory()),
    "create_config_map": lambda by: config_maps.create_config_map(by=by, name="db", data={"a": "b"}),
    "edit_config_map_row": lambda by: config_maps.edit_config_map_row(
        by=by, config_map=ConfigMapFactory(), data={"a": "b"}
    ),
    "edit_config_map": lambda by: sources.edit_config_map(by=by, config_map=ConfigMapFactory(), data={"a": "b"}),
    "delete_config_map": lambda by: config_maps.delete_config_map(by=by, config_map=ConfigMapFactory()),
    "create_volume_mount": lambda by: volume_mounts.create_volume_mount(by=by, name="tls", secret=SecretFactory()),
    "edit_volume_mount": lambda by: volume_mounts.edit_volume_mount(
        by=by, mount=VolumeMountFactory(), config_map=ConfigMapFactory()
    ),
    "relink": lambda by: volume_mounts.relink(by=by, mount=VolumeMountFactory(), joining=[AgentFactory()]),
    "delete_volume_mount": lambda by: volume_mounts.delete_volume_mount(by=by, mount=VolumeMountFactory()),
    "set_default_router": lambda by: controller.set_default_router(by=by, host="router.example"),
    "forget_default_router": lambda by: controller.forget_default_router(
        by=by, router=controller.set_default_router(by=by, host="router.example")
    ),
    "set_value": lambda by: controller.set_value(by=by, key="a", value="b"),
    "forget_value": lambda by: controller.forget_value(by=by, value=controller.set_value(by=by, key="a", value="b")),
    "edit_agent": lambda by: agents.edit_agent(by=by, agent=AgentFactory(), location="attic"),
    "delete_agent": lambda by: agents.delete_agent(by=by, agent=AgentFactory()),
    "create_application": lambda by: applications.create_application(by=by, name="shop"),
    "edit_application": lambda by: applications.edit_application(
        by=by, application=ApplicationFactory(), description="x"
    ),
    "delete_application": lambda by: applications.delete_application(by=by, application=ApplicationFactory()),
    "retry": retry,
    "edit_all": lambda by: editing.edit_all(by=by, edits=[editing.Edit(MicroserviceFactory(), name="web")]),
    "apply": lambda by: manifests.apply(ITEM, by=by),
    "rebuild": lambda by: rebuilding.rebuild(by=by, microservices=[MicroserviceFactory()]),
    "rebuild_those_naming": lambda by: rebuilding.rebuild_those_naming(by=by, templates=named_by_a_host()),
    "create_route": lambda by: routes.create_route(by=by, **two_ends()),
    "edit_route": lambda by: routes.edit_route(by=by, route=RouteFactory(), name="sale"),
    "delete_routes": lambda by: routes.delete_routes(by=by, routes=[RouteFactory()]),
    "replace_routes": lambda by: routes.replace_routes(by=by, application=RouteFactory().application, wishes=[]),
    "write_route": lambda by: write_route(by),
    "deploy": lambda by: services.deploy(by=by, name="web", **deploying()),
    "deploy_all": lambda by: deploy_all(by),
    "edit_microservice": lambda by: services.edit_microservice(
        by=by, microservice=MicroserviceFactory(), container=Container(log_size=9)
    ),
    "set_activated": lambda by: services.set_activated(
        by=by, microservices=[MicroserviceFactory()], is_activated=False
    ),
    "move_to_revision": lambda by: services.move_to_revision(
        by=by, microservices=[MicroserviceFactory()], revision=RevisionFactory(images={"x86": "b"})
    ),
    "delete_microservices": lambda by: services.delete_microservices(by=by, microservices=[MicroserviceFactory()]),
    "launch": lambda by: wishes.launch(by=by, application="shop", wish=wish()),
    "fulfil": lambda by: wishes.fulfil(by=by, application=ApplicationFactory(), wish=wish()),
    "adapt": lambda by: wishes.adapt(by=by, microservice=MicroserviceFactory(), wish=wishes.Wish(name="other")),
    "fulfil_all": lambda by: wishes.fulfil_all(by=by, application=ApplicationFactory(), wishes=[wish()]),
    "write_application": lambda by: wishes.write_application(by=by, application=None, microservices=None, name="shop"),
    "create_edge_resource": lambda by: edge_resources.create_edge_resource(
        by=by, name="camera", version="v1.0.0", interface_protocol="http"
    ),
    "edit_edge_resource": lambda by: edge_resources.edit_edge_resource(
        by=by, resource=EdgeResourceFactory(), description="x"
    ),
    "delete_edge_resource": lambda by: edge_resources.delete_edge_resource(by=by, resource=EdgeResourceFactory()),
    "link_agent": lambda by: edge_resources.link_agent(by=by, resource=EdgeResourceFactory(), agent=AgentFactory()),
    "unlink_agent": lambda by: edge_resources.unlink_agent(by=by, **linked()),
    "reboot": lambda by: orders.reboot(by=by, agent=AgentFactory()),
    "prune": lambda by: orders.prune(by=by, agent=AgentFactory()),
    "order_version": lambda by: orders.order_version(by=by, agent=ready_to_upgrade(), command="upgrade"),
    "ask_for_snapshot": lambda by: snapshots.ask_for_snapshot(by=by, microservice=MicroserviceFactory()),
    "set_tracing": lambda by: traces.set_tracing(by=by, microservice=MicroserviceFactory(), is_enabled=True),
    "open_tunnel": lambda by: tunnels.open_tunnel(by=by, agent=AgentFactory()),
    "close_tunnel": lambda by: tunnels.close_tunnel(by=by, agent=open_tunnel(by)),
}


def rotate_keys(by: User) -> None:
    claim_keys()
    with override_settings(ENCRYPTION_KEYS=[Fernet.generate_key().decode(), *settings.ENCRYPTION_KEYS]):
        key_rotation.rotate_keys(by=by)


def write_route(by: User) -> Any:
    ends = two_ends()
    said = routes.RouteWish(source=ends["source"].name, destination=ends["destination"].name)
    return routes.write_route(by=by, application=ends["application"], wish=said, route=None)


def deploy_all(by: User) -> list[Microservice]:
    given = deploying()
    placement = Placement(given["application"], "web", given["agents"], given["revision"], Container())
    return services.deploy_all(by=by, application=given["application"], placements=[placement])


def every_service() -> Iterator[str]:
    """Each public function of the apps that acts for somebody."""
    apps = [one.name for one in pkgutil.iter_modules(catalogweb.__path__) if one.ispkg and one.name not in OTHERS]
    paths = [f"{catalogweb.__path__[0]}/{app}" for app in apps]
    for module in (
        m for app, path in zip(apps, paths, strict=True) for m in pkgutil.walk_packages([path], f"catalogweb.{app}.")
    ):
        if ".migrations" in module.name:
            continue
        for name, one in vars(importlib.import_module(module.name)).items():
            function = inspect.unwrap(one) if callable(one) else one
            is_own = inspect.isfunction(function) and function.__module__ == module.name
            if is_own and not name.startswith("_") and "by" in inspect.signature(function).parameters:
                yield name


def test_every_service_is_in_the_table() -> None:
    assert set(every_service()) - LOOKING - PARTS == set(ACTS)


@pytest.fixture
def by(db: None) -> User:
    UserFactory(role=Role.SUPERUSER)
    return UserFactory(email="root@example.org", role=Role.SUPERUSER, password=PASSWORD)


@pytest.mark.parametrize("name", ACTS)
def test_change_leaves_an_entry_of_its_actor_door_and_request(by: User, name: str) -> None:
    with override_settings(TUNNEL_USERNAME="tunnel", TUNNEL_HOST="tunnel.example"), through("api", "request-7"):
        ACTS[name](by)

    entries = Entry.objects.all()
    assert entries
    assert {(entry.actor, entry.door, entry.request_id) for entry in entries} == {
        ("root@example.org", "api", "request-7")
    }
