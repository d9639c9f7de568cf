"""The groups of FILE on the command line, as the flags have its lines and its columns."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dashboard.cli.connect_flags import connect_options, refuse_flags_of_files, source_given
from dashboard.cli.file_argument import file_on_disk, file_or_none, roles_of, table_on_demand
from dashboard.cli.kind_flags import kind_given, kind_options
from dashboard.cli.model_flags import model_given, model_options
from dashboard.cli.reading_flags import reading_given, rows_given
from dashboard.cli.shared import reading_files, remark, with_options

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dashboard.cli.kind_flags import KindGiven
    from dashboard.cli.shared import Command
    from dashboard.ingest import FileGroups, ForeignKind, Reading, RowFilter, Table
    from dashboard.ingest.connection import Connection
    from dashboard.ingest.data_kinds import SummaryColumns
    from dashboard.ingest.many_files import ManyFiles
    from estimators import Registry
    from estimators.data.frames import ModelColumns


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
    model: ModelColumns
    """What the model has beside."""

    def to_json(self) -> dict[str, Any]:
        """Ready for JSON."""
        beside = {name: value for name, value in vars(self.model).items() if value and name != "weight_kind"}
        if self.model.curves:
            beside["curves"] = dict(self.model.curves)
        if self.model.weights is not None:
            beside["weight_kind"] = self.model.weight_kind
        roles = {**self.columns, **beside, "guessed": self.guessed, "why": self.why}
        return {"kind": self.kind, "roles": roles}


def groups_options(command: Command) -> Command:
    """Add FILE, its columns, what its lines are and what the model has beside to a command."""
    return with_options(command, (file_or_none, kind_options, model_options, connect_options))


def groups_of_file(
    registry: Registry,
    file: Path | ManyFiles | None,
    outcome: str | None,
    group: str | None,
    given: Mapping[str, Any],
) -> tuple[FileGroups, FileRoles]:
    """The groups of FILE as a command's keywords ``given`` have it read, or of the table named in its place.

    What was guessed is said.

    What comes through a pipe is kept until the command ends.

    Raises:
        ClickException: the file cannot be used, no column will do, or flags that do not go together.
        estimators.DataError: no line can be used, or numbers that cannot be.

    """
    source = source_given(given, file)
    with reading_files():
        if not isinstance(source, Path):
            return _groups_of_table(source, outcome, group, given)
        from dashboard.plugin_host.file_kinds import foreign_kinds

        on_disk = click.get_current_context().with_resource(file_on_disk(source))
        return _read_groups(on_disk, outcome, group, given, foreign_kinds(registry))


def _groups_of_table(
    connection: Connection | ManyFiles, outcome: str | None, group: str | None, given: Mapping[str, Any]
) -> tuple[FileGroups, FileRoles]:
    from dashboard.ingest.connection import connected_columns, connected_groups

    refuse_flags_of_files(given)
    if outcome is None or group is None:
        names = ", ".join(connected_columns(connection))
        raise click.ClickException(f"name both --outcome and --group; the columns are {names}")
    model, missing = model_given(given, rows=True), tuple(given["missing"])
    read = connected_groups(connection, outcome=outcome, group=group, missing=missing, beside=model)
    return read, FileRoles("rows", {"outcome": outcome, "group": group}, False, "both were named", model)


def _read_groups(
    file: Path,
    outcome: str | None,
    group: str | None,
    given: Mapping[str, Any],
    kinds: tuple[ForeignKind, ...],
) -> tuple[FileGroups, FileRoles]:
    from dashboard.ingest import file_groups, table_groups
    from dashboard.ingest.summary_groups import file_summaries

    asked, reading, rows = kind_given(given, outcome), reading_given(given), rows_given(given)
    # rows of the table may be asked for until the command ends
    table = click.get_current_context().with_resource(table_on_demand(file, kinds, reading))
    found = _summary(asked, group, table, reading, rows)
    model = model_given(given, rows=found is None)
    if model.adjust or model.explained_by:
        _remark_codes(model, table())
    if found is None:
        y, g, why = roles_of(table, outcome, group, say=remark)
        roles = FileRoles("rows", {"outcome": y, "group": g}, None in (outcome, group), why, model)
        if roles.guessed:  # from the table that was stored for the guess: a file is opened once
            read = table_groups(table(), outcome=y, group=g, reading=reading, rows=rows, beside=model)
        else:
            read = file_groups(
                file, outcome=y, group=g, kinds=kinds, reading=reading, rows=rows, beside=model
            )
        return read, roles
    summary, g, why = found
    guessed = [] if asked.kind == summary.kind else [f"--kind {summary.kind}"]
    guessed += [f'--{role} "{name}"' for role, name in summary.columns if role not in asked.named]
    guessed += [] if group is not None else [f'--group "{g}"']
    if guessed:
        remark(f"guessed {' '.join(guessed)}: {why}")
    roles = FileRoles(summary.kind, {**summary.by_role, "group": g}, bool(guessed), why, model)
    read = file_summaries(
        file, summary=summary, group=g, kinds=kinds, reading=reading, rows=rows, beside=model
    )
    return read, roles


def _remark_codes(model: ModelColumns, table: Table) -> None:
    """Say which covariates enter as numbers though they may be codes."""
    from dashboard.ingest.beside_columns import covariates_maybe_codes

    for column in covariates_maybe_codes(model, table):
        remark(
            f"{column.name} has {column.distinct} whole numbers and enters as a number, each step up alike; "
            f'if they are codes, such as of blocks, add --categorical "{column.name}"'
        )


def _summary(
    asked: KindGiven,
    group: str | None,
    table_of_file: Callable[[], Table],
    reading: Reading,
    rows: RowFilter,
) -> tuple[SummaryColumns, str, str] | None:
    """(columns, group, why) of summaries; None where lines are rows: so named, or not clearly summaries."""
    from dashboard.ingest.data_kinds import ROWS, SUMMARY_KINDS, SummaryColumns
    from dashboard.ingest.find_column import matching_column
    from dashboard.ingest.guess_kind import guess_columns, guess_kind

    if asked.kind == ROWS:
        return None
    if asked.kind is None:
        table = table_of_file()
        found = guess_kind(table, group=group, reading=reading, rows=rows, troubled=True)
        if found is not None and found.trouble is not None:
            raise click.ClickException(
                f"Lines of {table.name} look like summaries, with {found.why}; but {found.trouble}. Correct "
                "that, or compare the lines as rows with --kind rows."
            )
        return None if found is None else (found.summary, found.group, found.why)
    if group is not None and SUMMARY_KINDS[asked.kind].is_complete(asked.named):
        return SummaryColumns.of(asked.kind, asked.named), group, "all were named"
    table = table_of_file()
    for name in asked.named.values():
        matching_column(name, [column.name for column in table.columns], table.name)
    found = guess_columns(table, asked.kind, asked.named, group)
    return found.summary, found.group, found.why
