"""Processor families an image can be built for. Stored by name; numeric ids exist only on the wire."""

from django.db import models


class Architecture(models.TextChoices):
    X86 = "x86", "x86"
    ARM = "arm", "ARM"
