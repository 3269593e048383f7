"""What views know of a request: who is signed in, and what htmx says."""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST
from django_htmx.middleware import HtmxDetails

from catalogweb.accounts.models import User

View = Callable[..., HttpResponse]


class PageRequest(HttpRequest):
    """The type of a request that has passed the middleware; never instantiated."""

    user: User
    htmx: HtmxDetails


def address_of(request: HttpRequest) -> str:
    """The client's address, after trusted proxies."""
    return cast(str, request.META.get("REMOTE_ADDR", ""))


def site_of(request: HttpRequest) -> str:
    """Where people and agents reach this installation; if nobody said, where this page was asked for."""
    return settings.PUBLIC_URL or request.build_absolute_uri("/").rstrip("/")


def page_asked_for(request: HttpRequest) -> str:
    """The page that a form or link says to go on to, if it is the path of one of ours; else nothing."""
    asked = request.POST.get("next") or request.GET.get("next") or ""
    return asked if asked.startswith("/") and url_has_allowed_host_and_scheme(asked, allowed_hosts=None) else ""


def post_only(page: str) -> Callable[[View], View]:
    """An act, with no page of its own: who reloads or opens its address comes to the `page` of what it acts on."""

    def wrap(view: View) -> View:
        @wraps(view)
        def act(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method in ("GET", "HEAD"):
                return redirect(page, *args, **kwargs)
            return require_POST(view)(request, *args, **kwargs)

        return act

    return wrap


def posted(request: HttpRequest) -> QueryDict | None:
    """What a form is bound to: nothing unless it was sent, even when it has no fields."""
    return request.POST if request.method == "POST" else None
