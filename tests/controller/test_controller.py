"""What is set once for the whole installation."""

import pytest
from django.db import IntegrityError

from catalogweb.changelog.models import Entry
from catalogweb.controller.models import DefaultRouter, Value
from catalogweb.controller.services import (
    default_router,
    find_value,
    forget_default_router,
    forget_value,
    set_default_router,
    set_value,
)
from catalogweb.core.errors import Forbidden, Invalid, NotFound
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator():
    return UserFactory()


def test_default_router_is_one_and_its_ports_have_usual_numbers(operator):
    set_default_router(by=operator, host="old.example.org", messaging_port=1)
    set_default_router(by=operator, host=" router.example.org ")

    router = default_router()
    assert (router.host, router.messaging_port, router.edge_router_port, router.inter_router_port) == (
        "router.example.org", 5672, 56722, 56721,
    )  # fmt: skip
    assert [e.action for e in Entry.objects.order_by("id")] == ["create", "update"]
    with pytest.raises(IntegrityError):
        DefaultRouter.objects.create(host="another")


@pytest.mark.parametrize(
    ("given", "field"),
    [({"host": " "}, "host"), ({"host": "a", "messaging_port": 0}, "messaging_port"),
     ({"host": "a", "edge_router_port": 65536}, "edge_router_port")],
)  # fmt: skip
def test_default_router_is_refused_with_the_field_at_fault(operator, given, field):
    with pytest.raises(Invalid) as refused:
        set_default_router(by=operator, **given)

    assert refused.value.field == field
    assert default_router() is None


def test_default_router_can_be_forgotten(operator):
    forget_default_router(by=operator, router=set_default_router(by=operator, host="router"))

    assert default_router() is None


def test_value_replaces_the_one_before(operator):
    for value in ("a", "b", "b"):
        set_value(by=operator, key=" default-proxy-host ", value=value)

    assert find_value("default-proxy-host").value == "b"
    assert Value.objects.count() == 1
    assert [e.action for e in Entry.objects.order_by("id")] == ["create", "update"]


@pytest.mark.parametrize(("key", "field"), [("", "key"), ("a" * 201, "key"), ("a\x00", "key")])
def test_value_is_refused_with_the_field_at_fault(operator, key, field):
    with pytest.raises(Invalid) as refused:
        set_value(by=operator, key=key, value="x")

    assert refused.value.field == field


def test_forgotten_value_is_not_found(operator):
    forget_value(by=operator, value=set_value(by=operator, key="a", value="x"))

    with pytest.raises(NotFound, match="Unkown config key 'a'"):
        find_value("a")
    assert Entry.objects.first().action == "delete"


def test_viewer_sets_nothing():
    viewer = UserFactory(role="viewer")

    with pytest.raises(Forbidden):
        set_default_router(by=viewer, host="router")
    with pytest.raises(Forbidden):
        set_value(by=viewer, key="a", value="x")
