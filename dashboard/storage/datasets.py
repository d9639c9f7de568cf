"""One dataset as a folder on disk: its rows in table.parquet, what is known of it in meta.json."""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from dashboard.storage.incoming import remove_whole
from dashboard.storage.kept_upload import keep_upload
from dashboard.storage.private_files import (
    age_in_days,
    json_object,
    make_folder,
    make_private,
    read_content,
    read_json,
    sync,
    sync_below,
    touch,
    write_json,
)

if TYPE_CHECKING:
    from dashboard.ingest import Reading, Table

DATASETS = "datasets"
"""The folder of an owner's own, each under its token."""
_FORMAT = 1
_META = "meta.json"
_PARQUET = "table.parquet"
_MAX_NAME = 200
_REMEMBERED = 4
"""So many datasets are not made anew of the same JSON: with 30,000 columns that takes a second each time."""


class StoreTable(Protocol):
    """What turns a received file into a table: `ingest.store_table`."""

    def __call__(self, source: Path, *, name: str, target: Path, reading: Reading) -> Table:
        """Read `source`, which the person calls `name`, and write its rows as Parquet to `target`."""


@dataclass(frozen=True)
class Dataset:
    """One stored dataset: how to ask for it, what the person calls it, its table, when it came (UTC)."""

    token: str
    name: str
    table: Table
    created: datetime
    reading: Reading
    """What a person said of the file's layout; the rest was found from the file."""
    columns_found: str = ""
    """The same for files that have the same columns as they are found; nothing where it was said how."""


def build_dataset(
    folder: Path,
    store: StoreTable,
    source: Path,
    *,
    name: str,
    token: str,
    version: str = "",
    reading: Reading | None = None,
) -> Dataset:
    """Make the new `folder` from the file `source`; `version` tells later whether the source has changed.

    Raises what `store` raises, `ingest.UnreadableFile` above all.
    """
    from dashboard.ingest import AS_FOUND

    make_folder(folder)
    name, reading = display_name(name), reading or AS_FOUND
    table = store(source, name=name, target=folder / _PARQUET, reading=reading)
    names = "\0".join(column.name for column in table.columns)
    columns = hashlib.sha256(names.encode()).hexdigest()[:32] if reading == AS_FOUND else ""
    dataset = Dataset(token, name, table, datetime.now(UTC), reading, columns)
    _write_meta(folder, dataset, version)
    return dataset


def keep_with(dataset: Dataset, upload: Path) -> None:
    """Keep the file that a dataset was made from in its folder; it is moved there."""
    keep_upload(upload, dataset.table.path.parent)


def replace_table(folder: Path, draft: Dataset) -> None:
    """Put the table of `draft` in place of that in `folder`, in one step: readers see the old or the new.

    The old table stays until the next one comes, for those who are reading it. Raises FileNotFoundError where
    the dataset has been removed meanwhile.
    """
    before = read_json(folder / _META)
    target = folder / f"table-{secrets.token_hex(8)}.parquet"
    draft.table.path.chmod(0o600)
    sync(draft.table.path)
    draft.table.path.rename(target)
    sync(folder)  # before meta.json names it
    try:
        table = replace(draft.table, path=target)
        created = datetime.fromisoformat(before["created"])
        kept = replace(draft, table=table, created=created, columns_found=before.get("columns_found", ""))
        _write_meta(folder, kept, before["version"])
    except KeyError as error:
        target.unlink(missing_ok=True)
        raise FileNotFoundError(folder / _META) from error
    except OSError:
        target.unlink(missing_ok=True)
        raise
    for other in folder.glob("table*.parquet"):
        if other.name not in (target.name, before.get("file", _PARQUET)):
            other.unlink(missing_ok=True)


def make_reading(folder: Path, *, of: Dataset) -> Path:
    """The folder for another reading of a dataset, which has no table until one is put in place of `of`'s."""
    version = of.created.isoformat()
    if read_dataset(folder, version=version) is None:
        make_folder(folder)
        _write_meta(folder, of, version)
    return folder


def _write_meta(folder: Path, dataset: Dataset, version: str) -> None:
    meta = {
        "format": _FORMAT,
        "token": dataset.token,
        "name": dataset.name,
        "created": dataset.created.isoformat(),
        "version": version,
        "file": dataset.table.path.name,
        "reading": dataset.reading.to_json(),
        "columns_found": dataset.columns_found,
        "table": dataset.table.to_json(),
    }
    write_json(folder / _META, json.dumps(meta))


def read_dataset(folder: Path, *, version: str | None = None) -> Dataset | None:
    """Return the dataset in `folder`; None when it is absent, of another format, or not of this `version`."""
    content = read_content(folder / _META)
    dataset, made_by = (None, None) if content is None else _dataset_of(folder, content)
    if dataset is None:
        return None
    if not dataset.table.path.is_file():
        forget_read()  # it was removed while it was read
        return None
    return dataset if version is None or made_by == version else None


@lru_cache(maxsize=_REMEMBERED)
def _dataset_of(folder: Path, content: bytes) -> tuple[Dataset | None, object]:
    """The dataset that a folder's meta.json holds, None where it is none, and what version wrote it."""
    from dashboard.ingest import Reading
    from dashboard.ingest.json_values import text

    meta = json_object(content, _META)
    path = folder / str(meta.get("file", _PARQUET))
    if meta.get("format") != _FORMAT:
        return None, None
    try:
        table, reading = _table_in(path, meta["table"]), Reading.from_json(meta.get("reading", {}))
        created = datetime.fromisoformat(meta["created"])
        token, name, columns = map(text, (meta["token"], meta["name"], meta.get("columns_found", "")))
    # written by another version of blupboard, or damaged
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
        return None, None
    if created.tzinfo is None or (folder.parent.name == DATASETS and token != folder.name):
        return None, None
    return Dataset(token, name, table, created, reading, columns), meta.get("version")


def forget_read() -> None:
    """Keep nothing in memory of what was read of datasets; for whoever has removed one."""
    from dashboard.ingest import forget_names

    _dataset_of.cache_clear()
    forget_names()


def name_of_damaged(folder: Path) -> str | None:
    """The name of what is in a dataset's folder where it cannot be read; None where it can."""
    if read_dataset(folder) is not None:
        return None
    found = read_json(folder / _META).get("name")
    return display_name(found) if isinstance(found, str) else "A file"


def move_dataset(dataset: Dataset, folder: Path) -> Dataset:
    """Move a dataset in one step to `folder`, which must not exist; returns it as found there."""
    make_folder(folder.parent)
    make_private(dataset.table.path.parent)
    sync_below(dataset.table.path.parent)
    dataset.table.path.parent.rename(folder)
    sync(folder.parent)
    return replace(dataset, table=replace(dataset.table, path=folder / dataset.table.path.name))


def remove_dataset(folder: Path) -> None:
    """Remove a dataset; it is gone at once, also where another process still holds its table open."""
    remove_whole(folder)
    forget_read()


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


def _table_in(path: Path, fields: dict[str, Any]) -> Table:
    from dashboard.ingest import Table

    return Table.from_json(fields, path)
