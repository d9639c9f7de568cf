"""What was left out of a stored table, with the first cells of each cause and the lines they stand in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard.ingest.engine import column_names_of, literal, select
from dashboard.ingest.table import LINE
from estimators.data.left_out import EXAMPLES, Example, LeftOut

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dashboard.ingest.judged_rows import JudgedRows

INCOMPLETE = -1
"""What became of a row that lacks a covariate or a weight."""
USED, NO_GROUP, NO_OUTCOME, NOT_A_NUMBER, NOT_FINITE, EXCLUDED, WHERE = range(7)
"""What became of a row; from WHERE on the place of the condition that it does not fulfil."""
CAUSES = {
    NO_OUTCOME: "missing_outcome",
    NO_GROUP: "missing_group",
    NOT_A_NUMBER: "not_a_number",
    NOT_FINITE: "not_finite",
}


def left_out(judged: JudgedRows) -> tuple[LeftOut, ...]:
    """The causes in order: what could not be used, then what was left out on request."""
    found = []
    roles = judged.roles
    causes = [(cause, name, "") for cause, name in CAUSES.items()] + [(EXCLUDED, "excluded_group", "")]
    causes += [(WHERE + i, "where", condition.text) for i, condition in enumerate(roles.where)]
    for cause, name, detail in causes:
        rows = judged.counts.get(cause, 0)
        if rows:
            column = (
                roles.outcome if name in ("missing_outcome", "not_a_number", "not_finite") else roles.group
            )
            if name == "where":
                column = roles.where[cause - WHERE].column
            found.append(LeftOut(name, rows, _examples(judged, cause, column), detail))
    return tuple(found)


def _examples(judged: JudgedRows, cause: int, column: str) -> tuple[Example, ...]:
    """Cells of a cause in the order of the file, the first of each different text before others."""
    path = judged.roles.parquet
    rows = f"read_parquet({literal(str(path))}, file_row_number = true)"
    line = LINE if has_lines(judged) else f"file_row_number + {judged.roles.first_line}"
    cells = select(f"file_row_number AS row, {line} AS line, {column} AS cell", rows)
    wanted = select("rowid AS row", "cells", f"WHERE cause = {cause}")
    # numbers of all rows would become text before the join
    joined = select("row, line, CAST(cell AS VARCHAR) AS text", f"({wanted}) JOIN ({cells}) USING (row)")
    again = "row_number() OVER (PARTITION BY text ORDER BY row) AS again"
    ranked = select(f"*, {again}", f"({joined})")
    first = select("*", f"({ranked})", f"ORDER BY again, row LIMIT {EXAMPLES}")
    found = judged.connection.execute(select("line, text", f"({first})", "ORDER BY row")).fetchall()
    return tuple(Example(int(line), text or "") for line, text in found)


def row_line(judged: JudgedRows, row: int) -> int:
    """The line of a row by its place, from 0."""
    if not has_lines(judged):
        return row + judged.roles.first_line
    rows = f"read_parquet({literal(str(judged.roles.parquet))}, file_row_number = true)"
    found = judged.connection.execute(select(LINE, rows, f"WHERE file_row_number = {row}")).fetchall()
    return int(found[0][0])


def has_lines(judged: JudgedRows) -> bool:
    """Whether the stored table says which line each row stands in."""
    if judged.roles.in_place:
        return False
    return LINE in column_names_of(judged.roles.parquet)


def unused_labels(judged: JudgedRows, used: Iterable[str]) -> set[str]:
    """The groups that have rows, none of which can be used; ``used`` are the others."""
    unusable = (NO_OUTCOME, NOT_A_NUMBER, NOT_FINITE)
    if not any(judged.counts.get(cause) for cause in unusable):
        return set()
    labels = select("DISTINCT label", "cells", f"WHERE cause IN {unusable}")
    named = select(f"DISTINCT {judged.names.column}", f"({labels}) u {judged.names.join}")
    return {label for (label,) in judged.connection.execute(named).fetchall()}.difference(used)
