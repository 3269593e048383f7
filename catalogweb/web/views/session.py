"""Signing in and out; one's own password."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout, update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render, resolve_url
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from catalogweb.accounts.services import change_own_password, check_credentials
from catalogweb.web.forms.accounts import PasswordForm, SignInForm
from catalogweb.web.requests import PageRequest, address_of, page_asked_for, posted


def _onward(request: PageRequest) -> HttpResponse:
    """A sign-in leads back to where it was asked for."""
    return HttpResponseRedirect(page_asked_for(request) or resolve_url(settings.LOGIN_REDIRECT_URL))


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: PageRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return _onward(request)
    form = SignInForm(posted(request))
    if form.submit(check_credentials, address=address_of(request)):
        login(request, form.result)
        return _onward(request)
    context = {"form": form, "next": request.POST.get("next") or request.GET.get("next", "")}
    return render(request, "registration/sign_in.html", context, status=form.status)


@require_POST
def sign_out(request: PageRequest) -> HttpResponse:
    logout(request)
    return redirect(settings.LOGOUT_REDIRECT_URL)


@require_http_methods(["GET", "HEAD", "POST"])
def change_password(request: PageRequest) -> HttpResponse:
    form = PasswordForm(posted(request))
    if form.submit(change_own_password, by=request.user):
        update_session_auth_hash(request, request.user)
        messages.success(request, "Your password is changed. Every other sign-in and every token has ended.")
        return redirect("web:account")
    return render(request, "registration/password.html", {"form": form}, status=form.status)
