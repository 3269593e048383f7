"""What views know of a request: who is signed in, and what htmx says."""

from typing import cast

from django.conf import settings
from django.http import HttpRequest, QueryDict
from django_htmx.middleware import HtmxDetails

from catalogweb.accounts.models import User


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


def posted(request: HttpRequest) -> QueryDict | None:
    """What a form is bound to: nothing unless it was sent, even when it has no fields."""
    return request.POST if request.method == "POST" else None
