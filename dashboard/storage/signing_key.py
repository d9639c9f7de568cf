"""The secret that signs session cookies: whoever knows it is whomever he likes."""

from __future__ import annotations

import os
import secrets
from typing import TYPE_CHECKING, Final

from dashboard.storage.errors import UnusableRoot
from dashboard.storage.private_files import draft_beside, sync, write_new

if TYPE_CHECKING:
    from pathlib import Path

KEY_BYTES: Final = 32


def signing_key(root: Path) -> bytes:
    """The key of a data folder, made on first use, for this account alone; all processes get the same.

    Raises UnusableRoot where the file holds none: with a short key anybody could sign.
    """
    path = root / "signing.key"
    if not path.exists():
        _make(path)
    key = path.read_bytes()
    if len(key) < KEY_BYTES:
        raise UnusableRoot(
            f"The signing key {path} is damaged ({len(key)} of {KEY_BYTES} bytes): put it back from a "
            "backup, or delete it, which ends everybody's session."
        )
    return key


def _make(path: Path) -> None:
    draft = draft_beside(path)
    try:
        write_new(draft, secrets.token_bytes(KEY_BYTES))
        os.link(draft, path)  # unlike a rename, never replaces what another process has just made
    except FileExistsError:
        pass
    except OSError:  # a file system without hard links
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    sync(path.parent)
