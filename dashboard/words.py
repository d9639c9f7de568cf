"""What the data say, in words and round numbers."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from dashboard.scene import Scene, Series
    from estimators import DroppedRows, GroupData

DASH = "–"


@dataclass(frozen=True)
class Headline:
    """One sentence in bold, the rest plain."""

    answer: str
    detail: str = ""


@dataclass(frozen=True)
class Card:
    """One number with its name; ``extra`` stands small beside it, ``help`` explains both."""

    title: str
    value: str
    extra: str = ""
    help: str = ""


def headline(scene: Scene) -> Headline:
    """What shrinkage does to these groups, in a sentence or two."""
    data, unit = scene.comparison.data, scene.unit
    if len(data) == 1:
        return Headline(f"There is only one {unit.one}.", f"Comparing needs at least 2 {unit.many}.")
    if not scene.series:
        return Headline("No estimator is switched on.", "Switch one on at the left.")
    reference = scene.reference
    if reference is None:
        if data.df_within == 0:
            return Headline(
                f"Every {unit.one} has one row.",
                f"Chance and real differences between {unit.many} cannot be told apart.",
            )
        return Headline(f"{len(data):,} {unit.many}, {data.total:,} rows.", _without_spreads(scene))
    between = _value(reference, "sigma_group")
    within = _value(reference, "sigma_error")
    icc = _value(reference, "icc")
    if between == 0 and within == 0:
        return Headline("All values are equal.", "There is nothing to compare.")
    if between == 0:
        return Headline(
            f"No sign that {unit.many} differ.",
            f"Their means lie no further apart than chance alone would put them, so every {unit.one} is "
            f"predicted at the population mean, {number(reference.result.fit.center)}."
            if reference.result.fit
            else "",
        )
    if within == 0:
        return Headline(
            f"All of the spread lies between {unit.many}.",
            f"Rows do not vary within a {unit.one}, so each keeps its own mean.",
        )
    share = f"{percent(icc)} of the variance lies between {unit.many}." if icc is not None else ""
    return Headline(share, _what_groups_keep(scene, reference))


def _what_groups_keep(scene: Scene, reference: Series) -> str:
    weight, n, unit = reference.weight, scene.n, scene.unit
    if weight is None:
        return ""
    small, large = int(np.argmin(n)), int(np.argmax(n))
    article = "an" if unit.one[0] in "aeiou" else "a"
    if n[small] == n[large]:
        return f"With {rows(int(n[0]))} each, {article} {unit.one} keeps {percent(weight[0])} of its distance to the mean."
    few = int((n == n[small]).sum())
    who = scene.labels[small] if few == 1 and len(scene.labels[small]) <= 40 else f"{article} {unit.one}"
    return (
        f"With {rows(int(n[small]))}, {who} keeps {percent(weight[small])} of its distance to the mean; "
        f"with {int(n[large]):,}, {article} {unit.one} keeps {percent(weight[large])}."
    )


def _without_spreads(scene: Scene) -> str:
    if scene.comparison.failed:
        return "The methods that estimate how much groups differ could not be fitted; see below why."
    return "Switch on a BLUP to see how much of the variance lies between them."


def cards(scene: Scene) -> tuple[Card, ...]:
    """The headline method's population mean, spreads and ICC; a dash where a number does not exist."""
    reference = scene.reference
    shown = (
        ("mu", "Population mean μ"),
        ("sigma_group", "Between groups σg"),
        ("sigma_error", "Within groups σe"),
        ("icc", "ICC"),
    )
    helps = {} if reference is None or reference.result.fit is None else reference.result.fit.parameters
    out = []
    for name, title in shown:
        value = None if reference is None else _value(reference, name)
        error = None if reference is None or name != "mu" else _value(reference, "mu_std_error")
        extra = "" if error is None else f"± {number(error, digits=2)}"
        out.append(
            Card(
                title,
                number(value, like=error, digits=2 if error else 3),
                extra,
                helps[name].help if name in helps else "",
            )
        )
    return tuple(out)


def rows_used(data: GroupData) -> str:
    """How many rows are in use, how many are left out and why."""
    if data.dropped.total == 0:
        return f"All {data.rows_read:,} rows used"
    return f"{data.total:,} rows used, {data.dropped.total:,} left out: {left_out(data.dropped)}"


def left_out(dropped: DroppedRows) -> str:
    """The causes, with how many rows each took."""
    causes = (
        (dropped.missing_outcome, "missing outcome"),
        (dropped.missing_group, "missing group"),
        (dropped.not_a_number, "outcome not a number"),
        (dropped.not_finite, "outcome not finite"),
    )
    return ", ".join(f"{count:,} {cause}" for count, cause in causes if count)


def rows(count: int) -> str:
    """``1 row``, ``2 rows``."""
    return f"{count:,} row" if count == 1 else f"{count:,} rows"


def percent(share: float | None) -> str:
    """A share as a percentage, never rounded to a false 0% or 100%."""
    if share is None:
        return DASH
    if 0 < share < 0.005:
        return "under 1%"
    if 0.995 <= share < 1:
        return "over 99%"
    return f"{100 * share:.0f}%"


def number(value: float | None, *, like: float | None = None, digits: int = 3) -> str:
    """A number to ``digits`` significant digits of ``like`` (itself by default), without needless exponents."""
    if value is None or not math.isfinite(value):
        return DASH
    if value == 0:
        return "0"
    scale = abs(like) if like else abs(value)
    places = max(digits - 1 - math.floor(math.log10(scale)), 0)
    if not 1e-4 <= abs(value) < 1e9 or places > 12:
        return f"{value:.{max(digits, 4)}g}"
    return f"{value:,.{places}f}"


def _value(series: Series, name: str) -> float | None:
    found = series.result.fit.parameters if series.result.fit else {}
    return found[name].value if name in found else None
