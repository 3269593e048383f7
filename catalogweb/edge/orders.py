"""What the controller last ordered: checked as a whole before any of it counts, kept for times without it."""

from collections.abc import Mapping, Sequence
from typing import Any

from catalogweb.edge.client import ControllerClient, ControllerError
from catalogweb.edge.items import Microservice, Registry
from catalogweb.edge.settings import Options, followed
from catalogweb.edge.state import State

LIST_FLAGS = ("microserviceList", "microserviceConfig", "routing", "execSessions")


class Orders:
    """`microservices` is None until a list was ever loaded: not knowing is not the same as nothing wanted."""

    def __init__(self, state: State, options: Options) -> None:
        self._state = state
        self._options = options
        self.config: dict[str, float] = state.load("config", {})
        self.registries: tuple[Registry, ...] = ()
        self.microservices: tuple[Microservice, ...] | None = None
        try:
            self.registries = _registries(state.load("registries", []))
            if (cached := state.load("microservices")) is not None:
                self.microservices = self._read(cached)
        except ControllerError:
            self.microservices = None  # a damaged cache is no order

    def load(self, client: ControllerClient, *, registries: bool, microservices: bool) -> None:
        """Fetch and keep; raises ControllerError and changes nothing if any part is missing or unreadable."""
        entries = _list(client.call("GET", "agent/registries"), "registries") if registries else None
        items = _list(client.call("GET", "agent/microservices"), "microservices") if microservices else None
        known = self.registries if entries is None else _registries(entries)
        if items is not None:
            counted = self._count_rebuilds(items)
            items = [{"generation": counted.get(str(item.get("uuid")), 0), **item} for item in items]
            self.microservices = self._read(items)
            self._state.save("rebuilds", counted)
            self._state.save("microservices", items)
        if entries is not None:
            self._state.save("registries", entries)
        self.registries = known

    def load_config(self, client: ControllerClient) -> None:
        self.config = followed(client.call("GET", "agent/config"))
        self._state.save("config", self.config)

    def __str__(self) -> str:
        return ", ".join(m.name for m in self.microservices or ()) or "nothing yet"

    def _count_rebuilds(self, items: Sequence[Mapping[str, Any]]) -> dict[str, int]:
        """A controller that counts no generations says `rebuild` once: then we count."""
        counts = {}
        for item in items:
            uuid, again = str(item.get("uuid")), item.get("rebuild") is True and "generation" not in item
            counts[uuid] = int(self._state.load("rebuilds", {}).get(uuid, 0)) + again
        return {uuid: count for uuid, count in counts.items() if count}

    def _read(self, items: Sequence[Mapping[str, Any]]) -> tuple[Microservice, ...]:
        try:
            return tuple(
                Microservice.from_wire(
                    {**item, "platform": item.get("platform") or self._options.platform},
                    self._options.publish_address,
                )
                for item in items
                if not item.get("delete")
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise ControllerError(f"The controller sent an unreadable microservice ({error!r}).") from error


def _registries(entries: Sequence[Mapping[str, Any]]) -> tuple[Registry, ...]:
    try:
        return tuple(Registry.from_wire(entry) for entry in entries)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        # Only the kind of error: its text could hold a password.
        sentence = f"The controller sent an unreadable registry ({type(error).__name__})."
        raise ControllerError(sentence) from error


def _list(answer: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
    entries = answer.get(key)
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise ControllerError(f"The controller's answer holds no list of {key}.")
    return entries
