"""Asking registries what images lead to: many at a time, within a time and each registry's pace."""

import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack

from django.conf import settings

from catalogweb.catalog.checks import Finding, Key, failed_as, found_as, last_found, note_findings
from catalogweb.catalog.failures import Failed, Failure
from catalogweb.catalog.models import ImageCheck, Registry
from catalogweb.catalog.oci import Access, Client, Found, resolve
from catalogweb.catalog.pace import rest, resting_until, turn
from catalogweb.catalog.references import Reference, parse_reference
from catalogweb.core.errors import Conflict, Refusal
from catalogweb.core.secrets import Unreadable

# With less time than this, that it was not enough says nothing about the registry.
PATIENT = 5.0


def access_to(registry: Registry, host: str = "") -> Access:
    """How `registry` makes us call `host`: with its credentials and its CA only where that is its own host."""
    if host and host != registry.host:
        return Access(host)
    try:
        password = registry.password
    except Unreadable as unreadable:
        raise Failed(Failure.AUTH_REJECTED, unreadable.message) from None
    own = registry.url.partition("/")[0]
    return Access(own, registry.username, password, registry.check_ca, registry.check_insecurely)


def refuse_switched_off() -> None:
    if not settings.REGISTRY_CHECKS:
        raise Conflict("This controller calls no registries: CATALOGWEB_REGISTRY_CHECKS is switched off.")


def check_images(registry: Registry, references: Iterable[str], *, seconds: float) -> dict[Key, ImageCheck]:
    """Look each of them up and note what was found; what there was no time for, or no turn, is left out.

    Never inside a transaction: it waits for others.
    """
    if not settings.REGISTRY_CHECKS or registry.is_local_cache or resting_until(registry.pk):
        return {}
    return note_findings(Lookup(registry, seconds=seconds).findings(references))


class Lookup:
    """One run through images of one registry."""

    def __init__(self, registry: Registry, *, seconds: float) -> None:
        self.registry, self.seconds = registry, seconds
        self.ends = time.monotonic() + seconds
        self.rests = 0

    def findings(self, references: Iterable[str]) -> dict[Key, Finding]:
        wanted, findings = self._by_host(references)
        known = last_found(self._key(reference) for rows in wanted.values() for reference, _ in rows)
        with ExitStack() as stack:
            pool = stack.enter_context(ThreadPoolExecutor(self.registry.check_concurrency))
            asked = [
                (reference, pool.submit(self._look, client, parsed, known.get(self._key(reference))))
                for client, reference, parsed in self._in_turn(wanted, findings, stack)
            ]
            for reference, looking in asked:
                if (finding := self._said(looking)) is not None:
                    findings[self._key(reference)] = finding
        if self.rests:
            rest(self.registry.pk, self.rests)
        return {key: finding for key, finding in findings.items() if finding}

    def _key(self, reference: str) -> Key:
        return self.registry.pk, reference

    def _by_host(self, references: Iterable[str]) -> tuple[dict[str, list[tuple[str, Reference]]], dict[Key, Finding]]:
        """What to ask whom, and what is wrong without asking."""
        wanted, faults = defaultdict(list), {}
        for reference in dict.fromkeys(references):
            try:
                parsed = parse_reference(reference)
                wanted[parsed.registry_host].append((reference, parsed))
            except Refusal as refusal:
                faults[self._key(reference)] = failed_as(Failure.NOT_FOUND, refusal.message)
        return wanted, faults

    def _in_turn(
        self,
        wanted: dict[str, list[tuple[str, Reference]]],
        findings: dict[Key, Finding],
        stack: ExitStack,
    ) -> Iterator[tuple[Client, str, Reference]]:
        """Each image when its turn has come; a host that cannot be talked to is asked for none."""
        for host, rows in wanted.items():
            try:
                client = stack.enter_context(Client(access_to(self.registry, host), seconds=self._left))
                client.ping()
            except Failed as failed:
                finding = self._as_finding(failed)
                findings |= {self._key(reference): finding for reference, _ in rows if finding}
                continue
            for reference, parsed in rows:
                if self.rests or not self._waited(turn(self.registry)):
                    return
                yield client, reference, parsed

    @property
    def _left(self) -> float:
        return max(0.05, self.ends - time.monotonic())

    def _waited(self, seconds: float) -> bool:
        """Whether the turn came before the end."""
        if time.monotonic() + seconds >= self.ends:
            return False
        time.sleep(seconds)
        return True

    def _look(self, client: Client, reference: Reference, known: ImageCheck | None) -> Found | Failed:
        """In a thread: touches no database."""
        if self.rests:
            return Failed(Failure.RATE_LIMITED)
        try:
            return resolve(client, reference, known=known.found if known else None)
        except Failed as failed:
            if failed.failure == Failure.RATE_LIMITED:
                self.rests = max(self.rests, failed.wait or 60)
            return failed

    def _said(self, looking: "Future[Found | Failed]") -> Finding | None:
        outcome = looking.result()
        return self._as_finding(outcome) if isinstance(outcome, Failed) else found_as(outcome)

    def _as_finding(self, failed: Failed) -> Finding | None:
        """None for what says nothing about the image: too many requests, or too little time of ours."""
        if failed.failure == Failure.RATE_LIMITED:
            self.rests = max(self.rests, failed.wait or 60)
            return None
        if failed.failure == Failure.TIMEOUT and self.seconds < PATIENT:
            return None
        return failed_as(failed.failure, failed.detail)
