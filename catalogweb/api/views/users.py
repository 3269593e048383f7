"""Signing in and out, and one's own account."""

from typing import TypedDict

from catalogweb.accounts import services
from catalogweb.api.errors import LoginFailed
from catalogweb.api.fields import Email, Shape, Text
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


class Tokens(TypedDict):
    accessToken: str
    refreshToken: str


class Profile(TypedDict):
    firstName: str
    lastName: str
    email: str
    role: str


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
        user = services.sign_up(address=call.address, **call.given)
    except Duplicate as refusal:
        raise Invalid(f"Registration failed: {refusal.message}", field="email") from None
    return {
        "userId": user.pk,
        "firstName": user.first_name,
        "lastName": user.last_name,
        "email": user.email,
        "emailActivated": True,
    }


def profile_get(call: Call) -> Profile:
    user = call.by
    return {"firstName": user.first_name, "lastName": user.last_name, "email": user.email, "role": user.role}


def profile_edit(call: Call) -> Profile:
    services.edit_own_profile(by=call.by, **call.given)
    return profile_get(call)


def password_change(call: Call) -> None:
    """Change one's own password; every sign-in ends."""
    services.change_own_password(by=call.by, **call.given)


ROUTES = [
    Route("POST", "/user/login", user_login, takes=Login, gives=Tokens, is_open=True),
    Route("POST", "/user/refresh", user_refresh, takes=Renewal, gives=Tokens, is_open=True),
    Route("POST", "/user/signup", user_signup, 201, takes=SignUp, gives=NewUser, is_open=True),
    Route("POST", "/user/logout", user_logout, 204),
    Route("GET", "/user/profile", profile_get, gives=Profile),
    Route("PATCH", "/user/profile", profile_edit, takes=Names, gives=Profile),
    Route("PATCH", "/user/password", password_change, 204, takes=PasswordChange),
]
