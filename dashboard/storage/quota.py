"""How much is kept: of one owner, in all, and how much of the disk stays free."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dashboard.storage.errors import NoRoom, format_bytes

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Quota:
    """In bytes."""

    owner: int = 10 * 2**30
    """What is kept for one owner."""
    total: int = 100 * 2**30
    """What is kept for all of them together."""
    free: int = 2**29
    """What stays free on the disk."""

    def require_free(self, root: Path, more: int) -> None:
        """Look whether the disk of `root` has room for so many bytes more. Raises NoRoom."""
        if shutil.disk_usage(root).free - more < self.free:
            raise NoRoom("The server's disk is nearly full: delete files that are not needed, or try later.")

    def require_room(self, root: Path, home: Path | None = None, more: int = 0) -> None:
        """Look whether there is room under `root` for so many bytes more, of the owner of `home`.

        Raises NoRoom.
        """
        self.require_free(root, more)
        if bytes_in(root / "owners") + more > self.total:
            raise NoRoom(
                f"All files on this server take the {format_bytes(self.total)} that it keeps: delete files "
                "that are not needed, or try later."
            )
        used = 0 if home is None else bytes_in(home)
        if used + more > self.owner:
            raise NoRoom(
                f"Your files take {format_bytes(used)} here, and this one would go past the "
                f"{format_bytes(self.owner)} that are kept for you: delete some first."
            )


def bytes_in(folder: Path) -> int:
    """The bytes of all files in a folder, however deep; what goes meanwhile counts nothing."""
    found = 0
    for path, _, names in os.walk(folder):
        for name in names:
            with suppress(OSError):
                found += os.lstat(os.path.join(path, name)).st_size  # noqa: PTH118 - there may be very many
    return found
