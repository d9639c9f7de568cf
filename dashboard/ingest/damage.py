"""Errors of unpacking for which the file is to blame: each way of packing raises others."""

from __future__ import annotations

import lzma
import zipfile
import zlib

from dashboard.ingest.errors import UnreadableFile

_OF_THE_FILE = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,  # cut short
    ValueError,  # names and sizes that are none
    RuntimeError,  # a password is needed; NotImplementedError: packed in a way that is not known
)


def is_damage(error: Exception) -> bool:
    """Whether unpacking failed because of the file: it is damaged, cut short or locked.

    Errors of bzip2, gzip and Arrow are OSErrors without a number; one with a number is the machine's.
    Zstandard's in a zip archive goes by its name, as Python has it from 3.14 on only.
    """
    if isinstance(error, OSError):
        return error.errno is None
    if isinstance(error, UnreadableFile):  # says already what is wrong
        return False
    return isinstance(error, _OF_THE_FILE) or type(error).__name__ == "ZstdError"
