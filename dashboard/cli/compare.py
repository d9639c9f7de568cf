"""``blupboard compare``: fit the estimators to a file and print or write what they say."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dashboard.cli.read_groups import groups_of_file, groups_options
from dashboard.cli.reading_flags import reading_options
from dashboard.cli.shared import (
    chosen_estimators,
    estimator_option,
    estimator_options,
    level_option,
    option_option,
    plugins_dir_option,
    remark,
    report_plugin_failures,
    top_option,
    why_none,
)
from dashboard.cli.stdout import load_plugins, write_answer
from dashboard.cli.worker_flags import Spread, spread_of, worker_options, workers_given

if TYPE_CHECKING:
    from estimators import Comparison, GroupData, Result, TopShare

TIDY_LAYOUTS = ("csv", "parquet")
"""These hold groups and nothing else, so what was left out is said on stderr."""


@click.command("compare")
@groups_options
@estimator_option
@option_option
@level_option
@click.option(
    "--std-error",
    type=click.Choice(["second_order", "prediction", "conditional"]),
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
    "--inference",
    is_flag=True,
    help="Add ranks with intervals; to json intervals and tests of the spreads too, and rank sets.",
)
@top_option("With --inference: the chance of being among the best K, or in the best share, as in 10%.")
@click.option(
    "--calibrate",
    is_flag=True,
    help="With --inference, in json: what the intervals cover for groups like these, by draws.",
)
@click.option(
    "--bootstrap",
    "resample",
    is_flag=True,
    help="With --inference, in json: errors and intervals by groups drawn from each fit and fitted again.",
)
@click.option(
    "--checks",
    is_flag=True,
    help="In json: does the model suit the groups? Normal plot, spread, influence and outlying groups.",
)
@click.option("--lower-is-better", is_flag=True, help="Rank 1 is the smallest.")
@click.option(
    "--scale",
    type=click.Choice(["as-is", "ratio"]),
    default="as-is",
    show_default=True,
    help="ratio: published estimates are logarithms of ratios, and are given as these too.",
)
@click.option(
    "--output", type=click.Path(path_type=Path, dir_okay=False), metavar="PATH", help="Write here instead."
)
@worker_options
@reading_options
@plugins_dir_option
def compare_command(
    *,
    file: Path | None,
    outcome: str | None,
    group: str | None,
    ids: tuple[str, ...],
    settings: tuple[str, ...],
    level: float,
    std_error: str | None,
    layout: str,
    inference: bool,
    calibrate: bool,
    resample: bool,
    checks: bool,
    top: int | TopShare | None,
    lower_is_better: bool,
    scale: str,
    output: Path | None,
    plugins_dirs: tuple[Path, ...],
    **given: object,
) -> None:
    """Compare estimators of every group's mean in FILE, or in what comes through a pipe (-).

    It is CSV, TSV, Parquet, Arrow or JSON, a workbook of Excel or OpenDocument, a file of SPSS, Stata, SAS or
    R, compressed or not, or of a kind that a plugin reads.
    """
    if layout == "parquet" and output is None:
        raise click.ClickException("parquet is not for the terminal: name a file with --output")
    _check_inference(inference, layout, top, {"--calibrate": calibrate, "--bootstrap": resample})
    workers = workers_given(given, needed=calibrate or resample)
    if checks and layout != "json":
        raise click.ClickException("--checks goes with --format json")
    from dashboard.cli.output import omissions, render
    from dashboard.cli.ratio_columns import ratios_asked
    from estimators import compare
    from estimators.inference.ranks import number_of_best

    registry = load_plugins(plugins_dirs)
    report_plugin_failures(registry)
    chosen = chosen_estimators(registry, ids)
    options = estimator_options(settings, chosen, std_error)
    for estimator in chosen:
        estimator.make_options(options.get(estimator.id))
    _check_level(level)
    read, roles = groups_of_file(registry, file, outcome, group, given)
    _check_weights(read.data, {"--checks": checks, "--bootstrap": resample, "--calibrate": calibrate})
    comparison = compare(read.data, chosen, options=options, level=level, smallest_first=lower_is_better)
    if not comparison.succeeded:
        raise click.ClickException(why_none((r.label, r.message or "") for r in comparison.failed))
    ratios = ratios_asked(scale, comparison)
    more = {**roles.to_json(), **_own_intervals(comparison), **(_checks(comparison) if checks else {})}
    best = number_of_best(top, len(comparison.data))
    more |= {} if best is None else {"top": best}
    with spread_of(workers, plugins_dirs) as spread:
        drawn = _drawn(comparison, calibrate, resample, spread)
    conclusions = _conclusions(comparison, best, drawn) if inference else None
    if layout in TIDY_LAYOUTS:
        for line in omissions(comparison, read, conclusions):
            remark(line)
    write_answer(render(comparison, layout, read, more, conclusions, ratios=ratios), output)


def _check_inference(
    inference: bool, layout: str, top: int | TopShare | None, drawn: dict[str, bool]
) -> None:
    if inference and layout == "table":
        raise click.ClickException(
            "--inference goes into json, and its ranks into csv and parquet: see --format"
        )
    if not inference and top is not None:
        raise click.ClickException("--top goes with --inference")
    for flag, asked in drawn.items():
        if asked and not (inference and layout == "json"):
            raise click.ClickException(f"{flag} goes with --inference and --format json")


def _check_weights(data: GroupData, flags: dict[str, bool]) -> None:
    """Refuse flags that take no survey weights."""
    for flag, asked in flags.items():
        if asked and "survey_weights" in data.carries:
            raise click.ClickException(f"{flag} takes groups without survey weights")


def _conclusions(
    comparison: Comparison, top: int | None, drawn: dict[str, dict[str, Any]]
) -> dict[str, dict[str, Any]]:
    """What each fit lets conclude, by estimator id; ``drawn`` stands beside."""
    from estimators import inference_dict

    return {
        result.id: inference_dict(
            comparison.data,
            result.estimator,
            result.fit,
            level=comparison.level,
            top=top,
            smallest_first=comparison.smallest_first,
        )
        | drawn[result.id]
        for result in comparison.succeeded
        if result.fit is not None
    }


def _drawn(
    comparison: Comparison, calibrate: bool, resample: bool, spread: Spread
) -> dict[str, dict[str, Any]]:
    """What is found out by draws, by estimator id."""
    return {
        result.id: {
            **(_calibration(comparison, result, spread) if calibrate else {}),
            **(_bootstrap(comparison, result, spread) if resample else {}),
        }
        for result in comparison.succeeded
    }


def _own_intervals(comparison: Comparison) -> dict[str, Any]:
    """Intervals of each group's own share or rate; nothing of other data."""
    from estimators import own_intervals

    found = own_intervals(comparison.data, comparison.level)
    if not found:
        return {}
    groups = [
        {
            "group": label,
            **{name: {"low": low[j], "high": high[j]} for name, (low, high) in found.items()},
        }
        for j, label in enumerate(comparison.data.labels)
    ]
    return {"own_intervals": groups}


def _checks(comparison: Comparison) -> dict[str, Any]:
    """How the model suits the groups; nothing where it cannot be fitted."""
    from estimators import model_checks
    from estimators.inference.estimable import is_estimable

    return {"checks": model_checks(comparison.data).to_dict()} if is_estimable(comparison.data) else {}


def _calibration(comparison: Comparison, result: Result, spread: Spread) -> dict[str, Any]:
    """What the intervals of one result cover; nothing where there are none, or no spreads to draw with."""
    from dashboard.words.calibration import calibration_sentence
    from estimators import calibration
    from estimators.inference.estimable import is_estimable

    if result.interval is None or not is_estimable(comparison.data):
        return {}
    answer = calibration(
        comparison.data, result.estimator, result.options, level=comparison.level, **vars(spread)
    )
    if answer is None:
        return {}
    return {"calibration": {**answer.to_dict(), "text": calibration_sentence(answer)}}


def _bootstrap(comparison: Comparison, result: Result, spread: Spread) -> dict[str, Any]:
    """Errors and intervals by the bootstrap; nothing where the method has no spreads to draw from."""
    from estimators import DataError, bootstrap

    try:
        found = bootstrap(comparison.data, result.estimator, result.options, **vars(spread))
    except DataError as error:
        remark(f"--bootstrap: {error}")
        return {}
    return {"bootstrap": found.to_dict(comparison.data, comparison.level)}


def _check_level(level: float) -> None:
    if not 0 < level < 1:
        raise click.ClickException(f"--level lies between 0 and 1, not at {level:g}")
