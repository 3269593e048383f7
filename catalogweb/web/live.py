"""Live parts of pages: asked for every second by every open page, so made once for all of a role, and sent when they differ."""

import hashlib
import re
import time
from collections.abc import Callable
from typing import Any

from django.core.cache import cache
from django.http import HttpResponse

from catalogweb.web.requests import PageRequest

# A part is made anew at most this often, in seconds, and never for more than a fifth of the time.
FRESH = 0.8
SHARE = 5
# Ages pass by themselves in the browser, and each form has a token of its own: neither is news.
NO_NEWS = re.compile(rb"(?<=>)[^<]*(?=</time>)|name=\"csrfmiddlewaretoken\" value=\"[^\"]*\"")


class LiveMiddleware:
    """Answers `Live: 1` from what was made a moment ago for the same role, and with 304 when the page has it already."""

    def __init__(self, get_response: Callable[[Any], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: PageRequest) -> HttpResponse:
        if request.method != "GET" or "Live" not in request.headers or not request.user.is_authenticated:
            return self.get_response(request)
        key = _key(request)
        kept = cache.get(key)
        if kept is None or kept[2] < time.monotonic():
            started = time.monotonic()
            response = self.get_response(request)
            if response.status_code != 200 or response.streaming:
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
