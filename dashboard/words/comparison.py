"""What the data say, in words and round numbers."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from dashboard.scene.truth import SAME, closest, distance

if TYPE_CHECKING:
    from dashboard.scene.scene import Scene, Series
    from estimators import DroppedRows, GroupData

DASH = "–"
MANY_LEFT_OUT = 0.05
"""Share of the rows past which leaving them out is said aloud."""
MOST_DIGITS = 15
"""Significant digits that every double holds."""


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
    if scene.reference is not None:
        return _of_spreads(scene, scene.reference)
    if not scene.comparison.results:
        return Headline("No estimator is switched on.", "Switch one on at the left.")
    if data.df_within == 0:
        return Headline(
            f"Every {unit.one} has one row.",
            f"Chance and real differences between {unit.many} cannot be told apart.",
        )
    return Headline(f"{len(data):,} {unit.many}, {data.total:,} rows.", _without_spreads(scene))


def _of_spreads(scene: Scene, reference: Series) -> Headline:
    unit = scene.unit
    between, within = _value(reference, "sigma_group") or 0.0, _value(reference, "sigma_error") or 0.0
    if between == 0 and within == 0:
        return Headline("All values are equal.", "There is nothing to compare.")
    if between == 0:
        mean = located(scene.center, _value(reference, "mu_std_error"), digits=3)
        return Headline(
            f"No sign that {unit.many} differ.",
            f"Their means lie no further apart than chance alone would put them, so every {unit.one} is "
            f"predicted at the population mean, {mean}.",
        )
    if within == 0:
        return Headline(
            f"All of the spread lies between {unit.many}.",
            f"Rows do not vary within a {unit.one}, so each keeps its own mean.",
        )
    icc = _value(reference, "icc")
    share = _inside((between / math.hypot(between, within)) ** 2 if icc is None else icc)
    said = percent(share).replace("under", "Under").replace("over", "Over")
    return Headline(f"{said} of the variance lies between {unit.many}.", _what_groups_keep(scene, reference))


def _what_groups_keep(scene: Scene, reference: Series) -> str:
    if reference.weight is None:
        return ""
    n, unit = scene.n, scene.unit
    small, large = int(np.argmin(n)), int(np.argmax(n))
    least, most = (percent(_inside(float(reference.weight[i]))) for i in (small, large))
    anyone = f"{article(unit.one)} {unit.one}"
    if n[small] == n[large]:
        return f"With {rows(int(n[0]))} each, {anyone} keeps {least} of its distance to the mean."
    few = int((n == n[small]).sum())
    label = scene.labels[small]
    named = label if label[:1].isalpha() else f"{unit.one} {label}"
    who = named if few == 1 and len(label) <= 40 else anyone
    return (
        f"With {rows(int(n[small]))}, {who} keeps {least} of its distance to the mean; "
        f"with {int(n[large]):,}, {anyone} keeps {most}."
    )


def _without_spreads(scene: Scene) -> str:
    if not scene.series:
        return "No method that is on could be fitted; see below why."
    if scene.comparison.failed:
        return f"No method that is on could tell how much {scene.unit.many} differ; see below why."
    return "Switch on a BLUP to see how much of the variance lies between them."


def under_way(scene: Scene) -> str:
    """Which methods are still being fitted; nothing where none is."""
    names = [result.label for result in scene.comparison.results if result.pending]
    return f"{listed(names)} {'is' if len(names) == 1 else 'are'} still being fitted …" if names else ""


def closest_line(scene: Scene) -> str:
    """Who comes closest to the truth in this one draw, and by how much; nothing where that is not known."""
    found = scene.closeness
    if not found:
        return ""
    best = closest(found)
    names = listed([c.label for c in best])
    if len(best) == len(found):
        return f"In this one draw all methods are equally close to the truth: {number(best[0].error)} off."
    verb = "is" if len(best) == 1 else "are"
    said = f"In this one draw {names} {verb} closest to the truth: {number(best[0].error)} off on average"
    own = 0.0 if scene.truth is None else distance(scene.own_mean, scene.truth.mean)
    if own and best[0].error < own * (1.0 - SAME):
        return f"{said}, {percent(best[0].error / own)} of what the own means are off ({number(own)})."
    rest = [c for c in found if c not in best]
    second = min(rest, key=lambda c: c.error)
    return f"{said}, before {second.label} with {number(second.error)}."


def listed(names: list[str]) -> str:
    """``A``, ``A and B``, ``A, B and C``."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


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
        said = number(value, like=error, digits=2 if error else 3)
        extra = "" if error is None else f"± {number(error, digits=2)}"
        out.append(Card(title, said, extra, helps[name].help if name in helps else ""))
    return tuple(out)


def rows_used(data: GroupData) -> str:
    """How many rows are in use, how many are left out and why."""
    if data.dropped.total:
        return f"{rows(data.total)} used, {data.dropped.total:,} left out: {left_out(data.dropped)}"
    return f"{'All ' if data.total > 1 else ''}{rows(data.total)} used"


def many_left_out(data: GroupData) -> str:
    """A warning where more than one row in twenty is left out for its outcome; else nothing."""
    lost = data.dropped.total - data.dropped.missing_group
    if lost <= MANY_LEFT_OUT * data.rows_read:
        return ""
    return (
        f"{data.total:,} of {rows(data.rows_read)} are used. Left out: {left_out(data.dropped)}. "
        "If these rows differ from the others, so do the means."
    )


def interval_kind(series: Series) -> str:
    """What the interval of a method rests on."""
    fit = series.result.fit
    if fit is None or series.low is None:
        return "none"
    if fit.interval_fn is not None:
        return "its own"
    if fit.df is None:
        return "normal"
    least, most = (f"{end(fit.df):.6g}" for end in (np.min, np.max))
    return f"t, {least} df" if least == most else f"t, {least} to {most} df"


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


def article(noun: str) -> str:
    """``a`` or ``an``, by the sound that a lower-case word begins with."""
    return "an" if re.match(r"(?!uni|us[aeiu]|eu|one)[aeiou]|hour|heir|hono", noun) else "a"


def percent(share: float | None) -> str:
    """A share as a percentage, halves rounded up, and never to a false 0% or 100%."""
    if share is None or not math.isfinite(100 * share):
        return DASH
    if 0 < share < 0.005:
        return "under 1%"
    if 0.995 <= share < 1:
        return "over 99%"
    whole = math.floor(100 * share + 0.5)
    return f"{min(whole, 99) if share < 1 else whole}%"


def number(value: float | None, *, like: float | None = None, digits: int = 3) -> str:
    """A number to ``digits`` significant digits of ``like`` (itself by default), without needless exponents.

    Digits past those that a double holds are not shown.
    """
    if value is None or not math.isfinite(value):
        return DASH
    if value == 0:
        return "0"
    scale = abs(like) if like else abs(value)
    magnitude = math.floor(math.log10(abs(value)))
    wanted = digits - 1 - math.floor(math.log10(scale))
    places = min(max(wanted, 0), max(MOST_DIGITS - 1 - magnitude, 0))
    significant = min(max(wanted + magnitude + 1, digits, 4), MOST_DIGITS)
    tells_apart = like is not None and magnitude < MOST_DIGITS and significant > 4
    if max(scale, abs(value)) < 1e-4 or (abs(value) >= 1e9 and not tells_apart) or places > 12:
        return f"{value:.{significant}g}"
    return f"{value:z,.{places}f}"


def located(value: float | None, error: float | None, *, digits: int) -> str:
    """A number to ``digits`` significant digits, or to two of its standard error where those are more."""
    if not value or not error:
        return number(value, digits=digits)
    return number(value, like=min(abs(value), 10.0 ** (digits - 2) * error), digits=digits)


def _inside(share: float) -> float:
    """A share that is known to be neither 0 nor 1, where rounding has put it there."""
    return min(max(share, math.ulp(0.0)), 1.0 - math.ulp(0.5))


def _value(series: Series, name: str) -> float | None:
    found = series.result.fit.parameters if series.result.fit else {}
    return found[name].value if name in found else None
