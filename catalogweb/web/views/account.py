"""My account: my names, and leaving."""

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from catalogweb.accounts.models import AccessToken, User
from catalogweb.accounts.services import delete_own_account, edit_own_profile
from catalogweb.changelog.services import entries_of
from catalogweb.web.forms.accounts import ProfileForm
from catalogweb.web.forms.base import ServiceForm
from catalogweb.web.requests import PageRequest, posted


@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: PageRequest) -> HttpResponse:
    me = request.user
    form = ProfileForm(posted(request), initial={"first_name": me.first_name, "last_name": me.last_name})
    if form.submit(edit_own_profile, by=me):
        messages.success(request, "Your names are saved.")
        return redirect("web:account")
    return render(request, "account/page.html", {"form": form, "entries": entries_of(me)[:10]})


@require_http_methods(["GET", "HEAD", "POST"])
def account_delete(request: PageRequest) -> HttpResponse:
    # The service deletes this row, and the answer still has to name it.
    me, form = User.objects.get(pk=request.user.pk), ServiceForm(posted(request))
    tokens = me.tokens.filter(kind=AccessToken.Kind.NAMED).count()
    if form.submit(delete_own_account, by=me):
        logout(request)
        messages.success(request, "Your account is deleted.")
        return redirect("web:sign-in")
    return render(request, "account/delete.html", {"form": form, "tokens": tokens})
