"""What a workspace says to the person when it cannot do what was asked."""

from __future__ import annotations


class WorkspaceError(Exception):
    """Something the person can act on; the message is one sentence for them."""


class TooLarge(WorkspaceError):
    """More bytes than this server takes."""


class Interrupted(WorkspaceError):
    """The stream ended before all announced bytes had come."""


class NoRoom(WorkspaceError):
    """The disk that holds the root is full."""


class CannotWrite(WorkspaceError):
    """The disk that holds the root is read-only, gone or broken."""


class UnusableRoot(WorkspaceError):
    """The root folder cannot be created or written."""


class InUse(WorkspaceError):
    """Another process serves the root folder."""


class UnusableSample(WorkspaceError):
    """The file of a sample cannot be read."""


class UnknownDataset(WorkspaceError):
    """No such dataset for this owner; the same answer whether it belongs to someone else or to nobody."""

    def __init__(self) -> None:
        super().__init__("This dataset is not here any more; upload the file again or choose a sample.")


class NoUpload(WorkspaceError):
    """The file as it came is not kept, or not where it was."""

    def __init__(self) -> None:
        super().__init__(
            "The file as it came is not here any more: upload it again to change how it is read."
        )


def format_bytes(count: int) -> str:
    """Write a size for people: `2 GB`, `1.5 MB` (1 MB = 2**20 bytes)."""
    for unit, size in (("GB", 2**30), ("MB", 2**20), ("kB", 2**10)):
        if count >= size:
            return f"{count / size:.3g} {unit}"
    return f"{count} bytes"
