"""Everything under /api/v3. More endpoints of the wire join as rows of a table."""

from django.urls import URLPattern, re_path
from drf_spectacular.views import SpectacularAPIView

from catalogweb.api.agent.door import open_endpoint
from catalogweb.api.agent.views import ENDPOINTS
from catalogweb.api.routes import wire, wired
from catalogweb.api.views import agents, applications, catalog, fixed, manifests, microservices, registries, users
from catalogweb.api.views.status import status

TABLES = (users, catalog, registries, applications, microservices, agents, manifests, fixed)

urlpatterns: list[URLPattern] = [
    *[wire(path, view) for path, view in ENDPOINTS.items()],
    wire("/status", status),
    *wired([route for table in TABLES for route in table.ROUTES], manifests.PARSERS),
    wire("/schema", SpectacularAPIView.as_view()),
    # A page of HTML would tell clients nothing: what is unknown answers in JSON.
    re_path(r"^(?:/[\s\S]*)?\Z", open_endpoint()),
]
