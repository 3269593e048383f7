"""The three doors that speak HTTP."""

from django.contrib import admin
from django.urls import include, path

from catalogweb.web.views.session import admin_sign_in

urlpatterns = [
    path("api/v3", include("catalogweb.api.urls")),
    # Before the admin's own: people sign in at one place, which is throttled.
    path("admin/login/", admin_sign_in),
    path("admin/", admin.site.urls),
    path("", include("catalogweb.web.urls")),
]
