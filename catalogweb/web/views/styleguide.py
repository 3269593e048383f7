"""The style guide: what pages are made of, from the real tokens and the real components."""

import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from django import forms
from django.contrib.staticfiles import finders
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from catalogweb.core.rights import Right, require
from catalogweb.core.states import AGENT_STATES, MICROSERVICE_STATES, TONES
from catalogweb.web.requests import PageRequest

TOKEN = re.compile(r"^\s*--([\w-]+):\s*(.+);$", re.MULTILINE)
COLOURS = re.compile(r"light-dark\((#\w+), (#\w+)\)|(#\w+)")
SCHEMES = ("light", "dark")


class Sample(forms.Form):
    """One of each kind of field; what was typed is wrong on purpose."""

    name = forms.CharField(help_text="Small letters, digits and hyphens.")
    image = forms.CharField(required=False, widget=forms.TextInput(attrs={"class": "mono"}))
    architecture = forms.ChoiceField(choices=[("x86", "x86"), ("arm", "ARM")])
    notes = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 3}))
    privileged = forms.BooleanField(required=False, help_text="The container may do anything on its agent.")


@require_safe
def styleguide(request: PageRequest) -> HttpResponse:
    require(request.user, Right.ADMINISTER)
    colours, sizes = tokens()
    context = {
        "colours": colours,
        "sizes": sizes,
        "agent_states": AGENT_STATES,
        "microservice_states": MICROSERVICE_STATES,
        "tones": TONES,
        "schemes": [(scheme, _form(scheme)) for scheme in SCHEMES],
        "said": ["heart-rate is saved as revision 4."],
        "changes": [("image", "team/web:1", "team/web:2"), ("port_list", [], ["8080:80/tcp"])],
        "images": {"x86": "registry.example.org/team/web:2", "arm": "registry.example.org/team/web-arm:2"},
        "users": [("microservice clinic/web on north-1", "#components")],
        "broken": SimpleNamespace(errors=True, non_field_errors=["Port 8080 on north-1 is taken by clinic/web."]),
    }
    return render(request, "styleguide/page.html", context)


def _form(scheme: str) -> forms.Form:
    form = Sample({f"{scheme}-image": "registry.example.org/team/web:2"}, prefix=scheme)
    form.full_clean()
    return form


def tokens() -> tuple[list[dict[str, Any]], list[tuple[str, str]]]:
    """The colours, with what each is in light and in dark, and everything else, as tokens.css has them."""
    found = TOKEN.findall(Path(str(finders.find("tokens.css"))).read_text())
    colours, sizes = [], []
    for name, value in found:
        if match := COLOURS.fullmatch(value):
            colours.append({"name": name, "light": match[1] or match[3], "dark": match[2] or match[3]})
        else:
            sizes.append((name, value))
    return colours, sizes
