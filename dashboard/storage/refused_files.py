"""Uploads that could not be read, kept as they came until a person has said how, or deletes them.

They lie in `owners/<owner hash>/refused/<token>/`: the upload, and in refused.json its name, why it was
refused last, and the reading that was tried then.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from dashboard.storage.datasets import display_name
from dashboard.storage.errors import UnknownDataset
from dashboard.storage.incoming import remove_whole
from dashboard.storage.kept_upload import keep_upload
from dashboard.storage.private_files import (
    age_in_days,
    children,
    make_folder,
    make_private,
    owner_folder,
    read_json,
    sync_below,
    write_json,
)

if TYPE_CHECKING:
    from pathlib import Path

    from dashboard.ingest import Reading, UnreadableFile
    from dashboard.ingest.raw_rows import RawRows

FOLDER: Final = "refused"
_META: Final = "refused.json"


@dataclass(frozen=True)
class RefusedFile:
    """An upload that could not be read."""

    token: str
    name: str
    sentence: str
    """Why, and what to do."""
    line: int | None
    """The line that the sentence speaks of."""
    reading: Reading
    """How it was tried last."""
    suggestion: Reading | None
    """How it may be read, where the refusal says so."""
    folder: Path


def keep_refused(home: Path, token: str, name: str, source: Path, error: UnreadableFile) -> None:
    """Keep the upload `source`, which is moved, for the owner whose folder is `home`.

    Another of this name that was kept before is forgotten.
    """
    from dashboard.ingest import AS_FOUND

    forget_refused(home, name)
    folder = home / FOLDER / token
    make_folder(folder)
    keep_upload(source, folder)
    make_private(folder)
    sync_below(folder)
    note_refusal(folder, name, error, AS_FOUND)


def note_refusal(folder: Path, name: str, error: UnreadableFile, reading: Reading) -> None:
    """Note why the upload in `folder` was refused last, tried by `reading`."""
    meta = {
        "name": display_name(name),
        "sentence": str(error),
        "line": error.line,
        "suggestion": error.suggestion,
        "reading": reading.to_json(),
    }
    write_json(folder / _META, json.dumps(meta))


def forget_refused(home: Path, name: str) -> None:
    """Remove what was refused under a name."""
    for folder in children(home / FOLDER):
        if read_json(folder / _META).get("name") == display_name(name):
            remove_whole(folder)


def refused_files(root: Path, owner: str) -> tuple[RefusedFile, ...]:
    """What this owner uploaded that could not be read, the latest first."""
    folders = sorted(children(owner_folder(root, owner) / FOLDER), key=age_in_days)
    return tuple(found for found in map(_refused_in, folders) if found is not None)


def refused_file(root: Path, owner: str, token: str) -> RefusedFile:
    """One of them. Raises UnknownDataset where this owner has none of this token."""
    found = next((one for one in refused_files(root, owner) if one.token == token), None)
    if found is None:
        raise UnknownDataset
    return found


def delete_refused(root: Path, owner: str, token: str) -> None:
    """Remove one of them for good. Raises UnknownDataset."""
    remove_whole(refused_file(root, owner, token).folder)


def remove_expired_refused(home: Path, keep_days: float) -> None:
    """Remove what was refused to the owner whose folder is `home` longer ago than `keep_days`."""
    for folder in children(home / FOLDER):
        if age_in_days(folder) > keep_days:
            remove_whole(folder)


def _refused_in(folder: Path) -> RefusedFile | None:
    from dashboard.ingest import Reading

    meta = read_json(folder / _META)
    try:
        reading = Reading.from_json(meta["reading"])
        suggestion = replace(reading, **meta["suggestion"]) if meta["suggestion"] else None
        name, sentence, line = meta["name"], meta["sentence"], meta["line"]
        return RefusedFile(folder.name, name, sentence, line, reading, suggestion, folder)
    except (KeyError, TypeError, ValueError):  # not complete yet, or written by another version
        return None


def show_raw(
    source: Path, *, name: str, folder: Path, reading: Reading | None = None, line: int | None = None
) -> RawRows | None:
    """`ingest.raw_rows`, imported when the first file is refused."""
    from dashboard.ingest import AS_FOUND
    from dashboard.ingest.raw_rows import raw_rows

    return raw_rows(source, name=name, folder=folder, reading=reading or AS_FOUND, line=line)
