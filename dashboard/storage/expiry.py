"""What is removed from a workspace, all at once or when nobody has asked for it for long."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard.storage.datasets import idle_days, remove_dataset
from dashboard.storage.deleted_files import remove_for_good
from dashboard.storage.incoming import is_of_running
from dashboard.storage.private_files import age_in_days, children, owner_folder, remove
from dashboard.storage.refused_files import remove_expired_refused

if TYPE_CHECKING:
    from pathlib import Path

_ABANDONED_AFTER_DAYS = 1 / 24


def remove_owned(home: Path, token: str) -> None:
    """Remove a dataset of the owner whose folder is `home`, and what they chose of it."""
    remove_dataset(home / "datasets" / token)
    (home / "choices" / f"{token}.json").unlink(missing_ok=True)


def forget_owner(root: Path, owner: str) -> None:
    """Remove all that is kept of an owner, at once and for good."""
    remove(owner_folder(root, owner))


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
