"""What was changed, by whom, through which door."""

from django.db import models

from catalogweb.core.text import typed

EMPTY: tuple[object, ...] = (None, "", [], {})


class Door(models.TextChoices):
    WEB = "web", "Pages"
    API = "api", "REST"
    ADMIN = "admin", "Django admin"
    COMMAND = "command", "Command"
    AGENT = "agent", "Agent"
    SYSTEM = "system", "catalogweb"


class EntryQuerySet(models.QuerySet["Entry"]):
    def matching(self, text: str) -> "EntryQuerySet":
        """Entries whose object, actor or request contains each word of `text`."""
        for word in typed(text).split():
            self = self.filter(
                models.Q(object_label__icontains=word)
                | models.Q(actor__icontains=word)
                | models.Q(object_id=word)
                | models.Q(request_id=word)
            )
        return self


class Entry(models.Model):
    """One change of one object. Written by `record` only, never changed afterwards."""

    at = models.DateTimeField(auto_now_add=True, db_index=True)
    actor_kind = models.CharField(max_length=10)
    actor = models.CharField(max_length=254)
    door = models.CharField(max_length=10, choices=Door)
    request_id = models.CharField(max_length=64, db_index=True)
    action = models.CharField(max_length=20)
    object_type = models.CharField(max_length=40)
    object_id = models.CharField(max_length=64)
    object_label = models.CharField(max_length=254)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)

    objects = EntryQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name_plural = "entries"
        indexes = [models.Index(fields=["object_type", "object_id"], name="entry_object")]

    def __str__(self) -> str:
        return f"{self.actor} {self.action} {self.object_type} {self.object_label}"

    @property
    def changes(self) -> list[tuple[str, object, object]]:
        """(field, before, after) of what differs; that nothing became an empty text or list is no difference."""
        # PostgreSQL keeps no order of an object's keys: the name first, then by alphabet, on every database.
        names = sorted({*self.before, *self.after}, key=lambda name: (name != "name", name))
        rows = [(name, self.before.get(name), self.after.get(name)) for name in names]
        return [row for row in rows if row[1] != row[2] and not (row[1] in EMPTY and row[2] in EMPTY)]


class EventQuerySet(models.QuerySet["Event"]):
    def matching(self, text: str) -> "EventQuerySet":
        """Events whose actor, path or request contains each word of `text`."""
        for word in typed(text).split():
            self = self.filter(
                models.Q(actor__icontains=word)
                | models.Q(path__icontains=word)
                | models.Q(subject_id__icontains=word)
                | models.Q(request_id=word)
            )
        return self

    def succeeded(self) -> "EventQuerySet":
        return self.filter(status_code__lt=400)

    def failed(self) -> "EventQuerySet":
        return self.filter(status_code__gte=400)


class Event(models.Model):
    """One request of a user over REST that was to change something, whether or not it did. No body, no secret."""

    at = models.DateTimeField(auto_now_add=True, db_index=True)
    actor = models.CharField(max_length=254)
    method = models.CharField(max_length=10)
    path = models.CharField(max_length=500)
    subject = models.CharField(max_length=40, help_text="What the path is about.")
    subject_id = models.CharField(max_length=254, blank=True)
    address = models.CharField(max_length=45, blank=True)
    status_code = models.PositiveSmallIntegerField()
    message = models.CharField(max_length=500, blank=True)
    request_id = models.CharField(max_length=64, db_index=True)

    objects = EventQuerySet.as_manager()

    LOGGED = ()

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def succeeded(self) -> bool:
        return self.status_code < 400
