"""The Test button: on saved and unsaved registries, with and without htmx."""

import pytest

from catalogweb.catalog.failures import Failure
from catalogweb.catalog.models import Registry, RegistryProbe
from catalogweb.core.secrets import seal
from tests.factories import RegistryFactory
from tests.testbed.servers import server, text

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def calls(settings):
    settings.REGISTRY_CHECKS = True


def draft(registry, **changes):
    return {"url": registry.host, "username": "john", "password": "secret-of-john", "test": "1"} | changes


def test_unsaved_registry_is_tested_and_what_was_typed_stays(operator, private_registry):
    page = operator.post("/registries/add/", draft(private_registry)).text

    assert "Agents can use this registry as it is" in page
    assert f'value="{private_registry.host}"' in page
    assert "secret-of-john" not in page
    assert not Registry.objects.filter(url=private_registry.host).exists()


def test_unsaved_test_answers_htmx_with_the_result_only(operator, private_registry):
    reply = operator.post("/registries/add/", draft(private_registry, password="wrong"), headers=HTMX)

    assert "<html" not in reply.text
    assert Failure.AUTH_REJECTED.sentence in reply.text
    assert Failure.AUTH_REJECTED.fix.replace("'", "&#x27;") in reply.text


def test_unsaved_test_says_what_is_wrong_with_the_form(operator):
    reply = operator.post("/registries/add/", {"url": "not a host", "test": "1"}, headers=HTMX)

    assert "is not a registry URL" in reply.text


def test_saved_registry_is_tested_with_its_stored_password(operator, private_registry):
    stored = RegistryFactory(
        url=private_registry.host, username="john", is_private=True, password_sealed=seal("secret-of-john")
    )

    fragment = operator.post(f"/registries/{stored.pk}/test/", headers=HTMX).text
    page = operator.post(f"/registries/{stored.pk}/test/", follow=True).text
    edited = operator.post(f"/registries/{stored.pk}/edit/", draft(private_registry, password="")).text

    for shown in (fragment, page, edited):
        assert "Agents can use this registry as it is" in shown
    assert stored.probes.count() == 2


def test_page_says_until_when_a_registry_is_left_alone(operator):
    with server(lambda _: text(429, Retry_After="60")) as running:
        stored = RegistryFactory(url=running.host)
        page = operator.post(f"/registries/{stored.pk}/test/", follow=True).text

    assert Failure.RATE_LIMITED.sentence in page
    assert "it is left alone until" in page


def test_saving_says_that_the_test_failed_and_saves(operator, private_registry, django_capture_on_commit_callbacks):
    given = draft(private_registry, password="wrong")
    del given["test"]

    with django_capture_on_commit_callbacks(execute=True):
        operator.post("/registries/add/", given)

    stored = Registry.objects.get(url=private_registry.host)
    assert stored.probes.get().failure == "auth_rejected"
    assert Failure.AUTH_REJECTED.sentence in operator.get(f"/registries/{stored.pk}/").text


def test_viewers_test_nothing(viewer, private_registry):
    stored = RegistryFactory(url=private_registry.host)

    assert viewer.post(f"/registries/{stored.pk}/test/").status_code == 403
    assert viewer.post("/registries/add/", draft(private_registry)).status_code == 403
    assert "Not tested yet." in viewer.get(f"/registries/{stored.pk}/").text
    assert not RegistryProbe.objects.exists()


def test_local_cache_has_no_test(operator):
    assert 'id="probe"' not in operator.get("/registries/2/").text
    assert operator.post("/registries/2/test/", follow=True).status_code == 409
