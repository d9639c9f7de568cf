"""Small files that are written whole or not at all, in folders for this account alone."""

from __future__ import annotations

import errno
import hashlib
import json
import logging
import os
import secrets
import shutil
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

_TOUCH_EVERY_SECONDS = 3_600
_log = logging.getLogger(__name__)


def default_root() -> Path:
    """Name the folder where blupboard keeps this account's data, by the custom of the platform."""
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local"
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Application Support"
    else:
        base = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(base) / "blupboard"


def owner_folder(root: Path, owner: str) -> Path:
    """Name the folder of an owner under `root`; an owner is any text."""
    return root / "owners" / hashlib.sha256(owner.encode()).hexdigest()[:32]


def make_folder(path: Path) -> None:
    """Create a folder for this account alone, unless it is there, and those above it that are missing."""
    if not path.is_dir():
        make_folder(path.parent)
        path.mkdir(mode=0o700, exist_ok=True)
        sync(path.parent)


def sync(path: Path) -> None:
    """Have what a file holds, or the names in a folder, outlive a power cut."""
    if path.is_dir() and sys.platform == "win32":
        return  # which has no such call for folders
    opened = os.open(path, os.O_RDWR if sys.platform == "win32" else os.O_RDONLY)
    try:
        os.fsync(opened)
    except OSError as error:
        if error.errno != errno.EINVAL:  # some file systems of networks know none for folders
            raise
    finally:
        os.close(opened)


def sync_below(folder: Path) -> None:
    """Have a folder outlive a power cut with all it holds."""
    for path in (*folder.rglob("*"), folder):
        sync(path)


def make_private(folder: Path) -> None:
    """Take away from everybody else what the libraries that wrote the files of a folder let them have."""
    for path in folder.rglob("*"):
        path.chmod(0o700 if path.is_dir() else 0o600)


def write_json(path: Path, text: str, *, durable: bool = True) -> None:
    """Put JSON text in place of `path` in one step: readers see the old or the new, never half of it."""
    make_folder(path.parent)
    draft = draft_beside(path)
    try:
        write_new(draft, text.encode(), durable=durable)
        draft.replace(path)
        if durable:
            sync(path.parent)
    finally:
        draft.unlink(missing_ok=True)


def write_preference(path: Path, text: str) -> None:
    """As `write_json`, for what is no loss: where it cannot be written, that is a line in the log."""
    try:
        write_json(path, text, durable=False)
    except OSError as error:
        _log.warning("%s cannot be written: %s", path.name, error.strerror)


def read_json(path: Path) -> dict[str, Any]:
    """Return the JSON object in `path`; empty when the file is absent, damaged or holds something else."""
    given = read_content(path)
    return {} if given is None else json_object(given, path.name)


def read_content(path: Path) -> bytes | None:
    """Return what is in `path`; None when the file is absent or cannot be read."""
    try:
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        _log.warning("%s cannot be read: %s", path.name, type(error).__name__)
        return None


def json_object(content: bytes, name: str) -> dict[str, Any]:
    """Return the JSON object in the content of a file of this name; empty when it is damaged or no object."""
    try:
        found = json.loads(content.decode("utf-8"))
    except (ValueError, RecursionError) as error:  # of JSON, of its depth
        _log.warning("%s cannot be read: %s", name, type(error).__name__)
        return {}
    return found if isinstance(found, dict) else {}


def remove(path: Path) -> None:
    """Remove a file or a folder with all it holds, as far as the system lets us."""
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def children(folder: Path) -> tuple[Path, ...]:
    """List what a folder holds; nothing when there is no such folder."""
    return tuple(folder.iterdir()) if folder.is_dir() else ()


def stamp(path: Path) -> str:
    """Another one when the file has changed."""
    stat = path.stat()
    return f"{stat.st_size}-{stat.st_mtime_ns}"


def touch(path: Path) -> None:
    """Note that an existing path is in use, writing at most once an hour; where it can be written."""
    with suppress(OSError):  # it is gone, or the disk is full or read-only
        if time.time() - path.stat().st_mtime > _TOUCH_EVERY_SECONDS:
            os.utime(path)


def age_in_days(path: Path) -> float:
    """Count the days since the last write or `touch`; 0 for a path that has just gone."""
    try:
        return (time.time() - path.stat().st_mtime) / 86_400
    except FileNotFoundError:
        return 0.0


def draft_beside(path: Path) -> Path:
    """A name that no other file has, beside `path`."""
    return path.with_name(f"{path.name}.{secrets.token_hex(8)}")


def write_new(path: Path, content: bytes, *, durable: bool = True) -> None:
    """Write a file that is not there yet, for this account alone; `durable`: it outlives a power cut."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        if durable:
            file.flush()
            os.fsync(file.fileno())
