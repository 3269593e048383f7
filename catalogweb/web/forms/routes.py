"""Routes between the microservices of one application."""

from typing import Any

from django import forms

from catalogweb.deployments.routes import RouteWish
from catalogweb.web.forms.base import ServiceForm

ENDS = {"list": "microservices", "autocomplete": "off"}


class RouteForm(ServiceForm):
    source = forms.CharField(label="From", max_length=200, widget=forms.TextInput(attrs=ENDS))
    destination = forms.CharField(label="To", max_length=200, widget=forms.TextInput(attrs=ENDS))
    name = forms.CharField(max_length=500, required=False, help_text="Without one it is called r-<from>-<to>.")

    def arguments(self) -> dict[str, Any]:
        return {"wish": RouteWish(**self.cleaned_data)}
