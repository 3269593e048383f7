"""Users and the tokens that act for them."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.models import Group
from django.http import HttpRequest

from catalogweb.accounts.models import AccessToken, User
from catalogweb.accounts.services import create_user, delete_user, edit_user, revoke_token
from catalogweb.backoffice.base import ReadOnlyAdmin, ServiceAdmin, ServiceForm, secret_field
from catalogweb.core.rights import Actor

# What people may do follows from their role alone.
admin.site.unregister(Group)


class UserForm(ServiceForm):
    password = secret_field("At least 8 characters. Blank keeps the password; a new one ends every sign-in.")


@admin.register(User)
class UserAdmin(ServiceAdmin):
    form = UserForm
    fields = [
        "email", "first_name", "last_name", "role", "is_active", "is_activated", "password", "last_login", "created_at",
    ]  # fmt: skip
    list_display = ["email", "first_name", "last_name", "role", "is_active", "is_activated", "last_login"]
    list_filter = ["role", "is_active", "is_activated"]
    search_fields = ["email", "first_name", "last_name"]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fields if obj else ["email", "first_name", "last_name", "role", "password"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """A confirmed address stays confirmed."""
        return ["last_login", "created_at", *(["is_activated"] if obj and obj.is_activated else [])]

    def create(self, by: Actor, data: dict[str, Any]) -> User:
        return create_user(by=by, **data)

    def change(self, by: Actor, obj: User, data: dict[str, Any]) -> User:
        return edit_user(by=by, user=obj, **data)

    def remove(self, by: Actor, obj: User) -> None:
        delete_user(by=by, user=obj)

    def goes_along(self, obj: User) -> Any:
        return obj.tokens.all()


@admin.register(AccessToken)
class AccessTokenAdmin(ServiceAdmin):
    """Read-only; deleting one revokes it."""

    list_display = ["name", "kind", "user", "hint", "created_at", "expires_at", "last_used_at"]
    list_select_related = ["user"]
    list_filter = ["kind"]
    search_fields = ["name", "user__email"]
    fields = ["name", "kind", "user", "hint", "created_at", "expires_at", "last_used_at"]

    has_add_permission = ReadOnlyAdmin.has_add_permission
    has_change_permission = ReadOnlyAdmin.has_change_permission

    def remove(self, by: Any, obj: AccessToken) -> None:
        revoke_token(by=by, token=obj)
