"""Everything under /api/v3."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
