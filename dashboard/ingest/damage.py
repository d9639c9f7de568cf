"""Errors for which a file is to blame: each library that reads one raises others."""

from __future__ import annotations

import errno
import logging
import lzma
import traceback
import zipfile
import zlib
from contextlib import contextmanager
from typing import TYPE_CHECKING

from dashboard.ingest.errors import UnreadableFile

if TYPE_CHECKING:
    from collections.abc import Iterator

_log = logging.getLogger(__name__)

_OF_THE_FILE = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,  # cut short
    ValueError,  # names and sizes that are none
    RuntimeError,  # a password is needed; NotImplementedError: packed in a way that is not known
)


class DamagedTable(UnreadableFile):
    """What is stored of an upload is damaged."""

    def __init__(self) -> None:
        super().__init__("The table of this file is damaged: delete it here, and upload the file again.")


def is_damage(error: Exception) -> bool:
    """Whether unpacking failed because of the file: it is damaged, cut short or locked.

    Errors of bzip2, gzip and Arrow are OSErrors without a number; one with a number is the machine's, but for
    EINVAL: a place in an archive that it cannot have.
    Zstandard's in a zip archive goes by its name, as Python has it from 3.14 on only.
    """
    if isinstance(error, OSError):
        return error.errno in (None, errno.EINVAL)
    if isinstance(error, UnreadableFile):  # says already what is wrong
        return False
    return isinstance(error, _OF_THE_FILE) or type(error).__name__ == "ZstdError"


@contextmanager
def damage_as_sentence(name: str | None = None) -> Iterator[None]:
    """Whatever goes wrong in a file is one sentence: a dozen libraries read files, each with its errors.

    `name`: of an upload; None: it is what is stored of one. What was raised is one line in the log. Errors of
    the machine (no room, no rights) go on as they are.

    Raises UnreadableFile.
    """
    try:
        yield
    except DamagedTable as error:
        raise error if name is None else _damaged(name) from error
    except UnreadableFile:
        raise
    except BaseException as error:
        # calamine, written in Rust, panics at some damage, which is no Exception
        is_of_file = isinstance(error, Exception) or type(error).__name__ == "PanicException"
        if not is_of_file or (isinstance(error, OSError) and not is_damage(error)):
            raise
        raise damage_sentence(error, name) from error


def damage_sentence(error: BaseException, name: str | None = None) -> UnreadableFile:
    """What to say of an error in a file; what it was is one line in the log.

    `name`: of an upload; None: it is what is stored of one.
    """
    frame = traceback.extract_tb(error.__traceback__)[-1]
    _log.warning("a file cannot be read: %s at %s:%s", type(error).__name__, frame.filename, frame.lineno)
    if isinstance(error, MemoryError):
        return UnreadableFile("The table needs more memory than there is for it: use a smaller file.")
    return DamagedTable() if name is None else _damaged(name)


def _damaged(name: str) -> UnreadableFile:
    return UnreadableFile(
        f"{name} is damaged, or holds something that cannot be read: save it again, or as CSV."
    )
