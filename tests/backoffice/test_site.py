"""Who gets in, and that every page of the admin opens."""

import pytest
from django.apps import apps
from django.contrib import admin
from django.urls import reverse

from catalogweb.core.rights import Role
from tests.factories import (
    AgentFactory,
    ApplicationTemplateFactory,
    ConfigMapFactory,
    MicroserviceFactory,
    RouteFactory,
    UserFactory,
    VolumeMountFactory,
)

MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label)


@pytest.mark.django_db
def test_admin_sends_strangers_to_the_one_sign_in_page(client):
    answer = client.get("/admin/catalog/registry/")

    assert answer.status_code == 302
    assert answer.url == "/sign-in/?next=/admin/catalog/registry/"


@pytest.mark.django_db
def test_admin_login_page_is_the_sign_in_page(client):
    assert client.get("/admin/login/?next=/admin/").url == "/sign-in/?next=%2Fadmin%2F"


@pytest.mark.django_db
@pytest.mark.parametrize("role", [Role.VIEWER, Role.OPERATOR])
def test_admin_refuses_everybody_but_superusers(client, role):
    client.force_login(UserFactory(role=role))

    assert client.get("/admin/", follow=True).status_code == 403


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_admin_list_opens(admin_client, model):
    MicroserviceFactory()
    VolumeMountFactory()

    url = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")

    assert admin_client.get(url, {"q": "web"}).status_code == 200


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_admin_page_opens_for_every_row(admin_client, model):
    RouteFactory()
    ApplicationTemplateFactory(variables={"port": 80})
    VolumeMountFactory(agents=[AgentFactory()])
    ConfigMapFactory()

    for obj in model.objects.all()[:3]:
        url = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_change", args=[obj.pk])
        # A revision without an item shows on its microservice's page.
        assert admin_client.get(url).status_code in (200, 302), obj


def test_admin_knows_every_model_that_people_may_look_at():
    hidden = {
        "accounts.FailedAttempt",
        "accounts.KeyFingerprint",
        "accounts.MailedCode",
        "agents.Credential",
        "agents.Tag",
        "deployments.Delivered",
    }
    parts = {
        "catalog.Image", "deployments.PortMapping", "deployments.Use", "application_templates.Variable",
    }  # fmt: skip
    ours = {m._meta.label for m in apps.get_models() if m.__module__.startswith("catalogweb.")}

    assert ours - {m._meta.label for m in MODELS} == hidden | parts
