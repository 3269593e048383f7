"""Deleting old events."""

from django import forms

from catalogweb.changelog.events import LONGEST
from catalogweb.web.forms.base import ServiceForm


class ForgetForm(ServiceForm):
    days = forms.IntegerField(
        label="Keep the last (days)", initial=90, help_text=f"0 to {LONGEST}. With 0 every event is deleted."
    )
