"""The rows that a comparison uses, as they were read: label, number, and what a model has beside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dashboard.ingest.two_columns import ColumnsOnDemand

ROWS_AT_A_TIME = 1 << 15
"""Some megabytes where labels are short."""


def rows_used(columns: ColumnsOnDemand) -> Iterator[list[tuple[Any, ...]]]:
    """(label, outcome) of every row in use, in the order of the file, some at a time.

    After them come its covariates and its weight, in the order of `frames.ModelColumns.names`: a number, or
    the text of a category.

    The labels are those of the groups, merged as the reading says. `columns` are
    `table_columns` or `file_columns` of `dashboard.ingest.two_columns`, open until the last row was taken.

    Raises:
        UnreadableFile, estimators.DataError: as `dashboard.ingest.reduce_file`, before the first row.

    """
    from dashboard.ingest.complete_rows import leave_out_incomplete
    from dashboard.ingest.judge_rows import judged_rows, used_rows

    with columns() as opened, judged_rows(opened.roles, opened.folder) as judged:
        leave_out_incomplete(judged)
        yield from used_rows(judged, ROWS_AT_A_TIME)
