"""Before signing in: a new account, its activation, a forgotten password. Strangers learn nothing about accounts."""

from collections.abc import Callable

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from catalogweb.accounts import by_mail
from catalogweb.core.errors import Invalid, NotFound
from catalogweb.web.forms.accounts import ActivationForm, AddressForm, ResetForm, SignUpForm
from catalogweb.web.requests import PageRequest, address_of, posted, site_of


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_up_page(request: PageRequest) -> HttpResponse:
    """Where mail is on, the answer is the same for every address; else the account is open at once."""
    by_mail.require_open_sign_up()
    if request.user.is_authenticated:
        return redirect(settings.LOGIN_REDIRECT_URL)
    form = SignUpForm(posted(request))
    known = {"address": address_of(request), "site": site_of(request)}
    if settings.MAIL_ON and form.submit(by_mail.sign_up_discreetly, **known):
        return render(request, "registration/mailed.html", {"what": "activation", "email": form.cleaned_data["email"]})
    if not settings.MAIL_ON and form.submit(by_mail.sign_up, **known):
        login(request, form.result)
        messages.success(request, "Welcome. Your account is ready.")
        return redirect(settings.LOGIN_REDIRECT_URL)
    return render(request, "registration/sign_up.html", {"form": form}, status=form.status)


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def activation(request: PageRequest, code: str = "") -> HttpResponse:
    """A mailed link leads here. Only the button activates: programs that look into mails open links, too."""
    form = ActivationForm(posted(request), initial={"code": code})
    if form.submit(by_mail.activate):
        messages.success(request, "Your account is activated. Sign in now.")
        return redirect(settings.LOGIN_URL)
    return render(request, "registration/activation.html", {"form": form, "code": code}, status=form.status)


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def activation_again(request: PageRequest) -> HttpResponse:
    return _mail(request, by_mail.resend_activation, "activation", "registration/activation_again.html")


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def password_forgotten(request: PageRequest) -> HttpResponse:
    return _mail(request, by_mail.ask_for_reset, "reset", "registration/forgotten.html")


def _mail(request: PageRequest, service: Callable[..., None], what: str, template: str) -> HttpResponse:
    """Ask for a mail; the answer does not tell whether there is such an account."""

    def discreetly(**given: str) -> None:
        try:
            service(**given)
        except (NotFound, Invalid):
            pass

    form = AddressForm(posted(request))
    if settings.MAIL_ON and form.submit(discreetly, address=address_of(request), site=site_of(request)):
        return render(request, "registration/mailed.html", {"what": what, "email": form.cleaned_data["email"]})
    return render(request, template, {"form": form, "mail_on": settings.MAIL_ON}, status=form.status)


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def password_reset(request: PageRequest, code: str) -> HttpResponse:
    form = ResetForm(posted(request))
    if form.submit(by_mail.reset_password, code=code):
        messages.success(request, "Your password is set, and every sign-in has ended. Sign in now.")
        return redirect(settings.LOGIN_URL)
    context = {"form": form, "is_open": by_mail.is_open(code, by_mail.RESET)}
    return render(request, "registration/reset.html", context, status=form.status)
