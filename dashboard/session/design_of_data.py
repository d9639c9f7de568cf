"""The design of a simulation like the data on screen: its groups, their sizes, and the estimated spreads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dashboard.words.covariates import taken_off
from dashboard.words.numbers import number
from estimators import DataError, Design

if TYPE_CHECKING:
    from dashboard.scene.scene import Scene, Series

DIGITS = 4
"""Significant digits of the spreads and the mean: as many as a dial shows at a glance."""
MOST_LISTED = 500
"""Groups whose sizes are taken one by one."""
TAKEN = ("groups", "per_group", "mean", "sigma_group", "sigma_error", "effects", "shape", "error_ratio")
"""The fields of a design that data settle; seed and stream stay as they are."""


@dataclass(frozen=True)
class DesignOfData:
    """What was taken, and what is said of it."""

    fields: dict[str, Any]
    """Values of the fields of TAKEN."""
    words: str


def design_of_data(scene: Scene) -> DesignOfData:
    """What a risk study of data like these draws from.

    Raises:
        DataError: the means were published, there is one group, or no method that is on estimates both
            spreads; one sentence.
        DesignError: no simulation can have such sizes or spreads; one sentence.

    """
    data, unit = scene.comparison.data, scene.unit
    if not data.counts_rows:
        raise DataError("a risk study draws rows, and published means have none: set its dials by hand")
    if data.weights is not None:
        raise DataError("a risk study draws rows without weights, and these have some: set its dials by hand")
    if len(data) < 2:
        raise DataError(
            f"there is only one {unit.one}, and the spread of several is asked for: set the dials by hand"
        )
    by = _estimating(scene)
    if by is None or by.result.fit is None:
        raise DataError("no method that is on estimates both spreads: switch one on that does")
    found = by.result.fit.parameters
    mean = found["mu"].value if "mu" in found else None
    design = Design(
        groups=len(data),
        per_group=sizes_of(data.n.tolist()),
        mean=_rounded(float(data.mean.mean()) if mean is None else mean),
        sigma_group=_rounded(found["sigma_group"].value),
        sigma_error=_rounded(found["sigma_error"].value),
    )
    every = design.to_json()
    smallest, largest = int(data.n.min()), int(data.n.max())
    rows = f"{smallest:,}" if smallest == largest else f"{smallest:,} to {largest:,}"
    how = "" if smallest == largest else ", each its own" if len(data) <= MOST_LISTED else ", evenly spread"
    return DesignOfData(
        {name: every[name] for name in TAKEN},
        f"Taken from the data on screen: {len(data):,} {unit.many} of {rows} rows{how}; "
        f"σg {number(design.sigma_group, digits=DIGITS)} and σe {number(design.sigma_error, digits=DIGITS)} "
        f"as {by.label} estimates them; true means normal.{_without_covariates(scene)}",
    )


def _without_covariates(scene: Scene) -> str:
    """That what is drawn has no covariates, where the data have some."""
    off = taken_off(scene).strip(" ,").removeprefix("With ")
    return f" These are the spreads with {off}; what is drawn has no covariates." if off else ""


def sizes_of(sizes: list[int]) -> str:
    """The sizes as a design writes them: one for all, each its own, or of many groups their range."""
    low, high = min(sizes), max(sizes)
    if low == high:
        return str(low)
    return ",".join(map(str, sizes)) if len(sizes) <= MOST_LISTED else f"{low}-{high}"


def _estimating(scene: Scene) -> Series | None:
    """The headline's method, else the first that estimates both spreads."""
    first = [] if scene.reference is None else [scene.reference]
    for series in (*first, *scene.series):
        fit = series.result.fit
        names = {} if fit is None else fit.parameters
        if all(name in names and names[name].value is not None for name in ("sigma_group", "sigma_error")):
            return series
    return None


def _rounded(value: float | None) -> float:
    return float(f"{value or 0.0:.{DIGITS}g}")
