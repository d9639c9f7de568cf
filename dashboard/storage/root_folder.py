"""The data folder itself: its rooms, the format that it is written in, and the one process that serves it."""

from __future__ import annotations

import json
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from filelock import FileLock, Timeout

from dashboard.storage.errors import InUse, UnusableRoot
from dashboard.storage.private_files import make_folder, read_json, write_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

FORMAT: Final = 1
"""Of the folder as a whole; another one wherever an earlier version would not find its way in it."""
_FORMAT_FILE, _LOCK, _SERVER = "format.json", "server.lock", "server.json"


def make_root(root: Path) -> None:
    """Make a data folder, or look whether it is one that can be read.

    Raises UnusableRoot where a newer version has written it, and OSError.
    """
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    for folder in ("incoming", "owners", "samples", "shared"):
        make_folder(root / folder)
    found = read_json(root / _FORMAT_FILE).get("format")
    if not isinstance(found, int):  # it is new, or from before this file was
        write_json(root / _FORMAT_FILE, json.dumps({"format": FORMAT}))
    elif found > FORMAT:
        raise UnusableRoot(
            f"The data folder {root} is of format {found}, and this version of blupboard reads {FORMAT}: "
            "install the version that wrote it, put back the copy from before, or name another folder "
            "with --data-dir."
        )


@contextmanager
def sole_use(root: Path) -> Iterator[Callable[[str], None]]:
    """Hold a data folder for this process alone; the system lets go of it however the process ends.

    Gives what notes the address under which the process is reached. Raises InUse where another process has
    the folder, which it names, and UnusableRoot where the file system knows no locks.
    """
    lock = FileLock(root / _LOCK, mode=0o600, thread_local=False, fallback_to_soft=False)
    try:
        lock.acquire(blocking=False)
    except Timeout as error:
        raise InUse(_in_use(root)) from error
    except NotImplementedError as error:
        raise UnusableRoot(
            f"The file system of {root} cannot lock files, so that two servers could not be told from one: "
            "name a folder on another with --data-dir."
        ) from error

    def note(address: str) -> None:
        write_json(root / _SERVER, json.dumps({"process": os.getpid(), "address": address}), durable=False)

    try:
        note("")
        yield note
    finally:
        lock.release()


def is_in_use(root: Path) -> bool:
    """Whether another process has a data folder; False where there is no such folder yet."""
    if not (root / _LOCK).exists():
        return False
    try:
        with FileLock(root / _LOCK, blocking=False, thread_local=False, fallback_to_soft=False):
            return False
    except Timeout:
        return True
    except (NotImplementedError, OSError):
        return False  # the server's own try says what is wrong


def _in_use(root: Path) -> str:
    found = read_json(root / _SERVER)
    at = f" at {found['address']}" if found.get("address") else ""
    return (
        f"Another server (process {found.get('process')}{at}) uses the data folder {root}, and two would not "
        "know of each other's studies: use that one, end it, or name another folder with --data-dir."
    )
