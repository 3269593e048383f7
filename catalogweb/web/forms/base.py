"""Forms that shape input and hand it to a service; the service's refusals appear beside the fields."""

from collections.abc import Callable
from typing import Any, ClassVar, Self

from django import forms
from django.db import transaction
from django.db.models import Model
from django.forms.utils import ErrorDict

from catalogweb.core.drafts import tried
from catalogweb.core.errors import Conflict, Forbidden, Refusal, Refusals, Throttled
from catalogweb.web.forms import meanwhile


class ServiceForm(forms.Form):
    """A form whose rules live in a service. `places` says where a refused argument stands, if not under its name."""

    places: ClassVar[dict[str, str]] = {}
    # A missing right is a page of its own; only where people prove who they are it belongs to the form.
    shows_forbidden = False
    status = 200
    result: Any = None
    refusal: Refusal | None = None
    # What an edit is of, and what is told when somebody else changed it meanwhile.
    watched: Model | None = None
    clash: meanwhile.Clash | None = None

    def watching(self, obj: Model | None) -> Self:
        """An edit of `obj`, which saves nothing over what somebody else changed since the page was made."""
        self.watched = obj
        return self

    def submit(self, service: Callable[..., Any], **kwargs: Any) -> bool:
        """Call the service when the shape is right; False once anything was refused. Keeps what it returned."""
        if not self.is_current() or not self.is_valid():
            return False
        try:
            self.result = self._carried_out(service, **kwargs | self.arguments())
        except Refusal as refusal:
            if isinstance(refusal, Forbidden) and not self.shows_forbidden:
                raise
            self.status = 429 if isinstance(refusal, Throttled) else self.status
            self.refuse(refusal)
            return False
        return True

    def _carried_out(self, service: Callable[..., Any], **arguments: Any) -> Any:
        if self.watched is None or self._seen is None:
            return service(**arguments)
        with transaction.atomic():
            if not meanwhile.is_unchanged(self.watched):
                raise Conflict("Somebody else saved it at the same moment. Nothing of yours is lost: send it again.")
            return service(**arguments)

    @property
    def state(self) -> dict[str, str]:
        """What the fields show of the object as it is."""
        return {name: meanwhile.stored(self, name) for name, field in self.fields.items() if not field.disabled}

    @property
    def _seen(self) -> meanwhile.Seen | None:
        return meanwhile.read_token(str(self.data.get("seen", ""))) if self.is_bound else None

    @property
    def seen(self) -> str:
        """What the page carries along: after a refusal still what the first one showed."""
        if self.watched is None:
            return ""
        return self.data["seen"] if self._seen is not None and not self.clash else meanwhile.as_token(self.state)

    def is_current(self) -> bool:
        """Whether the object still is what the page showed; if not, the form tells what differs."""
        seen = self._seen
        if self.watched is None or seen is None:
            return True
        differences = self.compare(seen)
        if not differences:
            return True
        secrets = any(self[name].data for name, field in self.fields.items() if meanwhile.is_unseen(field.widget))
        self.clash = meanwhile.Clash(meanwhile.last_change(self.watched), differences, secrets)
        self.take_over(seen)
        self._errors, self.cleaned_data, self.status = ErrorDict(), {}, 409
        return False

    def compare(self, seen: meanwhile.Seen) -> list[meanwhile.Difference]:
        return meanwhile.compared(self, self.state, seen)

    def take_over(self, seen: meanwhile.Seen) -> None:
        """Fill in what it is now, where the person had changed nothing."""
        self.data = meanwhile.taken_over(self, seen)

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
