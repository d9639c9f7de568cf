"""``blupboard plan``: how many rows a group would need, by the spreads that a method finds in a file."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dashboard.cli.read_groups import groups_of_file, groups_options
from dashboard.cli.reading_flags import reading_options
from dashboard.cli.shared import (
    chosen_estimators,
    estimator_options,
    level_option,
    option_option,
    plugins_dir_option,
    report_plugin_failures,
    why_none,
)
from dashboard.cli.stdout import load_plugins, to_stdout

if TYPE_CHECKING:
    from estimators import Comparison, Plan, Result
    from estimators.inference.plan import Goal

RELIABILITY = 0.8
"""What is planned for where nothing is asked."""
CURVE_TO = 100
"""Rows that the curve reaches at least."""


@dataclass(frozen=True)
class Wanted:
    """A goal, and the rows in each group that reach it: at the estimated ratio, and at its interval's ends.

    None: no number of rows does.
    """

    goal: Goal
    value: float
    rows: int | None
    rows_at_low_ratio: int | None
    rows_at_high_ratio: int | None


@click.command("plan")
@groups_options
@click.option(
    "--estimator", "estimator_id", metavar="ID", help="By its spreads; else the first that estimates both."
)
@option_option
@click.option(
    "--reliability",
    type=float,
    multiple=True,
    metavar="R",
    help="Rows for so much weight on a group's own mean; may be repeated, as those below.  [default: 0.8]",
)
@click.option("--width", type=float, multiple=True, metavar="W", help="Rows for intervals so wide.")
@click.option("--p-best", type=float, multiple=True, metavar="P", help="Rows to find the best so surely.")
@click.option("--groups", type=int, metavar="J", help="Of so many groups; else as many as the file has.")
@level_option
@click.option(
    "--format",
    "layout",
    type=click.Choice(["table", "csv", "json"]),
    default="table",
    show_default=True,
    help="csv has the curve over numbers of rows.",
)
@reading_options
@plugins_dir_option
def plan_command(
    *,
    file: Path | None,
    outcome: str | None,
    group: str | None,
    estimator_id: str | None,
    settings: tuple[str, ...],
    reliability: tuple[float, ...],
    width: tuple[float, ...],
    p_best: tuple[float, ...],
    groups: int | None,
    level: float,
    layout: str,
    plugins_dirs: tuple[Path, ...],
    **given: object,
) -> None:
    """Say how many rows each group would need, for new groups that vary as those of FILE do.

    For a reliability, for an interval of some width, or to find the best group; groups of equal size, the
    spreads taken as those of one method.
    """
    from dashboard.cli.plan_output import LAYOUTS
    from estimators import Plan, compare

    registry = load_plugins(plugins_dirs)
    report_plugin_failures(registry)
    chosen = chosen_estimators(registry, () if estimator_id is None else (estimator_id,))
    options = estimator_options(settings, chosen)
    read, _ = groups_of_file(registry, file, outcome, group, given)
    if read.data.weights is not None:
        raise click.ClickException("plan takes rows without weights: what a new row would weigh is not known")
    comparison = compare(read.data, chosen, options=options)
    result, sigma_group, sigma_error = _spreads(comparison)
    plan = Plan(sigma_group, sigma_error, len(read.data) if groups is None else groups, level)
    goals: list[tuple[Goal, float]] = [("reliability", value) for value in reliability]
    goals += [(kind, value) for value in width for kind in ("width", "own_width")]
    goals += [("p_best", value) for value in p_best]
    ends = _ratio_ends(comparison, level)
    wanted = [_wanted(plan, ends, *goal) for goal in goals or [("reliability", RELIABILITY)]]
    to_stdout(LAYOUTS[layout](_answers(result, plan, ends, wanted, int(read.data.n.max()))))


def _spreads(comparison: Comparison) -> tuple[Result, float, float]:
    """The first result that estimates both spreads, with them."""
    for result in comparison.succeeded:
        found = {} if result.fit is None else result.fit.parameters
        group, error = (
            found[name].value if name in found else None for name in ("sigma_group", "sigma_error")
        )
        if group is not None and error is not None and error > 0:
            return result, group, error
    if comparison.succeeded:
        names = ", ".join(result.label for result in comparison.succeeded)
        raise click.ClickException(
            f"nothing can be planned: no spread between and within these groups is estimated by {names}"
        )
    raise click.ClickException(why_none((r.label, r.message or "") for r in comparison.failed))


def _ratio_ends(comparison: Comparison, level: float) -> tuple[float, float] | None:
    """The exact interval of the ratio; None where there is none, or it is empty."""
    from estimators import exact_intervals
    from estimators.inference.estimable import is_one_way

    data = comparison.data
    if data.carries or not is_one_way(data):
        return None
    interval = exact_intervals(data, level)["ratio"]
    return None if interval.low is None or interval.high is None else (interval.low, interval.high)


def _wanted(plan: Plan, ends: tuple[float, float] | None, goal: Goal, value: float) -> Wanted:
    at_ends = (
        [None, None]
        if ends is None
        else [replace(plan, sigma_group=plan.sigma_error * r**0.5).rows(goal, value) for r in ends]
    )
    return Wanted(goal, value, plan.rows(goal, value), *at_ends)


def _answers(
    result: Result, plan: Plan, ends: tuple[float, float] | None, wanted: list[Wanted], most: int
) -> dict[str, Any]:
    """Everything as plain numbers."""
    reach = max(CURVE_TO, most, *(2 * w.rows for w in wanted if w.rows is not None))
    return {
        "estimator": result.id,
        "label": result.label,
        "level": plan.level,
        "groups": plan.groups,
        "sigma_group": plan.sigma_group,
        "sigma_error": plan.sigma_error,
        "ratio": plan.ratio,
        "ratio_interval": None if ends is None else dict(zip(("low", "high"), ends, strict=True)),
        "wanted": [vars(w) for w in wanted],
        "curve": [_curve_point(plan, rows) for rows in _curve_rows(reach)],
    }


def _curve_rows(reach: int) -> list[int]:
    """1, 2, 5, 10 and so on, to the first that is not below ``reach``."""
    rows = [1]
    while rows[-1] < reach:
        rows.append(rows[-1] * 5 // 2 if str(rows[-1])[0] == "2" else rows[-1] * 2)
    return rows


def _curve_point(plan: Plan, rows: int) -> dict[str, float]:
    measured = {name: getattr(plan, name)(rows) for name in ("reliability", "width", "own_width", "p_best")}
    return {"rows": rows, **measured}
