"""Files to tables to group summaries: bytes -> table -> (outcome, group) -> GroupData.

Importing this is cheap; what reads files is imported when a file is read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard.ingest.errors import UnreadableFile
from dashboard.ingest.guess_roles import GuessedRoles, guess_roles
from dashboard.ingest.plugin_kinds import ForeignKind
from dashboard.ingest.reading import ALL_ROWS, AS_FOUND, Condition, Reading, RowFilter, with_sheet
from dashboard.ingest.reduce import FileGroups, file_groups, reduce_file, reduce_table, table_groups
from dashboard.ingest.table import Column, Table
from dashboard.ingest.unpack import MAX_EXPANDED_BYTES
from estimators.data.frames import ModelColumns

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


def store_table(
    source: Path,
    *,
    name: str,
    target: Path,
    max_expanded_bytes: int = MAX_EXPANDED_BYTES,
    kinds: Iterable[ForeignKind] = (),
    sheet: str | None = None,
    reading: Reading = AS_FOUND,
) -> Table:
    """Read an uploaded file once and keep it as Parquet at `target`, whose folder must exist.

    `name` is what the user calls the file; what it is, its content says, unless the name is that of one of
    `kinds`. Of `reading` the options that concern the layout take effect: those that concern cells do where
    the table is reduced. `sheet` is short for that of `reading`: the name or number of the sheet that is
    read, None for the first with a table. Nothing is left at `target` on failure.

    Raises:
        UnreadableFile: the file cannot be used.
        OSError: it cannot be opened, or the disk is full.

    """
    from dashboard.ingest.store_upload import store

    return store(
        source,
        name=name,
        target=target,
        max_expanded_bytes=max_expanded_bytes,
        kinds=kinds,
        reading=with_sheet(reading, sheet),
    )


def forget_names() -> None:
    """Keep in memory no names of columns that were looked at."""
    from dashboard.ingest.role_words import name_words
    from dashboard.ingest.summary_names import may_be_known, words_of

    for kept in (name_words, may_be_known, words_of):
        kept.cache_clear()


__all__ = [
    "ALL_ROWS",
    "AS_FOUND",
    "Column",
    "Condition",
    "FileGroups",
    "ForeignKind",
    "GuessedRoles",
    "ModelColumns",
    "Reading",
    "RowFilter",
    "Table",
    "UnreadableFile",
    "file_groups",
    "forget_names",
    "guess_roles",
    "reduce_file",
    "reduce_table",
    "store_table",
    "table_groups",
]
