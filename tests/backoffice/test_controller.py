"""Default router and values in the admin."""

from django.urls import reverse

from catalogweb.controller.models import DefaultRouter, Value
from catalogweb.controller.services import set_value
from catalogweb.core.rights import System


def test_admin_sets_changes_and_forgets_the_one_router(add, edit, delete, admin_client):
    add(DefaultRouter, host="a.example.org")
    router = DefaultRouter.objects.get()
    assert admin_client.get(reverse("admin:controller_defaultrouter_add")).status_code == 403

    edit(router, host="b.example.org", messaging_port="5671")
    router = DefaultRouter.objects.get()
    assert (router.host, router.messaging_port) == ("b.example.org", 5671)
    delete(router)

    assert not DefaultRouter.objects.exists()


def test_admin_refuses_a_router_beside_its_field(add, errors):
    assert set(errors(add(DefaultRouter, host="a", messaging_port="0"))) == {"messaging_port"}


def test_admin_changes_a_value_and_not_its_key(edit, delete):
    value = set_value(by=System(), key="a", value="x")

    edit(value, value="y", key="b")
    assert list(Value.objects.values_list("key", "value")) == [("a", "y")]
    delete(value)

    assert not Value.objects.exists()
