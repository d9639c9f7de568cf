"""An upload to a stored table."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from dashboard.ingest.damage import damage_as_sentence
from dashboard.ingest.engine import engine
from dashboard.ingest.open_source import open_source
from dashboard.ingest.profile import profile
from dashboard.ingest.roles import refuse_hopeless, refuse_without_rows
from dashboard.ingest.source import Source
from dashboard.ingest.table import Table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dashboard.ingest.plugin_kinds import ForeignKind
    from dashboard.ingest.reading import Reading
    from dashboard.ingest.table import Column


def store(
    source: Path,
    *,
    name: str,
    target: Path,
    max_expanded_bytes: int,
    kinds: Iterable[ForeignKind],
    reading: Reading,
) -> Table:
    """See :func:`dashboard.ingest.store_table`."""
    with damage_as_sentence(name), TemporaryDirectory(prefix="ingest-", dir=target.parent) as scratch:
        folder = Path(scratch)
        opened = open_source(
            source,
            name=name,
            folder=folder,
            max_expanded_bytes=max_expanded_bytes,
            kinds=kinds,
            reading=reading,
        )
        parquet = folder / "table.parquet"
        rows, columns = write_profiled(opened, name=name, target=parquet, folder=folder / "profile")
        layout = None if opened.layout is None else replace(opened.layout, plain=opened.plain())
        parquet.replace(target)
    return Table(
        path=target,
        name=name,
        rows=rows,
        columns=columns,
        layout=layout,
        reader=opened.reader,
        kind=opened.kind,
        sheet=opened.sheet,
        sheets=opened.sheets,
        notes=opened.all_notes,
        stacked=opened.stacked,
    )


def write_profiled(
    source: Source, *, name: str, target: Path, folder: Path
) -> tuple[int, tuple[Column, ...]]:
    """Write all columns of a source to Parquet and look at what they hold: (rows, columns).

    Raises:
        UnreadableFile: a row that cannot be read, or a table that has no outcome or no group.

    """
    rows = source.write(target, None)
    refuse_without_rows(source.names, rows, name)
    folder.mkdir()
    with engine(target, folder) as connection:
        columns = profile(
            connection,
            target,
            names=source.names,
            types=source.types,
            convention=source.convention,
            labels=source.labels,
        )
    refuse_hopeless(columns, name)
    return rows, columns
