"""Pages of other origins that may use the REST door: none, unless CATALOGWEB_CORS_ORIGINS names them."""

from corsheaders.middleware import CorsMiddleware
from django.http import HttpRequest
from django.http.response import HttpResponseBase


class PreflightMiddleware(CorsMiddleware):
    """What a browser asks beforehand is answered as clients of the wire know it, without content."""

    def check_preflight(self, request: HttpRequest) -> HttpResponseBase | None:
        response = super().check_preflight(request)
        if response is not None:
            response.status_code = 204
            del response.headers["Content-Type"]
        return response
