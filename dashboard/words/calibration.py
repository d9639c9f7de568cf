"""What intervals cover for data like these, in a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard.words.numbers import number, percent

if TYPE_CHECKING:
    from estimators import Calibration, CoverageAt


def calibration_sentence(found: Calibration) -> str:
    """What the intervals cover at the estimated spreads, at worst, and where the spread is estimated as 0."""
    first, worst, least = found.points[0], found.worst, found.worst_at_zero
    text = (
        f"Of intervals at {100 * found.level:g}%, for groups like these, {_share(first)} hold the true mean"
    )
    if worst.where == "estimate":
        text += " where the spreads are as estimated, and that is the worst of the spreads that were tried."
    else:
        text += f" where the spreads are as estimated, and {_share(worst)} {_where(worst)}."
    if least is not None and least.coverage_at_zero.value is not None:
        share, error = least.coverage_at_zero.value, least.coverage_at_zero.mcse
        text += f" Among draws in which σg is estimated as 0, {_percent(share, error)} do at worst."
    return f"{text} By {found.draws:,} draws at each of {len(found.points)} spreads, seed {found.seed}."


def _share(point: CoverageAt) -> str:
    return _percent(point.coverage.value or 0.0, point.coverage.mcse)


def _percent(share: float, error: float | None) -> str:
    """With a digit behind the point where the Monte Carlo error lets it be seen."""
    return percent(share, digits=1 if error is not None and error < 0.005 else 0)


def _where(point: CoverageAt) -> str:
    end = {"low": "lower", "high": "upper"}[point.where]
    return f"at worst, were σg {number(point.sigma_group)}, the {end} end of its exact interval"
