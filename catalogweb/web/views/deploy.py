"""Deploying an item, or own images, to one or many agents: what, where, how, plan. One form, whose steps lie in it."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from catalogweb.catalog.coverage import coverage_of
from catalogweb.catalog.fitting import concerns_about
from catalogweb.catalog.looking import look_before_deploying
from catalogweb.catalog.models import Revision
from catalogweb.catalog.revisions import warnings_for
from catalogweb.core.rights import Right, require
from catalogweb.core.text import counted
from catalogweb.deployments.models import Application
from catalogweb.deployments.wishes import launch
from catalogweb.web import wizard
from catalogweb.web.forms.deploy import STEPS, DeployForm, initial_from
from catalogweb.web.render import render_page
from catalogweb.web.requests import PageRequest, posted

# What changes while people type -> the step and the fragment it lies in.
LOOKS = {
    "source": ("what", "deploy/_source.html"),
    "agents": ("where", "deploy/_agents.html"),
    "preview": ("how", "deploy/_preview.html"),
}


@require_http_methods(["GET", "HEAD", "POST"])
def deploy(request: PageRequest) -> HttpResponse:
    """`look` in a POST asks for a fragment, `go` for a step, and neither deploys; a POST with none of them does.

    What the other steps hold comes along in hidden fields, so that nothing is stored and nothing stands in a URL.
    """
    require(request.user, Right.CHANGE)
    form, look = DeployForm(posted(request), initial=initial_from(request.GET)), request.POST.get("look", "")
    step, partial = LOOKS.get(look, ("", "deploy/_preview.html"))
    plan = None
    if step:
        form.look()
    elif request.method != "POST":
        step = "where" if form.initial.get("item") else "what"
    elif "go" in request.POST:
        step, plan = _walk(request, form)
    elif form.submit(launch, by=request.user):
        number = form.result.microservices.count()
        messages.success(
            request, f"{counted(number, 'microservice')} placed. Agents will hear of it at their next poll."
        )
        return redirect("web:deployment-detail", form.result.pk)
    else:
        step = form.faulty_step() or "how"
    context = {"form": form, "step": step, "plan": plan, **_steps(form, step), **_shown(request, form, step)}
    return render_page(request, "deploy/form.html", context, partial=partial)


def _walk(request: PageRequest, form: DeployForm) -> tuple[str, wizard.DeployPlan | None]:
    """The step that is shown: the one asked for, or an earlier one that is not right yet."""
    names = list(STEPS)
    asked, at = request.POST["go"], request.POST.get("at", "")
    if asked == "all":
        form.look()
        wizard.choose_all(form, request.POST)
        return "where", None
    step = asked if asked in STEPS else "plan" if asked == "fit" else names[0]
    if at in STEPS and names.index(step) <= names.index(at) and step != "plan":
        form.look()
        return step, None
    if step != "plan":
        if step == "how":
            form.look()
            form.propose()
        form.full_clean()
        faulty = form.faulty_step(before=step)
        return faulty or step, None
    plan = wizard.planned(form, request.user)
    if asked == "fit" and plan and plan.blocked:
        wizard.leave_out_blocked(form)
        form.start_again()
        plan = wizard.planned(form, request.user)
    return ("plan", plan) if plan else (form.faulty_step() or "how", None)


def _steps(form: DeployForm, step: str) -> dict[str, Any]:
    """The rail of steps, and the hidden fields of those that are not shown."""
    names = list(STEPS)
    at = names.index(step)
    hidden = [form[field] for name in names if name != step for field in STEPS[name][1] if field != "agents"]
    return {
        "steps": [(name, STEPS[name][0], number < at) for number, name in enumerate(names)],
        "back": names[at - 1] if at else "",
        "next": names[at + 1] if at + 1 < len(names) else "",
        "hidden": hidden,
        "fault_steps": [(name, [form[field] for field in STEPS[name][1] if form[field].errors]) for name in names],
    }


def _shown(request: PageRequest, form: DeployForm, step: str) -> dict[str, Any]:
    """What the step needs besides the form."""
    if step == "what":
        return {"coverage": wizard.coverage(form.typed_images)}
    if step == "where":
        filters = {name: request.POST.get(name, "") for name in ("agent_query", "agent_architecture", "agent_tag")}
        return filters | {"choices": wizard.choices_of(form, request.POST), "tags": wizard.tag_names()}
    if step == "how":
        names = Application.objects.values_list("name", flat=True)[:500]
        return {"applications": names, "yaml": wizard.yaml_of(form, request.user)}
    item = form.understood.get("item")
    revision = form.understood.get("revision") or (item.current if item else None)
    return _known_of(revision, Counter(agent.architecture for agent in form.understood.get("agents") or ()))


def _known_of(revision: Revision | None, agents: Mapping[str, int]) -> dict[str, Any]:
    """What the registry says of the images now, and how many of the chosen agents that covers."""
    if revision is None:
        return {"warnings": []}
    look_before_deploying(revision)
    warnings = [*warnings_for(revision), *concerns_about([revision], agents)]
    return {"warnings": warnings, "coverage": coverage_of([revision], agents)[revision.pk]}
