"""Own images per architecture and where they come from, as form fields."""

from typing import Any

from django import forms

from catalogweb.catalog.models import REMOTE, Registry
from catalogweb.core.architectures import Architecture
from catalogweb.web.forms.catalog import RegistryChoiceField, mono
from catalogweb.web.forms.container import ContainerForm


class ImagesForm(ContainerForm):
    """`images` are those typed; a name without a host gets the registry's."""

    x86 = forms.CharField(
        label="Image for x86", max_length=500, required=False, widget=mono(placeholder="team/app:1.0")
    )
    arm = forms.CharField(
        label="Image for ARM", max_length=500, required=False, widget=mono(placeholder="team/app-arm:1.0")
    )
    registry = RegistryChoiceField(
        Registry.objects.all(),
        empty_label=None,
        required=False,
        initial=REMOTE,
        help_text="Where agents pull them from.",
    )

    @property
    def images(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in Architecture.values if self.cleaned_data.get(name)}

    @property
    def image_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in (*Architecture.values, "registry")]

    def require_images(self, field: str = "x86", words: str = "Give an image for at least one architecture.") -> None:
        if not self.images and not any(self.has_error(name) for name in Architecture.values):
            self.add_error(field, words)

    def chosen_images(self) -> dict[str, Any]:
        return {"images": self.images, "registry": self.cleaned_data.get("registry")}
