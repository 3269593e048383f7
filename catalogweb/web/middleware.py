"""What happens to every request before a view sees it."""

import ipaddress
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django_htmx.http import HttpResponseClientRedirect

from catalogweb.changelog.door import through
from catalogweb.core.errors import Refusal
from catalogweb.core.paths import is_for_programs
from catalogweb.core.storing import collision
from catalogweb.web.requests import PageRequest
from catalogweb.web.views.errors import refused

GetResponse = Callable[[Any], HttpResponse]


class TrustedProxyMiddleware:
    """Take the client's address and scheme from a proxy's headers, if the proxy is one of ours; else drop them."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        self.trusted = [ipaddress.ip_network(network) for network in settings.TRUSTED_PROXIES]

    def __call__(self, request: HttpRequest) -> HttpResponse:
        forwarded = request.META.pop("HTTP_X_FORWARDED_FOR", "")
        scheme = request.META.pop("HTTP_X_FORWARDED_PROTO", "")
        request.META.pop("HTTP_X_FORWARDED_HOST", None)
        if self._is_trusted(request.META.get("REMOTE_ADDR", "")):
            if forwarded:
                request.META["REMOTE_ADDR"] = self._client(forwarded)
            if scheme == "https":
                request.META["wsgi.url_scheme"] = request.environ["wsgi.url_scheme"] = "https"  # type: ignore[attr-defined]
        return self.get_response(request)

    def _is_trusted(self, address: str) -> bool:
        try:
            return any(ipaddress.ip_address(address) in network for network in self.trusted)
        except ValueError:
            return False

    def _client(self, forwarded: str) -> str:
        """The last address that no proxy of ours wrote about another."""
        addresses = [address.strip() for address in forwarded.split(",")]
        return next((a for a in reversed(addresses) if not self._is_trusted(a)), addresses[0])


class ContentSecurityPolicyMiddleware:
    """Scripts and styles from here only."""

    POLICY = (
        "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'self'; form-action 'self'; "
        "frame-ancestors 'none'"
    )

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", self.POLICY)
        return response


class DoorMiddleware:
    """Changes made by a page or by the admin carry their door and one request id."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with through("admin" if request.path.startswith("/admin/") else "web") as passage:
            request.request_id = passage.request_id  # type: ignore[attr-defined]
            return self.get_response(request)


class RefusalMiddleware:
    """What services refuse outside a form becomes a page; a fragment asked for after the session ended, a sign-in."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: PageRequest) -> HttpResponse:
        asks_for_nul = "%00" in request.META.get("QUERY_STRING", "") or "\x00" in request.path
        if asks_for_nul and not is_for_programs(request.path):
            raise BadRequest("PostgreSQL takes no NUL in text.")
        response = self.get_response(request)
        if not request.htmx or response.status_code != 302:
            return response
        sign_in = reverse(settings.LOGIN_URL)
        if not response.headers["Location"].startswith(sign_in):
            return response
        back = urlencode({"next": request.htmx.current_url_abs_path or "/"})
        return HttpResponseClientRedirect(f"{sign_in}?{back}")

    def process_exception(self, request: PageRequest, exception: Exception) -> HttpResponse | None:
        refusal = exception if isinstance(exception, Refusal) else collision(exception)
        if refusal and not is_for_programs(request.path):
            return refused(request, refusal)
        return None
