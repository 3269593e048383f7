"""Applications."""

from django import forms

from catalogweb.web.forms.base import ServiceForm


class ApplicationForm(ServiceForm):
    name = forms.CharField(
        max_length=200, help_text="Lower-case letters, digits, dots and inner hyphens, such as press-line."
    )
    description = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 3}))
    is_activated = forms.BooleanField(
        label="Started", required=False, initial=True, help_text="While it is stopped, none of its microservices runs."
    )
