"""Testing a registry as an agent would use it: connect, TLS, API, login, then every image that uses it."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from catalogweb.catalog.checks import Key
from catalogweb.catalog.failures import Failed, Failure
from catalogweb.catalog.models import Image, ImageCheck, Registry, RegistryProbe
from catalogweb.catalog.oci import Access, Client
from catalogweb.catalog.oci.client import Challenge
from catalogweb.catalog.pace import rest, resting_until
from catalogweb.catalog.references import normalised_url, parse_reference
from catalogweb.catalog.resolving import PATIENT, Lookup, access_to, check_images, refuse_switched_off
from catalogweb.catalog.secret_references import checked_reference
from catalogweb.core.errors import Conflict, Refusal
from catalogweb.core.rights import Actor, Right, require
from catalogweb.core.secrets import seal

# A test that somebody waits for, and one that happens beside saving.
PATIENCE, HURRY = 15.0, 2.0
LABELS = {"connect": "Resolve and connect", "tls": "TLS", "api": "Registry API", "login": "Login", "image": "Image"}


@dataclass(frozen=True)
class ProbeStep:
    """`status` is ok, failed, skipped or unverified; `subject` the image that the step was about."""

    name: str
    status: str
    seconds: float = 0
    failure: str = ""
    detail: str = ""
    subject: str = ""

    @property
    def label(self) -> str:
        return LABELS[self.name]

    @property
    def tone(self) -> str:
        return {"ok": "good", "failed": "bad", "unverified": "late"}.get(self.status, "idle")

    @property
    def sentence(self) -> str:
        return Failure(self.failure).sentence if self.failure else ""

    @property
    def fix(self) -> str:
        return Failure(self.failure).fix if self.failure else ""

    @property
    def milliseconds(self) -> int:
        return round(self.seconds * 1000)


@dataclass
class Report:
    steps: list[ProbeStep] = field(default_factory=list)

    @property
    def failed(self) -> ProbeStep | None:
        return next((step for step in self.steps if step.status == "failed"), None)

    @property
    def unverified(self) -> bool:
        return not self.failed and any(step.status == "unverified" for step in self.steps)

    @property
    def is_unreached(self) -> bool:
        """Whether there was no time for the first steps even, so that nothing is known."""
        return self.unverified and not any(step.name == "api" and step.status == "ok" for step in self.steps)

    @property
    def is_ok(self) -> bool:
        return not self.failed and not self.unverified

    @property
    def outcome(self) -> str:
        return self.failed.failure if self.failed else "unverified" if self.unverified else "ok"

    def add(self, name: str, status: str, **more: Any) -> None:
        self.steps.append(ProbeStep(name, status, **more))


def report_of(probe: RegistryProbe) -> Report:
    return Report([ProbeStep(**step) for step in probe.steps])


def last_report(registry: Registry) -> tuple[RegistryProbe | None, Report | None]:
    probe = registry.probes.first()
    return probe, report_of(probe) if probe else None


def probe_registry(*, by: Actor, registry: Registry, seconds: float = PATIENCE, with_images: bool = True) -> Report:
    """Test a stored registry and keep the result, unless there was too little time for any.

    Refuses the local cache, from which nothing is pulled.
    """
    require(by, Right.CHANGE)
    _refuse_silence(registry)
    ends = time.monotonic() + seconds
    report = _connected(registry, seconds)
    if with_images and not report.failed:
        _add_images(report, registry, max(0.1, ends - time.monotonic()))
    if report.is_unreached:
        return report
    failed = report.failed
    RegistryProbe.objects.create(
        registry=registry,
        failure=failed.failure if failed else "",
        detail=failed.detail if failed else "",
        steps=[vars(step) for step in report.steps],
    )
    return report


def probe_draft(
    *, by: Actor, registry: Registry | None = None, password: str = "", remove_credentials: bool = False, **fields: Any
) -> Report:
    """Test what somebody typed and has not saved; nothing of it is kept.

    A blank password means the one stored with `registry`, for its own host only.
    """
    require(by, Right.CHANGE)
    draft = Registry(pk=registry.pk if registry else None, **fields)
    draft.url = normalised_url(draft.url)
    draft.secret_reference = checked_reference(draft.secret_reference)
    if password:
        draft.password_sealed = seal(password)
        draft.secret_reference = ""
    elif registry and registry.host == draft.host:
        draft.password_sealed = registry.password_sealed
    if remove_credentials:
        draft.username, draft.password_sealed, draft.secret_reference = "", "", ""
    _refuse_silence(draft)
    ends = time.monotonic() + PATIENCE
    report = _connected(draft, PATIENCE)
    if registry and not report.failed:
        wanted = _images_at(draft)
        found = Lookup(draft, seconds=max(0.1, ends - time.monotonic())).findings(wanted)
        checks = {key: ImageCheck(registry=draft, reference=key[1], **finding) for key, finding in found.items()}
        report.steps += _image_steps(draft, wanted, checks, 0)
    return report


def _refuse_silence(registry: Registry) -> None:
    if registry.is_local_cache:
        raise Conflict("“local” means present on the agent: nothing is pulled from it, so there is nothing to test.")
    refuse_switched_off()


def _connected(registry: Registry, seconds: float) -> Report:
    """Every step up to the login."""
    report = Report()
    if registry.pk and (until := resting_until(registry.pk)):
        detail = f"It asked to be left alone until {until:%H:%M:%S} UTC."
        report.add("connect", "failed", failure=Failure.RATE_LIMITED.value, detail=detail)
        return report
    try:
        access = access_to(registry)
        with Client(access, seconds=seconds) as client, _timed(report, client):
            challenge = _step(report, "api", client.ping, client)
            _login(report, client, access, challenge)
    except Failed as failed:
        if failed.failure == Failure.TIMEOUT and seconds < PATIENT:
            report.steps = [step for step in report.steps if step.status != "failed"]
            report.add("api", "unverified", detail="There was little time for it; it is tested again later.")
        elif not report.failed:
            report.add("connect", "failed", failure=failed.failure.value, detail=failed.detail)
        if failed.failure == Failure.RATE_LIMITED and registry.pk:
            rest(registry.pk, failed.wait)
    return report


@contextmanager
def _timed(report: Report, client: Client) -> Iterator[None]:
    """What connecting took stands before everything else; of several attempts the last counts."""
    try:
        yield
    finally:
        last = {step.name: step for step in client.steps}
        if not client.base.startswith("https") and client.base:
            last.pop("tls", None)
        report.steps[:0] = [ProbeStep(s.name, "ok", s.seconds, detail=s.detail) for s in last.values()]


# In which step a failure shows that is met before anything is answered.
EARLY = {
    Failure.DNS: "connect",
    Failure.REFUSED: "connect",
    Failure.BLOCKED_BY_POLICY: "connect",
    Failure.TLS_UNTRUSTED: "tls",
    Failure.TLS_NAME: "tls",
}


def _step(report: Report, name: str, call: Callable[[], Any], client: Client) -> Any:
    started, spent = time.monotonic(), sum(step.seconds for step in client.steps)
    try:
        result = call()
    except Failed as failed:
        taken = time.monotonic() - started
        where = EARLY.get(failed.failure, name) if name == "api" else name
        if failed.failure == Failure.TIMEOUT and name == "api" and not client.steps:
            where = "connect"
        report.add(where, "failed", seconds=taken, failure=failed.failure.value, detail=failed.detail)
        raise
    connecting = sum(step.seconds for step in client.steps) - spent
    report.add(name, "ok", seconds=max(0.0, time.monotonic() - started - connecting))
    return result


def _login(report: Report, client: Client, access: Access, challenge: Challenge | None) -> None:
    if challenge is None:
        detail = "It lets everybody in; the password was not tried." if access.password else "It asks for none."
        report.add("login", "skipped", detail=detail)
    elif challenge.scheme == "bearer" and not access.password:
        report.add("login", "skipped", detail="It gives out tokens by image; nobody is logged in.")
    else:
        _step(report, "login", lambda: client.login(challenge), client)


def images_of(registry: Registry) -> dict[str, set[str]]:
    """Reference -> the architectures it is meant for: images that are current, or that microservices have."""
    images = Image.objects.wanted().filter(revision__registry=registry).order_by("reference")
    found: dict[str, set[str]] = {}
    for reference, architecture in images.values_list("reference", "architecture").distinct():
        found.setdefault(reference, set()).add(architecture)
    return found


def _add_images(report: Report, registry: Registry, seconds: float) -> None:
    wanted = _images_at(registry)
    started = time.monotonic()
    checked = check_images(registry, wanted, seconds=seconds)
    each = (time.monotonic() - started) / max(1, len(checked))
    report.steps += _image_steps(registry, wanted, checked, each)


def _images_at(registry: Registry) -> dict[str, set[str]]:
    """Without those that are pulled from elsewhere, and so without its credentials."""
    return {reference: slots for reference, slots in images_of(registry).items() if _is_at(reference, registry)}


def _image_steps(
    registry: Registry, wanted: Mapping[str, set[str]], checked: Mapping[Key, ImageCheck], seconds: float
) -> list[ProbeStep]:
    return [
        _image_step(reference, slots, checked.get((registry.pk, reference)), seconds)
        for reference, slots in wanted.items()
    ]


def _is_at(reference: str, registry: Registry) -> bool:
    try:
        return parse_reference(reference).registry_host == registry.host
    except Refusal:
        return True


def _image_step(reference: str, slots: Iterable[str], check: ImageCheck | None, seconds: float) -> ProbeStep:
    if check is None:
        return ProbeStep(
            "image", "unverified", detail="There was no time for it; it is checked later.", subject=reference
        )
    if check.failure:
        return ProbeStep("image", "failed", seconds, check.failure, check.detail, reference)
    platforms = ", ".join(platform.label for platform in check.platforms)
    if missing := [slot for slot in sorted(slots) if not check.fits(slot)]:
        detail = f"Wanted for {' and '.join(missing)}, made for {platforms or 'nothing that agents run'}."
        return ProbeStep("image", "failed", seconds, Failure.PLATFORM_MISSING.value, detail, reference)
    return ProbeStep("image", "ok", seconds, detail=platforms, subject=reference)
