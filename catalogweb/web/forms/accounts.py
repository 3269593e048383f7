"""Sign-in, sign-up, passwords, tokens and users."""

from typing import Any, ClassVar

from django import forms

from catalogweb.accounts.models import User
from catalogweb.core.rights import Role
from catalogweb.web.forms.base import ServiceForm

NO_SPELLING = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}


def new_password(label: str = "Password", **options: Any) -> forms.CharField:
    widget = forms.PasswordInput(attrs={"autocomplete": "new-password"})
    return forms.CharField(label=label, strip=False, widget=widget, **options)


class SignInForm(ServiceForm):
    shows_forbidden = True
    email = forms.CharField(
        label="E-mail address",
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True}),
    )
    password = forms.CharField(
        strip=False, max_length=1000, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )


class SignUpForm(ServiceForm):
    email = forms.CharField(
        label="E-mail address", max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "username"})
    )
    first_name = forms.CharField(label="First name", max_length=100, required=False)
    last_name = forms.CharField(label="Last name", max_length=100, required=False)
    password = new_password(help_text="At least 8 characters, not a common password.")


class ActivationForm(ServiceForm):
    code = forms.CharField(label="Code from the mail", max_length=100, widget=forms.TextInput(attrs=NO_SPELLING))


class AddressForm(ServiceForm):
    email = forms.CharField(
        label="E-mail address", max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "username"})
    )


class ResetForm(ServiceForm):
    new = new_password("New password", help_text="At least 8 characters, not a common password.")
    places: ClassVar[dict[str, str]] = {"password": "new"}


class ProfileForm(ServiceForm):
    first_name = forms.CharField(label="First name", max_length=100, required=False)
    last_name = forms.CharField(label="Last name", max_length=100, required=False)


class PasswordForm(ServiceForm):
    old = forms.CharField(
        label="Your password now",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    new = new_password("New password", help_text="At least 8 characters, not a common password.")
    places: ClassVar[dict[str, str]] = {"password": "new"}


class TokenForm(ServiceForm):
    name = forms.CharField(max_length=100, help_text="What will use it, such as nightly-deploy.")
    days = forms.IntegerField(label="Lives for (days)", initial=365, help_text="1 to 3650.")


class UserForm(ServiceForm):
    """Add a user; with a user to edit, the password may stay blank and the account can be locked."""

    email = forms.CharField(label="E-mail address", max_length=254, widget=forms.EmailInput)
    first_name = forms.CharField(label="First name", max_length=100, required=False)
    last_name = forms.CharField(label="Last name", max_length=100, required=False)
    role = forms.ChoiceField(
        choices=Role.choices,
        initial=Role.VIEWER,
        widget=forms.RadioSelect,
        help_text="Viewers read. Operators also change and deploy. Superusers also manage users and built-ins.",
    )
    password = new_password(help_text="At least 8 characters. Tell it to the person; it is not shown again.")


class EditUserForm(UserForm):
    is_active = forms.BooleanField(
        label="May sign in", required=False, help_text="Untick to lock the account and keep its history."
    )
    is_activated = forms.BooleanField(
        label="E-mail address confirmed", required=False, help_text="The owner has not opened the mailed link yet."
    )
    password = new_password(
        "New password", required=False, help_text="Blank keeps the password. A new one ends every sign-in and token."
    )

    @classmethod
    def of(cls, user: User, data: Any = None) -> "EditUserForm":
        names = ("email", "first_name", "last_name", "role", "is_active")
        form = cls(data, initial={name: getattr(user, name) for name in names})
        if user.is_activated:
            del form.fields["is_activated"]
        return form
