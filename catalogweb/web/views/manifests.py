"""The manifest page: a text, its plan, and applying it."""

from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from catalogweb.core.errors import Invalid, Refusal
from catalogweb.core.rights import Right, require
from catalogweb.deployments.manifests import Fault, ManifestRefused, Plan, apply, plan
from catalogweb.web.links import links_to, type_of
from catalogweb.web.masking import masked, unmasked
from catalogweb.web.requests import PageRequest

# File name without its ending -> what people choose by.
EXAMPLES = {
    "hello-web-demo": "Hello Web Demo: a catalog item for x86 and ARM",
    "debugger": "Debugger: an application that uses a built-in item",
    "application-template": "Application template: a demo on any agent and port",
    "multiplatform-item": "Catalog item: Alpine Linux",
    "private-registry": "Registry with user name and password",
    "configuration": "Secret, config map and volume mount",
    "edge-resource": "Edge resource: a camera near agents",
}
ACTION_TONES = {"create": "good", "update": "busy", "remove": "bad", "unchanged": "idle"}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def manifests(request: PageRequest) -> HttpResponse:
    require(request.user, Right.CHANGE)
    stays = request.POST.get("running") == "stay"
    context: dict[str, Any] = {
        "examples": EXAMPLES, "text": example(request.GET.get("example", "")), "stays": stays,
    }  # fmt: skip
    if request.method == "POST":
        context |= _outcome(request, move_running=not stays)
    status = 422 if context.get("faults") else 200
    return render(request, "manifests/page.html", context, status=status)


def example(name: str) -> str:
    """As it is in the file: its placeholders are not ours to fill in."""
    folder = settings.BASE_DIR / "templates" / "manifests" / "examples"
    return (folder / f"{name}.yaml").read_text() if name in EXAMPLES else ""


def _outcome(request: PageRequest, *, move_running: bool) -> dict[str, Any]:
    """The text as it was sent, its secrets masked, and its plan, what was applied, or what is wrong with it."""
    text = request.POST.get("text", "").replace("\r\n", "\n")
    try:
        text = _uploaded(request) or unmasked(text, request.POST.get("kept", ""))
        if request.POST.get("do") == "apply":
            return shown(apply(text, by=request.user, move_running=move_running), is_done=True) | {"text": ""}
        return shown(plan(text, by=request.user, move_running=move_running), is_done=False) | _masked(text)
    except ManifestRefused as refused:
        return {"faults": refused.faults} | _masked(text)
    except Invalid as refused:
        return {"faults": [_as_fault(refused)]} | _masked(text)


def _masked(text: str) -> dict[str, str]:
    shown, kept = masked(text)
    return {"text": shown, "kept": kept}


def shown(outcome: Plan, *, is_done: bool) -> dict[str, Any]:
    # A plan is taken back: what it made is not there to be linked.
    things = [(type_of(change.kind), change.object_id if is_done else "") for change in outcome.changes]
    links = links_to(things)
    changes = [
        (change, ACTION_TONES[change.action], links.get(thing, ""))
        for change, thing in zip(outcome.changes, things, strict=True)
    ]
    return {"plan": outcome, "changes": changes, "is_done": is_done}


def _as_fault(refusal: Refusal) -> Fault:
    return Fault(document=1, line=1, kind="", field="", message=refusal.message)


def _uploaded(request: PageRequest) -> str:
    file = request.FILES.get("file")
    if file is None:
        return ""
    if (file.size or 0) > settings.MANIFEST_MAX_BYTES:
        raise Invalid(f"{file.name} is longer than {settings.MANIFEST_MAX_BYTES:,} bytes. Split it.")
    try:
        return file.read().decode().replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise Invalid(f"{file.name} is not a text in UTF-8.") from None
