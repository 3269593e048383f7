"""Tests of registries as an agent would use them: each step, each failure, what is kept."""

import pytest

from catalogweb.catalog.failures import Failure
from catalogweb.catalog.jobs import check_due_images, forget_old_findings, probe_due_registries
from catalogweb.catalog.models import LOCAL, ImageCheck, Registry, RegistryPace, RegistryProbe
from catalogweb.catalog.probing import last_report, probe_draft, probe_registry
from catalogweb.catalog.registries import create_registry
from catalogweb.core.errors import Conflict, Forbidden, Invalid
from catalogweb.core.rights import Role
from catalogweb.core.secrets import seal
from tests.factories import CatalogItemFactory, MicroserviceFactory, RegistryFactory, RevisionFactory, UserFactory
from tests.testbed.certificates import Authority
from tests.testbed.images import push_web_image
from tests.testbed.registry import registry as running_registry
from tests.testbed.servers import hanging, server, text

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def calls(settings):
    settings.REGISTRY_CHECKS = True
    # What is built in leads to the internet.
    Registry.objects.get(pk=1).revisions.update(registry=LOCAL)


@pytest.fixture
def stored(private_registry):
    return RegistryFactory(
        url=private_registry.host, username="john", is_private=True, password_sealed=seal(private_registry.password)
    )


def shown(report):
    return [(step.name, step.status, step.failure) for step in report.steps]


def test_probe_takes_every_step_and_every_image(operator, stored, private_registry):
    web = push_web_image(private_registry, "team/probed")
    arm = push_web_image(private_registry, "team/arm-only", platforms=["linux/arm64"])
    CatalogItemFactory(images={"x86": arm, "arm": web}, images__registry=stored)
    MicroserviceFactory(revision=RevisionFactory(registry=stored, images={"x86": f"{private_registry.host}/team/no:1"}))

    report = probe_registry(by=operator, registry=stored)

    assert shown(report) == [
        ("connect", "ok", ""),
        ("api", "ok", ""),
        ("login", "ok", ""),
        ("image", "failed", "platform_missing"),
        ("image", "failed", "not_found"),
        ("image", "ok", ""),
    ]
    assert report.steps[3].detail == "Wanted for x86, made for linux/arm64."
    assert report.steps[5].detail == "linux/amd64, linux/arm64"
    assert report.outcome == "platform_missing"
    probe, kept = last_report(stored)
    assert (probe.failure, kept.steps) == ("platform_missing", report.steps)
    assert ImageCheck.objects.count() == 3


def test_probe_asks_for_no_image_that_is_pulled_from_elsewhere(operator, stored):
    CatalogItemFactory(images={"x86": "elsewhere.example.org/team/web:1"}, images__registry=stored)

    assert [step.name for step in probe_registry(by=operator, registry=stored).steps] == ["connect", "api", "login"]


def test_probe_shows_the_steps_of_tls(operator, tmp_path):
    authority = Authority(tmp_path)
    with running_registry(tls=authority.certificate_for("127.0.0.1")) as running:
        trusted = RegistryFactory(url=running.host, check_ca=authority.pem)
        untrusted = RegistryFactory(url=running.host)

        assert shown(probe_registry(by=operator, registry=trusted))[:3] == [
            ("connect", "ok", ""),
            ("tls", "ok", ""),
            ("api", "ok", ""),
        ]
        assert shown(probe_registry(by=operator, registry=untrusted)) == [
            ("connect", "ok", ""),
            ("tls", "failed", "tls_untrusted"),
        ]


def test_probe_says_who_is_not_a_registry(operator):
    with server(lambda _: text(200, "<html>")) as running:
        report = probe_registry(by=operator, registry=RegistryFactory(url=running.host))

    assert report.outcome == "not_a_registry"
    assert (report.failed.sentence, report.failed.fix) == (
        Failure.NOT_A_REGISTRY.sentence,
        Failure.NOT_A_REGISTRY.fix,
    )


def test_probe_leaves_a_registry_alone_that_asks_for_it(operator):
    with server(lambda _: text(429, Retry_After="30")) as running:
        stored = RegistryFactory(url=running.host)
        first = probe_registry(by=operator, registry=stored)
        asked = len(running.requests)
        second = probe_registry(by=operator, registry=stored)

    assert first.outcome == second.outcome == "rate_limited"
    assert len(running.requests) == asked
    assert "left alone until" in second.failed.detail
    assert RegistryPace.objects.get(registry=stored).rests_until


def test_probe_never_asks_the_local_cache(operator):
    with pytest.raises(Conflict, match="nothing is pulled"):
        probe_registry(by=operator, registry=Registry.objects.get(pk=LOCAL))


def test_probe_is_for_who_may_change(stored):
    with pytest.raises(Forbidden):
        probe_registry(by=UserFactory(role=Role.VIEWER), registry=stored)


def test_probe_calls_nobody_when_calls_are_switched_off(operator, stored, settings):
    settings.REGISTRY_CHECKS = False

    with pytest.raises(Conflict, match="CATALOGWEB_REGISTRY_CHECKS"):
        probe_registry(by=operator, registry=stored)
    check_due_images()
    probe_due_registries()
    assert not RegistryProbe.objects.exists()


def test_draft_is_probed_and_nothing_of_it_is_kept(operator, private_registry):
    draft = {"url": f"http://{private_registry.host}/v2/", "username": "john"}

    good = probe_draft(by=operator, password=private_registry.password, **draft)
    bad = probe_draft(by=operator, password="wrong", **draft)

    assert (good.outcome, bad.outcome) == ("ok", "auth_rejected")
    assert not RegistryProbe.objects.exists()
    assert not Registry.objects.filter(url=private_registry.host).exists()


def test_draft_of_a_stored_registry_uses_its_password_for_its_own_host_alone(operator, stored, private_registry):
    image = push_web_image(private_registry, "team/drafted")
    CatalogItemFactory(images={"x86": image, "arm": image}, images__registry=stored)
    fields = {"username": "john", "registry": stored}

    report = probe_draft(by=operator, url=stored.url, **fields)

    assert shown(report)[-2:] == [("login", "ok", ""), ("image", "ok", "")]
    assert not ImageCheck.objects.exists()
    with server(lambda _: text(401, WWW_Authenticate='Basic realm="r"')) as other:
        assert probe_draft(by=operator, url=other.host, **fields).outcome == "auth_rejected"
        assert not any(request.login for request in other.requests)


def test_draft_may_name_where_its_password_is_kept(operator, private_registry, monkeypatch):
    monkeypatch.setenv("CATALOGWEB_REGISTRY_JOHN", private_registry.password)
    draft = {"by": operator, "url": private_registry.host, "username": "john"}

    assert probe_draft(secret_reference="env:CATALOGWEB_REGISTRY_JOHN", **draft).outcome == "ok"
    missing = probe_draft(secret_reference="env:CATALOGWEB_REGISTRY_NOBODY", **draft)
    assert (missing.outcome, "CATALOGWEB_REGISTRY_NOBODY is not set" in missing.failed.detail) == (
        "auth_rejected",
        True,
    )
    with pytest.raises(Invalid):
        probe_draft(secret_reference="env:HOME", **draft)


def test_saving_a_registry_tests_it(operator, private_registry, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        stored = create_registry(by=operator, url=private_registry.host, username="john", password="wrong")

    assert stored.probes.get().failure == "auth_rejected"


def test_saving_many_registries_takes_no_longer_than_one(operator, django_capture_on_commit_callbacks, monkeypatch):
    monkeypatch.setattr("catalogweb.catalog.saving.HURRY", 0.3)
    with hanging() as host, django_capture_on_commit_callbacks(execute=True) as callbacks:
        for _ in range(3):
            create_registry(by=operator, url=host)

    assert len(callbacks) == 3
    # Too little time for any of them says nothing about any of them.
    assert not RegistryProbe.objects.exists()


def test_background_looks_at_what_is_due_and_at_nothing_else(stored, private_registry):
    image = push_web_image(private_registry, "team/due")
    CatalogItemFactory(images={"x86": image, "arm": image}, images__registry=stored)

    check_due_images()
    first = ImageCheck.objects.get()
    check_due_images()

    assert (first.reference, first.failure) == (image, "")
    assert ImageCheck.objects.get().checked_at == first.checked_at


def test_background_tests_each_registry_once_a_day(stored):
    Registry.objects.exclude(pk__in=[stored.pk, LOCAL]).exclude(pk=1).delete()
    RegistryProbe.objects.create(registry_id=1)

    probe_due_registries()
    probe_due_registries()

    assert stored.probes.count() == 1


def test_what_no_revision_has_is_forgotten(stored, private_registry):
    image = push_web_image(private_registry, "team/forgotten")
    item = CatalogItemFactory(images={"x86": image}, images__registry=stored)
    check_due_images()
    ImageCheck.objects.update(checked_at="2020-01-01T00:00:00Z")
    RegistryProbe.objects.create(registry=stored)
    RegistryProbe.objects.update(probed_at="2020-01-01T00:00:00Z")

    forget_old_findings()
    assert (ImageCheck.objects.count(), RegistryProbe.objects.count()) == (1, 0)
    item.revisions.all().delete()
    forget_old_findings()
    assert ImageCheck.objects.count() == 0
