"""``blupboard compare``: fit the estimators to a file and print or write what they say."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from dashboard.cli.shared import plugins_dir_option, reading_files, remark, report_plugin_failures

if TYPE_CHECKING:
    from estimators import Comparison, Estimator

TIDY_LAYOUTS = ("csv", "parquet")
"""These hold groups and nothing else, so what was left out is said on stderr."""


@click.command("compare")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--outcome", required=True, metavar="COLUMN", help="The column with the numbers.")
@click.option("--group", required=True, metavar="COLUMN", help="The column that names each row's group.")
@click.option(
    "--estimator", "ids", multiple=True, metavar="ID", help="Fit this one; may be repeated. All by default."
)
@click.option(
    "--option", "settings", multiple=True, metavar="ID.NAME=VALUE", help="Set an estimator's option."
)
@click.option(
    "--level", type=float, default=0.95, show_default=True, help="Level of the intervals, between 0 and 1."
)
@click.option(
    "--std-error",
    type=click.Choice(["prediction", "conditional"]),
    help="Which standard error the predictors report, for those that offer the choice.",
)
@click.option(
    "--format",
    "layout",
    type=click.Choice(["table", "csv", "json", "parquet"]),
    default="table",
    show_default=True,
    help="csv and parquet hold the tidy columns.",
)
@click.option(
    "--output", type=click.Path(path_type=Path, dir_okay=False), metavar="PATH", help="Write here instead."
)
@plugins_dir_option
def compare_command(
    *,
    file: Path,
    outcome: str,
    group: str,
    ids: tuple[str, ...],
    settings: tuple[str, ...],
    level: float,
    std_error: str | None,
    layout: str,
    output: Path | None,
    plugins_dirs: tuple[Path, ...],
) -> None:
    """Compare estimators of every group's mean in FILE (CSV, TSV or Parquet, compressed or not)."""
    if layout == "parquet" and output is None:
        raise click.ClickException("parquet is not for the terminal: name a file with --output")
    from dashboard.cli.output import omissions, render, to_stdout
    from estimators import build_registry, compare

    registry = build_registry(plugins_dirs)
    report_plugin_failures(registry)
    chosen = [registry.find(name) for name in dict.fromkeys(ids)] if ids else list(registry.values())
    options = _options(settings, chosen, std_error)
    for estimator in chosen:
        estimator.make_options(options.get(estimator.id))
    _check_level(level)
    with reading_files():
        from dashboard.ingest import reduce_file

        data = reduce_file(file, outcome=outcome, group=group)
    comparison = compare(data, chosen, options=options, level=level)
    if not comparison.succeeded:
        raise click.ClickException(_why_none(comparison))
    if layout in TIDY_LAYOUTS:
        for line in omissions(comparison):
            remark(line)
    if output is None:
        to_stdout(render(comparison, layout))
    else:
        with reading_files():
            output.write_bytes(render(comparison, layout))


def _check_level(level: float) -> None:
    if not 0 < level < 1:
        raise click.ClickException(f"--level lies between 0 and 1, not at {level:g}")


def _options(
    settings: tuple[str, ...], chosen: list[Estimator], std_error: str | None
) -> dict[str, dict[str, object]]:
    """Options by estimator id; ``--std-error`` goes to whoever offers it, ``--option`` wins over it."""
    known = {estimator.id for estimator in chosen}
    options: dict[str, dict[str, object]] = {}
    if std_error is not None:
        for estimator in chosen:
            offered = (spec.choices or () for spec in estimator.option_specs() if spec.name == "std_error")
            if any(std_error in choices for choices in offered):
                options[estimator.id] = {"std_error": std_error}
    for setting in settings:
        name, equals, value = setting.partition("=")
        estimator_id, dot, option = name.strip().partition(".")
        if not (equals and dot and estimator_id and option):
            raise click.ClickException(f"--option is written ID.NAME=VALUE, not {setting!r}")
        if estimator_id not in known:
            chosen_ids = ", ".join(estimator.id for estimator in chosen)
            raise click.ClickException(f"--option {setting}: {estimator_id} is not among {chosen_ids}")
        options.setdefault(estimator_id, {})[option] = value
    return options


def _why_none(comparison: Comparison) -> str:
    reasons: dict[str, list[str]] = {}
    for result in comparison.failed:
        reasons.setdefault(result.message or "", []).append(result.label)
    told = "; ".join(f"{', '.join(who)}: {why}" for why, who in reasons.items())
    return f"no estimator could be fitted: {told}"
