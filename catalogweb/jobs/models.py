"""When each background job is due, and how it went last."""

from django.db import models


class Job(models.Model):
    """One registered job. A worker claims it by moving `due_at`; only the jobs' services write here."""

    name = models.CharField(max_length=100, primary_key=True)
    due_at = models.DateTimeField(db_index=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    last_error = models.TextField(blank=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
