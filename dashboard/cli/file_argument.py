"""FILE on the command line: a path or a pipe, the roles of its columns, and its groups."""

from __future__ import annotations

import shutil
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from dashboard.cli.kind_flags import summary_given
from dashboard.cli.reading_flags import reading_given, rows_given

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from dashboard.ingest import FileGroups, ForeignKind, Reading
    from dashboard.ingest.data_kinds import SummaryColumns

STANDARD_INPUT = "-"


@dataclass(frozen=True)
class FileRoles:
    """What a line of the file is, and which columns were used."""

    kind: str
    columns: Mapping[str, str]
    """By role, the group last."""
    guessed: bool
    """Whether some of it was not named."""
    why: str
    """What spoke for it."""

    def to_json(self) -> dict[str, Any]:
        """Ready for JSON."""
        return {"kind": self.kind, "roles": {**self.columns, "guessed": self.guessed, "why": self.why}}


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


def read_groups(
    file: Path,
    outcome: str | None,
    group: str | None,
    given: Mapping[str, Any],
    *,
    kinds: tuple[ForeignKind, ...],
    say: Callable[[str], object],
) -> tuple[FileGroups, FileRoles]:
    """The groups of a file as a command's keywords ``given`` have it read; what was guessed is said.

    Raises:
        ClickException: flags that do not go together.
        UnreadableFile: the file cannot be used, or no column will do.
        estimators.DataError: no line can be used, or numbers that cannot be.
        OSError: it cannot be opened.

    """
    from dashboard.ingest import file_groups
    from dashboard.ingest.summary_groups import file_summaries

    summary, reading, rows = summary_given(given, outcome), reading_given(given), rows_given(given)
    if summary is None:
        y, g, why = roles_of(file, outcome, group, kinds=kinds, reading=reading, say=say)
        read = file_groups(file, outcome=y, group=g, kinds=kinds, reading=reading, rows=rows)
        guessed = outcome is None or group is None
        return read, FileRoles("rows", {"outcome": y, "group": g}, guessed, why)
    g, why = _label_of(file, summary, group, kinds=kinds, reading=reading, say=say)
    read = file_summaries(file, summary=summary, group=g, kinds=kinds, reading=reading, rows=rows)
    return read, FileRoles(summary.kind, {**summary.by_role, "group": g}, group is None, why)


def _label_of(
    file: Path,
    summary: SummaryColumns,
    group: str | None,
    *,
    kinds: tuple[ForeignKind, ...],
    reading: Reading,
    say: Callable[[str], object],
) -> tuple[str, str]:
    """(group, why) of a file of summaries; the likeliest where it was not named, which is said."""
    from dashboard.ingest import UnreadableFile, store_table
    from dashboard.ingest.guess_kind import label_column

    if group is not None:
        return group, "all were named"
    with TemporaryDirectory(prefix="blupboard-") as folder:
        target = Path(folder) / "table.parquet"
        table = store_table(file, name=file.name, target=target, kinds=kinds, reading=reading)
    if not all(map(table.column, summary.by_role.values())):
        # what the names are and which was meant is said where the columns are looked for
        return table.columns[0].name, "named"
    found = label_column(table, summary.by_role.values())
    if found is None:
        raise UnreadableFile(
            f"No column of {file.name} has a label of its own in every line: name one with --group."
        )
    why = "every line has a label of its own there"
    say(f'guessed --group "{found}": {why}')
    return found, why


def roles_of(
    file: Path,
    outcome: str | None,
    group: str | None,
    *,
    kinds: tuple[ForeignKind, ...],
    reading: Reading,
    say: Callable[[str], object],
) -> tuple[str, str, str]:
    """(outcome, group, why): the columns that were named; for one that was not, the likeliest, which is said.

    Raises:
        UnreadableFile: the file cannot be used, or no column will do.
        OSError: it cannot be opened.

    """
    from dashboard.ingest import UnreadableFile, guess_roles, store_table
    from dashboard.ingest.roles import stackable_columns, wide_table

    if outcome is not None and group is not None:
        return outcome, group, "both were named"
    with TemporaryDirectory(prefix="blupboard-") as folder:
        target = Path(folder) / "table.parquet"
        table = store_table(file, name=file.name, target=target, kinds=kinds, reading=reading)
        found = guess_roles(table, outcome, group)
    for name in (outcome, group):
        if name is not None and table.column(name) is None:
            # what the names are and which was meant is said where the columns are looked for
            return outcome or name, group or name, "named"
    if group is None and (wide := stackable_columns(table)):
        raise wide_table(wide, [column.name for column in table.columns], file.name)
    if found.outcome is None or found.group is None:
        missing = "--outcome" if found.outcome is None else "--group"
        raise UnreadableFile(f"No column of {file.name} is likely enough: name one with {missing}.")
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
