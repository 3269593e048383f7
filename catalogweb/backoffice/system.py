"""What the product writes about itself."""

from django.contrib import admin

from catalogweb.backoffice.base import ReadOnlyAdmin
from catalogweb.changelog.models import Entry, Event
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
