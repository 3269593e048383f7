"""What the product writes about itself."""

from django.contrib import admin

from catalogweb.backoffice.base import ReadOnlyAdmin
from catalogweb.changelog.models import Entry, Event
from catalogweb.history.models import AgentSample, FleetSample
from catalogweb.jobs.models import Job


@admin.register(Entry)
class EntryAdmin(ReadOnlyAdmin):
    list_display = ["at", "actor", "door", "action", "object_type", "object_label"]
    list_filter = ["door", "action", "object_type"]
    search_fields = ["actor", "object_label", "object_id", "request_id"]


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    list_display = ["at", "actor", "method", "path", "status_code", "message", "address"]
    list_filter = ["method", "subject", "status_code"]
    search_fields = ["actor", "path", "subject_id", "request_id"]


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    list_display = ["name", "due_at", "started_at", "finished_at", "last_error"]


@admin.register(FleetSample)
class FleetSampleAdmin(ReadOnlyAdmin):
    list_display = ["at", "agents", "microservices"]


@admin.register(AgentSample)
class AgentSampleAdmin(ReadOnlyAdmin):
    list_display = ["at", "agent", "cpu", "memory_free", "disk_free"]
    list_select_related = ["agent"]
    search_fields = ["agent__name"]
    # Counting millions of rows would take longer than looking at them.
    show_full_result_count = False
