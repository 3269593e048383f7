"""The controller over HTTP, in the ioFog agent protocol: JSON objects, a bare token, no trailing slash."""

import ipaddress
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import requests

TIMEOUT = (5, 30)  # seconds to connect, to read


class ControllerError(Exception):
    """The controller did not do what was asked; `status` is 0 when it did not answer at all."""

    def __init__(self, sentence: str, status: int = 0) -> None:
        super().__init__(sentence)
        self.status = status


class ControllerClient:
    """One kept-alive session. Without a token only `agent/provision` is worth calling."""

    def __init__(self, url: str, token: str = "", *, session: requests.Session | None = None) -> None:
        self.url = url.rstrip("/") + "/"
        self._session = session or requests.Session()
        if is_loopback(self.url):
            self._session.trust_env = False  # a proxy from the environment cannot reach our loopback
        self._token = token

    def call(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Send one request; anything but a 2xx with a JSON object or no body is a ControllerError."""
        try:
            response = self._session.request(
                method,
                self.url + path,
                json=body,
                auth=self._authorize,
                timeout=TIMEOUT,
                allow_redirects=False,
            )
        except requests.RequestException as error:
            sentence = f"The controller at {self.url} cannot be reached ({_cause(error)})."
            raise ControllerError(sentence) from error
        if not 200 <= response.status_code < 300:
            raise ControllerError(_refusal(method, path, response), response.status_code)
        return _object(path, response)

    def _authorize(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """As an auth callable, for a header alone would lose against a ~/.netrc entry."""
        if self._token:
            request.headers["Authorization"] = self._token
        return request

    def close(self) -> None:
        self._session.close()


def is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _object(path: str, response: requests.Response) -> dict[str, Any]:
    if not response.content:
        return {}
    try:
        answer = response.json()
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        sentence = f"The controller's answer to {path} is not a JSON object."
        raise ControllerError(sentence, response.status_code)
    return answer


def _refusal(method: str, path: str, response: requests.Response) -> str:
    if 300 <= response.status_code < 400:
        return f"The controller redirects {method} {path}; give the agent its final address."
    try:
        message = str(response.json().get("message") or "")
    except (ValueError, AttributeError):
        message = ""
    answer = f"The controller answered {response.status_code} to {method} {path}"
    return f"{answer}: {message}" if message else f"{answer}."


def _cause(error: requests.RequestException) -> str:
    if isinstance(error, requests.Timeout):
        return "it did not answer in time"
    if isinstance(error, requests.exceptions.SSLError):
        return "its certificate is not trusted"
    text = str(error).lower()
    if "connection refused" in text:
        return "connection refused"
    return "unknown host" if "resolve" in text or "name or service" in text else type(error).__name__
