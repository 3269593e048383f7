"""The three doors that speak HTTP, and in whose words each tells of trouble."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.views import defaults

from catalogweb.api.errors import trouble
from catalogweb.api.routes import below
from catalogweb.api.views.status import status
from catalogweb.core.paths import is_for_programs
from catalogweb.web.views.errors import server_error

urlpatterns = [
    below("api/v3", "catalogweb.api.urls"),
    path("live", status),
    path("admin/", admin.site.urls),
    path("", include("catalogweb.web.urls")),
]


def _at_its_door(page: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    def handler(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        tell = trouble if is_for_programs(request.path) else page
        return tell(request, *args, **kwargs)

    return handler


handler400 = _at_its_door(defaults.bad_request)
handler403 = _at_its_door(defaults.permission_denied)
handler404 = _at_its_door(defaults.page_not_found)
handler500 = _at_its_door(server_error)
