"""The columns that a model has beside an outcome and a group: which they are, and whether they will do."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from dashboard.ingest.errors import UnreadableFile, unfit
from dashboard.ingest.find_column import matching_column, quoted_name
from dashboard.ingest.table import stored_name
from estimators.data.curves import curves_by_name
from estimators.data.row_columns import MOST_TERMS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dashboard.ingest.table import Column, Table
    from estimators.data.frames import ModelColumns

MOST_CODES = 30
"""Whole numbers beyond which a column is taken for a measurement without a word."""


def matched_columns(
    beside: ModelColumns, taken: tuple[str, ...], names: Sequence[str], file: str
) -> ModelColumns:
    """The columns by the names that the file has for them.

    Raises:
        UnreadableFile: there is no such column, or it is ``taken`` or named for two things.
        estimators.DataError: it is to be a curve of two shapes.

    """

    def found(wanted: Sequence[str]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(matching_column(name, names, file) for name in wanted))

    weights = None if beside.weights is None else matching_column(beside.weights, names, file)
    curves = curves_by_name((matching_column(name, names, file), shape) for name, shape in beside.curves)
    matched = replace(
        beside,
        adjust=found(beside.adjust),
        explained_by=found(beside.explained_by),
        categorical=found(beside.categorical),
        weights=weights,
        curves=tuple(curves.items()),
    )
    for column, what in (
        *((name, "categorical") for name in matched.categorical),
        *((name, "a curve") for name in curves),
    ):
        if column not in (*matched.adjust, *matched.explained_by):
            raise UnreadableFile(
                f"Column {quoted_name(column)} is to be {what}, but is none of the covariates: "
                "name it as one to adjust for or that explains the groups too."
            )
    used = [*(matching_column(name, names, file) for name in taken)]
    for _, column in matched.by_role:
        if column in used:
            raise UnreadableFile(f"Column {quoted_name(column)} is named for two things: choose two columns.")
        used.append(column)
    return matched


def columns_beside(
    beside: ModelColumns, taken: tuple[str, ...], table: Table, role: str
) -> tuple[ModelColumns, dict[str, str]]:
    """The columns that a model has beside, and where each lies in a stored table.

    Raises:
        UnreadableFile: as `matched_columns`; or a column holds neither numbers nor labels.

    """
    found = matched_columns(beside, taken, [column.name for column in table.columns], table.name)
    by_name = {column.name: column for column in table.columns}
    for _, name in found.by_role:
        column = by_name[name]
        if column.typed and holds_neither(column):
            raise unfit(name, role, "it holds neither numbers nor labels", table.name)
    return found, {name: stored_name(by_name[name].stored) for _, name in found.by_role}


def holds_neither(column: Column) -> bool:
    """Whether a column holds neither numbers nor labels: dates, times, lists, nothing."""
    return column.kind == "date" or (column.numbers == 0 and column.not_group is not None)


def why_no_covariate(column: Column) -> str | None:
    """Why groups cannot be adjusted for a column, or explained by it; None where they can."""
    if holds_neither(column):
        return "it holds dates" if column.kind == "date" else column.not_group
    if column.kind == "text" and column.distinct > MOST_TERMS:
        about = "about " if column.distinct_is_about else ""
        return f"it holds {about}{column.distinct:,} different labels, and a model takes {MOST_TERMS} at most"
    return None


def covariates_maybe_codes(beside: ModelColumns, table: Table) -> list[Column]:
    """The covariates that enter as numbers and may be codes, as of blocks.

    Of two numbers nothing is asked: they say the same either way.

    Columns that the table does not have are left to `matched_columns`.
    """
    settled = {*beside.categorical, *(name for name, _ in beside.curves)}
    columns = [table.column(name) for name in (*beside.adjust, *beside.explained_by) if name not in settled]
    return [
        column
        for column in columns
        if column is not None
        and column.kind == "number"
        and column.whole
        and 2 < column.distinct <= MOST_CODES
    ]


def why_no_weight(column: Column) -> str | None:
    """Why a column cannot hold the weights of rows; None where it can."""
    if column.kind == "number" and column.numbers:
        return None
    return column.not_outcome or "its values are not numbers"
