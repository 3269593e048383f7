"""Live parts of pages: asked for every second by every open page, so made once for all of a role, and sent when they differ."""

import hashlib
import re
import time
from collections.abc import Callable
from typing import Any

from django.core.cache import cache
from django.http import HttpResponse

from catalogweb.web.render import wants_fragment
from catalogweb.web.requests import PageRequest

# A part is made anew at most this often, in seconds, and never for more than a fifth of the time.
FRESH = 0.8
SHARE = 5
# Ages pass by themselves in the browser.
NO_NEWS = re.compile(rb"(?<=>)[^<]*(?=</time>)")
# In a form that belongs to one session.
TOKEN = b"csrfmiddlewaretoken"


class LiveMiddleware:
    """Answers `Live: 1` from what was made a moment ago for the same role, and with 304 when the page has it already.

    Only fragments are shared, and of them only those that hold nothing of one person's session.
    """

    def __init__(self, get_response: Callable[[Any], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: PageRequest) -> HttpResponse:
        is_live = request.method == "GET" and "Live" in request.headers and wants_fragment(request.htmx)
        if not is_live or not request.user.is_authenticated:
            return self.get_response(request)
        key = _key(request)
        kept = cache.get(key)
        if kept is None or kept[2] < time.monotonic():
            started = time.monotonic()
            response = self.get_response(request)
            if response.status_code != 200 or response.streaming or TOKEN in response.content:
                return response
            now = time.monotonic()
            kept = (response.content, etag_of(response.content), now + max(FRESH, SHARE * (now - started)))
            cache.set(key, kept, timeout=60)
        content, etag, _ = kept
        is_known = request.headers.get("If-None-Match") == etag
        answer = HttpResponse(status=304) if is_known else HttpResponse(content)
        for name, value in {"ETag": etag, "Cache-Control": "private, no-cache", "Vary": "HX-Request, Cookie"}.items():
            answer.headers[name] = value
        return answer


def etag_of(content: bytes) -> str:
    return f'"{hashlib.sha256(NO_NEWS.sub(b"", content)).hexdigest()[:24]}"'


def _key(request: PageRequest) -> str:
    """What a part says depends on its address and on what the person may do."""
    asked = f"{request.user.role} {request.get_full_path()}"
    return f"live-{hashlib.sha256(asked.encode()).hexdigest()}"
