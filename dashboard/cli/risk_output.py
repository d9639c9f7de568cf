"""A risk study as text or as a file: terminal table, CSV, JSON."""

from __future__ import annotations

import csv
import io
import json
import math
from collections import Counter
from typing import TYPE_CHECKING

from dashboard.cli.output import column_lines
from dashboard.words.risk_csv import risk_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from estimators import Crossing, Measured, RiskReport, ScenarioRisk

LOSS = ("loss", "relative_loss", "regret")
"""Where another loss than the squared error was chosen."""
CLOSENESS = ("mse", "relative_mse", "bias", "best_found", "rank_correlation")
INTERVALS = ("coverage", "mean_width", "zero_spread", "coverage_at_zero")
NOTHING = "-"


def render(report: RiskReport, layout: str) -> bytes:
    """A report in a layout of :data:`LAYOUTS`; text is UTF-8."""
    return LAYOUTS[layout](report)


def as_json(report: RiskReport) -> bytes:
    """Everything, null where a number does not exist."""
    return (json.dumps(report.to_dict(), ensure_ascii=False, allow_nan=False, indent=1) + "\n").encode()


def as_csv(report: RiskReport) -> bytes:
    """One line per point and estimator, with a line of names on top."""
    lines = risk_lines(report)
    buffer = io.StringIO(newline="")
    writer = csv.DictWriter(buffer, list(lines[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(lines)
    return buffer.getvalue().encode()


def as_table(report: RiskReport) -> bytes:
    """For reading: each measure with its Monte Carlo standard error, the sweep, and what went wrong."""
    base = report.base
    blocks = (
        _heading(report),
        *([] if report.study.loss.is_squared else [_measures(base, LOSS)]),
        _measures(base, CLOSENESS, theory=True),
        _measures(base, INTERVALS),
        *_by_size(base),
        _sweep(report),
        [_sentence(report, crossing) for crossing in report.crossings],
        [*_constants(base), *failures(report)],
    )
    return ("\n\n".join("\n".join(block) for block in blocks if block) + "\n").encode()


LAYOUTS: dict[str, Callable[[RiskReport], bytes]] = {"table": as_table, "csv": as_csv, "json": as_json}


def failures(report: RiskReport) -> list[str]:
    """How often each estimator could not be fitted, and why: in the design itself, and in the sweep."""
    lines = []
    for points, where in (((report.base,), ""), (report.sweep, " of the sweep")):
        total = sum(point.replicates for point in points)
        counts: Counter[tuple[str, str]] = Counter()
        for risk in (risk for point in points for risk in point.estimators):
            counts.update({(risk.label, reason): count for reason, count in risk.failures.items()})
        lines += [
            f"{label}: not fitted in {count:,} of {total:,} replicates{where}: {' '.join(reason.split())}"
            for (label, reason), count in counts.items()
        ]
    return lines


def _constants(point: ScenarioRisk) -> list[str]:
    return [
        f"{risk.label}: all its estimates, or all true means, are equal in {risk.constant:,} of "
        f"{point.replicates:,} replicates; the rank correlation counts as 0 there"
        for risk in point.estimators
        if risk.constant
    ]


def _heading(report: RiskReport) -> list[str]:
    design, study = report.study.design, report.study
    per_group = "1 row" if design.per_group == "1" else f"{design.per_group} rows"
    shape = design.effects if design.shape_value == 0 else f"{design.effects}:{design.shape_value:g}"
    uneven = "" if design.error_ratio == 1 else f", error_ratio {design.error_ratio:g}"
    by = "" if study.loss.is_squared else f"loss {study.loss}: {study.loss.label.lower()}; "
    return [
        f"{design.groups:,} groups of {per_group}, mean {design.mean:g}, sigma_group {design.sigma_group:g}, "
        f"sigma_error {design.sigma_error:g}{uneven}, {shape} effects",
        f"{by}{report.base.replicates:,} replicates, seed {study.seed}, intervals at level {study.level:g}; "
        "numbers ± their Monte Carlo standard errors",
    ]


def _measures(point: ScenarioRisk, names: tuple[str, ...], *, theory: bool = False) -> list[str]:
    rows = [
        ["", *names],
        *([risk.label, *(number_by_error(risk[name]) for name in names)] for risk in point.estimators),
    ]
    if theory:
        rows += [_line(label, value, point, names) for label, value in _reference_lines(point)]
    return column_lines(rows)


def _reference_lines(point: ScenarioRisk) -> tuple[tuple[str, float], tuple[str, float]]:
    lower = "Bayes risk" if point.theory.lower_is_bayes else "best linear rule"
    return ("theory: level means", point.theory.level_means), (f"theory: {lower}", point.theory.lower)


def _line(label: str, value: float, point: ScenarioRisk, names: tuple[str, ...]) -> list[str]:
    unit = point.theory.level_means
    known = {"mse": f"{value:.4g}", "relative_mse": f"{value / unit:.4g}" if unit > 0 else NOTHING}
    return [label, *(known.get(name, NOTHING) for name in names)]


def _by_size(point: ScenarioRisk) -> Iterator[list[str]]:
    """A block for each measure that is split by group size."""
    classes = point.estimators[0].by_size
    groups = ("1 group" if c.groups == 1 else f"{c.groups:,} groups" for c in classes)
    rows = (f"{c.low}-{c.high}" if c.high > c.low else f"{c.low}" for c in classes)
    heads = [f"{group} of {n}" for group, n in zip(groups, rows, strict=True)]
    for measure in classes[0].measures if classes else ():
        lines = (
            [risk.label, *(number_by_error(c.measures[measure]) for c in risk.by_size)]
            for risk in point.estimators
        )
        yield column_lines([[f"{measure} in", *heads], *lines])


def _sweep(report: RiskReport) -> list[str]:
    sweep = report.study.sweep
    if sweep is None:
        return []
    lower = "Bayes risk" if all(p.theory.lower_is_bayes for p in report.sweep) else "best linear rule"
    squared = report.study.loss.is_squared
    theory = ["theory: level means", f"theory: {lower}"] if squared else []
    head = f"{'mse' if squared else report.study.loss} at {sweep.dial}"
    rows = [[head, *(e.label for e in report.study.estimators), *theory]]
    for point in report.sweep:
        values = [number_by_error(risk["loss"]) for risk in point.estimators]
        lines = [f"{point.theory.level_means:.4g}", f"{point.theory.lower:.4g}"] if squared else []
        rows.append([f"{point.value:.4g}", *values, *lines])
    return column_lines(rows)


def _sentence(report: RiskReport, crossing: Crossing) -> str:
    labels = {e.id: e.label for e in report.study.estimators}
    below, above = (
        "the groups' own means" if name is None else labels[name] for name in (crossing.below, crossing.above)
    )
    dial = "" if report.study.sweep is None else report.study.sweep.dial
    better = "closer to the truth" if report.study.loss.is_squared else "with the smaller loss"
    return (
        f"Below {dial} {crossing.value:.3g} ({crossing.low:.3g} to {crossing.high:.3g}) {better}: "
        f"{below}; above it: {above}"
    )


def number_by_error(measured: Measured) -> str:
    """Value ± error, both to the error's second digit."""
    value, error = measured.value, measured.mcse
    if value is None:
        return NOTHING
    if error is None:
        return f"{value:.4g}"
    if error == 0:
        return f"{value:.4g} ± 0"
    decimals = 1 - math.floor(math.log10(error))
    if not -3 <= decimals <= 8:
        return f"{value:.4g} ± {error:.2g}"
    digits = max(decimals, 0)
    return f"{value:.{digits}f} ± {error:.{digits}f}"
