"""Says each trouble once, and once that it is over, however often a thing is tried."""

import logging
from collections.abc import Callable

from catalogweb.edge.client import ControllerError
from catalogweb.edge.engine.base import EngineError

log = logging.getLogger("catalogweb.edge")


class Troubles:
    """`current` holds the sentence of every part that does not work now."""

    def __init__(self) -> None:
        self.current: dict[str, str] = {}

    def attempt(self, part: str, act: Callable[[], None]) -> bool:
        """Run `act`; a controller, an engine or a disk that fails is logged, not raised."""
        try:
            act()
        except (ControllerError, EngineError, OSError) as error:
            self._begin(part, str(error))
            return False
        self._end(part)
        return True

    def _begin(self, part: str, sentence: str) -> None:
        if self.current.get(part) != sentence:
            log.warning(sentence)
        self.current[part] = sentence

    def _end(self, part: str) -> None:
        if self.current.pop(part, None):
            log.info("the %s is back", part)
