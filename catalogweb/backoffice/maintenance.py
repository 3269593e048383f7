"""Upkeep, read-only: orders are given on pages, and the rest comes from agents."""

from django.contrib import admin

from catalogweb.backoffice.base import ReadOnlyAdmin
from catalogweb.maintenance.models import Hardware, Snapshot, Trace, Tunnel, VersionOrder


@admin.register(VersionOrder)
class VersionOrderAdmin(ReadOnlyAdmin):
    list_display = ["agent", "command", "ordered_at", "fetched_at"]
    list_select_related = ["agent"]
    search_fields = ["agent__name"]


@admin.register(Tunnel)
class TunnelAdmin(ReadOnlyAdmin):
    list_display = ["agent", "host", "remote_port", "is_open", "changed_at"]
    list_select_related = ["agent"]
    search_fields = ["agent__name", "host"]


@admin.register(Hardware)
class HardwareAdmin(ReadOnlyAdmin):
    list_display = ["agent", "kind", "reported_at"]
    list_select_related = ["agent"]
    list_filter = ["kind"]
    search_fields = ["agent__name"]


@admin.register(Trace)
class TraceAdmin(ReadOnlyAdmin):
    list_display = ["microservice", "is_enabled", "reported_at"]
    list_select_related = ["microservice__application", "microservice__agent"]
    search_fields = ["microservice__name"]


@admin.register(Snapshot)
class SnapshotAdmin(ReadOnlyAdmin):
    list_display = ["microservice", "asked_at", "taken_at", "size"]
    list_select_related = ["microservice__application", "microservice__agent"]
    search_fields = ["microservice__name"]
