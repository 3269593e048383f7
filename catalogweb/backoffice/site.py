"""The admin site: for superusers, who sign in where everybody does."""

from typing import Any

from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode

from catalogweb.accounts.models import User
from catalogweb.core.rights import Right, require


class Site(AdminSite):
    site_header = "catalogweb admin"
    site_title = "catalogweb admin"
    index_title = "Everything, for superusers"
    site_url = "/"

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """One place to sign in, throttled once; who is signed in and sent here is no superuser."""
        if self.has_permission(request):
            return redirect("admin:index")
        if isinstance(request.user, User):
            require(request.user, Right.ADMINISTER)
        query = urlencode({"next": request.GET.get("next") or reverse("admin:index")})
        return redirect(f"{reverse('web:sign-in')}?{query}")

    login.login_required = False  # type: ignore[attr-defined]

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """A password is changed by the service that also ends its sign-ins."""
        return redirect("admin:accounts_user_change", request.user.pk)
