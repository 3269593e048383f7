"""Which microservice needs what of the configuration: for "where used", and so that nothing in use disappears."""

from collections.abc import Iterable
from typing import Any

from django.db import models
from django.db.models import Q

from catalogweb.configuration.models import ConfigMap, Secret, VolumeMount
from catalogweb.core.errors import Invalid, NotFound, Refusal
from catalogweb.core.storing import lock
from catalogweb.deployments.container import CONFIG_MAP, SECRET, VOLUME_MOUNT, Container, Source

MODELS: dict[str, Any] = {SECRET: Secret, CONFIG_MAP: ConfigMap, VOLUME_MOUNT: VolumeMount}
# As clients know these sentences.
MISSING = {
    SECRET: ('Secret with name "{name}" not found', "Secret key {key} not found in secret {name}"),
    CONFIG_MAP: ("ConfigMap with name {name} not found", "ConfigMap key {key} not found in config map {name}"),
    VOLUME_MOUNT: ("Volume mount with name {name} not found", "Volume mount {name} has no file {key}"),
}


def _only(name: str) -> Q:
    return Q(**{f"{kind}__isnull": kind != name for kind in MODELS})


class Use(models.Model):
    """One microservice needs one source. These rows follow from its variables and volumes."""

    microservice = models.ForeignKey("deployments.Microservice", on_delete=models.CASCADE, related_name="uses")
    secret = models.ForeignKey(Secret, on_delete=models.PROTECT, null=True, related_name="uses")
    config_map = models.ForeignKey(ConfigMap, on_delete=models.PROTECT, null=True, related_name="uses")
    volume_mount = models.ForeignKey(VolumeMount, on_delete=models.PROTECT, null=True, related_name="uses")
    key = models.CharField(max_length=255, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=_only(SECRET) | _only(CONFIG_MAP) | _only(VOLUME_MOUNT), name="use_has_one_source"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.secret or self.config_map or self.volume_mount}/{self.key}".rstrip("/")


def uses_in(container: Container) -> tuple[list[Use], list[Refusal]]:
    """What the container needs, not saved yet; and a refusal for each source that is not there."""
    uses, faults = [], []
    for kind, model in MODELS.items():
        wanted = sorted((s for s in container.sources if s.kind == kind), key=str)
        found = _kept(model, {source.name for source in wanted}) if wanted else {}
        for source in wanted:
            fault = _fault(source, found.get(source.name))
            faults += [fault] if fault else []
            uses += [] if fault else [Use(**{kind: found[source.name]}, key=source.key)]
    return uses, faults


def _kept(model: Any, names: set[str]) -> dict[str, Any]:
    """By name; kept from others, so that what is looked at now is still there when its use is written."""
    rows = model.objects.filter(name__in=names)
    lock(model, rows.values_list("pk", flat=True))
    return {row.name: row for row in rows}


def _fault(source: Source, row: Any) -> Refusal | None:
    no_such, no_key = (text.format(name=source.name, key=source.key) for text in MISSING[source.kind])
    field = "volumes" if source.kind == VOLUME_MOUNT else "env"
    if row is None:
        return NotFound(no_such, field=field)
    keys = row.source.data if source.kind == VOLUME_MOUNT else row.data
    if source.key and source.key not in keys:
        return Invalid(no_key, field=field)
    return None


def write_uses(microservices: Iterable[Any], uses: Iterable[Use]) -> None:
    """Each of these microservices, which have none yet, needs all of this."""
    columns = ("secret_id", "config_map_id", "volume_mount_id", "key")
    values = [{name: getattr(use, name) for name in columns} for use in uses]
    Use.objects.bulk_create([Use(microservice=microservice, **own) for microservice in microservices for own in values])


def replace_uses(microservice: Any, uses: list[Use] | None) -> None:
    """None keeps those it has."""
    if uses is not None:
        microservice.uses.all().delete()
        write_uses([microservice], uses)
