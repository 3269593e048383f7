"""A registry as its API shows it: the challenge, the login, manifests, tags. Raises our own failure classes."""

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple, Self
from urllib.parse import quote, urlencode, urljoin, urlsplit

from django.conf import settings
from django.utils import timezone

from catalogweb.catalog.failures import Failed, Failure
from catalogweb.catalog.oci.addresses import Deadline
from catalogweb.catalog.oci.transport import Answer, NotTLS, Transport, tls_context
from catalogweb.catalog.references import canonical_host

DOCKER_HUB_API = "registry-1.docker.io"
# Who else may see the credentials: the token service that belongs to Docker Hub itself.
DOCKER_HUB_LOGIN = "auth.docker.io"
LONGEST_WAIT = 24 * 3600
REDIRECTS = 3
_PARAMETER = re.compile(r'([a-z_]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,]+))', re.I)


class Challenge(NamedTuple):
    scheme: str
    parameters: Mapping[str, str]


class Step(NamedTuple):
    name: str
    seconds: float
    detail: str


@dataclass(frozen=True)
class Access:
    """How to call one registry. `insecure`: plain HTTP and unverified certificates are taken as well."""

    host: str
    username: str = ""
    password: str = field(default="", repr=False)
    ca: str = ""
    insecure: bool = False

    @property
    def api_host(self) -> str:
        return DOCKER_HUB_API if canonical_host(self.host) == "docker.io" else self.host

    @property
    def endpoints(self) -> list[str]:
        """Where its API may be, most wanted first. Engines take plain HTTP from the machine itself, and so do we."""
        name = urlsplit(f"//{self.api_host}").hostname or ""
        local = name in ("localhost", "::1") or name.startswith("127.")
        return [f"https://{self.api_host}"] + ([f"http://{self.api_host}"] if self.insecure or local else [])


class Client:
    """Calls of one registry within one deadline. Use it with `with`; `steps` is what connecting took."""

    def __init__(self, access: Access, *, seconds: float) -> None:
        self.access = access
        self.steps: list[Step] = []
        self.base = ""
        self._tokens: dict[str, str] = {}
        self._transport = Transport(
            tls_context(ca=access.ca, verified=not access.insecure),
            deadline=Deadline(seconds),
            private_allowed=settings.REGISTRY_PRIVATE_ADDRESSES,
            heard=lambda *step: self.steps.append(Step(*step)),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._transport.close()

    def ping(self) -> Challenge | None:
        """Find the API; returns how it wants to be logged in to, and None when it is open."""
        answer = self._found_api()
        if answer.status == 401:
            return _challenge(answer)
        if answer.status != 200 or not _reads_as_registry(answer):
            _refuse_status(answer)
            raise Failed(Failure.NOT_A_REGISTRY, f"/v2/ answers {answer.status}.")
        return None

    def login(self, challenge: Challenge) -> None:
        """Try the credentials on the registry itself, without any image."""
        answer = self._sent("GET", f"{self.base}/v2/", {"Authorization": self._authorization(challenge, "")})
        if answer.status in (401, 403):
            # A token without a scope need not open anything: that it was given out shows that the login is right.
            if challenge.scheme == "bearer":
                return
            raise self._rejected()
        _refuse_status(answer)
        if not _reads_as_registry(answer):
            raise Failed(Failure.NOT_A_REGISTRY, f"/v2/ answers {answer.status}.")

    def get(self, path: str, *, repository: str, method: str = "GET", accept: str = "*/*") -> Answer:
        """A path below /v2/, with a login when it asks for one."""
        if not self.base:
            self.ping()
        url, scope = f"{self.base}/v2/{quote(path, safe='/:@')}", f"repository:{repository}:pull"
        headers = {"Accept": accept}
        if known := self._tokens.get(scope):
            headers["Authorization"] = known
        answer = self._sent(method, url, headers)
        if answer.status == 401 and not known:
            challenge = _challenge(answer)
            headers["Authorization"] = self._tokens[scope] = self._authorization(challenge, scope)
            answer = self._sent(method, url, headers)
        if answer.status in (401, 403):
            if answer.status == 401 and _challenge(answer).scheme == "basic":
                raise self._rejected()
            raise Failed(Failure.AUTH_SCOPE, f"{repository} answers {answer.status}.")
        _refuse_status(answer)
        return answer

    def tags(self, repository: str, *, most: int) -> list[str]:
        """The repository's tags as the registry lists them on its first page, the highest numbers first."""
        listed = read_json(self.get(f"{repository}/tags/list", repository=repository))
        tags = listed.get("tags") or []
        return sorted((tag for tag in tags if isinstance(tag, str)), key=_by_numbers, reverse=True)[:most]

    def _found_api(self) -> Answer:
        endpoints = self.access.endpoints
        for endpoint in endpoints:
            is_last = endpoint == endpoints[-1]
            try:
                answer = self._sent("GET", f"{endpoint}/v2/", {})
            except NotTLS:
                if is_last:
                    raise
            except Failed as failed:
                # Without a port, plain HTTP has another one.
                if is_last or failed.failure != Failure.REFUSED:
                    raise
            else:
                self.base = endpoint
                return answer
        raise Failed(Failure.REFUSED)

    def _sent(self, method: str, url: str, headers: Mapping[str, str]) -> Answer:
        """Follows redirects; what is secret stays with the origin that was asked first."""
        sent = dict(headers)
        for _ in range(REDIRECTS + 1):
            answer = self._transport.send(method, url, sent)
            target = answer.headers.get("location", "")
            if answer.status not in (301, 302, 303, 307, 308) or not target:
                return answer
            target = _checked_url(target, relative_to=url)
            if _origin(target) != _origin(url):
                sent.pop("Authorization", None)
            url = target
        raise Failed(Failure.SERVER_ERROR, "It redirects in circles.")

    def _authorization(self, challenge: Challenge, scope: str) -> str:
        if challenge.scheme == "basic":
            return self._basic()
        realm = _checked_url(challenge.parameters.get("realm", ""))
        asked = {"service": challenge.parameters.get("service", ""), "scope": scope}
        headers = {}
        if self.access.password:
            self._refuse_stranger(realm)
            headers["Authorization"] = self._basic()
            asked["account"] = self.access.username
        query = urlencode({name: value for name, value in asked.items() if value})
        answer = self._sent("GET", f"{realm}{'&' if '?' in realm else '?'}{query}", headers)
        if answer.status in (400, 401, 403):
            raise self._rejected()
        _refuse_status(answer)
        given = read_json(answer)
        token = given.get("token") or given.get("access_token")
        if not isinstance(token, str) or not re.fullmatch(r"[\x21-\x7e]+", token):
            raise Failed(Failure.SERVER_ERROR, "Its token service gives out no token.")
        return f"Bearer {token}"

    def _basic(self) -> str:
        if not self.access.password:
            raise Failed(Failure.AUTH_REJECTED, "It asks for user name and password, and none are stored.")
        pair = f"{self.access.username}:{self.access.password}"
        return f"Basic {base64.b64encode(pair.encode()).decode()}"

    def _refuse_stranger(self, realm: str) -> None:
        """Credentials go to the registry's own host, and never over a weaker connection than the registry's."""
        own, other = urlsplit(self.base), urlsplit(realm)
        known = {own.hostname, settings.REGISTRY_TOKEN_HOSTS.get(own.hostname or "")}
        if self.access.api_host == DOCKER_HUB_API:
            known.add(DOCKER_HUB_LOGIN)
        if other.hostname not in known:
            raise Failed(
                Failure.BLOCKED_BY_POLICY,
                f"It sends logins to {other.hostname}; the password goes to {own.hostname} alone, "
                f"unless CATALOGWEB_REGISTRY_TOKEN_HOSTS says otherwise.",
            )
        if own.scheme == "https" and other.scheme != "https":
            raise Failed(Failure.BLOCKED_BY_POLICY, "It wants the password over a connection without TLS.")

    def _rejected(self) -> Failed:
        if not self.access.password:
            return Failed(Failure.AUTH_REJECTED, "It asks for user name and password, and none are stored.")
        return Failed(Failure.AUTH_REJECTED, f"It does not take the password of {self.access.username}.")


def read_json(answer: Answer) -> dict[str, Any]:
    try:
        content = json.loads(answer.body)
    except (ValueError, RecursionError):
        content = None
    if not isinstance(content, dict):
        raise Failed(Failure.NOT_A_REGISTRY, f"{urlsplit(answer.url).path} is not the JSON it should be.")
    return content


def _by_numbers(tag: str) -> list[str | int]:
    """So that 1.10 stands above 1.9; texts and numbers take turns, and are never compared with each other."""
    return [int(part) if part.isdecimal() else part for part in re.split(r"([0-9]+)", tag)]


def _reads_as_registry(answer: Answer) -> bool:
    if "docker-distribution-api-version" in answer.headers:
        return True
    return answer.body.strip()[:1] == b"{" or not answer.body.strip()


def _challenge(answer: Answer) -> Challenge:
    scheme, _, rest = answer.headers.get("www-authenticate", "").strip().partition(" ")
    parameters = {name.lower(): quoted or plain for name, quoted, plain in _PARAMETER.findall(rest)}
    if scheme.lower() not in ("basic", "bearer"):
        raise Failed(Failure.NOT_A_REGISTRY, "It asks for a login in a way that no registry does.")
    return Challenge(scheme.lower(), parameters)


def _refuse_status(answer: Answer) -> None:
    status = answer.status
    if status == 429:
        wait = _wait(answer.headers.get("retry-after", ""))
        raise Failed(Failure.RATE_LIMITED, f"It wants {wait} seconds of rest." if wait else "", wait=wait)
    if status == 404:
        raise Failed(
            Failure.NOT_FOUND if "/manifests/" in answer.url or "/tags/" in answer.url else Failure.NOT_A_REGISTRY
        )
    if status >= 500:
        raise Failed(Failure.SERVER_ERROR, f"It answers {status}.", wait=_wait(answer.headers.get("retry-after", "")))
    if status >= 400:
        raise Failed(Failure.SERVER_ERROR, f"It answers {status}.")


def _wait(said: str) -> int:
    """`Retry-After` in seconds, of both ways in which it can be said, and never for more than a day."""
    try:
        seconds = int(said) if said.strip().isdecimal() else _until(said)
    except (ValueError, TypeError, OverflowError):
        return 0
    return max(0, min(seconds, LONGEST_WAIT))


def _until(said: str) -> int:
    moment = parsedate_to_datetime(said)
    return int((moment - timezone.now()).total_seconds()) if moment.tzinfo else 0


def _checked_url(url: str, *, relative_to: str = "") -> str:
    try:
        url = urljoin(relative_to, url)
        parts = urlsplit(url)
        is_fine = parts.scheme in ("http", "https") and parts.hostname and not parts.username and (parts.port or 1)
    except ValueError:
        is_fine = False
    if not is_fine or not url.isascii() or any(character.isspace() for character in url):
        raise Failed(Failure.NOT_A_REGISTRY, "It leads to an address that is none.")
    return url


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port
