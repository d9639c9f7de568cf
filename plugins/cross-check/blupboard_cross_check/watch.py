"""Run a command, and end it with all that it started as soon as standard input closes.

    python watch.py COMMAND...

Whoever started this holds the other end of standard input, which closes whatever becomes of them: a server
may end a plugin's process at any moment, and R would go on for minutes. The working directory, which is R's
own, is removed then too. Ends with the command's status.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path

CANNOT_START = 126


def main(command: list[str]) -> int:
    """The status of the command; 128 and the signal where one ended it."""
    try:
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True)  # noqa: S603 - as told
    except OSError as error:
        print(f"it cannot be started: {error.strerror}", file=sys.stderr)
        return CANNOT_START
    left = threading.Event()
    threading.Thread(target=_follow, args=(child, left), daemon=True).start()
    status = child.wait()
    if left.is_set():
        shutil.rmtree(Path.cwd(), ignore_errors=True)
    return status if status >= 0 else 128 - status


def _follow(child: subprocess.Popen[bytes], left: threading.Event) -> None:
    """Wait until standard input closes, and end the child; on Windows, what that one started is left."""
    while os.read(0, 1):  # not sys.stdin, which the interpreter could not close at its end
        pass
    left.set()
    if os.name == "posix":
        os.killpg(child.pid, signal.SIGKILL)
    else:
        child.kill()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
