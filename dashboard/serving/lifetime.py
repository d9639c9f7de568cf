"""What holds from the start of a serving process to its end, whichever server it runs in."""

from __future__ import annotations

import logging
import tempfile
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from dashboard.storage.expiry import remove_expired
from dashboard.storage.incoming import work_folder
from dashboard.storage.root_folder import sole_use

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import flask

    from dashboard.storage.workspace import Workspace

_CLOSING = "blupboard-closing"
_HOUR_SECONDS = 3_600.0
_log = logging.getLogger(__name__)


def at_end(server: flask.Flask, close: Callable[[], None]) -> None:
    """Have `close` called when `at_work` ends."""
    server.extensions.setdefault(_CLOSING, []).append(close)


@contextmanager
def at_work(server: flask.Flask, workspace: Workspace) -> Iterator[Callable[[str], None]]:
    """Hold the data folder for this process, clean it hourly, and in the end close what runs beside requests.

    Gives what notes the address of the server. Raises InUse where another process has the folder.
    """
    try:
        # a folder of this process: after its end, however that comes, the next one removes it
        with (
            sole_use(workspace.root) as note_address,
            work_folder(workspace.incoming) as own,
            _temporary_files_in(own),
            _cleaned_hourly(workspace),
        ):
            yield note_address
    finally:
        for close in server.extensions.get(_CLOSING, ()):
            close()


@contextmanager
def _temporary_files_in(folder: Path) -> Iterator[None]:
    """Keep the bodies that wait in temporary files off /tmp, which is memory on many systems."""
    before, tempfile.tempdir = tempfile.tempdir, str(folder)
    try:
        yield
    finally:
        tempfile.tempdir = before


@contextmanager
def _cleaned_hourly(workspace: Workspace) -> Iterator[None]:
    """Remove once an hour what has expired, beside all else."""
    ended = threading.Event()

    def clean() -> None:
        while not ended.wait(_HOUR_SECONDS):
            try:
                remove_expired(workspace.root, workspace.keep_days)
            except OSError as error:
                _log.warning("what has expired cannot be removed: %s", error.strerror)

    threading.Thread(target=clean, name="cleaning", daemon=True).start()
    try:
        yield
    finally:
        ended.set()
