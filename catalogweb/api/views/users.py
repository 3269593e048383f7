"""Signing in and out, and one's own account."""

from typing import TypedDict

from django.conf import settings
from django.urls import reverse
from rest_framework.response import Response

from catalogweb.accounts import by_mail, services
from catalogweb.api.errors import LoginFailed
from catalogweb.api.fields import Email, Flag, Shape, Text
from catalogweb.api.routes import Call, Route
from catalogweb.core.errors import Duplicate, Forbidden, Invalid


class Login(Shape):
    """The one-time code of the newer line, `totp`, is welcome and ignored."""

    email = Text(required=True)
    password = Text(required=True)
    totp = Text()


class Renewal(Shape):
    refreshToken = Text(required=True)


class Names(Shape):
    firstName = Text(source="first_name", min_length=3, max_length=100)
    lastName = Text(source="last_name", min_length=3, max_length=100)


class SignUp(Shape):
    firstName = Text(required=True, source="first_name", min_length=3, max_length=100)
    lastName = Text(required=True, source="last_name", min_length=3, max_length=100)
    email = Email(required=True)
    password = Text(required=True, min_length=8)


class PasswordChange(Shape):
    oldPassword = Text(required=True, source="old")
    newPassword = Text(required=True, source="new", min_length=8)


class Activation(Shape):
    activationCode = Text(required=True, source="code")


class Forgotten(Shape):
    email = Text(required=True)


class Leaving(Shape):
    force = Flag()


class EmailActivation(TypedDict):
    isEmailActivationEnabled: bool


class Tokens(TypedDict):
    accessToken: str
    refreshToken: str


class Profile(TypedDict):
    """What the older line tells of a user, and what the newer one does."""

    firstName: str
    lastName: str
    email: str
    role: str
    sub: str
    name: str
    given_name: str
    family_name: str
    preferred_username: str
    email_verified: bool


class NewUser(TypedDict):
    userId: int
    firstName: str
    lastName: str
    email: str
    emailActivated: bool


def user_login(call: Call) -> Tokens:
    """Trade e-mail address and password for tokens."""
    email, password = call.given["email"], call.given["password"]
    try:
        access, refresh = services.sign_in_client(email=email, password=password, address=call.address)
    except services.NotActivated as refusal:
        raise LoginFailed(refusal.message) from None
    except Forbidden:
        raise LoginFailed("Invalid credentials") from None
    return {"accessToken": access, "refreshToken": refresh}


def user_refresh(call: Call) -> Tokens:
    """Trade a refresh token for new tokens."""
    try:
        access, refresh = services.refresh_client(refresh_token=call.given["refreshToken"])
    except Forbidden as refusal:
        raise LoginFailed(f"invalid token: {refusal.message}") from None
    return {"accessToken": access, "refreshToken": refresh}


def user_logout(call: Call) -> None:
    """End every sign-in of this user's clients."""
    services.sign_out_client(user=call.by)


def user_signup(call: Call) -> NewUser:
    """Make an account, where the installation is open to that."""
    try:
        user = by_mail.sign_up(address=call.address, site=call.site, **call.given)
    except Duplicate as refusal:
        raise Invalid(f"Registration failed: {refusal.message}", field="email") from None
    return {
        "userId": user.pk,
        "firstName": user.first_name,
        "lastName": user.last_name,
        "email": user.email,
        "emailActivated": user.is_activated,
    }


def activation_resend(call: Call) -> None:
    """Mail another activation code; the one before ends."""
    email = call.query.get("email", "")
    if not email:
        raise Invalid("Required field 'email' is missing", field="email")
    by_mail.resend_activation(email=email, address=call.address, site=call.site)


def user_activate(call: Call) -> Response:
    """Activate an account with the code from its mail; the answer leads to the page where people sign in."""
    by_mail.activate(code=call.given["code"])
    return Response(status=303, headers={"Location": call.site + reverse(settings.LOGIN_URL)})


def password_forgotten(call: Call) -> None:
    """Mail a link that sets a new password; until it is used, the old one works."""
    by_mail.ask_for_reset(email=call.given["email"], address=call.address, site=call.site)


def email_activation(call: Call) -> EmailActivation:
    """Whether new accounts wait for a code from their mail."""
    return {"isEmailActivationEnabled": settings.MAIL_ON}


def profile_get(call: Call) -> Profile:
    user = call.by
    return {
        "firstName": user.first_name,
        "lastName": user.last_name,
        "email": user.email,
        "role": user.role,
        "sub": str(user.pk),
        "name": f"{user.first_name} {user.last_name}".strip(),
        "given_name": user.first_name,
        "family_name": user.last_name,
        "preferred_username": user.email,
        "email_verified": user.is_activated,
    }


def profile_edit(call: Call) -> Profile:
    """Change one's own names."""
    services.edit_own_profile(by=call.by, **call.given)
    return profile_get(call)


def profile_delete(call: Call) -> None:
    """Delete one's own account. `force` changes nothing: no agent belongs to one user, so that none goes along."""
    services.delete_own_account(by=call.by)


def password_change(call: Call) -> None:
    """Change one's own password; every token ends."""
    services.change_own_password(by=call.by, **call.given)


ROUTES = [
    Route("POST", "/user/login", user_login, takes=Login, gives=Tokens, is_open=True),
    Route("POST", "/user/refresh", user_refresh, takes=Renewal, gives=Tokens, is_open=True),
    Route("POST", "/user/signup", user_signup, 201, takes=SignUp, gives=NewUser, is_open=True),
    Route("GET", "/user/signup/resend-activation", activation_resend, 204, query=("email",), is_open=True),
    Route("POST", "/user/activate", user_activate, 303, takes=Activation, is_open=True),
    Route("GET", "/email-activation", email_activation, gives=EmailActivation, is_open=True),
    Route("POST", "/user/logout", user_logout, 204),
    Route("GET", "/user/profile", profile_get, gives=Profile),
    Route("PATCH", "/user/profile", profile_edit, takes=Names, gives=Profile),
    Route("DELETE", "/user/profile", profile_delete, 204, takes=Leaving),
    Route("PATCH", "/user/password", password_change, 204, takes=PasswordChange),
    Route("DELETE", "/user/password", password_forgotten, 204, takes=Forgotten, is_open=True),
]
