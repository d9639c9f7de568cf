"""What comes in: a stream to a file, in a folder that is gone when the work is done."""

from __future__ import annotations

import errno
import os
import secrets
import socket
import sys
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING

from dashboard.storage.errors import CannotWrite, Interrupted, NoRoom, TooLarge
from dashboard.storage.private_files import remove, sync

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

INCOMING = "incoming"
"""The folder of what is not kept yet, or not any more; what a process that ended left there goes."""
_CHUNK_BYTES = 2**20
_OF_THE_DISK = (errno.EROFS, errno.EACCES, errno.EPERM, errno.EIO)


def is_of_running(path: Path) -> bool | None:
    """Whether the process of this machine that began what lies there still runs; None where it is unknown."""
    host, mark, rest = path.name.partition(f"{socket.gethostname()}-")
    number, _, rest = rest.partition("-")
    if host or not mark or not rest or not number.isdecimal() or sys.platform == "win32":
        return None
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):  # it is another account's, or no number of a process
        return None
    return True


@contextmanager
def work_folder(incoming: Path) -> Iterator[Path]:
    """Lend a new folder in `incoming`, gone afterwards whatever happens.

    Raises NoRoom on a full disk, CannotWrite on one that is read-only, gone or broken.
    """
    folder = new_name(incoming)
    try:
        with disk_errors(incoming):
            folder.mkdir(mode=0o700)
            yield folder
    finally:
        remove(folder)


def new_name(incoming: Path) -> Path:
    """A name in `incoming` that nothing has; what bears it goes with this process, however that ends."""
    return incoming / f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(16)}"


def remove_whole(folder: Path) -> None:
    """Remove a folder of a data folder in one step, for whoever looks meanwhile and after a power cut."""
    incoming = next((above / INCOMING for above in folder.parents if (above / INCOMING).is_dir()), None)
    if incoming is None or not folder.is_dir():
        remove(folder)
        return
    aside = new_name(incoming)
    try:
        folder.rename(aside)
    except FileNotFoundError:  # another thread has removed it
        return
    except PermissionError:  # Windows, where somebody reads one of its files
        remove(folder)
        return
    sync(folder.parent)
    sync(incoming)
    remove(aside)


@contextmanager
def disk_errors(incoming: Path) -> Iterator[None]:
    """Raise NoRoom on a full disk, CannotWrite on one that is read-only, gone or broken."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise NoRoom("The server's disk is full; free some space and try again.") from error
        if error.errno in _OF_THE_DISK or not incoming.is_dir():
            raise CannotWrite(
                f"The server cannot write to its disk ({os.strerror(error.errno or errno.EIO).lower()}): "
                "what is there can be looked at; tell whoever runs the server."
            ) from error
        raise


def spool(stream: IO[bytes], target: Path, length: int | None, *, most: int, too_large: str) -> None:
    """Write what a stream brings to the new file `target`, in constant memory.

    `length` is the announced number of bytes, None when unknown. Raises TooLarge with the sentence
    `too_large` past `most` bytes, Interrupted when fewer come than announced.
    """
    received = 0
    with target.open("xb") as file:
        while length is None or received < length:
            chunk = stream.read(_CHUNK_BYTES if length is None else min(_CHUNK_BYTES, length - received))
            if not chunk:
                break
            received += len(chunk)
            if received > most:
                raise TooLarge(too_large)
            file.write(chunk)
    if length is not None and received < length:
        raise Interrupted("The upload was interrupted; try it again.")
