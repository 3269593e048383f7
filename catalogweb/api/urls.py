"""Everything under /api/v3. More endpoints of the wire join as rows of a table."""

from django.urls import URLPattern, re_path
from drf_spectacular.views import SpectacularAPIView

from catalogweb.api.agent import maintenance as agent_maintenance
from catalogweb.api.agent.views import ENDPOINTS
from catalogweb.api.routes import wire, wired
from catalogweb.api.unbuilt import nowhere
from catalogweb.api.views import (
    access,
    agents,
    application_templates,
    applications,
    catalog,
    config_maps,
    controller,
    edge_resources,
    events,
    fixed,
    maintenance,
    manifests,
    message_routes,
    microservices,
    registries,
    secrets,
    users,
    volume_mounts,
    workload_files,
)
from catalogweb.api.views.status import status

TABLES = (
    users, catalog, registries, application_templates, applications, microservices, message_routes, workload_files,
    agents, maintenance, edge_resources, secrets, config_maps, volume_mounts, controller, manifests, events, access,
    fixed,
)  # fmt: skip

urlpatterns: list[URLPattern] = [
    *[wire(path, view) for path, view in (ENDPOINTS | agent_maintenance.ENDPOINTS).items()],
    wire("/status", status),
    wire("/live", status),
    *wired([route for table in TABLES for route in table.ROUTES], manifests.PARSERS),
    wire("/schema", SpectacularAPIView.as_view()),
    re_path(r"^(?:/[\s\S]*)?\Z", nowhere),
]
