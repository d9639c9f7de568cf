"""``blupboard plan``: how many rows a group would need, by the spreads that a method finds in a file."""

from __future__ import annotations

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
    from estimators import GroupData, Result
    from estimators.inference.plan import Goal

RELIABILITY = 0.8
"""What is planned for where nothing is asked."""


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
@click.option(
    "--new",
    "new",
    multiple=True,
    metavar="COLUMN=VALUE",
    help="A further group has this value of what explains the groups; may be repeated.",
)
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
    new: tuple[str, ...],
    level: float,
    layout: str,
    plugins_dirs: tuple[Path, ...],
    **given: object,
) -> None:
    """Say how many rows each group would need, for new groups that vary as those of FILE do.

    For a reliability, for an interval of some width, or to find the best group; groups of equal size, the
    spreads taken as those of one method.
    """
    from dashboard.cli.plan_output import LAYOUTS, without_rows
    from estimators import compare
    from estimators.inference.plan_answers import plan_answers

    registry = load_plugins(plugins_dirs)
    report_plugin_failures(registry)
    chosen = chosen_estimators(registry, () if estimator_id is None else (estimator_id,))
    options = estimator_options(settings, chosen)
    read, _ = groups_of_file(registry, file, outcome, group, given)
    comparison = compare(read.data, chosen, options=options, level=level)
    if not comparison.succeeded:
        raise click.ClickException(why_none((r.label, r.message or "") for r in comparison.failed))
    goals = _goals(read.data, reliability, width, p_best)
    if read.data.kind == "estimates":
        answers = None
        result = next((r for r in comparison.succeeded if r.estimator.likelihood), comparison.succeeded[0])
    else:
        answers = plan_answers(comparison, goals or [("reliability", RELIABILITY)], groups)
        result = answers.result
    further = _further(read.data, result, new, level)
    if answers is None and further is None:
        raise click.ClickException(f"{result.label} does not tell where a further group is expected")
    told = without_rows(comparison, result) if answers is None else answers.to_dict()
    to_stdout(LAYOUTS[layout]({"kind": read.data.kind, **told, "new_group": further}))


def _goals(
    data: GroupData, reliability: tuple[float, ...], width: tuple[float, ...], p_best: tuple[float, ...]
) -> list[tuple[Goal, float]]:
    """What is asked for. Raises ClickException where there are no rows to reach it."""
    goals: list[tuple[Goal, float]] = [("reliability", value) for value in reliability]
    goals += [(kind, value) for value in width for kind in ("width", "own_width")]
    goals += [("p_best", value) for value in p_best]
    if data.kind == "estimates" and goals:
        raise click.ClickException(
            "published estimates have no rows that could be more: leave out --reliability, --width and "
            "--p-best"
        )
    return goals


def _further(data: GroupData, result: Result, new: tuple[str, ...], level: float) -> dict[str, Any] | None:
    """A further group, at the values that were given as COLUMN=VALUE; None where none is predicted."""
    from estimators.inference.new_groups import new_group_at
    from estimators.inference.plan_answers import new_group

    if not new:
        further = None if result.fit is None else new_group(result.fit, data, level)
        return None if further is None else dict(zip(("low", "high"), further, strict=True))
    method = result.estimator.likelihood
    if method is None:
        raise click.ClickException("--new goes by a method that fits a likelihood, such as reml")
    names = [] if data.covariates is None else data.covariates.columns(of_group=True)
    given: dict[str, object] = {}
    for text in new:
        known = [name for name in names if text.startswith(f"{name}=")]
        name = max(known, key=len) if known else text.partition("=")[0]
        if "=" not in text or name in given:
            raise click.ClickException(f"--new takes COLUMN=VALUE, each column once, not {text!r}")
        given[name] = text[len(name) + 1 :]
    return new_group_at(data, given, method, level=level).to_dict()
