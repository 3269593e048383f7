"""Run Python with the given arguments, bound to the life of the process that asked: `bound.py PARENT ARGS…`.

A parent that is killed outright cannot end its children, so on Linux the kernel tells them. Elsewhere
they outlive such a parent.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def die_with_parent(parent: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        # It may have died before we asked.
        if os.getppid() != parent:
            sys.exit(1)


def main(parent: str, *arguments: str) -> None:
    die_with_parent(int(parent))
    # The kernel keeps the wish across this, and the program keeps the process id.
    os.execv(sys.executable, [sys.executable, *arguments])  # noqa: S606


if __name__ == "__main__":
    main(*sys.argv[1:])
