"""Which microservice needs what of the configuration: for "where used", and so that nothing in use disappears."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import models
from django.db.models import Q

from catalogweb.configuration.models import ConfigMap, Secret, VolumeMount
from catalogweb.core.errors import Invalid, NotFound, Refusal
from catalogweb.core.storing import batches, lock
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


def uses_in(containers: Sequence[tuple[Container, str]]) -> tuple[list[list[Use]], list[Refusal]]:
    """What each container needs, not saved yet; and a refusal, at the path beside it, for each source that is not there.

    Two statements a kind, and none for a kind that nobody needs.
    """
    found: dict[str, dict[str, Any]] = {}
    for kind, model in MODELS.items():
        names = {source.name for container, _ in containers for source in container.sources if source.kind == kind}
        found[kind] = _kept(model, names) if names else {}
    uses: list[list[Use]] = []
    faults: list[Refusal] = []
    for container, path in containers:
        uses.append([])
        for source in sorted(container.sources, key=lambda source: (source.kind, str(source))):
            row = found[source.kind].get(source.name)
            if fault := _fault(source, row):
                faults.append(fault.at(path))
            else:
                uses[-1].append(Use(**{source.kind: row}, key=source.key))
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


def write_uses(needed: Iterable[tuple[Any, Iterable[Use]]]) -> None:
    """Each of these microservices, which have none yet, needs what stands beside it."""
    columns = ("secret_id", "config_map_id", "volume_mount_id", "key")
    Use.objects.bulk_create(
        [
            Use(microservice=microservice, **{name: getattr(use, name) for name in columns})
            for microservice, uses in needed
            for use in uses
        ]
    )


def replace_uses(needed: Sequence[tuple[Any, Iterable[Use]]]) -> None:
    for batch in batches(needed):
        Use.objects.filter(microservice__in=[microservice for microservice, _ in batch]).delete()
    write_uses(needed)
