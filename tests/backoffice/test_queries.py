"""Lists of the admin ask the database as often for ten rows as for one."""

import pytest
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from catalogweb.accounts.models import AccessToken
from catalogweb.accounts.services import issue_token
from catalogweb.agents.models import Tag
from catalogweb.agents.services import issue_provisioning_key
from catalogweb.controller.services import set_value
from catalogweb.core.rights import System
from catalogweb.maintenance.hardware import take_hardware
from catalogweb.maintenance.orders import order_version
from catalogweb.maintenance.snapshots import ask_for_snapshot
from catalogweb.maintenance.traces import set_tracing
from catalogweb.maintenance.tunnels import open_tunnel
from tests.factories import (
    ApplicationTemplateFactory,
    CatalogItemFactory,
    ConfigMapFactory,
    EdgeResourceFactory,
    MicroserviceFactory,
    RouteFactory,
    UserFactory,
    VolumeMountFactory,
)

MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label)
# The largest count that any list of the admin needs.
MOST = 12


def fill(rows: int) -> None:
    for _ in range(rows):
        microservice = MicroserviceFactory(revision=CatalogItemFactory().current)
        ApplicationTemplateFactory(variables={"port": 80})
        microservice.agent.tags.add(Tag.objects.get_or_create(name="barn")[0])
        RouteFactory(source=microservice, application=microservice.application)
        issue_provisioning_key(by=System(), agent=microservice.agent)
        order_version(by=System(), agent=microservice.agent, command="upgrade")
        open_tunnel(by=System(), agent=microservice.agent)
        take_hardware(agent_id=microservice.agent.pk, kind="usb", info="[]")
        set_tracing(by=System(), microservice=microservice, is_enabled=True)
        ask_for_snapshot(by=System(), microservice=microservice)
        EdgeResourceFactory().agents.add(microservice.agent)
        set_value(by=System(), key=microservice.uuid, value="x")
        VolumeMountFactory(agents=[microservice.agent])
        VolumeMountFactory(config_map=ConfigMapFactory())
        issue_token(user=UserFactory(), kind=AccessToken.Kind.SESSION)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_admin_list_needs_no_more_queries_for_more_rows(admin_client, model):
    url = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    fill(1)
    admin_client.get(url)

    with CaptureQueriesContext(connection) as few:
        admin_client.get(url)
    fill(9)
    with CaptureQueriesContext(connection) as many:
        admin_client.get(url)

    assert len(many) == len(few) <= MOST
