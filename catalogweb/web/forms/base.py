"""Forms that shape input and hand it to a service; the service's refusals appear beside the fields."""

from collections.abc import Callable
from typing import Any, ClassVar

from django import forms

from catalogweb.core.drafts import tried
from catalogweb.core.errors import Forbidden, Refusal, Refusals, Throttled


class ServiceForm(forms.Form):
    """A form whose rules live in a service. `places` says where a refused argument stands, if not under its name."""

    places: ClassVar[dict[str, str]] = {}
    # A missing right is a page of its own; only where people prove who they are it belongs to the form.
    shows_forbidden = False
    status = 200
    result: Any = None
    refusal: Refusal | None = None

    def submit(self, service: Callable[..., Any], **kwargs: Any) -> bool:
        """Call the service when the shape is right; False once anything was refused. Keeps what it returned."""
        if not self.is_valid():
            return False
        try:
            self.result = service(**kwargs | self.arguments())
        except Refusal as refusal:
            if isinstance(refusal, Forbidden) and not self.shows_forbidden:
                raise
            self.status = 429 if isinstance(refusal, Throttled) else self.status
            self.refuse(refusal)
            return False
        return True

    def check(self, service: Callable[..., Any], **kwargs: Any) -> bool:
        """What `submit` would come to: the service does it, and it is taken back."""
        return self.submit(lambda **given: tried(lambda: service(**given)), **kwargs)

    def arguments(self) -> dict[str, Any]:
        """What the service is called with; a form whose fields are not the arguments says how they become them."""
        return self.cleaned_data

    def refuse(self, refusal: Refusal) -> None:
        """Show each sentence at the argument at fault, else above the form."""
        self.refusal = self.refusal or refusal
        for one in refusal.refusals if isinstance(refusal, Refusals) else [refusal]:
            if isinstance(one, Refusals):
                self.refuse(one)
                continue
            place = self.places.get(one.field or "", one.field)
            self.add_error(place if place in self.fields else None, one.message)
