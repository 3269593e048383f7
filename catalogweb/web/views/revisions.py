"""One revision of a catalog item: its images, what runs it, and moving other things to it."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from catalogweb.catalog.models import Revision
from catalogweb.catalog.revisions import warnings_for
from catalogweb.core.rights import Right, require
from catalogweb.core.text import as_id
from catalogweb.deployments.reach import reach_of
from catalogweb.deployments.services import move_to_revision
from catalogweb.web.forms.revisions import MoveForm
from catalogweb.web.requests import PageRequest, posted


@require_http_methods(["GET", "HEAD", "POST"])
def revision_detail(request: PageRequest, pk: int, number: int) -> HttpResponse:
    """What is posted moves microservices here, back as well as forward."""
    revisions = Revision.objects.select_related("item", "registry", "author").prefetch_related("images")
    revision = get_object_or_404(revisions, item=pk, number=number)
    if request.method == "POST":
        require(request.user, Right.CHANGE)
    form = MoveForm(revision, posted(request), initial={"deployment": as_id(request.GET.get("deployment", ""))})
    if form.submit(move_to_revision, by=request.user):
        messages.success(request, f"What you chose runs {revision}. Agents hear of it at their next poll.")
        return redirect("web:revision-detail", pk, number)
    context = {
        "revision": revision,
        "warnings": warnings_for(revision),
        "reach": reach_of(revision=revision),
        "others": reach_of(revision__in=Revision.objects.filter(item=pk).exclude(pk=revision.pk)),
        "form": form,
    }
    return render(request, "catalog/revision.html", context, status=form.status)
