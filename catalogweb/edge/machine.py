"""This machine and this process in numbers, from /proc; zeros where there is none."""

import os
import resource
import shutil
import socket
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit


class Machine:
    """Facts for the status report. `url` only picks the network interface that leads to the controller."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._route = (parts.hostname or "127.0.0.1", parts.port or 443)
        self._before = (time.monotonic(), time.process_time())

    def facts(self) -> dict[str, Any]:
        return {
            "memoryUsage": _process_memory() / 1e6,
            "diskUsage": 0.0,
            "cpuUsage": self._process_cpu(),
            "systemAvailableDisk": shutil.disk_usage("/").free,
            "systemAvailableMemory": _available_memory(),
            "systemTotalCpu": _busy_percent(),
            "ipAddress": self._address(),
        }

    def _process_cpu(self) -> float:
        now = (time.monotonic(), time.process_time())
        passed, used = now[0] - self._before[0], now[1] - self._before[1]
        self._before = now
        return round(100 * used / passed, 2) if passed > 0 else 0.0

    def _address(self) -> str:
        try:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
                probe.connect(self._route)  # sends nothing: only asks the kernel for the route
                return str(probe.getsockname()[0])
        except OSError:
            return ""


def _process_memory() -> int:
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _available_memory() -> int:
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable"))
    except (OSError, StopIteration):
        return 0


def _busy_percent() -> float:
    """Average since boot, as the protocol has it."""
    try:
        ticks = [int(value) for value in Path("/proc/stat").read_text().splitlines()[0].split()[1:9]]
    except (OSError, IndexError):
        return 0.0
    return round(100 * (1 - (ticks[3] + ticks[4]) / max(sum(ticks), 1)), 2)
