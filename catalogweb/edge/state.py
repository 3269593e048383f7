"""What an agent remembers between two starts: credentials and the last lists the controller sent."""

import contextlib
import fcntl
import json
import os
import tempfile
from pathlib import Path
from typing import IO, Any


class State:
    """Named JSON documents in memory only; enough for a simulated fleet."""

    def __init__(self) -> None:
        self._documents: dict[str, Any] = {}

    def load(self, name: str, default: Any = None) -> Any:
        return self._documents.get(name, default)

    def save(self, name: str, value: Any) -> None:
        self._documents[name] = value

    def forget(self) -> None:
        self._documents.clear()


class StateFolder(State):
    """The same in files that only their owner can read, each replaced as a whole or not at all."""

    def __init__(self, folder: str | Path) -> None:
        super().__init__()
        self.folder = Path(folder)

    def prepare(self) -> None:
        """Make the folder, private; raises OSError when this user cannot write there."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.folder.chmod(0o700)
        with tempfile.NamedTemporaryFile(dir=self.folder):
            pass

    def lock(self) -> IO[str]:
        """Held as long as the returned file is open; raises BlockingIOError while another process holds it."""
        file = open(self.folder / "lock", "w")  # noqa: SIM115
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.close()
            raise BlockingIOError(f"Another agent already runs with {self.folder}.") from error
        return file

    def load(self, name: str, default: Any = None) -> Any:
        """A file that cannot be read counts as absent: the controller will send its content again."""
        try:
            return json.loads(self._path(name).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return default

    def save(self, name: str, value: Any) -> None:
        self.prepare()
        descriptor, temporary = tempfile.mkstemp(dir=self.folder, prefix=f".{name}.")  # mode 0600
        try:
            with open(descriptor, "w", encoding="utf-8") as file:
                json.dump(value, file, indent=1)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, self._path(name))
        except BaseException:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(temporary)
            raise

    def forget(self) -> None:
        for path in self.folder.glob("*.json"):
            path.unlink(missing_ok=True)

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}.json"
