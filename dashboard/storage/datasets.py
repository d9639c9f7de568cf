"""One dataset as a folder on disk: its rows in table.parquet, what is known of it in meta.json."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from dashboard.storage.private_files import age_in_days, make_folder, read_json, remove, touch, write_json

if TYPE_CHECKING:
    from dashboard.ingest import Table

_FORMAT = 1
_META = "meta.json"
_PARQUET = "table.parquet"
_MAX_NAME = 200


class StoreTable(Protocol):
    """What turns a received file into a table: `ingest.store_table`."""

    def __call__(self, source: Path, *, name: str, target: Path) -> Table:
        """Read `source`, which the person calls `name`, and write its rows as Parquet to `target`."""


@dataclass(frozen=True)
class Dataset:
    """One stored dataset: how to ask for it, what the person calls it, its table, when it came (UTC)."""

    token: str
    name: str
    table: Table
    created: datetime


def build_dataset(
    folder: Path, store: StoreTable, source: Path, *, name: str, token: str, version: str
) -> Dataset:
    """Make the new `folder` from the file `source`; `version` tells later whether the source has changed.

    Raises what `store` raises, `ingest.UnreadableFile` above all.
    """
    make_folder(folder)
    name = display_name(name)
    dataset = Dataset(token, name, store(source, name=name, target=folder / _PARQUET), datetime.now(UTC))
    meta = {
        "format": _FORMAT,
        "token": token,
        "name": name,
        "created": dataset.created.isoformat(),
        "version": version,
        "table": dataset.table.to_json(),
    }
    write_json(folder / _META, json.dumps(meta))
    return dataset


def read_dataset(folder: Path, *, version: str | None = None) -> Dataset | None:
    """Return the dataset in `folder`; None when it is absent, of another format, or not of this `version`."""
    meta = read_json(folder / _META)
    if meta.get("format") != _FORMAT or not (folder / _PARQUET).is_file():
        return None
    if version is not None and meta.get("version") != version:
        return None
    try:
        table = _table_in(folder, meta["table"])
        return Dataset(meta["token"], meta["name"], table, datetime.fromisoformat(meta["created"]))
    except (KeyError, TypeError):  # written by another version of blupboard
        return None


def move_dataset(dataset: Dataset, folder: Path) -> Dataset:
    """Move a dataset in one step to `folder`, which must not exist; returns it as found there."""
    folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    dataset.table.path.parent.rename(folder)
    return replace(dataset, table=_table_in(folder, dataset.table.to_json()))


def remove_dataset(folder: Path) -> None:
    """Remove a dataset; it is gone at once, also where another process still holds its table open."""
    (folder / _META).unlink(missing_ok=True)
    remove(folder)


def note_use(folder: Path) -> None:
    """Count the idle days of a dataset from now."""
    touch(folder / _META)


def idle_days(folder: Path) -> float:
    """Count the days since a dataset was made or last used."""
    meta = folder / _META
    return age_in_days(meta if meta.exists() else folder)


def display_name(name: str) -> str:
    """Make a file name fit to show: one line, no control or direction characters, at most 200 characters."""
    printable = "".join(character for character in name if character.isprintable()).strip()
    if len(printable) > _MAX_NAME:
        printable = f"{printable[:150]}…{printable[-(_MAX_NAME - 151) :]}"
    return printable or "upload"


def _table_in(folder: Path, fields: dict[str, Any]) -> Table:
    from dashboard.ingest import Table

    return Table.from_json(fields, folder / _PARQUET)
