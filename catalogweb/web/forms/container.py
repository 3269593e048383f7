"""How a container runs, as form fields; shared by deploying and editing."""

from typing import Any

from django import forms

from catalogweb.deployments import lines
from catalogweb.deployments.container import LARGEST_LOG, Container
from catalogweb.web.forms.base import ServiceForm


class ContainerForm(ServiceForm):
    """`container` is what the fields say, on top of what no field shows."""

    ports = lines.ports_field()
    env = lines.env_field()
    volumes = lines.volumes_field()
    commands = lines.commands_field()
    extra_hosts = lines.hosts_field()
    config = lines.config_field()
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
        return lines.written(container) | {
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
