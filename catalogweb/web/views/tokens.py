"""My tokens: long-lived ones that act for me at the REST door."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from catalogweb.accounts.models import AccessToken
from catalogweb.accounts.services import make_token, revoke_token
from catalogweb.web.forms.accounts import TokenForm
from catalogweb.web.requests import PageRequest, posted


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def token_list(request: PageRequest) -> HttpResponse:
    """A new token's text is in the reply to its POST and nowhere else."""
    form, made, text = TokenForm(posted(request)), None, ""
    if form.submit(make_token, by=request.user):
        (made, text), form = form.result, TokenForm()
    tokens = request.user.tokens.filter(kind=AccessToken.Kind.NAMED)
    context = {"form": form, "tokens": tokens, "made": made, "text": text}
    return render(request, "tokens/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def token_revoke(request: PageRequest, pk: int) -> HttpResponse:
    token = get_object_or_404(request.user.tokens, pk=pk, kind=AccessToken.Kind.NAMED)
    if request.method == "POST":
        revoke_token(by=request.user, token=token)
        messages.success(request, f"Token {token.name} is revoked.")
        return redirect("web:token-list")
    return render(request, "tokens/revoke.html", {"token": token})
