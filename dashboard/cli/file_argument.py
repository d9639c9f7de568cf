"""FILE on the command line: a path or a pipe, and the roles of its columns."""

from __future__ import annotations

import os
import shutil
import sys
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import click

from dashboard.cli.shared import Command, with_options

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dashboard.ingest import ForeignKind, GuessedRoles, Reading, Table, UnreadableFile

STANDARD_INPUT = "-"
_TWO_ARMS = (
    ", and compare these as estimates (--kind estimates); or name the columns to compare (--outcome, --group)"
)
_NAMED = ", or name the columns to compare with --outcome and --group"
_COLUMNS = (
    click.option("--outcome", metavar="COLUMN", help="The column with the numbers; else the likeliest."),
    click.option(
        "--group", metavar="COLUMN", help="The column that names each row's group; else the likeliest."
    ),
)


def file_options(command: Command) -> Command:
    """Add FILE and the flags of its two columns to a command, which gets them as keywords."""
    return with_options(command, (click.argument("file", type=click.Path(path_type=Path)), *_COLUMNS))


def file_or_none(command: Command) -> Command:
    """The same, where something else may stand in place of FILE."""
    file = click.argument("file", type=_FileOrFiles(path_type=Path), required=False)
    return with_options(command, (file, *_COLUMNS))


class _FileOrFiles(click.Path):
    """A path, or many files by a pattern or an address."""

    def convert(
        self, value: str | os.PathLike[str], param: click.Parameter | None, ctx: click.Context | None
    ) -> Any:  # noqa: ANN401 - as click has it
        """The path, or the files."""
        from dashboard.ingest.many_files import ManyFiles, is_many

        given = os.fspath(value)
        return ManyFiles(given) if is_many(given) else super().convert(value, param, ctx)


@contextmanager
def file_on_disk(file: Path) -> Iterator[Path]:
    """The file itself, or a copy of what comes through a pipe: ``-``, ``/dev/stdin``, ``<(...)``.

    A pipe can be read once, and a file is read again when an estimator asks for its rows.
    """
    if str(file) != STANDARD_INPUT and (file.is_file() or file.is_dir() or not file.exists()):
        yield file
        return
    with TemporaryDirectory(prefix="blupboard-") as folder:
        copy = Path(folder) / "standard input" if str(file) == STANDARD_INPUT else Path(folder) / file.name
        with copy.open("wb") as target:
            if str(file) == STANDARD_INPUT:
                shutil.copyfileobj(sys.stdin.buffer, target)
            else:
                with file.open("rb") as source:
                    shutil.copyfileobj(source, target)
        yield copy


@contextmanager
def table_on_demand(
    file: Path, kinds: tuple[ForeignKind, ...], reading: Reading
) -> Iterator[Callable[[], Table]]:
    """The table of the file, read once it is asked for; which raises UnreadableFile or OSError."""
    from dashboard.ingest import store_table

    with TemporaryDirectory(prefix="blupboard-") as folder:
        target = Path(folder) / "table.parquet"

        @cache
        def table() -> Table:
            return store_table(file, name=file.name, target=target, kinds=kinds, reading=reading)

        yield table


def _nothing_likely(table: Table, found: GuessedRoles) -> UnreadableFile:
    """What to say where no column will do for a role."""
    from dashboard.ingest import UnreadableFile

    if found.outcome is None:
        return UnreadableFile(f"No column of {table.name} is likely enough: name one with --outcome.")
    return UnreadableFile(
        f"No column of {table.name} seems to say which group a row belongs to: name it with --group or, "
        "where several columns are a group each, stack these with --stack."
    )


def roles_of(
    table_of_file: Callable[[], Table],
    outcome: str | None,
    group: str | None,
    *,
    say: Callable[[str], object],
) -> tuple[str, str, str]:
    """(outcome, group, why): the columns that were named; for one that was not, the likeliest, which is said.

    Raises:
        UnreadableFile: the file cannot be used, or no column will do.
        OSError: it cannot be opened.

    """
    from dashboard.ingest import guess_roles
    from dashboard.ingest.roles import stackable_columns, two_numbers_in_cells, wide_table
    from dashboard.ingest.two_arms import two_arms_in_lines

    if outcome is not None and group is not None:
        return outcome, group, "both were named"
    table = table_of_file()
    found = guess_roles(table, outcome, group)
    if (outcome, group) == found.pair == (None, None):
        arms = two_arms_in_lines(table, _TWO_ARMS)
        if arms is not None:
            raise arms
    for name in (outcome, group):
        if name is not None and table.column(name) is None:
            # what the names are and which was meant is said where the columns are looked for
            return outcome or name, group or name, "named"
    if group is None and (wide := stackable_columns(table)):
        raise wide_table(wide, [column.name for column in table.columns], table.name)
    if found.outcome is None or found.group is None:
        if (in_one_cell := two_numbers_in_cells(table.columns, table.name, _NAMED)) is not None:
            raise in_one_cell
        raise _nothing_likely(table, found)
    asked = " ".join(
        f'{option} "{name}"'
        for option, name, given in (
            ("--outcome", found.outcome, outcome),
            ("--group", found.group, group),
        )
        if given is None
    )
    say(f"guessed {asked}: {found.why}")
    return found.outcome, found.group, found.why
