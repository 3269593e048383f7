"""A page, or only its fragment when htmx asks for one."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django_htmx.middleware import HtmxDetails

from catalogweb.web.requests import PageRequest


def render_page(
    request: PageRequest, template: str, context: Mapping[str, Any], *, partial: str, status: int = 200
) -> HttpResponse:
    """Render the page, or only `partial` when htmx asked for a fragment of it."""
    response = render(request, partial if wants_fragment(request.htmx) else template, context, status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response


def wants_fragment(htmx: HtmxDetails) -> bool:
    """A boosted link and a return through the history need the whole page."""
    return bool(htmx) and not htmx.boosted and not htmx.history_restore_request
