"""Datasets that were deleted, kept aside for some minutes so that it can be undone, then removed for good.

They lie in `owners/<owner hash>/deleted/<token>/` with the choices that were made for them, out of reach of
everything but these functions.
"""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING, Final

from dashboard.storage.datasets import Dataset, read_dataset, remove_dataset
from dashboard.storage.errors import UnknownDataset
from dashboard.storage.private_files import age_in_days, children, make_folder, owner_folder, sync

if TYPE_CHECKING:
    from pathlib import Path

UNDO_MINUTES = 15
FOLDER: Final = "deleted"
_CHOICES = "choices.json"
_MINUTES_OF_A_DAY = 24 * 60


def set_aside(root: Path, owner: str, token: str) -> None:
    """Delete a dataset of this owner so that `put_back` can undo it for `UNDO_MINUTES`.

    Raises UnknownDataset for everything else, samples and shared files included.
    """
    home = owner_folder(root, owner)
    folder = _member(home / "datasets", token)
    make_folder(home / FOLDER)
    aside = home / FOLDER / token
    folder.rename(aside)
    sync(folder.parent)
    sync(aside.parent)
    choices = home / "choices" / f"{token}.json"
    if choices.exists():
        choices.replace(aside / _CHOICES)
    os.utime(aside)
    timer = threading.Timer(60 * UNDO_MINUTES + 1, remove_for_good, [home])
    timer.daemon = True  # what is left when the server ends, the next start removes
    timer.start()


def put_back(root: Path, owner: str, token: str) -> Dataset:
    """Undo `set_aside`, choices included. Raises UnknownDataset once it has been removed for good."""
    home = owner_folder(root, owner)
    remove_for_good(home)
    aside = _member(home / FOLDER, token)
    choices = aside / _CHOICES
    if choices.exists():
        choices.replace(home / "choices" / f"{token}.json")
    folder = home / "datasets" / token
    aside.rename(folder)
    sync(folder.parent)
    dataset = read_dataset(folder)
    if dataset is None:
        raise UnknownDataset
    return dataset


def deleted_datasets(root: Path, owner: str) -> tuple[Dataset, ...]:
    """What this owner can still put back, the last that was deleted first."""
    home = owner_folder(root, owner)
    remove_for_good(home)
    folders = sorted(children(home / FOLDER), key=age_in_days)
    return tuple(dataset for dataset in map(read_dataset, folders) if dataset is not None)


def remove_for_good(home: Path) -> None:
    """Remove what the owner whose folder is `home` deleted longer ago than `UNDO_MINUTES`."""
    for folder in children(home / FOLDER):
        if age_in_days(folder) * _MINUTES_OF_A_DAY > UNDO_MINUTES:
            remove_dataset(folder)


def _member(folder: Path, token: str) -> Path:
    """The folder of this name in another; a token comes from a browser and may be any text."""
    found = next((child for child in children(folder) if child.name == token), None)
    if found is None:
        raise UnknownDataset
    return found
