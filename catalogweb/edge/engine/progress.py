"""How far a pull is, from the events an engine streams."""

from collections.abc import Mapping
from typing import Any

DONE = {"pull complete", "already exists", "download complete"}
DOWNLOAD_SHARE = 0.9


class Progress:
    """Counts layers. Engines tell more or less, so the last percent waits for the end of the stream."""

    def __init__(self) -> None:
        self.last_id = ""
        self._layers: dict[str, float] = {}

    def note(self, event: Mapping[str, Any]) -> None:
        layer = str(event.get("id") or "")
        status = str(event.get("status") or "").lower()
        if not layer or status.startswith("pulling from"):
            return
        self.last_id = layer
        self._layers[layer] = max(self._layers.get(layer, 0.0), _share(status, event.get("progressDetail") or {}))

    @property
    def percentage(self) -> float:
        if not self._layers:
            return 0.0
        return min(99.0, 100.0 * sum(self._layers.values()) / len(self._layers))


def _share(status: str, detail: Mapping[str, Any]) -> float:
    if status in DONE:
        return DOWNLOAD_SHARE if status == "download complete" else 1.0
    current, total = detail.get("current") or 0, detail.get("total") or 0
    if status == "downloading" and total > 0:
        return DOWNLOAD_SHARE * min(max(current / total, 0.0), 1.0)
    return DOWNLOAD_SHARE if status.startswith(("extracting", "verifying")) else 0.0
