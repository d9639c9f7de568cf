"""How many rows are needed, in words, and what a further group and further rows would be."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dashboard.scene.group_noun import EXPOSURE
from dashboard.words.covariates import all_covariate_names, left_by, named
from dashboard.words.group_card import value_text
from dashboard.words.numbers import number, percent, row_count
from estimators import DataError, heritability
from estimators.inference.least_difference import least_difference
from estimators.inference.new_groups import new_group_at, telling_places
from estimators.inference.plan_answers import curve_point, new_group, new_rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dashboard.scene.scene import Scene, Series
    from estimators.inference.plan_answers import PlanAnswers, Wanted

    Floats = NDArray[np.float64]

MOST_GROUPS = 10
"""Groups whose next row is tabulated; of more those at both ends."""
_GOALS = {
    "reliability": "For a reliability of {value}",
    "width": "For intervals by prediction {value} wide",
    "own_width": "For intervals by own means alone {value} wide",
    "p_best": "For a chance of {value} that the {one} that looks best is the best",
}


POISSON = "Chance within a {one} is taken as that of the pooled rate, whatever its own."


def no_spread(many: str, *, empty: bool) -> str:
    """What a spread of 0 means for a plan; ``empty``: the exact interval of the ratio is."""
    rest = (
        "no spread fits these means, which lie closer together than chance would put them, so see whether "
        "the rows are right."
        if empty
        else "plan by the upper end of the interval."
    )
    return (
        f"The spread between {many} is estimated as 0, so nothing can be told apart and predictions have no "
        f"width: {rest}"
    )


def _much(scene: Scene) -> str:
    return "much" if scene.planned == EXPOSURE else "many"


def plan_sentences(scene: Scene, answers: PlanAnswers) -> list[tuple[str, str]]:
    """What each goal needs, and what a further group would be, as question and answer."""
    parts = [_wanted_sentence(scene, answers, wanted) for wanted in answers.wanted]
    if scene.comparison.data.kind == "rates":
        parts.append(POISSON.format(one=scene.unit.one))
    if answers.plan.sigma_group == 0:
        parts.append(no_spread(scene.unit.many, empty=answers.ratio_interval is None))
    one = scene.unit.one
    return [
        (f"How {_much(scene)} {scene.planned} would each {one} need?", " ".join(parts)),
        *_repeated(scene),
        *_least_differences(scene),
        *further_group(scene),
    ]


def _repeated(scene: Scene) -> list[tuple[str, str]]:
    """Question and answer on heritability; empty where the headline's method has none."""
    series, data = scene.reference, scene.fitted_data
    method = None if series is None else series.result.estimator.likelihood
    if method is None or not data.counts_rows or "group_covariates" in data.carries:
        return []
    found = heritability(data, method)
    names = all_covariate_names(scene)
    counted = f"taking {named(names)} off" if names else "the overall mean"
    return [
        (
            f"How much of what a {scene.unit.one}'s mean shows would show again (heritability)?",
            f"{percent(found.entry_mean)} of the variance of means, with as many {scene.row.many} as there "
            f"are (heritability of means, by the harmonic mean of the sizes), and {percent(found.cullis)} "
            f"where the error of {counted} is counted too (Cullis). Of a single {scene.row.one} it is "
            f"{percent(found.plot)}. {_accuracy(found.accuracy)}",
        )
    ]


def _accuracy(accuracy: Floats) -> str:
    low, middle, high = (number(float(end)) for end in (accuracy.min(), accuracy.mean(), accuracy.max()))
    where = f"is {middle}" if low == high else f"is {middle} on average, from {low} to {high}"
    return f"The correlation of predictions with the truth (accuracy) {where}."


def _least_differences(scene: Scene) -> list[tuple[str, str]]:
    """Question and answer on what two groups must lie apart, by every method with a formula for it."""
    level, said = scene.comparison.level, []
    for series in scene.series:
        fit = series.result.fit
        found = None if fit is None else least_difference(fit, level)
        if found is not None:
            by = "normal" if found.df is None else f"t with {found.df:,.0f} degrees of freedom"
            said.append(f"{value_text(scene, found.difference)} by {series.label} ({by})")
    if not said or scene.is_ratio:
        return []
    one = scene.unit.one
    return [
        (
            f"How far apart must two {scene.unit.many} be to differ (least significant difference)?",
            f"{'; '.join(said)}: at {percent(level)}, on average over pairs, for two that were named before "
            f"looking. The best {one} of many is further ahead than that by chance alone.",
        )
    ]


def plan_note(scene: Scene, answers: PlanAnswers) -> str:
    """By what it is planned, and for whom."""
    plan, many = answers.plan, scene.unit.many
    within = f", within {number(plan.sigma_error)}"
    if scene.comparison.data.kind == "rates":  # in an exposure of 1, which says nothing to anybody
        within = ""
    return (
        f"For {plan.groups:,} {many} of equal size that vary as these do, by {answers.result.label}: spread "
        f"between {many} {number(plan.sigma_group)}{within}{left_by(scene)}."
    )


def further_group(scene: Scene) -> list[tuple[str, str]]:
    """Question and answer on a further group; empty where the headline's method has no common mean."""
    series = scene.reference
    fit = None if series is None else series.result.fit
    level = scene.comparison.level
    ends = None if fit is None else new_group(fit, scene.comparison.data, level)
    if series is None or ends is None:
        return []
    low, high = (value_text(scene, end) for end in ends)
    return [
        (
            f"What would a new {scene.unit.one} be?",
            f"Its true mean is expected from {low} to {high} ({percent(level)}), by {series.label} and "
            f"Student's t with {len(scene) - 2} degrees of freedom.",
        )
    ]


def _wanted_sentence(scene: Scene, answers: PlanAnswers, wanted: Wanted) -> str:
    value = percent(wanted.value) if wanted.goal == "p_best" else f"{wanted.value:g}"
    said = _GOALS[wanted.goal].format(value=value, one=scene.unit.one)
    need = _need(scene, answers, wanted.rows)
    if answers.ratio_interval is None or wanted.goal == "own_width":
        return f"{said}: {need}."
    ends = [_rows(answers, rows) for rows in (wanted.rows_at_low_ratio, wanted.rows_at_high_ratio)]
    level = percent(answers.plan.level)
    return (
        f"{said}: {need} ({ends[0]} and {ends[1]} at the ends of the exact {level} interval of the spreads)."
    )


def _need(scene: Scene, answers: PlanAnswers, rows: int | None) -> str:
    if scene.planned == EXPOSURE:
        return "none is enough" if rows is None else f"{answers.amount(rows):,.12g}"
    return "no number is enough" if rows is None else row_count(rows, scene.row)


def _rows(answers: PlanAnswers, rows: int | None) -> str:
    return "no number" if rows is None else f"{answers.amount(rows):,.12g}"


def plan_table(scene: Scene, answers: PlanAnswers) -> list[list[str]]:
    """The curve, under a line of headings."""
    width = "width of intervals"
    head = [f"{scene.planned} each", "reliability", width, "by own means", "best is best"]
    lines = []
    for rows in answers.curve_rows:
        point = curve_point(answers.plan, rows)
        shares = (percent(point["reliability"]), percent(point["p_best"]))
        widths = (number(point["width"]), number(point["own_width"]))
        lines.append([_rows(answers, rows), shares[0], *widths, shares[1]])
    return [head, *lines]


def new_groups_table(scene: Scene) -> list[list[str]]:
    """Where a further group is expected at telling values of what explains groups; empty: nothing does."""
    series, level = scene.reference, scene.comparison.level
    method = None if series is None else series.result.estimator.likelihood
    data = scene.comparison.data
    if method is None or data.covariates is None or not data.covariates.explains_groups:
        return []
    lines = [[f"a new {scene.unit.one} with", "expected", f"{percent(level)} from", "to"]]
    for at in telling_places(data):
        try:
            found = new_group_at(data, at, method, level=level)
        except DataError:  # too few groups for so many coefficients: nothing is predicted
            return []
        [(name, value)] = at.items()
        cells = (value_text(scene, end) for end in (found.estimate, found.low, found.high))
        lines.append([f"{name} {value if isinstance(value, str) else number(float(str(value)))}", *cells])
    return lines if len(lines) > 1 else []


def next_rows_table(scene: Scene) -> list[list[str]]:
    """Where one more row of each group is expected; empty where it is 0 or 1, or nobody says."""
    series = scene.reference
    ends = None if series is None or series.result.fit is None else _next_rows(scene, series)
    if series is None or ends is None:
        return []
    places = np.arange(len(scene))
    if len(scene) > MOST_GROUPS:
        places = np.concatenate([places[: MOST_GROUPS // 2], places[-(MOST_GROUPS // 2) :]])
    level = percent(scene.comparison.level)
    head = [f"one more {scene.row.one} of", f"{series.label}", f"{level} from", "to"]
    lines = []
    for at in places.tolist():
        cells = (value_text(scene, float(values[at])) for values in (series.estimate, *ends))
        lines.append([scene.label_at(at), *cells])
    return [head, *lines]


def _next_rows(scene: Scene, series: Series) -> tuple[Floats, Floats] | None:
    """The ends ``(J,)`` in display order."""
    fit = series.result.fit
    if fit is None or scene.is_share or scene.weighted:
        return None
    found = new_rows(fit, scene.comparison.level)
    return None if found is None else (found[0][scene.order], found[1][scene.order])
