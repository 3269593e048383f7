"""Deploying an item, or own images, to one or many agents from one form."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from catalogweb.core.rights import Right, require
from catalogweb.core.text import counted
from catalogweb.deployments.models import Application
from catalogweb.deployments.wishes import launch
from catalogweb.web.forms.deploy import DeployForm, agent_choices, initial_from
from catalogweb.web.render import render_page
from catalogweb.web.requests import PageRequest, posted

PARTIALS = {"agents": "deploy/_agents.html", "preview": "deploy/_preview.html"}


@require_http_methods(["GET", "HEAD", "POST"])
def deploy(request: PageRequest) -> HttpResponse:
    """`look` in a POST asks what deploying would do, and deploys nothing; `check` also asks what stands in the way."""
    require(request.user, Right.CHANGE)
    form, look = DeployForm(posted(request), initial=initial_from(request.GET)), request.POST.get("look", "")
    if look == "check":
        form.check(launch, by=request.user)
    elif look:
        form.look()
    elif form.submit(launch, by=request.user):
        number = form.result.microservices.count()
        messages.success(
            request, f"{counted(number, 'microservice')} placed. Agents will hear of it at their next poll."
        )
        return redirect("web:deployment-detail", form.result.pk)
    query = request.POST.get("agent_query", "")
    choices, more = agent_choices(form, query)
    context = {
        "form": form,
        "choices": choices,
        "more": more,
        "agent_query": query,
        "applications": Application.objects.values_list("name", flat=True)[:500],
    }
    return render_page(request, "deploy/form.html", context, partial=PARTIALS.get(look, "deploy/_preview.html"))
