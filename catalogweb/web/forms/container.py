"""How a container runs, as form fields; shared by deploying and editing."""

from collections.abc import Callable
from typing import Any

from django import forms

from catalogweb.deployments.container import LARGEST_LOG, Container
from catalogweb.web.forms import lines
from catalogweb.web.forms.base import ServiceForm


class LinesField(forms.CharField):
    """A text of lines that becomes a value by `read`."""

    def __init__(self, read: Callable[[str], Any], *, rows: int = 3, example: str = "", **kwargs: Any) -> None:
        attrs = {"class": "mono", "rows": rows, "spellcheck": "false", "autocapitalize": "off", "placeholder": example}
        super().__init__(required=False, widget=forms.Textarea(attrs=attrs), **kwargs)
        self._read = read

    def clean(self, value: Any) -> Any:
        return self._read(super().clean(value))


class ContainerForm(ServiceForm):
    """`container` is what the fields say, on top of what no field shows."""

    ports = LinesField(
        lines.read_ports, example="8080:80", help_text="external:internal, one a line; add /udp if it is not tcp."
    )
    env = LinesField(
        lines.read_env,
        example="LEVEL=3",
        label="Environment variables",
        help_text="KEY=value, one a line. Everyone here can read them; KEY=${secret:name/key} takes a value that nobody "
        "can, ${config-map:name/key} one of a config map.",
    )
    volumes = LinesField(
        lines.read_volumes,
        example="/srv/data:/data:ro",
        help_text="host:container, one a line; add :ro for read-only. A name instead of a path is a named volume; "
        "add :volumeMount if it is that of a volume mount.",
    )
    commands = LinesField(lines.read_commands, example="--verbose", help_text="One argument a line.")
    extra_hosts = LinesField(lines.read_hosts, example="broker:10.0.0.5", help_text="name:address, one a line.")
    config = LinesField(
        lines.read_config,
        rows=4,
        example='{"level": 3}',
        help_text="A JSON object that the container reads from its agent. Changing it restarts nothing.",
    )
    host_network = forms.BooleanField(
        required=False, help_text="It sees and can open every port of the agent. Ports above are then not mapped."
    )
    privileged = forms.BooleanField(required=False, help_text="It can do anything on the agent.")
    log_size = forms.IntegerField(label="Log size (MB)", min_value=0, max_value=LARGEST_LOG, required=False)

    SHOWN = ("ports", "env", "volumes", "commands", "extra_hosts", "config", "host_network", "privileged", "log_size")
    kept = Container()

    @property
    def container(self) -> Container:
        given = {name: self.cleaned_data[name] for name in self.SHOWN if self.cleaned_data.get(name) is not None}
        return self.kept.with_changes(given)

    @staticmethod
    def initial_of(container: Container) -> dict[str, Any]:
        """What the fields show of a container."""
        return {
            "ports": lines.write_ports(container.ports),
            "env": lines.write_env(container.env),
            "volumes": lines.write_volumes(container.volumes),
            "commands": lines.write_commands(container.commands),
            "extra_hosts": lines.write_hosts(container.extra_hosts),
            "config": lines.write_config(container.config),
            "host_network": container.host_network,
            "privileged": container.privileged,
            "log_size": container.log_size,
        }

    @property
    def basic_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in ("ports", "env")]

    @property
    def further_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.SHOWN if name not in ("ports", "env")]

    @property
    def further_matter(self) -> bool:
        """Whether the further fields should be open: something stands in them, or is wrong there."""
        usual = self.initial_of(Container())
        return any(
            field.errors or field.value() not in (usual[field.name], None, False, "") for field in self.further_fields
        )
