"""Two columns of a file or of a stored table, and what goes with them: found by name and opened."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from dashboard.ingest.beside_columns import columns_beside, matched_columns
from dashboard.ingest.errors import UnreadableFile, unfit
from dashboard.ingest.find_column import matching_column, quoted_name
from dashboard.ingest.reading import ALL_ROWS, AS_FOUND, Reading, RowFilter
from dashboard.ingest.table import stored_name
from estimators.data.frames import NOTHING_BESIDE, ModelColumns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager

    from dashboard.ingest.condition_sql import StoredCondition
    from dashboard.ingest.judged_rows import Roles
    from dashboard.ingest.plugin_kinds import ForeignKind
    from dashboard.ingest.sign_columns import SignColumn
    from dashboard.ingest.source import Source
    from dashboard.ingest.table import Table, TextLayout

    ColumnsOnDemand = Callable[[], AbstractContextManager["OpenedColumns"]]


NO_LABELS: Final[Mapping[int, int]] = MappingProxyType({})


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
    outcomes = y.labels if y.labels is not None and _names_a_word(reading) else y.stored
    stored = outcomes, g.stored if g.labels is None else g.labels
    labels = {column.stored: column.labels for column in table.columns if column.labels is not None}
    roles = column_roles(
        table.path,
        stored,
        table.layout,
        reading=reading,
        rows=rows,
        places=places,
        labels=labels,
        file=table.name,
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
                _signs_to_mind(table.signs, rows),
                table.sheet,
                table.notes,
                table.stacked,
            )

    return open_columns


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
    return columns_on_demand(AskedColumns(path, outcome, group, tuple(kinds), reading, rows, beside))


def columns_on_demand(asked: AskedColumns) -> ColumnsOnDemand:
    """The columns of a file, which is read as often as they are opened."""

    @contextmanager
    def open_columns() -> Iterator[OpenedColumns]:
        with TemporaryDirectory(prefix="blupboard-") as folder:
            yield stored_columns(found_columns(asked, Path(folder)), Path(folder))

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
    signs: tuple[SignColumn, ...] = ()
    """The columns that hold signs of amounts, as far as is known, but for those that choose the rows."""
    sheet: str | None = None
    """The sheet that was read."""
    notes: tuple[str, ...] = ()
    """What is to be said of how the file was read."""
    stacked: tuple[str, ...] = ()
    """The columns that were stacked."""


@dataclass(frozen=True)
class AskedColumns:
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
    labels: Mapping[int, int] = NO_LABELS,
) -> Roles:
    """The outcome and the group at the places ``stored`` of a Parquet file, and how they are read.

    ``places`` are those of all columns by name, for the conditions of ``rows``, and ``labels`` of places of
    codes those of their labels; ``file`` is what the file is called. Raises UnreadableFile for a condition on
    a column that is not there.
    """
    from dashboard.ingest.judged_rows import Roles

    y, g = map(stored_name, stored)
    conditions = _stored_conditions(rows, places, labels, file)
    return Roles(parquet, y, g, reading, rows.exclude, conditions, **_of_layout(layout))


def _of_layout(layout: TextLayout | None) -> dict[str, Any]:
    """What a text file's layout says of its cells and lines, for `Roles`."""
    from estimators.data.notation import Convention

    if layout is None:
        return {}
    convention = Convention(layout.convention, layout.convention_in_cells)
    return {"convention": convention, "first_line": layout.first_line, "noun": "line"}


def _stored_conditions(
    rows: RowFilter, places: Mapping[str, int], labels: Mapping[int, int], file: str
) -> tuple[StoredCondition, ...]:
    from dashboard.ingest.condition_sql import StoredCondition

    names = list(places)

    found = []
    for condition in rows.where:
        place = places[matching_column(condition.column, names, file)]
        of_codes = stored_name(labels[place]) if place in labels else None
        found.append(
            StoredCondition(stored_name(place), condition.operator, condition.value, condition.text, of_codes)
        )
    return tuple(found)


@dataclass(frozen=True)
class FoundColumns:
    """A file that was opened, and where in it the columns stand that matter."""

    asked: AskedColumns
    source: Source
    places: tuple[int, int]
    """Of the outcome, or its labels where one of them counts as 1, and of the labels of the group."""
    beside: ModelColumns

    @property
    def names(self) -> tuple[str, str]:
        """Of the outcome and the group."""
        return self.asked.outcome, self.asked.group


def found_columns(asked: AskedColumns, folder: Path) -> FoundColumns:
    """The file opened, with copies in `folder` where it has to be."""
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
    beside = matched_columns(asked.beside, (outcome, group), source.names, name)
    outcomes = source.labels.get(y, y) if _names_a_word(asked.reading) else y
    return FoundColumns(asked, source, (outcomes, source.labels.get(g, g)), beside)


def stored_columns(found: FoundColumns, folder: Path) -> OpenedColumns:
    """The columns that matter, in a Parquet file in `folder`."""
    asked, source, (y, g), beside = found.asked, found.source, found.places, found.beside
    name, parquet = asked.path.name, folder / "columns.parquet"
    places = {column: place for place, column in enumerate(source.names)}
    where = [places[matching_column(c.column, source.names, name)] for c in asked.rows.where]
    stored = {column: places[column] for _, column in beside.by_role}
    for column, place in stored.items():
        if source.types[place] in ("other", "date"):
            raise unfit(column, "covariate or weight", "it holds neither numbers nor labels", name)
    labels = [source.labels[place] for place in where if place in source.labels]
    source.write(parquet, tuple(dict.fromkeys((y, g, *where, *labels, *stored.values()))))
    roles = column_roles(
        parquet,
        (y, g),
        source.layout,
        reading=asked.reading,
        rows=asked.rows,
        places=places,
        labels=source.labels,
        file=name,
    )
    roles = replace(
        roles, beside=beside, beside_stored={n: stored_name(place) for n, place in stored.items()}
    )
    return OpenedColumns(
        found.names,
        roles,
        source.layout,
        folder,
        source.binary,
        _signs_to_mind(source.signs, found.asked.rows),
        source.sheet,
        source.all_notes,
        source.stacked,
    )


def columns_in_place(found: FoundColumns, folder: Path) -> OpenedColumns | None:
    """The columns where they lie, in a Parquet file; None where they have to be stored first.

    `folder` takes what a query spills. Raises `Irregular` for a damaged file.
    """
    from dashboard.ingest.judge_in_place import roles_in_place

    source = found.source
    if source.parquet is None:
        return None
    roles = roles_in_place(source.parquet, *found.places, found.asked.reading)
    if roles is None:
        return None
    return OpenedColumns(
        found.names,
        replace(roles, first_line=source.first_line),
        None,
        folder,
        source.binary,
        _signs_to_mind(source.signs, found.asked.rows),
        source.sheet,
        source.all_notes,
        source.stacked,
    )


def _signs_to_mind(signs: tuple[SignColumn, ...], rows: RowFilter) -> tuple[SignColumn, ...]:
    """Columns of signs but for those by which rows were chosen."""
    chosen = {condition.column for condition in rows.where}
    return tuple(column for column in signs if column.name not in chosen)


def _names_a_word(reading: Reading) -> bool:
    """Whether what counts as 1 is a word, and of codes a label."""
    from estimators.data.notation import PLAIN
    from estimators.data.number_forms import plain_text

    return reading.event is not None and PLAIN.reader()(plain_text(reading.event)) is None


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
