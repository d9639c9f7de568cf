"""A table and two of its columns to one summary per group."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from dashboard.ingest.beside_columns import columns_beside, matched_columns
from dashboard.ingest.errors import UnreadableFile, unfit
from dashboard.ingest.find_column import matching_column, quoted_name
from dashboard.ingest.reading import ALL_ROWS, AS_FOUND, Reading, RowFilter, with_sheet
from dashboard.ingest.table import stored_name
from estimators.data.frames import NOTHING_BESIDE, ModelColumns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager

    from dashboard.ingest.condition_sql import StoredCondition
    from dashboard.ingest.hints import Hint
    from dashboard.ingest.judged_rows import Roles
    from dashboard.ingest.plugin_kinds import ForeignKind
    from dashboard.ingest.source import Source
    from dashboard.ingest.table import Table, TextLayout
    from estimators import GroupData
    from estimators.data.rows import Rows

    ColumnsOnDemand = Callable[[], AbstractContextManager["OpenedColumns"]]


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
    return _with_rows_on_demand(columns, reading=reading)


def table_columns(
    table: Table,
    *,
    outcome: str,
    group: str,
    reading: Reading = AS_FOUND,
    rows: RowFilter = ALL_ROWS,
    beside: ModelColumns = NOTHING_BESIDE,
) -> ColumnsOnDemand:
    """Two columns of a stored table, as often as they are opened. Raises UnreadableFile."""
    names = [column.name for column in table.columns]
    y, g = (table.columns[place] for place in _find((outcome, group), names, table.name))
    if y.typed and y.numbers == 0 and y.not_outcome is not None:
        raise unfit(y.name, "outcome", y.not_outcome, table.name)
    if g.typed and g.not_group is not None and g.kind == "text":
        raise unfit(g.name, "group", g.not_group, table.name)
    places = {column.name: column.stored for column in table.columns}
    stored = y.stored, g.stored if g.labels is None else g.labels
    roles = column_roles(
        table.path, stored, table.layout, reading=reading, rows=rows, places=places, file=table.name
    )
    beside, stored_beside = columns_beside(beside, (outcome, group), table, "covariate or weight")
    roles = replace(roles, beside=beside, beside_stored=stored_beside)

    @contextmanager
    def open_columns() -> Iterator[OpenedColumns]:
        with TemporaryDirectory(prefix="blupboard-") as folder:
            yield OpenedColumns(
                (y.name, g.name),
                roles,
                table.layout,
                Path(folder),
                table.binary,
                table.sheet,
                table.notes,
                table.stacked,
            )

    return open_columns


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
    columns = file_columns(
        path, outcome=outcome, group=group, kinds=kinds, reading=reading, rows=rows, beside=beside
    )
    return _with_rows_on_demand(columns, reading=reading)


def file_columns(
    path: Path,
    *,
    outcome: str,
    group: str,
    kinds: Iterable[ForeignKind] = (),
    reading: Reading = AS_FOUND,
    rows: RowFilter = ALL_ROWS,
    beside: ModelColumns = NOTHING_BESIDE,
) -> ColumnsOnDemand:
    """Two columns of a file, read as often as they are opened, which raises what `reduce_file` does."""
    asked = _Asked(path, outcome, group, tuple(kinds), reading, rows, beside)

    @contextmanager
    def open_columns() -> Iterator[OpenedColumns]:
        with TemporaryDirectory(prefix="blupboard-") as folder:
            yield _columns_of_file(asked, Path(folder))

    return open_columns


@dataclass(frozen=True)
class OpenedColumns:
    """The columns that matter, on disk."""

    names: tuple[str, str]
    """Of the outcome and the group."""
    roles: Roles
    layout: TextLayout | None
    folder: Path
    """For work files."""
    binary: tuple[str, ...]
    """The columns of 0 and 1, as far as is known."""
    sheet: str | None = None
    """The sheet that was read."""
    notes: tuple[str, ...] = ()
    """What is to be said of how the file was read."""
    stacked: tuple[str, ...] = ()
    """The columns that were stacked."""


@dataclass(frozen=True)
class _Asked:
    """A file and what is wanted of it."""

    path: Path
    outcome: str
    group: str
    kinds: tuple[ForeignKind, ...]
    reading: Reading
    rows: RowFilter
    beside: ModelColumns = NOTHING_BESIDE


def column_roles(
    parquet: Path,
    stored: tuple[int, int],
    layout: TextLayout | None,
    *,
    reading: Reading,
    rows: RowFilter,
    places: Mapping[str, int],
    file: str,
) -> Roles:
    """The outcome and the group at the places ``stored`` of a Parquet file, and how they are read.

    ``places`` are those of all columns by name, for the conditions of ``rows``; ``file`` is what the file is
    called. Raises UnreadableFile for a condition on a column that is not there.
    """
    from dashboard.ingest.judged_rows import Roles

    y, g = map(stored_name, stored)
    conditions = _stored_conditions(rows, places, file)
    return Roles(parquet, y, g, reading, rows.exclude, conditions, **_of_layout(layout))


def _of_layout(layout: TextLayout | None) -> dict[str, Any]:
    """What a text file's layout says of its cells and lines, for `Roles`."""
    from estimators.data.notation import Convention

    if layout is None:
        return {}
    convention = Convention(layout.convention, layout.convention_in_cells)
    return {"convention": convention, "first_line": layout.first_line, "noun": "line"}


def _stored_conditions(rows: RowFilter, places: Mapping[str, int], file: str) -> tuple[StoredCondition, ...]:
    from dashboard.ingest.condition_sql import StoredCondition

    names = list(places)

    def stored(column: str) -> str:
        return stored_name(places[matching_column(column, names, file)])

    return tuple(StoredCondition(stored(c.column), c.operator, c.value, c.text) for c in rows.where)


def _with_rows_on_demand(open_columns: ColumnsOnDemand, *, reading: Reading) -> FileGroups:
    """Summaries that outlive the engine they were made in: for many rows, everything is opened again."""
    from dashboard.ingest.find_hints import find_hints
    from dashboard.ingest.judge_rows import ROWS_HELD, summaries
    from dashboard.ingest.reading_used import notation_remarks, reading_used

    def read_rows() -> Rows:
        with open_columns() as columns, summaries(columns.roles, columns.folder) as (data, _):
            if data.rows is None:
                raise RuntimeError("summaries of rows came without a way to the rows")
            return data.rows

    with open_columns() as columns, summaries(columns.roles, columns.folder) as (data, judged):
        given = replace(reading, sheet=columns.sheet, stack=columns.stacked)
        return FileGroups(
            data if data.total <= ROWS_HELD else data.with_rows(read_rows),
            reading_used(columns.layout, given, data.notation),
            (*columns.notes, *notation_remarks(data, columns.names[0])),
            find_hints(judged, data, columns.layout, columns.names, columns.binary),
            columns.roles.noun,
        )


def _columns_of_file(asked: _Asked, folder: Path) -> OpenedColumns:
    """The columns that matter, in a Parquet file in `folder`."""
    from dashboard.ingest.open_source import open_source

    name, outcome, group = asked.path.name, asked.outcome, asked.group
    source = open_source(asked.path, name=name, folder=folder, kinds=asked.kinds, reading=asked.reading)
    if outcome not in source.names and group not in source.names:
        _refuse_hopeless(source, name, folder)
    y, g = _find((outcome, group), source.names, name)
    if source.types[y] in ("other", "date"):
        raise unfit(outcome, "outcome", "it does not hold numbers", name)
    if source.types[g] == "other":
        raise unfit(group, "group", "it does not hold labels", name)
    parquet = folder / "columns.parquet"
    places = {column: place for place, column in enumerate(source.names)}
    where = [places[matching_column(c.column, source.names, name)] for c in asked.rows.where]
    g = source.labels.get(g, g)
    beside = matched_columns(asked.beside, (outcome, group), source.names, name)
    stored = {column: places[column] for _, column in beside.by_role}
    for column, place in stored.items():
        if source.types[place] in ("other", "date"):
            raise unfit(column, "covariate or weight", "it holds neither numbers nor labels", name)
    source.write(parquet, tuple(dict.fromkeys((y, g, *where, *stored.values()))))
    roles = column_roles(
        parquet, (y, g), source.layout, reading=asked.reading, rows=asked.rows, places=places, file=name
    )
    roles = replace(
        roles, beside=beside, beside_stored={n: stored_name(place) for n, place in stored.items()}
    )
    return OpenedColumns(
        (outcome, group),
        roles,
        source.layout,
        folder,
        source.binary,
        source.sheet,
        source.notes,
        source.stacked,
    )


def _refuse_hopeless(source: Source, name: str, folder: Path) -> None:
    """Where both names are wrong, see whether the table is of a shape that has no such columns."""
    from dashboard.ingest.roles import wide_columns, wide_table
    from dashboard.ingest.store_upload import write_profiled

    rows, columns = write_profiled(
        source, name=name, target=folder / "all.parquet", folder=folder / "profile"
    )
    if wide := wide_columns(columns, rows):
        raise wide_table(wide, source.names, name)


def _find(wanted: tuple[str, str], names: Sequence[str], file: str) -> tuple[int, int]:
    """The places of the outcome and the group among the columns."""
    outcome, group = (matching_column(name, names, file) for name in wanted)
    if outcome == group:
        raise UnreadableFile(
            f"Outcome and group are both {quoted_name(wanted[0])}: choose two different columns."
        )
    return names.index(outcome), names.index(group)
