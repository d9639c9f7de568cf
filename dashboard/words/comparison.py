"""What the data say, in words and round numbers."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from dashboard.scene.label_text import short_label
from dashboard.scene.truth import SAME, closest, distance
from dashboard.words.covariates import compared_at, covariate_names, named, taken_off
from dashboard.words.grammar import article, join_names, sentence
from dashboard.words.numbers import DASH, MINUS, number, number_by_error, percent, row_count
from dashboard.words.spreads import card_intervals, ends_text, interval_in_brackets, share_digits
from dashboard.words.summaries import ratio_words, summaries_line
from estimators import homogeneity
from estimators.inference.heterogeneity import fit_heterogeneity
from estimators.inference.meta_regression import fit_meta_regression
from estimators.methods.own_spreads import takes_own_variances
from estimators.risk.bootstrapped import is_bootstrapped

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dashboard.scene.scene import Scene, Series
    from estimators import GroupData

MANY_LEFT_OUT = 0.05
"""Share of the rows past which leaving them out is worth a warning."""


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
    name: str = ""
    """The parameter's."""
    interval: str = ""
    """Its interval at the page's level."""


def headline(scene: Scene) -> Headline:
    """What shrinkage does to these groups, in a sentence or two."""
    data, unit = scene.comparison.data, scene.unit
    if len(data) == 1:
        return Headline(f"There is only one {unit.one}.", f"Comparing needs at least 2 {unit.many}.")
    if scene.reference is not None:
        found = _of_spreads(scene, scene.reference)
        return replace(found, detail=" ".join(filter(None, (found.detail, ratio_words(scene)))))
    if scene.published_error is not None and scene.comparison.results:
        return Headline(rows_used(data) + ".", f"{_without_spreads(scene)} {ratio_words(scene)}".strip())
    if not scene.comparison.results:
        return Headline("No estimator is switched on.", "Switch one on at the left.")
    if data.df_within == 0:
        return Headline(
            f"Every {unit.one} has one {scene.row.one}.",
            f"Chance and real differences between {unit.many} cannot be told apart.",
        )
    return Headline(
        f"{len(data):,} {unit.many}, {row_count(data.total, scene.row)}.",
        f"{compared_at(scene)} {_without_spreads(scene)}".strip(),
    )


def _of_spreads(scene: Scene, reference: Series) -> Headline:
    unit = scene.unit
    between, within = _value(reference, "sigma_group") or 0.0, _value(reference, "sigma_error") or 0.0
    known = not scene.fitted_data.counts_rows
    if between == 0 and within == 0 and not known:
        return Headline("All values are equal.", "There is nothing to compare.")
    if between == 0:
        return _no_spread_between(scene, reference)
    but_for, where = taken_off(scene), compared_at(scene)
    if known:
        plain = "true rates" if scene.comparison.data.kind == "rates" else "true means"
        what = "logarithms of the true ratios" if scene.is_ratio else plain
        answer = (
            f"{but_for}the {what} of {unit.many} have a standard deviation of {number(between)}"
            f"{interval_in_brackets(scene)}"
        )
        return Headline(sentence(answer), f"{where} {_what_groups_keep(scene, reference)}".strip())
    if within == 0:
        return Headline(
            sentence(f"{but_for}all of the spread lies between {unit.many}"),
            f"{where} Rows do not vary within a {unit.one}, so each keeps its own mean.".strip(),
        )
    icc = _value(reference, "icc")
    share = _inside((between / math.hypot(between, within)) ** 2 if icc is None else icc)
    said = percent(share, digits=share_digits(scene))
    answer = f"{but_for}{said}{interval_in_brackets(scene)} of the variance lies between {unit.many}"
    return Headline(sentence(answer), f"{where} {_what_groups_keep(scene, reference)}".strip())


def _no_spread_between(scene: Scene, reference: Series) -> Headline:
    """What a spread of 0 means, by what a test of equal means says of the same groups."""
    unit = scene.unit
    mean = _level(scene, scene.center, _value(reference, "mu_std_error"))
    where = "a mean of its own" if scene.center is None else f"the population mean, {mean}"
    covariates = scene.comparison.data.covariates
    how = f"at {where}"
    if covariates is not None and covariates.explains_groups:
        how = f"by its {named(covariate_names(covariates, of_group=True))} alone"
    predicted = f"every {unit.one} is predicted {how}."
    test = homogeneity(scene.fitted_data)
    if covariates is not None:
        answer = sentence(f"{taken_off(scene)}the spread between {unit.many} is estimated as 0")
        seen = ""
        if test is not None and test.case == "beyond_chance":
            seen = f" {test.name} sees a difference ({test}) that {reference.label} does not."
        return Headline(answer, f"{compared_at(scene)} {sentence(predicted)}{seen}".strip())
    if test is not None and test.case == "beyond_chance":
        return Headline(
            f"{unit.many[:1].upper()}{unit.many[1:]} differ by more than chance, but their spread is "
            "estimated as 0.",
            f"{test.name} sees a difference ({test}) that {reference.label} does not: with it {predicted}",
        )
    if test is not None and test.case == "within_chance":
        return Headline(
            f"No clear sign that {unit.many} differ.",
            "Their means lie further apart than chance puts them on average, but well within chance "
            f"({test}), so {predicted}",
        )
    return Headline(
        f"No sign that {unit.many} differ.",
        f"Their means lie no further apart than chance alone would put them, so {predicted}",
    )


def _what_groups_keep(scene: Scene, reference: Series) -> str:
    if reference.weight is None:
        return ""
    weighs, unit = scene.information, scene.unit
    middle = "the mean" if scene.comparison.data.covariates is None else "what is expected of it"
    if reference.result.fit is not None and takes_own_variances(reference.result.fit):
        return _what_each_keeps(scene, reference.weight, middle)
    small, large = int(np.argmin(weighs)), int(np.argmax(weighs))
    least, most = (percent(_inside(float(reference.weight[i]))) for i in (small, large))
    anyone = f"{article(unit.one)} {unit.one}"
    if weighs[small] == weighs[large]:
        return f"With {own_data(scene, 0)} each, {anyone} keeps {least} of its distance to {middle}."
    if least == most:
        amounts = f"{_amount(scene, small)} to {_amount(scene, large)}"
        given = f"standard errors of {amounts}"
        if scene.published_error is None:
            given = f"weights of {amounts}" if scene.weighted else f"{amounts} {scene.row.many}"
        return f"With {given}, every {unit.one} keeps {least} of its distance to {middle}."
    few = int((weighs == weighs[small]).sum())
    label = scene.label_at(small)
    named = label if label[:1].isalpha() else f"{unit.one} {label}"
    who = named if few == 1 and len(label) <= 40 else anyone
    return (
        f"With {own_data(scene, small)}, {who} keeps {least} of its distance to {middle}; "
        f"with {_amount(scene, large)}, {anyone} keeps {most}."
    )


def _what_each_keeps(scene: Scene, weight: NDArray[np.float64], middle: str) -> str:
    """The same where each group's own spread decides beside its rows."""
    ends = [int(np.argmin(weight)), int(np.argmax(weight))]
    least, most = (percent(_inside(float(weight[i]))) for i in ends)
    if least == most:
        return f"Every {scene.unit.one} keeps {least} of its distance to {middle}."
    first, last = (short_label(scene.label_at(i), 40) for i in ends)
    return (
        f"By the spread of its own rows {first} keeps {least} of its distance to {middle}, and {last} {most}."
    )


def own_data(scene: Scene, position: int) -> str:
    """What the data of a group are, as in ``12 rows`` or ``a standard error of 1.5``."""
    if scene.weighted:
        return f"weights of {_amount(scene, position)}"
    if scene.published_error is None:
        return row_count(int(scene.n[position]), scene.row)
    return f"a standard error of {_amount(scene, position)}"


def _amount(scene: Scene, position: int) -> str:
    if scene.weighted:
        return number(float(scene.information[position]))
    if scene.published_error is None:
        return f"{scene.n[position]:,}"
    return f"{scene.published_error[position]:.3g}".replace("-", MINUS)


def _without_spreads(scene: Scene) -> str:
    if not scene.series:
        return "No method that is on could be fitted; see below why."
    if scene.comparison.failed:
        return f"No method that is on could tell how much {scene.unit.many} differ; see below why."
    return "Switch on a BLUP to see how much of the variance lies between them."


def pending_sentence(scene: Scene) -> str:
    """Which methods are still being fitted, or have their intervals drawn; nothing where none is."""
    pending = [result for result in scene.comparison.results if result.pending]
    fitted = [result.label for result in pending if result.fit is None]
    drawn = [result.label for result in pending if result.fit is not None]
    said = []
    if fitted:
        said.append(f"{join_names(fitted)} {'is' if len(fitted) == 1 else 'are'} still being fitted …")
    if drawn:
        said.append(f"Intervals by the bootstrap are being drawn for {join_names(drawn)} …")
    return " ".join(said)


def closest_sentence(scene: Scene) -> str:
    """Who comes closest to the truth in this one draw, and by how much; nothing where that is not known."""
    found = scene.closeness
    if not found:
        return ""
    best = closest(found)
    names = join_names([c.label for c in best])
    off = f"off by {number(best[0].error)} (root mean square)"
    if len(best) == len(found):
        return f"In this one draw all methods are equally close to the truth: {off}."
    verb = "is" if len(best) == 1 else "are"
    answer = f"In this one draw {names} {verb} closest to the truth, {off}"
    own = 0.0 if scene.truth is None else distance(scene.own_mean, scene.truth.mean)
    if own and best[0].error < own * (1.0 - SAME):
        return f"{answer}, {percent(best[0].error / own)} of what the own means are off by ({number(own)})."
    rest = [c for c in found if c not in best]
    second = min(rest, key=lambda c: c.error)
    return f"{answer}, before {second.label} with {number(second.error)}."


def cards(scene: Scene) -> tuple[Card, ...]:
    """The headline method's population mean, spreads and ICC; a dash where a number does not exist.

    Where standard errors are known, what they leave of the differences stands in place of a spread within.
    """
    reference = scene.reference
    titles = (
        ("mu", "Population mean μ"),
        (
            "sigma_group",
            "Between groups σg" if scene.published_error is None else f"Between {scene.unit.many} τ",
        ),
        ("sigma_error", "Within groups σe"),
        ("icc", "ICC"),
    )
    intervals = {} if reference is None else card_intervals(scene)
    helps = {} if reference is None or reference.result.fit is None else reference.result.fit.parameters
    out = []
    for name, title in titles:
        value = None if reference is None else _value(reference, name)
        error = None if reference is None or name != "mu" else _value(reference, "mu_std_error")
        if name == "mu" and value is not None and (scene.is_share or scene.is_ratio):
            text, error = _level(scene, value, error), None if error is None else 100.0 * error
        else:
            text = number(value, like=error, digits=2 if error else 3)
        extra = "" if error is None or scene.is_ratio else f"± {number(error, digits=2)}"
        explained = helps[name].help if name in helps else ""
        if scene.own_centers is not None and name == "mu" and value is None:
            explained = f"Each {scene.unit.one} is pulled towards a centre of its own."
        if not scene.fitted_data.counts_rows and name in ("sigma_error", "icc"):
            explained = "Not estimated: every mean has a standard error of its own, which is taken as known."
        out.append(
            Card(title, text, extra, explained, name, "" if value is None else intervals.get(name, ""))
        )
    if reference is None or reference.result.fit is None:
        return tuple(out)
    if (differ := _differences(scene, reference)) is not None:
        return (*out[:2], *differ)
    around = _around_regression(scene, reference)
    return tuple(out) if around is None else (out[1], *around)


def _differences(scene: Scene, reference: Series) -> tuple[Card, Card] | None:
    """I^2 and the true mean of a further group, in the words of meta-analysis; None where there are none."""
    comparison, unit = scene.comparison, scene.unit
    found = fit_heterogeneity(comparison.data, reference.result.estimator, reference.result.fit)
    if found is None:
        return None
    further = found.prediction_interval(comparison.level)
    among = (
        f"The share of the variance of the estimates that is between {unit.many}, by the typical standard "
        f"error; by Higgins {percent(found.i2_higgins)}. H² {number(found.h2)}."
    )
    where = (
        f"Where the true mean of a further {unit.one} is expected with {percent(comparison.level)}, "
        f"by t with {found.test.df - 1} degrees of freedom."
    )
    ends = "" if further.low is None or further.high is None else ends_text(scene, further.low, further.high)
    return (
        Card("I²", percent(found.i2), "", among),
        Card(f"{article(unit.one).capitalize()} new {unit.one}", ends or DASH, "", where),
    )


def _around_regression(scene: Scene, reference: Series) -> tuple[Card, ...] | None:
    """What covariates explain of published estimates, and I^2 of what is left; None where there are none."""
    comparison, unit = scene.comparison, scene.unit
    found = fit_meta_regression(comparison.data, reference.result.estimator, reference.result.fit)
    if found is None:
        return None
    left = (
        f"Of the variance of the estimates around what is expected of each {unit.one}, the share that is "
        f"between {unit.many}, by the typical standard error. H² {number(found.h2)}."
    )
    rest = Card("I² of the rest", percent(found.i2), "", left)
    if found.explained is None:
        return (rest,)
    explained = (
        f"The share of τ² that is explained, which falls from {number(found.tau_without**2)} to "
        f"{number(found.tau2)}. With few {unit.many} it is known badly."
    )
    return Card("Explained", percent(found.explained), "of τ²", explained), rest


def _level(scene: Scene, value: float | None, error: float | None) -> str:
    """A mean with the digits that its standard error supports; of an outcome of 0 and 1 as a percentage.

    Of logarithms that are shown as ratios the ratio.
    """
    if scene.is_ratio and value is not None:
        return number(math.exp(value))
    if value is None or not scene.is_share:
        return number_by_error(value, error, digits=3)
    return f"{number(100.0 * value, like=100.0 * error if error else None, digits=2 if error else 3)}%"


def rows_used(data: GroupData) -> str:
    """How many rows are in use and how many are left out; of published summaries, how many there are."""
    left_out = max(data.dropped.total, sum(cause.rows for cause in data.left_out))
    if data.kind != "rows":
        return f"{summaries_line(data)}{f', {left_out:,} left out' if left_out else ''}"
    if left_out:
        return f"{row_count(data.total)} used, {left_out:,} left out"
    return f"{'All ' if data.total > 1 else ''}{row_count(data.total)} used"


def dropped_warning(data: GroupData) -> str:
    """A warning where more than one row in twenty is left out for its outcome; else nothing."""
    lost = data.dropped.total - data.dropped.missing_group
    if data.kind != "rows":
        lines = len(data) + data.dropped.total
        if lost <= MANY_LEFT_OUT * lines:
            return ""
        used = f"{len(data):,} of {lines:,} lines are used."
        return f"{used} If the groups left out differ from the others, so does what is said of all."
    if lost <= MANY_LEFT_OUT * data.rows_read:
        return ""
    return (
        f"{data.total:,} of {row_count(data.rows_read)} are used. If the rows left out differ from the "
        "others, so do the means."
    )


def interval_kind(series: Series) -> str:
    """What the interval of a method rests on."""
    fit = series.result.fit
    if fit is None or series.low is None:
        return "none"
    if fit.interval_fn is not None:
        return "its own"
    kind = "normal"
    if fit.df is not None:
        least, most = (f"{end(fit.df):.6g}" for end in (np.min, np.max))
        kind = f"t, {least} df" if least == most else f"t, {least} to {most} df"
    return f"bootstrap, {kind}" if is_bootstrapped(series.result) else kind


def _inside(share: float) -> float:
    """A share that is known to be neither 0 nor 1, where rounding has put it there."""
    return min(max(share, math.ulp(0.0)), 1.0 - math.ulp(0.5))


def _value(series: Series, name: str) -> float | None:
    found = series.result.fit.parameters if series.result.fit else {}
    return found[name].value if name in found else None
