"""The installation's default router, and values by key."""

from typing import Any

from django import forms

from catalogweb.controller.models import DefaultRouter
from catalogweb.web.forms.base import ServiceForm
from catalogweb.web.forms.catalog import mono

PORTS = ("messaging_port", "edge_router_port", "inter_router_port")


class RouterForm(ServiceForm):
    prefix = "router"
    host = forms.CharField(max_length=253, widget=mono(placeholder="router.example.org"))

    def __init__(self, router: DefaultRouter | None, data: Any = None) -> None:
        names = ("host", *PORTS) if router else PORTS
        super().__init__(data, initial={name: getattr(router or DefaultRouter(), name) for name in names})
        for name in PORTS:
            self.fields[name] = forms.IntegerField(min_value=1, max_value=65535)


class ValueForm(ServiceForm):
    prefix = "value"
    key = forms.CharField(max_length=200, widget=mono(placeholder="default-proxy-host"))
    value = forms.CharField(required=False, strip=False, widget=forms.Textarea(attrs={"rows": 2, "class": "mono"}))


class EditValueForm(ServiceForm):
    value = forms.CharField(required=False, strip=False, widget=forms.Textarea(attrs={"rows": 4, "class": "mono"}))
