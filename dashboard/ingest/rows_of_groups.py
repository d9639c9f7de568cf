"""The rows of a few groups of a stored table, with the lines that they stand in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from dashboard.ingest.complete_rows import leave_out_incomplete
from dashboard.ingest.engine import literal, select
from dashboard.ingest.judge_rows import judged_rows
from dashboard.ingest.left_out_sql import USED, has_lines
from dashboard.ingest.table import LINE
from estimators import DataError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from dashboard.ingest.judged_rows import JudgedRows
    from dashboard.ingest.two_columns import ColumnsOnDemand

MOST_GROUPS = 40
"""Groups whose rows are fetched together."""
MOST_ROWS = 2_000_000
"""Rows that are fetched at once: 32 MB."""


@dataclass(frozen=True, eq=False)
class NumberedRows:
    """The rows in use of one group, in the order of the file."""

    outcome: NDArray[np.float64]
    line: NDArray[np.int64]
    """The number of each row's line, from 1 on."""
    noun: str
    """What a row is called by this number."""


def rows_of_groups(columns: ColumnsOnDemand, labels: Sequence[str]) -> list[NumberedRows]:
    """The rows in use of the groups with these labels, in their order.

    Raises:
        UnreadableFile: as `dashboard.ingest.reduce_file`.
        estimators.DataError: as there; or there are more than MOST_GROUPS groups or MOST_ROWS rows, or a
            label has no row.

    """
    if len(labels) > MOST_GROUPS:
        raise DataError(f"the rows of up to {MOST_GROUPS} groups are shown, not of {len(labels):,}")
    with columns() as opened, judged_rows(opened.roles, opened.folder) as judged:
        leave_out_incomplete(judged)
        found = judged.connection.execute(_query(judged, labels)).fetchnumpy()
        noun = judged.roles.noun
    group, outcome, line = (np.asarray(found[name]) for name in ("name", "outcome", "line"))
    if len(outcome) > MOST_ROWS:
        raise DataError(f"these groups have more than {MOST_ROWS:,} rows, which are too many to be shown")
    members = [np.flatnonzero(group == label) for label in labels]
    for label, rows in zip(labels, members, strict=True):
        if not len(rows):
            raise DataError(f"the group {label!r} has no row any more")
    return [NumberedRows(outcome[at].astype(np.float64), line[at].astype(np.int64), noun) for at in members]


def _query(judged: JudgedRows, labels: Sequence[str]) -> str:
    """SQL for the name, the outcome and the line of the groups' rows, one more than MOST_ROWS at most."""
    names, wanted = judged.names, ", ".join(map(literal, labels))
    used = select("rowid, outcome, label", "cells", f"WHERE cause = {USED}")
    named = select(f"u.rowid AS row, {names.column} AS name, outcome", f"({used}) u {names.join}")
    chosen = select("*", f"({named})", f"WHERE name IN ({wanted}) LIMIT {MOST_ROWS + 1}")
    if not has_lines(judged):
        return select(
            f"name, outcome, row + {judged.roles.first_line} AS line", f"({chosen})", "ORDER BY row"
        )
    rows = f"read_parquet({literal(str(judged.roles.parquet))}, file_row_number = true)"
    lines = select(f"file_row_number AS row, {LINE} AS line", rows)
    return select("name, outcome, line", f"({chosen}) JOIN ({lines}) USING (row)", "ORDER BY row")
