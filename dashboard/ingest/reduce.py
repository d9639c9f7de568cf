"""A table and two of its columns to one summary per group."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from dashboard.ingest.errors import UnreadableFile
from dashboard.ingest.reading import ALL_ROWS, AS_FOUND, Reading, RowFilter, with_sheet
from dashboard.ingest.two_columns import (
    AskedColumns,
    columns_in_place,
    columns_on_demand,
    found_columns,
    stored_columns,
    table_columns,
)
from estimators.data.frames import NOTHING_BESIDE, ModelColumns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from dashboard.ingest.hints import Hint
    from dashboard.ingest.plugin_kinds import ForeignKind
    from dashboard.ingest.table import Table
    from dashboard.ingest.two_columns import ColumnsOnDemand, FoundColumns, OpenedColumns
    from estimators import GroupData
    from estimators.data.rows import Rows


@dataclass(frozen=True)
class FileGroups:
    """The groups of a file, and how it was read."""

    data: GroupData
    reading: Reading
    """How the file was read: all options as they were used, None where one does not apply."""
    remarks: tuple[str, ...] = ()
    """What is to be said of the reading, a sentence each."""
    hints: tuple[Hint, ...] = ()
    """What may be amiss, each with the change that would mend it."""
    noun: str = "row"
    """What a row is called by its number in ``data.left_out``: a line of a text file."""


def reduce_table(
    table: Table, *, outcome: str, group: str, reading: Reading = AS_FOUND, rows: RowFilter = ALL_ROWS
) -> GroupData:
    """The summaries of a stored table's groups; its rows are read again when an estimator asks.

    Of `reading` the options that concern cells take effect: those of the layout did when it was stored.

    Raises:
        UnreadableFile: there is no such column, it cannot be used, or it is named for both roles.
        estimators.DataError: no row can be used, or whole numbers that a double would round.

    """
    return table_groups(table, outcome=outcome, group=group, reading=reading, rows=rows).data


def table_groups(
    table: Table,
    *,
    outcome: str,
    group: str,
    reading: Reading = AS_FOUND,
    rows: RowFilter = ALL_ROWS,
    beside: ModelColumns = NOTHING_BESIDE,
) -> FileGroups:
    """What `reduce_table` gives, with how it was read; raises what it does.

    ``beside`` names covariates and weights; rows without one are left out.
    """
    columns = table_columns(table, outcome=outcome, group=group, reading=reading, rows=rows, beside=beside)
    with columns() as opened:
        return _judged_groups(opened, columns, reading)


def reduce_file(
    path: Path,
    *,
    outcome: str,
    group: str,
    kinds: Iterable[ForeignKind] = (),
    sheet: str | None = None,
    say: Callable[[str], object] | None = None,
    reading: Reading = AS_FOUND,
    rows: RowFilter = ALL_ROWS,
    beside: ModelColumns = NOTHING_BESIDE,
) -> GroupData:
    """The summaries of a file's groups; only the columns that matter are kept while it is read.

    Its rows are read again from the file when an estimator asks for them. A file whose name is that of one of
    `kinds` is read by its reader. `sheet` is the name or number of a workbook's sheet, None for the first
    with a table. `say` is called once with each sentence about how the file was read. ``beside`` names
    covariates and weights.

    Raises:
        UnreadableFile: the file cannot be used, there is no such column, or it is named for both roles.
        estimators.DataError: no row can be used, or whole numbers that a double would round.
        OSError: the file cannot be opened.

    """
    reading = with_sheet(reading, sheet)
    read = file_groups(
        path, outcome=outcome, group=group, kinds=kinds, reading=reading, rows=rows, beside=beside
    )
    if say is not None:
        for remark in read.remarks:
            say(remark)
    return read.data


def file_groups(
    path: Path,
    *,
    outcome: str,
    group: str,
    kinds: Iterable[ForeignKind] = (),
    reading: Reading = AS_FOUND,
    rows: RowFilter = ALL_ROWS,
    beside: ModelColumns = NOTHING_BESIDE,
) -> FileGroups:
    """What `reduce_file` gives, with how the file was read; raises what it does.

    ``beside`` names covariates and weights; rows without one are left out.
    """
    asked = AskedColumns(path, outcome, group, tuple(kinds), reading, rows, beside)
    with TemporaryDirectory(prefix="blupboard-") as folder:
        found = found_columns(asked, Path(folder))
        plain = _plain_groups(found, Path(folder))
        if plain is not None:
            return plain
        columns = stored_columns(found, Path(folder))
        return _judged_groups(columns, columns_on_demand(asked), reading)


def _judged_groups(columns: OpenedColumns, open_columns: ColumnsOnDemand, reading: Reading) -> FileGroups:
    """Summaries that outlive the engine they were made in: for many rows, everything is opened again."""
    from dashboard.ingest.find_hints import find_hints
    from dashboard.ingest.judge_in_place import summaries_in_place
    from dashboard.ingest.judge_rows import ROWS_HELD, summaries
    from dashboard.ingest.reading_used import notation_remarks, reading_used
    from dashboard.ingest.row_facts import JudgedFacts

    summed = summaries_in_place if columns.roles.in_place else summaries
    with summed(columns.roles, columns.folder) as (data, judged):
        given = replace(reading, sheet=columns.sheet, stack=columns.stacked)
        return FileGroups(
            data if data.total <= ROWS_HELD else data.with_rows(_rows_on_demand(open_columns)),
            reading_used(columns.layout, given, data.notation),
            (*columns.notes, *notation_remarks(data, columns.names[0])),
            find_hints(
                JudgedFacts(judged), data, columns.layout, columns.names, columns.binary, signs=columns.signs
            ),
            columns.roles.noun,
        )


def _plain_groups(found: FoundColumns, folder: Path) -> FileGroups | None:
    """The groups from the file as it lies; None where its rows have to be stored and judged one by one."""
    from dashboard.ingest.find_hints import find_hints
    from dashboard.ingest.judge_rows import ROWS_HELD
    from dashboard.ingest.plain_pieces import Irregular
    from dashboard.ingest.reading_used import reading_used
    from dashboard.ingest.sum_plain_rows import as_they_stand, sum_plain_rows
    from estimators import DataError
    from estimators.data.notation import PLAIN

    asked, source = found.asked, found.source
    if asked.rows or asked.beside or not as_they_stand(source, asked.reading):
        return None
    text = source.layout is not None
    try:
        own = folder / "in place"  # where that fails, the rows are stored under the same names
        own.mkdir(exist_ok=True)
        if (columns := columns_in_place(found, own)) is not None:
            return _judged_groups(columns, columns_on_demand(asked), asked.reading)
        data, facts = sum_plain_rows(source, found.places, "line" if text else "row")
        hints = find_hints(facts, data, source.layout, found.names, source.binary, signs=source.signs)
    except (Irregular, DataError, UnreadableFile):  # what is wrong is said where the rows are stored
        return None
    data = replace(data, notation=PLAIN if text else None)
    if data.total > ROWS_HELD:
        data = data.with_rows(_rows_on_demand(columns_on_demand(asked)))
    given = replace(asked.reading, sheet=source.sheet)
    return FileGroups(
        data, reading_used(source.layout, given, data.notation), source.all_notes, hints, facts.noun
    )


def _rows_on_demand(open_columns: ColumnsOnDemand) -> Callable[[], Rows]:
    def read_rows() -> Rows:
        from dashboard.ingest.judge_rows import summaries

        with open_columns() as columns, summaries(columns.roles, columns.folder) as (data, _):
            if data.rows is None:
                raise RuntimeError("summaries of rows came without a way to the rows")
            return data.rows

    return read_rows
