"""``blupboard select``: groups above a value, the best groups, and grades, with how often they are wrong."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dashboard.cli.read_groups import groups_of_file, groups_options
from dashboard.cli.reading_flags import reading_options
from dashboard.cli.shared import (
    causes_of,
    chosen_estimators,
    estimator_options,
    option_option,
    plugins_dir_option,
    remark,
    report_plugin_failures,
    top_option,
)
from dashboard.cli.stdout import load_plugins, to_stdout

if TYPE_CHECKING:
    from estimators import Estimator, GroupData, Result, TopShare

MEAN = "mean"


@click.command("select")
@groups_options
@click.option(
    "--estimator", "estimator_id", metavar="ID", help="By this method; else the first that pulls to a centre."
)
@option_option
@click.option("--threshold", metavar="X|mean", default=MEAN, show_default=True, help="Which are above this?")
@click.option(
    "--error-rate",
    type=float,
    default=0.05,
    show_default=True,
    help="Largest chance of an error among those named; and of missing the very best.",
)
@click.option(
    "--criterion",
    type=click.Choice(["tail", "local"]),
    default="tail",
    show_default=True,
    help="What the rate bounds: tail, on average over those named; local, for each of them.",
)
@top_option("Which are the best K, or the best share of the groups, as in 10%?")
@click.option("--lambda", "price", type=float, metavar="L", help="Price of grades, 0 to 1. [default: 0.25]")
@click.option("--discordance", type=float, metavar="D", help="Grades with at most this share of pairs wrong.")
@click.option("--lower-is-better", is_flag=True, help="The smallest are the best: below for above.")
@click.option(
    "--format",
    "layout",
    type=click.Choice(["table", "csv", "json"]),
    default="table",
    show_default=True,
    help="csv has a line for each group.",
)
@reading_options
@plugins_dir_option
def select_command(
    *,
    file: Path | None,
    outcome: str | None,
    group: str | None,
    estimator_id: str | None,
    settings: tuple[str, ...],
    threshold: str,
    layout: str,
    plugins_dirs: tuple[Path, ...],
    error_rate: float,
    criterion: str,
    top: int | TopShare | None,
    price: float | None,
    discordance: float | None,
    lower_is_better: bool,
    **given: object,
) -> None:
    """Say which groups of FILE are above a value, which are the best, and what grades they can be given.

    Every answer comes with how often it is expected to be wrong, by the joint distribution of one method,
    which takes the spreads as known.
    """
    from dashboard.cli.selection_output import LAYOUTS
    from estimators import Questions

    if price is not None and discordance is not None:
        raise click.ClickException("give --lambda or --discordance, not both: each settles the grades")
    questions = Questions(
        threshold=_value(threshold),
        error_rate=error_rate,
        criterion=criterion,
        top=top,
        price=price,
        discordance=discordance,
        smallest_first=lower_is_better,
    )
    registry = load_plugins(plugins_dirs)
    report_plugin_failures(registry)
    chosen = chosen_estimators(registry, () if estimator_id is None else (estimator_id,))
    options = estimator_options(settings, chosen)
    read, _ = groups_of_file(registry, file, outcome, group, given)
    result = ranking_result(read.data, chosen, options)
    to_stdout(LAYOUTS[layout](questions.answers(read.data, result)))


def ranking_result(data: GroupData, chosen: list[Estimator], options: dict[str, dict[str, Any]]) -> Result:
    """The first of the results that says how true means hang together, one with a centre before others.

    Raises:
        ClickException: none does, with the reasons.

    """
    from estimators import compare

    results = compare(data, chosen, options=options).results
    able = [result for result in results if result.fit is not None and result.fit.joint is not None]
    pulled = [result for result in able if result.fit is not None and result.fit.center is not None]
    if not able:
        causes = causes_of((result.label, _why_no_ranks(result)) for result in results)
        raise click.ClickException(f"nothing can be ranked: {causes}")
    if not pulled and len(chosen) > 1:
        remark(f"no method that pulls to a centre can rank these groups; this is by {able[0].label}")
    return (pulled or able)[0]


def _why_no_ranks(result: Result) -> str:
    if result.fit is None:
        return result.message or "it could not be fitted"
    spread = result.fit.parameters.get("sigma_group")
    if spread is not None and spread.value == 0:
        return "it estimates the spread between groups as 0, so no group is above another"
    return "it gives no joint distribution of the true means here"


def _value(threshold: str) -> float | None:
    if threshold.strip().lower() == MEAN:
        return None
    try:
        return float(threshold)
    except ValueError:
        raise click.ClickException(f"--threshold is a number or {MEAN}, not {threshold!r}") from None
