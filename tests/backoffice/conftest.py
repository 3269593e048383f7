"""A superuser at the admin."""

from collections.abc import Callable
from typing import Any

import pytest
from django.forms import PasswordInput
from django.test import Client
from django.urls import reverse

from catalogweb.accounts.models import User
from catalogweb.core.rights import Role
from tests.factories import UserFactory


@pytest.fixture
def superuser(db: None) -> User:
    return UserFactory(email="root@example.org", role=Role.SUPERUSER)


@pytest.fixture
def admin_client(client: Client, superuser: User) -> Client:
    client.force_login(superuser)
    return client


def shown_values(response: Any) -> dict[str, Any]:
    """What a browser would send back from the form that the page shows."""
    form = response.context["adminform"].form
    shown = {name for name, field in form.fields.items() if not isinstance(field.widget, PasswordInput)}
    values = {name: form[name].value() for name in shown}
    return {name: value for name, value in values.items() if value is not None and value is not False}


@pytest.fixture
def edit(admin_client: Client) -> Callable[..., Any]:
    """Open an object's page, type, and save."""

    def edit(obj: Any, **typed: Any) -> Any:
        url = reverse(f"admin:{obj._meta.app_label}_{obj._meta.model_name}_change", args=[obj.pk])
        values = shown_values(admin_client.get(url)) | typed
        return admin_client.post(url, {name: value for name, value in values.items() if value is not None})

    return edit


@pytest.fixture
def add(admin_client: Client) -> Callable[..., Any]:
    def add(model: Any, **typed: Any) -> Any:
        url = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_add")
        return admin_client.post(url, shown_values(admin_client.get(url)) | typed)

    return add


@pytest.fixture
def delete(admin_client: Client) -> Callable[..., Any]:
    def delete(obj: Any) -> Any:
        url = reverse(f"admin:{obj._meta.app_label}_{obj._meta.model_name}_delete", args=[obj.pk])
        return admin_client.post(url, {"post": "yes"}, follow=True)

    return delete


@pytest.fixture
def errors() -> Callable[[Any], dict[str, list[str]]]:
    return lambda response: dict(response.context["adminform"].form.errors)
