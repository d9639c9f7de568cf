"""Counts whose share of another column stands beside them: hits of times at bat, say, and the average."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from dashboard.ingest import cells
from dashboard.ingest.engine import engine, parquet_source, select
from dashboard.ingest.outcome_sql import TextNumbers
from dashboard.ingest.table import stored_name

if TYPE_CHECKING:
    from collections.abc import Collection

    from dashboard.ingest.table import Column, Table

MOST_COLUMNS: Final = 30
"""Columns that are tried."""
FEWEST_ROWS: Final = 3
ROUNDED: Final = 0.0051
"""How far a share that is written with two decimals, or in whole percent, lies from the division."""
FEWEST_SHARES: Final = 5 * ROUNDED
"""The range of shares below which any column of the same size would do."""


def events_with_share(table: Table, trials: Column, taken: Collection[str]) -> tuple[str, str] | None:
    """The one column of counts whose share of the trials another column holds, and that column.

    None where there is no such pair, or more than one column of counts has one.
    """
    apart = {trials.name, *taken}
    numbers = [
        c for c in table.columns if c.kind == "number" and c.name not in apart and c.not_outcome is None
    ][:MOST_COLUMNS]
    pairs = [(count, share) for count in numbers for share in numbers if count.whole and share is not count]
    if table.rows < FEWEST_ROWS or not pairs:
        return None
    asked = ["count(t)"]
    for count, share in pairs:
        part = f"n{count.stored} / t"
        asked += [f"max({part}) - min({part})", f"count({part} - n{share.stored})"]
        asked += [f"max(abs({part} - n{share.stored} / {scale}))" for scale in (1, 100)]
    read = ", ".join(f"{_number(c)} AS n{c.stored}" for c in numbers)
    source = f"({select(f'nullif({_number(trials)}, 0) AS t, {read}', parquet_source(table.path))})"
    with TemporaryDirectory(prefix="blupboard-") as folder, engine(table.path, Path(folder)) as connection:
        rows, *found = connection.execute(select(", ".join(asked), source)).fetchone() or (0,)
    matching = [
        pair
        for pair, (extent, both, *off) in zip(pairs, zip(*[iter(found)] * 4, strict=True), strict=True)
        if both == rows >= FEWEST_ROWS and extent > FEWEST_SHARES and min(off) < ROUNDED
    ]
    if len({count.name for count, _ in matching}) != 1:
        return None
    return matching[0][0].name, matching[0][1].name


def _number(column: Column) -> str:
    """SQL for a column's cells as doubles; NULL where a cell is no number."""
    cell = stored_name(column.stored)
    if column.typed:
        return f"CAST({cell} AS DOUBLE)"
    return TextNumbers(column.notation).number(cells.trimmed(cell))
