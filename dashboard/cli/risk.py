"""``blupboard risk``: which estimator is closer to the truth on average, and by how much."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

import click

from dashboard.cli.designs import Dials, design_options, make_design
from dashboard.cli.shared import (
    chosen_estimators,
    estimator_option,
    estimator_options,
    level_option,
    option_option,
    plugins_dir_option,
    remark,
    report_plugin_failures,
    why_none,
)
from dashboard.cli.stdout import load_plugins, write_answer
from dashboard.cli.worker_flags import Spread, spread_of, worker_options, workers_given

if TYPE_CHECKING:
    from estimators import Design, RiskReport, RiskStudy


@click.command("risk")
@design_options
@estimator_option
@option_option
@level_option
@click.option("--lower-is-better", is_flag=True, help="The best group is the one with the smallest mean.")
@click.option(
    "--loss",
    default="squared",
    show_default=True,
    metavar="LOSS",
    help="By which methods are compared: squared, weighted (by rows), absolute, rank, top:K or top:P%, "
    "threshold:X, discordance or regret.",
)
@click.option("--replicates", type=int, default=1000, show_default=True, metavar="R", help="How many draws.")
@click.option("--seed", type=int, default=1, show_default=True, help="From -(2^31 - 1) to 2^31 - 1.")
@click.option(
    "--scenario",
    metavar="NAME",
    help="Start from a design of the scorecard: few, equal, unequal, boundary, heavy_tails, two_clusters, "
    "sparse or uneven_error; dials that are given replace its own.",
)
@click.option(
    "--sweep",
    metavar="DIAL=FROM:TO:POINTS",
    help="Turn one dial too (ratio, n, groups, skewness or shape), evenly in its logarithm, as in "
    "ratio=0.1:10:15; the ratio moves sigma-group.",
)
@click.option(
    "--format",
    "layout",
    type=click.Choice(["table", "csv", "json"]),
    default="table",
    show_default=True,
    help="csv has one line per point of the sweep and estimator.",
)
@click.option(
    "--output", type=click.Path(path_type=Path, dir_okay=False), metavar="PATH", help="Write here instead."
)
@worker_options
@plugins_dir_option
def risk_command(
    *,
    ids: tuple[str, ...],
    settings: tuple[str, ...],
    level: float,
    lower_is_better: bool,
    loss: str,
    replicates: int,
    seed: int,
    scenario: str | None,
    sweep: str | None,
    layout: str,
    output: Path | None,
    workers: int | None,
    cluster: str | None,
    plugins_dirs: tuple[Path, ...],
    **dials: Unpack[Dials],
) -> None:
    """Draw groups again and again, fit every estimator, and hold it against the truth.

    Every number comes with its Monte Carlo standard error.
    """
    where = workers_given({"workers": workers, "cluster": cluster})
    design = make_design(dials, _start(scenario))
    if output is not None and not output.parent.is_dir():
        raise click.ClickException(f"there is no folder {str(output.parent)!r}; name another --output")
    from dashboard.cli.risk_output import failures, render
    from estimators import DesignError, Loss, RiskStudy, Sweep

    registry = load_plugins(plugins_dirs)
    report_plugin_failures(registry)
    chosen = chosen_estimators(registry, ids)
    try:
        study = RiskStudy(
            design=design,
            estimators=tuple(chosen),
            replicates=replicates,
            seed=seed,
            sweep=None if sweep is None else Sweep.parse(sweep),
            level=level,
            options=estimator_options(settings, chosen),
            smallest_first=lower_is_better,
            loss=Loss.parse(loss),
        )
    except DesignError as error:
        raise click.ClickException(f"--sweep {sweep}: {error}") from None
    with spread_of(where, plugins_dirs) as spread:
        report = _run(study, spread)
    _check_any(report)
    if layout == "csv":
        for line in failures(report):
            remark(line)
    write_answer([render(report, layout)], output)


def _start(scenario: str | None) -> Design | None:
    """The design of a scenario, which dials may change; None: that of the dials alone."""
    from estimators.risk.scorecard import SCENARIOS

    if scenario is None:
        return None
    found = SCENARIOS.get(scenario)
    if found is None or found.sizes_follow:
        known = ", ".join(s.id for s in SCENARIOS.values() if not s.sizes_follow)
        raise click.ClickException(f"--scenario is one of {known}, not {scenario!r}")
    return found.design


def _run(study: RiskStudy, spread: Spread) -> RiskReport:
    """Run the study; where someone watches stderr, with a bar that moves."""
    from estimators import risk_steps, run_risk

    if not sys.stderr.isatty():
        return run_risk(study, spread.executor, in_flight=spread.in_flight)
    total = study.replicates * len(study.points)
    with click.progressbar(length=total, label="replicates", file=sys.stderr) as bar:
        done = 0
        for progress in risk_steps(study, spread.executor, in_flight=spread.in_flight):
            bar.update(progress.done - done)
            done = progress.done
    return progress.report


def _check_any(report: RiskReport) -> None:
    found = [risk for point in (report.base, *report.sweep) for risk in point.estimators]
    if not any(risk.replicates for risk in found):
        causes = dict.fromkeys((risk.label, reason) for risk in found for reason in risk.failures)
        raise click.ClickException(why_none(causes))
