"""The three doors that speak HTTP."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("api/v3", include("catalogweb.api.urls")),
    path("admin/", admin.site.urls),
    path("", include("catalogweb.web.urls")),
]
