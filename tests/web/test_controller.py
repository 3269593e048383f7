"""Controller settings, for superusers."""

import pytest

from catalogweb.controller.models import DefaultRouter, Value
from catalogweb.controller.services import default_router, set_default_router, set_value
from catalogweb.core.rights import System

pytestmark = pytest.mark.django_db
ROUTER = {
    "save_router": "1", "router-host": "router.example.org", "router-messaging_port": "5671",
    "router-edge_router_port": "56722", "router-inter_router_port": "56721",
}  # fmt: skip


def test_router_is_set_shown_and_forgotten(superuser):
    page = superuser.post("/controller/", ROUTER, follow=True).text

    assert "The default router is router.example.org:5671." in page
    assert default_router().messaging_port == 5671
    assert "Nothing that runs changes." in superuser.get("/controller/router/forget/").text
    superuser.post("/controller/router/forget/")
    assert default_router() is None
    assert superuser.get("/controller/router/forget/").status_code == 404


@pytest.mark.parametrize(("field", "value"), [("host", ""), ("messaging_port", "0"), ("edge_router_port", "x")])
def test_router_is_refused_at_its_field(superuser, field, value):
    response = superuser.post("/controller/", ROUTER | {f"router-{field}": value})

    assert set(response.context["router_form"].errors) == {field}
    assert not response.context["value_form"].errors
    assert not DefaultRouter.objects.exists()


def test_value_is_set_edited_and_deleted(superuser):
    superuser.post("/controller/", {"value-key": "default-proxy-host", "value-value": "a"})
    value = Value.objects.get()
    path = f"/controller/values/{value.pk}/"

    assert "default-proxy-host" in superuser.get("/controller/").text
    superuser.post(path, {"value": "b"})
    assert Value.objects.get().value == "b"
    assert "Changed" in superuser.get(path).text
    assert "no such key" in superuser.get(f"{path}delete/").text
    superuser.post(f"{path}delete/")

    assert not Value.objects.exists()


def test_value_without_a_key_is_refused_at_its_field(superuser):
    response = superuser.post("/controller/", {"value-key": "", "value-value": "a"})

    assert set(response.context["value_form"].errors) == {"key"}


def test_values_are_searched_and_htmx_gets_them_only(superuser):
    for key in ("proxy", "other"):
        set_value(by=System(), key=key, value="x")

    fragment = superuser.get("/controller/?q=prox", headers={"HX-Request": "true"}).text

    assert "proxy" in fragment
    assert "other" not in fragment
    assert "<html" not in fragment


def test_page_takes_the_same_queries_for_more_values(superuser, django_assert_num_queries):
    set_default_router(by=System(), host="router")
    for number in range(2):
        set_value(by=System(), key=f"key-{number}", value="x")
        with django_assert_num_queries(7):
            superuser.get("/controller/")


def test_settings_are_for_superusers(operator, viewer):
    value = set_value(by=System(), key="a", value="x")

    for client in (operator, viewer):
        for path in ("", f"values/{value.pk}/", f"values/{value.pk}/delete/", "router/forget/"):
            assert client.get(f"/controller/{path}").status_code == 403
        assert client.post("/controller/", ROUTER).status_code == 403
        assert "/controller/" not in client.get("/").text
