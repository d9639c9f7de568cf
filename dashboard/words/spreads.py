"""How sure the spreads are, in words: intervals, the test of equal means, and what few groups can say."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from dashboard.scene.pooled_mean import pooled_mean
from dashboard.words.covariates import all_covariate_names, named
from dashboard.words.numbers import number, percent
from estimators import homogeneity, sigma_error_interval
from estimators.inference.estimable import is_estimable
from estimators.inference.level_text import level_text

if TYPE_CHECKING:
    from dashboard.scene.findings import Spreads
    from dashboard.scene.scene import Scene, Series
    from estimators import ExactInterval
    from estimators.methods.profile import Method

FEW_GROUPS = 10
"""Up to so many groups it is their number that leaves the spread between them open."""
WIDE = 0.3
"""An interval of a share that is this wide says little."""
MOST_DIGITS = 4
"""Digits behind the point of a percentage."""
STEPS_APART = 2
"""With less the share between two ends would often read like one of them."""
UNLIKELY = 0.05
"""A chance below which the custom is to speak of a sign."""


def exact_interval(scene: Scene) -> ExactInterval | None:
    """Of the share of variance between groups, of published means of their spread; None: there is none."""
    data = scene.fitted_data
    if not is_estimable(data):
        return None
    found = scene.findings.exact_intervals(data, scene.comparison.level)
    return found["icc"] if data.counts_rows else found["sigma_group"]


def interval_in_brackets(scene: Scene) -> str:
    """The exact interval as `` (12 to 71%)``, with a space before it; nothing where there is none."""
    interval = exact_interval(scene)
    if interval is None or interval.low is None or interval.high is None:
        return ""
    return f" ({_ends(scene, interval.low, interval.high)})"


def _ends(scene: Scene, low: float, high: float) -> str:
    return percent_range(low, high) if scene.fitted_data.counts_rows else number_range(low, high)


def share_digits(scene: Scene) -> int:
    """Digits behind the point of the share of variance between groups, as its interval shows them."""
    interval = exact_interval(scene) if scene.fitted_data.counts_rows else None
    if interval is None or interval.low is None or interval.high is None:
        return 0
    return _digits_apart(interval.low, interval.high)


def percent_range(low: float, high: float) -> str:
    """Two shares below 1, also where they are rounded to it, as ``12 to 71%``, or ``under 1% to 3%``.

    Shares that lie close have the digits that tell them apart: ``49.8 to 50.1%``.
    """
    digits = _digits_apart(low, high)
    first, last = (percent(min(share, 1.0 - math.ulp(0.5)), digits=digits) for share in (low, high))
    if first == last:
        return last
    return f"{first.removesuffix('%') if first[:1].isdigit() else first} to {last}"


def _digits_apart(low: float, high: float) -> int:
    """The fewest at which two ends are STEPS_APART steps of the last one apart; 0 where they are the same."""
    if low == high:
        return 0
    apart = (digits for digits in range(MOST_DIGITS) if 100 * (high - low) * 10**digits >= STEPS_APART)
    return next(apart, MOST_DIGITS)


def number_range(low: float, high: float) -> str:
    """Two numbers to two digits of their distance or the lower one, as ``12 to 71``."""
    like = min(high - low or high, abs(high))
    return f"{number(low, like=like, digits=2)} to {number(high, like=like, digits=2)}"


def ends_text(scene: Scene, low: float, high: float) -> str:
    """Two ends in the outcome's units, as they are shown: ``-0.2 to 1.4``, or their ratios."""
    if scene.is_ratio:
        return f"{number(math.exp(low))} to {number(math.exp(high))}"
    first, last = (number(end, like=high - low, digits=2) for end in (low, high))
    return f"{first} to {last}"


def card_intervals(scene: Scene) -> dict[str, str]:
    """Intervals of the spreads by the parameter's name, of those that are known without long computation."""
    data, level = scene.fitted_data, scene.comparison.level
    exact = exact_interval(scene)
    if exact is None:
        return {}
    found = {}
    if (pooled := pooled_mean(scene)) is not None:
        found["mu"] = ends_text(scene, pooled.low, pooled.high)
    if exact.low is not None and exact.high is not None:
        name = "icc" if data.counts_rows else "sigma_group"
        found[name] = number_range(exact.low, exact.high)
    if data.counts_rows:
        found["sigma_error"] = number_range(*sigma_error_interval(data, level))
    profiled = known_spreads(scene)
    if profiled is not None and "sigma_group" not in found:
        found["sigma_group"] = sigma_group_interval(profiled)
    return found


def known_spreads(scene: Scene) -> Spreads | None:
    """What :func:`spreads_of` gives, where it was computed before."""
    method, data = likelihood_of(scene), scene.fitted_data
    return None if method is None else scene.findings.known_spreads(data, method, scene.comparison.level)


def spreads_of(scene: Scene) -> Spreads | None:
    """What the likelihood of the headline's method says of the spreads; None: it has none, or cannot say."""
    method, data = likelihood_of(scene), scene.fitted_data
    if method is None or not is_estimable(data):
        return None
    return scene.findings.spreads(data, method, scene.comparison.level)


def likelihood_of(scene: Scene) -> Method | None:
    """The likelihood that the headline's method fits by."""
    return None if scene.reference is None else scene.reference.result.estimator.likelihood


def sigma_group_interval(spreads: Spreads) -> str:
    """That of the likelihood's profile."""
    interval = spreads.profile["sigma_group"]
    return number_range(interval.low, interval.high)


def how_sure(scene: Scene) -> str:
    """What the test of equal means says, and what so few groups leave open; nothing where neither can."""
    interval, reference = exact_interval(scene), scene.reference
    if interval is None or reference is None:
        return ""
    return " ".join(part for part in (_test_sentence(scene, reference), _open(scene, interval)) if part)


def _test_sentence(scene: Scene, reference: Series) -> str:
    """The test in one sentence; at a spread of 0 the headline has it."""
    fit, test = reference.result.fit, homogeneity(scene.fitted_data)
    if fit is None or test is None or not fit.parameters["sigma_group"].value:
        return ""
    names = all_covariate_names(scene)
    alike = f"If all {scene.unit.many} were alike{f' but for {named(names)}' if names else ''}"
    what = "means" if scene.comparison.data.counts_rows else "estimates"
    if test.p < UNLIKELY:
        return f"{alike}, {what} so far apart would be rare ({test})."
    return f"{alike}, {what} so far apart would not be unusual ({test}), so this may be chance."


def _open(scene: Scene, interval: ExactInterval) -> str:
    """What the interval leaves open: said where few groups are the point, or the spread came out as 0."""
    unit, level = scene.unit, level_text(scene.comparison.level)
    if interval.low is None or interval.high is None:
        return (
            f"No spread between {unit.many} fits these data at {level}: their means lie closer together than "
            "chance would put them. Look at how the rows came about."
        )
    what, ends = "share", _ends(scene, interval.low, interval.high)
    wide = interval.high - interval.low >= WIDE
    if not scene.fitted_data.counts_rows:
        what, wide = "standard deviation", interval.low < interval.high / 3.0
    few = len(scene) <= FEW_GROUPS
    if few and wide:
        return (
            f"With only {len(scene)} {unit.many}, any {what} from {ends} fits these data ({level} interval)."
        )
    value = (
        None if scene.reference is None or scene.reference.result.fit is None else scene.reference.result.fit
    )
    if value is not None and value.parameters["sigma_group"].value == 0:
        return f"Any {what} from {ends} fits these data ({level} interval)."
    return ""
