"""The engine behind a Docker-compatible API: Docker or Podman."""

import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from typing import Any

import docker
import requests
from docker.errors import APIError, DockerException, ImageNotFound, NotFound

from catalogweb.edge.engine.base import (
    AGENT_LABEL,
    Container,
    EngineError,
    EngineGone,
    ImageMissing,
    Pulling,
    Usage,
)
from catalogweb.edge.engine.creation import create_arguments, sentence_of
from catalogweb.edge.engine.observation import Processors, container_of, digest_of
from catalogweb.edge.engine.progress import Progress
from catalogweb.edge.items import Microservice
from catalogweb.edge.references import Reference

STOP_SECONDS = 5


class DockerEngine:
    """One client for the loop; every pull opens its own, for pulls run in threads."""

    simulated = False

    def __init__(self, url: str, *, publish_address: str = "127.0.0.1", options: Mapping[str, Any] | None = None):
        self.url = url
        self.description = "The engine"
        self.publish_address = publish_address
        self._options = dict(options or {"base_url": url})
        self._processors = Processors()
        self._digests: dict[str, str] = {}
        with self._sentences():
            self._client = self._connect()
            self.description = _describe(self._client.version())
        self.is_podman = self.description.startswith("Podman")

    def _connect(self, timeout: int = 60) -> docker.DockerClient:
        return docker.DockerClient(**self._options, timeout=timeout)

    def close(self) -> None:
        self._client.close()

    @contextmanager
    def _sentences(self) -> Iterator[None]:
        """Whatever the client library raises leaves as an EngineError with one sentence."""
        try:
            yield
        except ImageNotFound as error:
            raise ImageMissing(sentence_of(error)) from error
        except APIError as error:
            raise EngineError(sentence_of(error)) from error
        except (DockerException, requests.RequestException, OSError) as error:
            raise EngineGone(f"{self.description} at {self.url} does not answer.") from error

    def containers(self, agent: str) -> list[Container]:
        with self._sentences():
            if self.url.startswith("unix://"):
                knock(self.url.removeprefix("unix://"))  # the client would leave a socket open on failure
            # Asked by label, so that other people's containers are never even seen.
            found = self._client.containers.list(
                all=True, filters={"label": f"{AGENT_LABEL}={agent}"}, ignore_removed=True
            )
            return [container_of(c.attrs, self._digest(c.attrs)) for c in found]

    def _digest(self, attrs: Mapping[str, Any]) -> str:
        image = attrs.get("Image", "")
        if image not in self._digests:
            try:
                self._digests[image] = digest_of(self._client.api.inspect_image(image))
            except NotFound:
                return ""
        return self._digests[image]

    def usage(self, container: Container) -> Usage:
        with self._sentences():
            stats = self._client.api.stats(container.id, stream=False, one_shot=True)
        return self._processors.usage(container.id, stats)

    def find_image(self, reference: Reference) -> str:
        with self._sentences():
            try:
                return str(self._client.api.inspect_image(str(reference))["Id"])
            except NotFound:
                return ""

    def pull(self, reference: Reference, credentials: Mapping[str, str] | None, platform: str) -> Pulling:
        pulling = Pulling()
        arguments = (pulling, reference, credentials, platform)
        threading.Thread(target=self._pull, args=arguments, name=f"pull {reference}", daemon=True).start()
        return pulling

    def _pull(
        self, pulling: Pulling, reference: Reference, credentials: Mapping[str, str] | None, platform: str
    ) -> None:
        try:
            with self._sentences(), closing(self._connect(timeout=600)) as client:
                pulling.succeed(self._fetch(client, pulling, reference, credentials, platform))
        except Exception as error:  # whatever it is, the pull has ended and must not look busy for ever
            pulling.fail(str(error))

    def _fetch(
        self,
        client: Any,
        pulling: Pulling,
        reference: Reference,
        credentials: Mapping[str, str] | None,
        platform: str,
    ) -> str:
        events = client.api.pull(
            reference.repository,
            tag=reference.version,
            stream=True,
            decode=True,
            # An empty mapping, not None: else the client's own docker login would be used.
            auth_config=dict(credentials or {}),
            platform=platform or None,
        )
        progress = Progress()
        for event in events:
            if event.get("error"):
                raise EngineError(str(event["error"]))
            progress.note(event)
            pulling.advance(progress.percentage)
        # Podman ends with the id of the image. By name another agent's pull could come between.
        name = progress.last_id if self.is_podman and progress.last_id else str(reference)
        return str(client.api.inspect_image(name)["Id"])

    def start(self, agent: str, microservice: Microservice, image: str) -> None:
        arguments = create_arguments(agent, microservice, image, self.publish_address)
        with self._sentences():
            container = self._client.containers.create(**arguments)
            try:
                container.start()
            except APIError:
                container.remove(force=True, v=False)
                raise

    def restart(self, container: Container) -> None:
        with self._sentences():
            self._client.api.start(container.id)

    def remove(self, container: Container) -> None:
        with self._sentences():
            try:
                if container.is_up:
                    self._client.api.stop(container.id, timeout=STOP_SECONDS)
                self._client.api.remove_container(container.id, force=True)
            except NotFound:
                pass
        self._processors.forget(container.id)

    def prune(self, images: set[str]) -> set[str]:
        return {image for image in images if self._remove_nameless(image)}

    def _remove_nameless(self, image: str) -> bool:
        with self._sentences():
            try:
                if self._client.api.inspect_image(image).get("RepoTags"):
                    return False
                self._client.api.remove_image(image, force=False)
            except NotFound:
                return True
            except APIError:  # still in use
                return False
        return True


def knock(path: str) -> None:
    """Raises the OSError that tells why nobody answers at a unix socket."""
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(5)
        probe.connect(path)


def _describe(version: Mapping[str, Any]) -> str:
    components = {c.get("Name"): c.get("Version", "") for c in version.get("Components") or ()}
    if "Podman Engine" in components:
        return f"Podman {components['Podman Engine']}"
    return f"Docker {version.get('Version', '')}".strip()
