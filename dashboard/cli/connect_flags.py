"""The flags that name a table of a database in place of FILE."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from dashboard.cli.shared import Command, with_options

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from dashboard.ingest.connection import Connection
    from dashboard.ingest.many_files import ManyFiles

seconds_option = click.option(
    "--statement-seconds",
    "statement_seconds",
    type=click.FloatRange(0, min_open=True),
    default=600,
    show_default=True,
    help="How long the database may take.",
)
_OPTIONS = (
    click.option(
        "--connect",
        metavar="URL",
        help="A database in place of FILE: duckdb://PATH, sqlite://PATH, postgresql://HOST/NAME.",
    ),
    click.option("--table", metavar="NAME", help="Of --connect the table."),
    click.option("--query", metavar="SQL", help="Of --connect what this SELECT gives."),
    seconds_option,
)


def connect_options(command: Command) -> Command:
    """Add the flags to a command, which gets them as keywords."""
    return with_options(command, _OPTIONS)


def source_given(given: Mapping[str, Any], file: Path | ManyFiles | None) -> Path | ManyFiles | Connection:
    """FILE, or the table that is named among a command's keywords.

    Raises:
        ClickException: neither of the two, both, or not one of a table and a query.

    """
    address, table, query = given["connect"], given["table"], given["query"]
    if address is None:
        if table is not None or query is not None:
            raise click.ClickException("--table and --query go with --connect")
        if file is None:
            raise click.UsageError("Missing argument 'FILE'.")
        return file
    if file is not None:
        raise click.ClickException("--connect stands in place of FILE: leave one of them out")
    if (table is None) == (query is None):
        raise click.ClickException("--connect takes one of --table NAME and --query SQL")
    from dashboard.ingest.connection import Connection

    return Connection(address, table, query, given["statement_seconds"])


def refuse_flags_of_files(given: Mapping[str, Any]) -> None:
    """Raise ClickException for a flag that says how a file is read, or what its lines are."""
    from dataclasses import fields

    from dashboard.cli.kind_flags import KIND_FLAGS
    from dashboard.ingest.reading import Reading, RowFilter

    of_files = {*KIND_FLAGS, *(field.name for kind in (Reading, RowFilter) for field in fields(kind))}
    for name in sorted(of_files - {"missing"}):
        if given.get(name):
            flag = f"--{name.replace('_', '-')}"
            raise click.ClickException(f"{flag} is for files: let --query do what it would")
