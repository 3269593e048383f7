"""How the admin keeps to the services: they save, delete and refuse; the admin only shows."""

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.db import models, transaction
from django.forms.fields import InvalidJSONInput
from django.forms.models import construct_instance
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.http import urlencode

from catalogweb.core.errors import Refusal, Refusals, noting, refuse_all
from catalogweb.core.rights import Actor
from catalogweb.core.text import as_id


class JSONField(forms.JSONField):
    """Numbers of thousands of digits, and values nested as deeply, are no JSON here: Python reads neither."""

    def to_python(self, value: Any) -> Any:
        try:
            return super().to_python(value)
        except (ValueError, RecursionError):
            raise forms.ValidationError(self.error_messages["invalid"]) from None

    def bound_data(self, data: Any, initial: Any) -> Any:
        try:
            return super().bound_data(data, initial)
        except (ValueError, RecursionError):
            return InvalidJSONInput(data)

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return super().has_changed(initial, data)
        except (ValueError, RecursionError):
            return True


class ServiceForm(forms.ModelForm):
    """Checks shape only. `places` says where a refused argument stands, if not under its own name."""

    places: ClassVar[dict[str, str]] = {}
    refusal: Refusal | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        instance = kwargs.get("instance")
        if instance is not None:
            kwargs["initial"] = self.initial_of(instance) | (kwargs.get("initial") or {})
        super().__init__(*args, **kwargs)
        if isinstance(self.data, QueryDict):
            self.data = self._with_ids(self.data)

    def _with_ids(self, data: QueryDict) -> QueryDict:
        """A number that no database holds chooses nothing; looking for it, even to show it again, would fail."""
        data = data.copy()
        for name, field in self.fields.items():
            if isinstance(field, forms.ModelChoiceField) and name in data:
                data.setlist(name, [text and str(as_id(text)) for text in data.getlist(name)])
        return data

    def initial_of(self, instance: Any) -> dict[str, Any]:
        """What the fields that the model does not have show of `instance`."""
        return {}

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        for refusal in _single(self.refusal):
            place = self.places.get(refusal.field or "", refusal.field)
            self.add_error(place if place in self.fields else None, refusal.message)
        return cleaned

    def _post_clean(self) -> None:
        # The rules, and their sentences, are the service's.
        construct_instance(self, self.instance, self._meta.fields, self._meta.exclude)


def _single(refusal: Refusal | None) -> list[Refusal]:
    if isinstance(refusal, Refusals):
        return [one for several in refusal.refusals for one in _single(several)]
    return [refusal] if refusal else []


class ServiceAdmin(admin.ModelAdmin):
    """Saves through `create` and `change`, deletes through `remove`."""

    show_full_result_count = False
    list_per_page = 50
    formfield_overrides: ClassVar[dict[Any, Any]] = {models.JSONField: {"form_class": JSONField}}

    def create(self, by: Actor, data: dict[str, Any]) -> models.Model:
        raise NotImplementedError

    def change(self, by: Actor, obj: Any, data: dict[str, Any]) -> models.Model:
        raise NotImplementedError

    def remove(self, by: Actor, obj: Any) -> None:
        raise NotImplementedError

    def goes_along(self, obj: Any) -> Iterable[object]:
        """What else disappears with `obj`."""
        return ()

    def is_kept(self, obj: Any) -> bool:
        """Whether `obj` belongs to the product, so that no button offers to delete it."""
        return False

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form: Any = super().get_form(request, obj, change=change, **kwargs)
        form.refusal = getattr(request, "refusal", None)
        return form

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """What a service refuses is rolled back as a whole; then the form is shown again with its sentences."""
        try:
            return super().changeform_view(request, *args, **kwargs)
        except Refusal as refusal:
            request.refusal = refusal  # type: ignore[attr-defined]
            return super().changeform_view(request, *args, **kwargs)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        obj = self.get_object(request, unquote(object_id))
        more = {"change_log": change_log_of(obj), "show_delete": not self.is_kept(obj)} if obj else {}
        return super().change_view(request, object_id, form_url, more | (extra_context or {}))

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        return redirect(change_log_of(get_object_or_404(self.model, pk=unquote(object_id))))

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Nothing more: the service has written the change log, where every door's changes stand."""

    log_change = log_addition

    def log_deletions(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> Any:
        """Nothing more, as above."""

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        by: Actor = request.user  # type: ignore[assignment]
        saved = self.change(by, obj, form.cleaned_data) if change else self.create(by, form.cleaned_data)
        # The admin goes on to name `obj` in its answer.
        obj.__dict__.update(saved.__dict__)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """The service saved everything."""

    def delete_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self._or_say_why_not(request, super().delete_view, *args, **kwargs)

    def changelist_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self._or_say_why_not(request, super().changelist_view, *args, **kwargs)

    def _or_say_why_not(self, request: HttpRequest, view: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            with transaction.atomic():
                return view(request, *args, **kwargs)
        except Refusal as refusal:
            for sentence in refusal.messages:
                self.message_user(request, sentence, messages.ERROR)
            return redirect(request.get_full_path())

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        self.remove(request.user, obj)  # type: ignore[arg-type]

    def delete_queryset(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> None:
        """All of them, or none and every refusal."""
        refusals: list[Refusal] = []
        for obj in queryset:
            with noting(refusals):
                self.remove(request.user, obj)  # type: ignore[arg-type]
        refuse_all(refusals)

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[str], dict[str, int], set[str], list[str]]:
        """What goes, for the page that asks; whether it may is for the service to say."""
        gone = [str(thing) for obj in objs for thing in [obj, *self.goes_along(obj)]]
        return gone, {str(self.opts.verbose_name_plural): len(objs)}, set(), []


class ReadOnlyAdmin(admin.ModelAdmin):
    """What the product writes itself, or what only a page can do sensibly."""

    show_full_result_count = False
    list_per_page = 50
    hidden: ClassVar[Sequence[str]] = ()

    def get_exclude(self, request: HttpRequest, obj: Any = None) -> Any:
        return list(self.hidden)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def change_log_of(obj: models.Model) -> str:
    """Where the changes of `obj` are listed."""
    query = {"type": obj._meta.verbose_name, "object": getattr(obj, "uuid", obj.pk)}
    return f"{reverse('web:changelog-list')}?{urlencode(query)}"


def secret_field(help_text: str) -> forms.CharField:
    """Never rendered back; blank keeps what is stored."""
    widget = forms.PasswordInput(render_value=False, attrs={"autocomplete": "new-password"})
    return forms.CharField(required=False, strip=False, widget=widget, help_text=help_text)
