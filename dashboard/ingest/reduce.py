"""A table and two of its columns to one summary per group."""

from __future__ import annotations

import difflib
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from dashboard.ingest.errors import UnreadableFile, listed, shown
from dashboard.ingest.table import stored_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from contextlib import AbstractContextManager

    from dashboard.ingest.judge_rows import Roles
    from dashboard.ingest.plugin_kinds import ForeignKind
    from dashboard.ingest.source import Source
    from dashboard.ingest.table import Table
    from estimators import GroupData
    from estimators.data.rows import Rows

_LONGEST_NAME_SHOWN = 200


def reduce_table(table: Table, *, outcome: str, group: str) -> GroupData:
    """The summaries of a stored table's groups; its rows are read again when an estimator asks.

    Raises:
        UnreadableFile: there is no such column, it cannot be used, or it is named for both roles.
        estimators.DataError: no row can be used.

    """
    from pathlib import Path

    from dashboard.ingest.cells import Notation
    from dashboard.ingest.judge_rows import Roles, summaries

    places = _find((outcome, group), [column.name for column in table.columns], table.name)
    y, g = (table.columns[place] for place in places)
    if y.typed and y.numbers == 0 and y.not_outcome is not None:
        raise _unfit(y.name, "outcome", y.not_outcome, table.name)
    if g.typed and g.not_group is not None and g.kind == "text":
        raise _unfit(g.name, "group", g.not_group, table.name)
    notation = Notation(y.decimal, thousands=y.thousands)
    labels = g.stored if g.labels is None else g.labels
    roles = Roles(table.path, stored_name(y.stored), stored_name(labels), notation)

    @contextmanager
    def opened() -> Iterator[GroupData]:
        with TemporaryDirectory(prefix="blupboard-") as folder, summaries(roles, Path(folder)) as data:
            yield data

    return _with_rows_on_demand(opened)


def reduce_file(
    path: Path,
    *,
    outcome: str,
    group: str,
    kinds: Iterable[ForeignKind] = (),
    sheet: str | None = None,
    say: Callable[[str], object] | None = None,
) -> GroupData:
    """The summaries of a file's groups; only the two columns are kept while it is read.

    Its rows are read again from the file when an estimator asks for them. A file whose name is that of one of
    `kinds` is read by its reader. `sheet` is the name or number of a workbook's sheet, None for the first
    with a table. `say` is called once with each sentence about how the file was read.

    Raises:
        UnreadableFile: the file cannot be used, there is no such column, or it is named for both roles.
        estimators.DataError: no row can be used.
        OSError: the file cannot be opened.

    """
    from pathlib import Path

    from dashboard.ingest.judge_rows import summaries

    unsaid = [] if say is None else [say]

    @contextmanager
    def opened() -> Iterator[GroupData]:
        with TemporaryDirectory(prefix="blupboard-") as folder:
            wanted = (outcome, group)
            roles = _two_columns(path, wanted, Path(folder), kinds=tuple(kinds), sheet=sheet, say=unsaid)
            with summaries(roles, Path(folder)) as data:
                yield data

    return _with_rows_on_demand(opened)


def _with_rows_on_demand(opened: Callable[[], AbstractContextManager[GroupData]]) -> GroupData:
    """Summaries that outlive the engine they were made in: for their rows, everything is opened again."""

    def read_rows() -> Rows:
        with opened() as data:
            if data.rows is None:
                raise RuntimeError("summaries of rows came without a way to the rows")
            return data.rows

    with opened() as data:
        return data.with_rows(read_rows)


def _two_columns(
    path: Path,
    wanted: tuple[str, str],
    folder: Path,
    *,
    kinds: tuple[ForeignKind, ...],
    sheet: str | None,
    say: list[Callable[[str], object]],
) -> Roles:
    from dashboard.ingest.judge_rows import Roles
    from dashboard.ingest.source import open_source

    source = open_source(path, name=path.name, folder=folder, kinds=kinds, sheet=sheet)
    for note in source.notes if say else ():
        say[0](note)
    say.clear()
    if not set(wanted) & set(source.names):
        _refuse_hopeless(source, path.name, folder)
    y, g = _find(wanted, source.names, path.name)
    if source.types[y] in ("other", "date"):
        raise _unfit(wanted[0], "outcome", "it does not hold numbers", path.name)
    if source.types[g] == "other":
        raise _unfit(wanted[1], "group", "it does not hold labels", path.name)
    parquet = folder / "columns.parquet"
    g = source.labels.get(g, g)
    source.write(parquet, (y, g))
    return Roles(parquet, stored_name(y), stored_name(g), None, source.delimiter)


def _refuse_hopeless(source: Source, name: str, folder: Path) -> None:
    """Where both names are wrong, see whether the table is of a shape that has no such columns."""
    from dashboard.ingest.store_upload import write_profiled

    write_profiled(source, name=name, target=folder / "all.parquet", folder=folder / "profile")


def _unfit(column: str, role: str, reason: str, file: str) -> UnreadableFile:
    return UnreadableFile(f"Column {shown(column)} of {file} cannot be the {role}: {reason}.")


def _find(wanted: tuple[str, str], names: Sequence[str], file: str) -> tuple[int, int]:
    """The places of the outcome and the group among the columns."""
    for name in wanted:
        if name not in names:
            raise UnreadableFile(f"{file} has no column {_quoted(name)}: {_instead(name, names)}.")
    if wanted[0] == wanted[1]:
        raise UnreadableFile(
            f"Outcome and group are both {_quoted(wanted[0])}: choose two different columns."
        )
    return names.index(wanted[0]), names.index(wanted[1])


def _instead(name: str, names: Sequence[str]) -> str:
    """What a name that is not there may have been meant for."""
    plain = {other: other.strip().casefold() for other in names}
    close = [
        other
        for other in names
        if plain[other] == name.strip().casefold() or other.startswith(f"{name} (column ")
    ]
    close = close or difflib.get_close_matches(name, names, n=3)
    if close:
        quoted = " or ".join(map(_quoted, close))
        return f"did you mean {quoted} (names match exactly, spaces and capitals included)"
    return f"the columns are {listed(tuple(names), 20)}"


def _quoted(name: str) -> str:
    """A name exactly as it stands, spaces included, unless it is very long."""
    return f'"{name}"' if len(name) <= _LONGEST_NAME_SHOWN else shown(name, _LONGEST_NAME_SHOWN)
