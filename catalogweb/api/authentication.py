"""Who calls the REST door: whoever the token in the Authorization header acts for. Cookies count for nothing."""

from django.http import HttpRequest
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from catalogweb.accounts.models import AccessToken, User
from catalogweb.accounts.services import user_of_token


def token_in(request: HttpRequest | Request) -> str:
    """The token of `Authorization: <token>` or `Authorization: Bearer <token>`."""
    text = request.headers.get("Authorization", "").strip()
    scheme, _, rest = text.partition(" ")
    return rest.strip() if scheme.lower() == "bearer" else text


class TokenAuthentication(BaseAuthentication):
    """A missing token is nobody; open endpoints never ask."""

    def authenticate(self, request: Request) -> tuple[User, AccessToken] | None:
        text = token_in(request)
        if not text:
            return None
        found = user_of_token(text)
        if found is None:
            raise AuthenticationFailed("authorization failed: invalid token, or token expired. Sign in again.")
        return found

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"
