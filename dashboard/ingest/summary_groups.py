"""A table whose lines are summaries of groups: several columns of numbers and one of labels to GroupData."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np

from dashboard.ingest.beside_columns import columns_beside, matched_columns
from dashboard.ingest.data_kinds import COUNTED, SIZES, SUMMARY_KINDS, SummaryColumns
from dashboard.ingest.engine import engine, select
from dashboard.ingest.errors import UnreadableFile, excerpt, unfit
from dashboard.ingest.find_column import matching_column, quoted_name
from dashboard.ingest.judge_rows import judge
from dashboard.ingest.left_out_sql import (
    CAUSES,
    NO_OUTCOME,
    NOT_A_NUMBER,
    NOT_FINITE,
    USED,
    left_out,
    row_line,
)
from dashboard.ingest.reading import ALL_ROWS, AS_FOUND, Reading, RowFilter
from dashboard.ingest.reduce import FileGroups
from dashboard.ingest.table import stored_name
from dashboard.ingest.two_columns import column_roles
from estimators.data.frames import NOTHING_BESIDE, ModelColumns
from estimators.data.left_out import EXAMPLES, Example, LeftOut

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    import pyarrow as pa
    from numpy.typing import NDArray

    from dashboard.ingest.judged_rows import JudgedRows, Roles
    from dashboard.ingest.plugin_kinds import ForeignKind
    from dashboard.ingest.table import Table, TextLayout
    from estimators import DroppedRows
    from estimators.data.notation import Notation

_ELSEWHERE = -1
"""What became of a line for another column's sake."""
_OF_A_CELL = (NO_OUTCOME, NOT_A_NUMBER, NOT_FINITE)


def file_summaries(
    path: Path,
    *,
    summary: SummaryColumns,
    group: str,
    kinds: Iterable[ForeignKind] = (),
    reading: Reading = AS_FOUND,
    rows: RowFilter = ALL_ROWS,
    beside: ModelColumns = NOTHING_BESIDE,
) -> FileGroups:
    """The groups of a file of summaries, with how it was read; ``beside`` names what explains them.

    A line is left out, under one cause, where one of its cells cannot be used, or its number of rows or
    trials or its exposure is 0. The blank SD of a single row is none to miss.

    Raises:
        UnreadableFile: the file cannot be used, there is no such column, or one has two roles.
        estimators.DataError: no line can be used, or numbers that cannot be: more events than trials.
        OSError: the file cannot be opened.

    """
    from dashboard.ingest.open_source import open_source

    name = path.name
    with TemporaryDirectory(prefix="blupboard-") as made:
        folder = Path(made)
        source = open_source(path, name=name, folder=folder, kinds=tuple(kinds), reading=reading)
        found, g = _places(summary, group, source.names, name)
        for place, column in zip(found, summary.by_role.values(), strict=True):
            if source.types[place] in ("other", "date"):
                raise unfit(column, "outcome", "it does not hold numbers", name)
        if source.types[g] == "other":
            raise unfit(group, "group", "it does not hold labels", name)
        names = {column: place for place, column in enumerate(source.names)}
        where = [names[matching_column(c.column, source.names, name)] for c in rows.where]
        g = source.labels.get(g, g)
        parquet = folder / "columns.parquet"
        beside = matched_columns(beside, (*summary.by_role.values(), group), source.names, name)
        stored = {column: names[column] for column in beside.explained_by}
        for column, place in stored.items():
            if source.types[place] in ("other", "date"):
                raise unfit(column, "covariate", "it holds neither numbers nor labels", name)
        source.write(parquet, tuple(dict.fromkeys((*found, g, *where, *stored.values()))))
        lie = {column: stored_name(place) for column, place in stored.items()}
        roles = {
            role: replace(
                column_roles(
                    parquet, (place, g), source.layout, reading=reading, rows=rows, places=names, file=name
                ),
                beside=beside,
                beside_stored=lie,
            )
            for role, place in zip(summary.by_role, found, strict=True)
        }
        given = replace(reading, sheet=source.sheet, stack=source.stacked)
        return _groups(_Opened(summary, roles, folder, given, source.layout, source.all_notes))


def table_summaries(
    table: Table,
    *,
    summary: SummaryColumns,
    group: str,
    reading: Reading = AS_FOUND,
    rows: RowFilter = ALL_ROWS,
    beside: ModelColumns = NOTHING_BESIDE,
) -> FileGroups:
    """The groups of a stored table of summaries; as :func:`file_summaries`."""
    names = [column.name for column in table.columns]
    found, at = _places(summary, group, names, table.name)
    for place in found:
        column = table.columns[place]
        if column.typed and column.numbers == 0 and column.not_outcome is not None:
            raise unfit(column.name, "outcome", column.not_outcome, table.name)
    g = table.columns[at]
    if g.typed and g.not_group is not None and g.kind == "text":
        raise unfit(g.name, "group", g.not_group, table.name)
    of_group = g.stored if g.labels is None else g.labels
    stored = {column.name: column.stored for column in table.columns}
    beside, lie = columns_beside(beside, (*summary.by_role.values(), group), table, "covariate")
    roles = {
        role: replace(
            column_roles(
                table.path,
                (table.columns[place].stored, of_group),
                table.layout,
                reading=reading,
                rows=rows,
                places=stored,
                file=table.name,
            ),
            beside=beside,
            beside_stored=lie,
        )
        for role, place in zip(summary.by_role, found, strict=True)
    }
    given = replace(reading, sheet=table.sheet, stack=table.stacked)
    with TemporaryDirectory(prefix="blupboard-") as folder:
        return _groups(_Opened(summary, roles, Path(folder), given, table.layout, table.notes))


def _places(
    summary: SummaryColumns, group: str, names: Sequence[str], file: str
) -> tuple[tuple[int, ...], int]:
    """The places of the summaries' columns and of the group among the columns."""
    given = {role: matching_column(name, names, file) for role, name in summary.columns}
    SummaryColumns.of(summary.kind, given)  # two names may mean one column
    of_group = matching_column(group, names, file)
    for role, name in given.items():
        if name == of_group:
            raise UnreadableFile(
                f"The {role} and the group are both {quoted_name(name)}: choose two different columns."
            )
    return tuple(names.index(name) for name in given.values()), names.index(of_group)


@dataclass(frozen=True)
class _Opened:
    """The columns of summaries on disk."""

    summary: SummaryColumns
    roles: Mapping[str, Roles]
    """Of each column of numbers, by what it holds."""
    folder: Path
    """For work files."""
    reading: Reading
    layout: TextLayout | None
    notes: tuple[str, ...]


@dataclass
class _Lines:
    """What is known of N lines so far, one column of numbers after the other."""

    labels: NDArray[np.object_]
    usable: NDArray[np.bool_]
    values: dict[str, NDArray[np.float64]] = field(default_factory=dict)
    left_out: list[LeftOut] = field(default_factory=list)
    causes: Counter[int] = field(default_factory=Counter)
    unusable: set[str] = field(default_factory=set)
    """Labels of lines with a cell that cannot be used."""
    notations: dict[str, Notation | None] = field(default_factory=dict)
    without_covariate: int = 0
    """Lines without a covariate and with all else."""

    @property
    def dropped(self) -> DroppedRows:
        """The lines that could not be used, by cause."""
        from estimators import DroppedRows

        causes = {name: self.causes.get(cause, 0) for cause, name in CAUSES.items()}
        return DroppedRows(**causes, missing_covariate=self.without_covariate)


def _groups(opened: _Opened) -> FileGroups:
    from dashboard.ingest.find_hints import group_hints
    from dashboard.ingest.reading_used import reading_used
    from estimators.data.rows import no_usable_row

    summary = opened.summary
    first = opened.roles[summary.columns[0][0]]
    noun = first.noun
    lines, covariates = _judged_lines(opened, first)
    used, dropped = lines.usable, lines.dropped
    if not used.any():
        raise no_usable_row(dropped.total, dropped, tuple(lines.left_out), noun)
    data = summary.groups(lines.labels[used], {role: v[used] for role, v in lines.values.items()})
    if covariates:
        explained = {name: column.filter(used) for name, column in covariates.items()}
        beside = first.beside
        data = data.explained_by(
            lines.labels[used], explained, categorical=beside.categorical, curves=dict(beside.curves)
        )
    notation = next(iter(lines.notations.values()))
    data = replace(
        data,
        rows_read=data.rows_read + dropped.total,
        dropped=dropped,
        left_out=tuple(lines.left_out),
        unused_labels=tuple(sorted(lines.unusable - set(data.labels))),
        notation=notation,
    )
    found = ((column, lines.notations[role]) for role, column in summary.columns)
    sentences = [None if told is None else told.sentence(column) for column, told in found]
    remarks = [*opened.notes, *(sentence for sentence in sentences if sentence is not None)]
    remarks += [] if summary.remark is None else [summary.remark]
    used_reading = reading_used(opened.layout, opened.reading, notation)
    return FileGroups(data, used_reading, tuple(remarks), group_hints(data), noun)


def _judged_lines(opened: _Opened, first: Roles) -> tuple[_Lines, dict[str, pa.ChunkedArray]]:
    """What is known of the lines by all of their columns, and their covariates by name."""
    lines: _Lines | None = None
    extras = SUMMARY_KINDS[opened.summary.kind].extras
    with engine(first.parquet, opened.folder) as connection:
        for role, of_role in opened.roles.items():
            judged = judge(connection, of_role)
            lines = _with_column(lines, role, opened.summary.by_role[role], judged, extras)
        if lines is None:
            raise RuntimeError("summaries without a column")
        return lines, _with_covariates(lines, judged) if first.beside else {}


def _with_covariates(lines: _Lines, judged: JudgedRows) -> dict[str, pa.ChunkedArray]:
    """The covariates of all lines by name; lines without one are left out."""
    from dashboard.ingest.covariate_sql import beside_table

    table = beside_table(judged.connection, judged.roles)
    for name in table.column_names:
        missing = np.flatnonzero(lines.usable & np.asarray(table[name].is_null()))
        if missing.size:
            examples = [Example(row_line(judged, int(row)), f"no {name}") for row in missing[:EXAMPLES]]
            lines.left_out.append(LeftOut("missing_covariate", int(missing.size), tuple(examples)))
            lines.unusable.update(lines.labels[missing].tolist())
            lines.without_covariate += int(missing.size)
            lines.usable[missing] = False
    return {name: table[name] for name in table.column_names}


def _with_column(
    lines: _Lines | None, role: str, column: str, judged: JudgedRows, extras: Collection[str]
) -> _Lines:
    """The lines with one more column of numbers; those that it cannot be used of are left out.

    Of ``extras``, roles that are shown only, cells may be blank.
    """
    query = select("cause, outcome", "cells", "ORDER BY rowid")
    fetched = judged.connection.execute(query).fetchnumpy()
    before = np.asarray(fetched["cause"]).astype(np.int64)
    values = np.ma.filled(np.ma.asarray(fetched["outcome"], dtype=np.float64), np.nan)
    cause = before.copy()
    if lines is None:
        lines = _Lines(_label_names(judged), np.ones(len(cause), dtype=np.bool_))
    notation = None if judged.numbers is None else judged.numbers.notation
    if notation is not None and role in COUNTED:
        counted = values[cause == USED]
        only_whole = (
            bool(notation.thousands)
            and not np.any(counted % 1)
            and bool(np.any(counted[counted >= 1000] % 1000))
        )
        _refuse_doubt(role, column, notation, certain=only_whole)
    if role in extras:
        cause[cause == NO_OUTCOME] = USED
    elif role in SIZES:
        nothing = values == 0
        if "events" in lines.values:
            nothing &= lines.values["events"] == 0  # events in no trial at all are no missing value
        cause[(cause == USED) & nothing] = NO_OUTCOME
    elif "n" in lines.values:
        cause[(cause == NO_OUTCOME) & (lines.values["n"] == 1)] = USED
    cause[~lines.usable] = _ELSEWHERE
    lines.left_out += _causes(judged, before, cause, column)
    lines.causes.update(cause.tolist())
    lines.unusable.update(lines.labels[np.isin(cause, _OF_A_CELL)].tolist())
    lines.usable &= cause == USED
    lines.values[role] = values
    lines.notations[role] = notation
    return lines


def _refuse_doubt(role: str, column: str, notation: Notation, *, certain: bool) -> None:
    """Raise UnreadableFile for numbers of events or rows that are none as written, or may be others.

    Of two readings the one is `certain` in which alone all are whole, as counts are.
    """
    if notation.after == "%":
        raise UnreadableFile(
            f"Column {quoted_name(column)} holds percent, but {role} are counted: "
            "give a column of whole numbers."
        )
    if notation.either_way and notation.examples and not certain:
        cell = excerpt(notation.examples[0])
        raise UnreadableFile(
            f"{cell} in {quoted_name(column)} may be read as thousands or with a decimal mark: "
            "say which mark is the decimal one."
        )


def _label_names(judged: JudgedRows) -> NDArray[np.object_]:
    """(N,) what the group of each line is called, None where it has no name."""
    named = f"({select('rowid, label', 'cells')}) u {judged.names.join}"
    query = select(f"{judged.names.column} AS name", named, "ORDER BY u.rowid")
    found = judged.connection.execute(query).fetchall()
    labels = np.empty(len(found), dtype=object)
    labels[:] = [name for (name,) in found]
    return labels


def _causes(
    judged: JudgedRows, before: NDArray[np.int64], cause: NDArray[np.int64], column: str
) -> list[LeftOut]:
    """What one column leaves out, once the table ``cells`` holds the causes ``(N,)``."""
    import pyarrow as pa

    changed = np.flatnonzero(cause != before)
    if changed.size:
        judged.connection.register("changes", pa.table({"line": changed, "cause": cause[changed]}))
        judged.connection.execute(
            "UPDATE cells SET cause = changes.cause FROM changes WHERE cells.rowid = changes.line"
        )
        judged.connection.unregister("changes")
    found = left_out(replace(judged, counts=dict(Counter(cause.tolist()))))
    of_cells = {CAUSES[number] for number in _OF_A_CELL}
    return [replace(one, detail=f"in {column}") if one.cause in of_cells else one for one in found]
