"""Users, for superusers."""

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from catalogweb.accounts.models import User
from catalogweb.accounts.services import create_user, delete_user, edit_user
from catalogweb.changelog.services import entries_of
from catalogweb.core.rights import Right, Role, require
from catalogweb.web.forms.accounts import EditUserForm, UserForm
from catalogweb.web.forms.base import ServiceForm
from catalogweb.web.lists import Filter, in_order, page_of
from catalogweb.web.render import render_page
from catalogweb.web.requests import PageRequest, posted

ORDERS = {"email": "email", "role": "role", "created": "created_at", "seen": "last_login"}


@require_safe
def user_list(request: PageRequest) -> HttpResponse:
    require(request.user, Right.ADMINISTER)
    query, role = request.GET.get("q", ""), request.GET.get("role", "")
    users = User.objects.matching(query)
    if role in Role.values:
        users = users.filter(role=role)
    users, sort = in_order(request, users, ORDERS, "email")
    context = {
        "page": page_of(request, users),
        "sort": sort,
        "query": query,
        "filters": [Filter("role", "Role", role, Role.choices)],
    }
    return render_page(request, "users/list.html", context, partial="users/_table.html")


@require_http_methods(["GET", "HEAD", "POST"])
def user_create(request: PageRequest) -> HttpResponse:
    require(request.user, Right.ADMINISTER)
    form = UserForm(posted(request))
    if form.submit(create_user, by=request.user):
        messages.success(request, f"{form.result} can sign in now.")
        return redirect("web:user-list")
    return render(request, "users/form.html", {"form": form, "person": None})


@require_http_methods(["GET", "HEAD", "POST"])
def user_edit(request: PageRequest, pk: int) -> HttpResponse:
    require(request.user, Right.ADMINISTER)
    person = get_object_or_404(User, pk=pk)
    form = EditUserForm.of(person, posted(request)).watching(person)
    if form.submit(edit_user, by=request.user, user=person):
        if person == request.user:
            update_session_auth_hash(request, form.result)
        messages.success(request, f"{form.result} is saved.")
        return redirect("web:user-list")
    context = {"form": form, "person": person, "entries": entries_of(person)[:10]}
    return render(request, "users/form.html", context, status=form.status)


@require_http_methods(["GET", "HEAD", "POST"])
def user_delete(request: PageRequest, pk: int) -> HttpResponse:
    require(request.user, Right.ADMINISTER)
    person, form = get_object_or_404(User, pk=pk), ServiceForm(posted(request))
    if form.submit(delete_user, by=request.user, user=person):
        messages.success(request, f"The account {person} is deleted.")
        return redirect("web:user-list")
    return render(request, "users/delete.html", {"person": person, "form": form})
