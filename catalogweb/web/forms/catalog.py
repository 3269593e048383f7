"""Catalog items: one form, whose fields become the arguments of the services."""

from collections.abc import Callable
from typing import Any, ClassVar

from django import forms

from catalogweb.catalog.models import LOCAL, REMOTE, CatalogItem, Registry
from catalogweb.catalog.services import look_ahead_of_edit
from catalogweb.core.architectures import Architecture
from catalogweb.web.forms.base import ServiceForm

PLAIN = (
    "name", "description", "category", "publisher", "picture", "is_public", "ram_required", "disk_required",
    "config_example",
)  # fmt: skip
USUAL_PICTURE = CatalogItem._meta.get_field("picture").get_default()


def mono(**attrs: Any) -> forms.TextInput:
    return forms.TextInput(attrs={"class": "mono", "spellcheck": "false", "autocapitalize": "off", **attrs})


class RegistryChoiceField(forms.ModelChoiceField):
    """Registries by the words people know: the built-in ones say what they are for."""

    BUILT_IN = {
        REMOTE: "Docker Hub and other public registries (remote)",
        LOCAL: "Present on the agent, not pulled (local)",
    }

    def label_from_instance(self, obj: Any) -> str:
        return self.BUILT_IN.get(obj.pk) or f"{obj.pk}: {obj}"


class CatalogItemForm(ServiceForm):
    # Not required here: the service asks for it, together with all else that is wrong.
    name = forms.CharField(max_length=200, required=False, help_text="People and manifests find the item by this name.")
    description = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 2}))
    category = forms.CharField(max_length=100, required=False, help_text="Groups items in the list.")
    publisher = forms.CharField(max_length=200, required=False)
    registry = RegistryChoiceField(
        Registry.objects.all(),
        empty_label=None,
        help_text="Where agents pull the images from, and with which credentials.",
    )
    x86 = forms.CharField(
        label="Image for x86", max_length=500, required=False, widget=mono(placeholder="team/app:1.0")
    )
    arm = forms.CharField(
        label="Image for ARM",
        max_length=500,
        required=False,
        widget=mono(placeholder="team/app-arm:1.0"),
        help_text="At least one image. A name without a host gets the registry's host.",
    )
    reason = forms.CharField(
        max_length=200, required=False, help_text="Kept with the revision, for those who come later."
    )
    picture = forms.CharField(
        max_length=500,
        required=False,
        initial=USUAL_PICTURE,
        widget=mono(),
        help_text="The address of a picture, for clients that show one. Pages here load nothing from elsewhere.",
    )
    is_public = forms.BooleanField(
        label="Public", required=False, help_text="For clients that ask for it. Here, everybody sees every item."
    )
    ram_required = forms.IntegerField(label="RAM it needs (MiB)", min_value=0, max_value=2147483647, required=False)
    disk_required = forms.IntegerField(label="Disk it needs (MiB)", min_value=0, max_value=2147483647, required=False)
    config_example = forms.CharField(
        label="Config example",
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "class": "mono", "spellcheck": "false"}),
        help_text="A JSON object that people can start from when they deploy the item.",
    )
    places: ClassVar[dict[str, str]] = {"images": "x86"}

    def arguments(self) -> dict[str, Any]:
        given = dict(self.cleaned_data)
        given["images"] = {architecture: given.pop(architecture) for architecture in Architecture.values}
        given |= {name: given[name] or 0 for name in ("ram_required", "disk_required")}
        given["picture"] = given["picture"] or USUAL_PICTURE
        return given


class EditCatalogItemForm(CatalogItemForm):
    """Also asks what happens to running microservices, when there are some."""

    move_running = forms.BooleanField(required=False, initial=True)

    def _carried_out(self, service: Callable[..., Any], **arguments: Any) -> Any:
        """Nobody waits for a registry once the transaction has begun."""
        look_ahead_of_edit(**arguments)
        return super()._carried_out(service, **arguments)

    def __init__(self, item: CatalogItem, uses: int, data: Any = None) -> None:
        kept = {name: getattr(item, name) for name in PLAIN} | item.images
        super().__init__(data, initial=kept | {"registry": item.registry})
        self.fields["move_running"].label = f"Move the running microservices ({uses}) to the new images now"
        self.fields["move_running"].help_text = "Unticked, they stay on their revision until somebody moves them."
        if not uses:
            del self.fields["move_running"]
        if item.is_system:
            for name in ("name", "category"):
                self.fields[name].disabled = True
                self.fields[name].help_text = "A built-in item keeps it."
