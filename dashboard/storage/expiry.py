"""What is removed from a workspace, all at once or when nobody has asked for it for long."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from dashboard.storage import deleted_files, refused_files
from dashboard.storage.datasets import DATASETS, forget_read, idle_days, remove_dataset
from dashboard.storage.deleted_files import remove_for_good
from dashboard.storage.incoming import disk_errors, is_of_running, new_name
from dashboard.storage.private_files import age_in_days, children, owner_folder, remove, sync
from dashboard.storage.quota import bytes_in
from dashboard.storage.refused_files import remove_expired_refused

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

KEEP_DAYS = 30.0
"""How long a dataset is kept that nobody looks at."""
_ABANDONED_AFTER_DAYS = 1 / 24


def remove_owned(home: Path, token: str) -> None:
    """Remove a dataset of the owner whose folder is `home`, and what they chose of it."""
    remove_dataset(home / "datasets" / token)
    (home / "choices" / f"{token}.json").unlink(missing_ok=True)


@dataclass(frozen=True)
class Kept:
    """What is kept of an owner."""

    files: int
    """Uploads: in use, not read yet, or deleted and still to be had back."""
    bytes: int
    """Of these and of all settings."""


def kept_of(root: Path, owner: str) -> Kept:
    """Count what is kept of an owner."""
    home = owner_folder(root, owner)
    folders = (home / part for part in (DATASETS, deleted_files.FOLDER, refused_files.FOLDER))
    return Kept(sum(len(children(folder)) for folder in folders), bytes_in(home))


def forget_owner(root: Path, owner: str) -> Kept:
    """Remove all that is kept of an owner, for good; returns what that was.

    In one step it is out of everybody's reach. Raises CannotWrite where the disk does not let it go.
    """
    kept, home, aside = kept_of(root, owner), owner_folder(root, owner), new_name(root / "incoming")
    with disk_errors(root / "incoming"):
        if home.is_dir():
            home.rename(aside)
            sync(home.parent)
            sync(aside.parent)
            forget_read()
            shutil.rmtree(aside)
    return kept


def kept_until(folder: Path, keep_days: float) -> date:
    """The day (UTC) on which a file in its folder goes if nobody looks at it again."""
    return (datetime.now(UTC) + timedelta(days=keep_days - idle_days(folder))).date()


def remove_expired(root: Path, keep_days: float) -> None:
    """Remove what was untouched for `keep_days` days, and the remains of interrupted uploads."""
    for folder in children(root / "incoming"):
        runs = is_of_running(folder)
        age = min(map(age_in_days, (folder, *folder.rglob("*"))))
        if runs is False or (runs is None and age > _ABANDONED_AFTER_DAYS):
            remove(folder)
    for folder in (*children(root / "samples"), *children(root / "shared")):
        if idle_days(folder) > keep_days:
            remove_dataset(folder)
    for home in children(root / "owners"):
        _remove_expired_of(home, keep_days)


def _remove_expired_of(home: Path, keep_days: float) -> None:
    absent_days = age_in_days(home)
    remove_for_good(home)
    remove_expired_refused(home, keep_days)
    for folder in children(home / "datasets"):
        if idle_days(folder) > keep_days:
            remove_owned(home, folder.name)
    for folder in children(home / "readings"):
        if idle_days(folder) > keep_days:
            remove_dataset(folder)
    if absent_days > keep_days and not children(home / "datasets"):
        remove(home)
