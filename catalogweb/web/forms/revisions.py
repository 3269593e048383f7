"""What is to run another revision of its item."""

from typing import Any

from django import forms

from catalogweb.catalog.models import Revision
from catalogweb.deployments.models import Deployment, Microservice
from catalogweb.web.forms.base import ServiceForm


class MoveForm(ServiceForm):
    """Everything of the item, or one deployment of it."""

    deployment = forms.ModelChoiceField(
        Deployment.objects.none(), label="What moves", required=False, empty_label="Everything that runs this item"
    )

    def __init__(self, revision: Revision, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.revision = revision
        # Of those that are not on it; a deployment may run several revisions at once.
        self.others = Microservice.objects.filter(revision__item=revision.item).exclude(revision=revision)
        deployments = Deployment.objects.filter(pk__in=self.others.values("deployment")).select_related("application")
        self.fields["deployment"].queryset = deployments  # type: ignore[attr-defined]

    def arguments(self) -> dict[str, Any]:
        deployment = self.cleaned_data["deployment"]
        rows = self.others.filter(deployment=deployment) if deployment else self.others
        return {"microservices": list(rows), "revision": self.revision}
