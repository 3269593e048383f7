"""Fields for one image per architecture and the registry they come from."""

from typing import Any

from django import forms

from catalogweb.backoffice.base import ServiceForm
from catalogweb.catalog.models import REMOTE, Registry, Revision
from catalogweb.core.architectures import Architecture


class ImagesForm(ServiceForm):
    """Plain fields, since images are never edited: other ones make a new revision."""

    x86 = forms.CharField(label="x86 image", required=False, max_length=500)
    arm = forms.CharField(label="ARM image", required=False, max_length=500)
    registry = forms.ModelChoiceField(Registry.objects.all(), required=False, initial=REMOTE)
    places = {"images": "x86"}

    def images_of(self, revision: Revision | None) -> dict[str, Any]:
        if revision is None:
            return {}
        return {"registry": revision.registry_id} | {a: revision.image_for(a) for a in Architecture.values}


IMAGE_FIELDS = [*Architecture.values, "registry"]


def chosen_images(data: dict[str, Any]) -> dict[str, str]:
    return {architecture: data[architecture] for architecture in Architecture.values}
