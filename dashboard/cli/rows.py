"""``blupboard rows``: the rows of a file that a comparison uses, as plain CSV."""

from __future__ import annotations

from itertools import chain
from pathlib import Path

import click

from dashboard.cli.file_argument import file_on_disk, file_options, roles_of, table_on_demand
from dashboard.cli.model_flags import model_given, model_options
from dashboard.cli.reading_flags import reading_given, reading_options, rows_given
from dashboard.cli.shared import plugins_dir_option, reading_files, remark, report_plugin_failures
from dashboard.cli.stdout import load_plugins, write_answer


@click.command("rows")
@file_options
@click.option(
    "--output", type=click.Path(path_type=Path, dir_okay=False), metavar="PATH", help="Write here instead."
)
@reading_options
@model_options
@plugins_dir_option
def rows_command(
    *,
    file: Path,
    outcome: str | None,
    group: str | None,
    output: Path | None,
    plugins_dirs: tuple[Path, ...],
    **given: object,
) -> None:
    """Print the rows of FILE that "blupboard compare" uses with the same flags, as CSV: group, outcome.

    Covariates and weights follow under their own names.

    Numbers have all their digits and labels stand as they are, so that any program reads the same rows. FILE
    is of any kind that "compare" reads, or what comes through a pipe (-).
    """
    registry = load_plugins(plugins_dirs)
    report_plugin_failures(registry)
    with reading_files():
        from dashboard.ingest.guess_kind import guess_kind
        from dashboard.ingest.rows_used import rows_used
        from dashboard.ingest.two_columns import file_columns
        from dashboard.plugin_host.file_kinds import foreign_kinds
        from dashboard.scripts.rows_csv import rows_csv

        kinds, reading, rows = foreign_kinds(registry), reading_given(given), rows_given(given)
        model = model_given(given, rows=True)
        file = click.get_current_context().with_resource(file_on_disk(file))
        with table_on_demand(file, kinds, reading) as table:
            if outcome is None:
                summaries = guess_kind(table(), group=group, reading=reading, rows=rows)
                if summaries is not None:
                    raise click.ClickException(
                        f"the lines of {file.name} are taken for {summaries.summary.kind}, with no rows "
                        "behind them: name --outcome and --group to take them as rows"
                    )
            y, g, _ = roles_of(table, outcome, group, say=remark)
        columns = file_columns(
            file, outcome=y, group=g, kinds=kinds, reading=reading, rows=rows, beside=model
        )
        pieces = rows_csv(rows_used(columns), model.names)
        first = next(pieces)  # what is wrong with the file is found here
    write_answer(chain([first], pieces), output)
