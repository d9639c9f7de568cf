"""What groups are adjusted for and explained by, in words, and the coefficients behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard.scene.ratio_scale import ratio_of
from dashboard.words.grammar import join_names
from dashboard.words.numbers import DASH, number, row_count
from dashboard.words.reading import CURVES, short

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dashboard.scene.scene import Scene
    from estimators.contract.fit import Coefficient
    from estimators.data.covariates import Covariates
    from estimators.data.curves import Curve

COEFFICIENTS = (
    "Estimate ± standard error and interval, in the outcome's units where no note says otherwise: what goes "
    "with one more of a number, or with this level in place of the first one."
)
RATIOS = (
    "Exponentials of the coefficients with their intervals: by what the ratio is multiplied with one more of "
    "a number, or with this level in place of the first one. That of the intercept is the ratio where all "
    "others are 0."
)
POWERS = (
    "Terms of {name} are powers of its distance from {center}: they say how it bends, and belong together."
)
BENDS = "Terms of {name} are the straight line before {first} and what bends at each knot: knots at {knots}."
_MOST_NAMED = 6


def covariate_names(covariates: Covariates, *, of_group: bool) -> list[str]:
    """The columns that explain the groups, or those that are adjusted for, in their order."""
    return covariates.columns(of_group=of_group)


def all_covariate_names(scene: Scene) -> list[str]:
    """The columns that are adjusted for, then those that explain the groups."""
    covariates = scene.comparison.data.covariates
    if covariates is None:
        return []
    return [name for own in (False, True) for name in covariate_names(covariates, of_group=own)]


def named(names: Sequence[str], covariates: Covariates | None = None) -> str:
    """Names of columns as a list in a sentence, with their curves where ``covariates`` are given."""
    shown = [_with_curve(name, covariates) for name in names[:_MOST_NAMED]]
    more = len(names) - len(shown)
    return join_names([*shown, *([f"{more:,} more"] if more else [])])


def _with_curve(name: str, covariates: Covariates | None) -> str:
    """``age (a curve with one bow)``, or the name of what is none."""
    curve = None if covariates is None else covariates.curves.get(name)
    return short(name) if curve is None else f"{short(name)} ({CURVES[curve.shape]})"


def left_by(scene: Scene) -> str:
    """What spreads are those of, where covariates are taken off."""
    names = all_covariate_names(scene)
    return f" with {named(names)} taken off" if names else ""


def taken_off(scene: Scene) -> str:
    """``With age and sex taken off, ``, as a sentence begins; nothing without covariates."""
    names = all_covariate_names(scene)
    return f"With {named(names)} taken off, " if names else ""


def compared_at(scene: Scene) -> str:
    """At what values of the covariates groups are compared, and what each is pulled towards, in sentences."""
    data = scene.comparison.data
    parts = ["Rows count by their weights."] if data.weights is not None else []
    if data.covariates is None:
        return "".join(parts)
    covariates = data.covariates
    adjusted, explaining = (covariate_names(covariates, of_group=own) for own in (False, True))
    if adjusted:
        who = f"{scene.unit.many[:1].upper()}{scene.unit.many[1:]}"
        rows = f"all {row_count(data.total, scene.row)}"
        codes = [name for name in adjusted if name in covariates.references]
        numbers = [name for name in adjusted if name not in codes]
        at = [f"the average {named(numbers, covariates)}"] if numbers else []
        at += [f"the mix of {named(codes, covariates)}"] if codes else []
        parts.append(f"{who} are compared at {' and '.join(at)} of {rows}.")
    if explaining and scene.reference is not None:
        verb = "lets" if len(explaining) == 1 else "let"
        parts.append(
            f"Each {scene.unit.one} is pulled towards what its {named(explaining, covariates)} {verb} expect."
        )
    return " ".join(parts)


def levels_line(covariates: Covariates) -> str:
    """Which level of each categorical column the others are set against."""
    found = [f"{short(name)}={short(level)}" for name, level in covariates.references.items()]
    return f"First levels: {', '.join(found)}." if found else ""


def curves_line(covariates: Covariates) -> str:
    """What the terms of each curve are, in sentences."""
    return " ".join(_curve_line(short(name), curve) for name, curve in covariates.curves.items())


def _curve_line(name: str, curve: Curve) -> str:
    places = [curve.text(place) for place in curve.places]
    if curve.is_spline:
        return BENDS.format(name=name, first=places[0], knots=join_names(places))
    return POWERS.format(name=name, center=places[0])


def coefficient_table(scene: Scene) -> list[list[str]]:
    """A line for each term and a column for each method that has some, under a line of headings."""
    fits = [(s.label, s.result.fit.coefficients) for s in scene.series if s.result.fit is not None]
    found = {label: {one.term: one for one in coefficients} for label, coefficients in fits if coefficients}
    most_first = sorted(found.values(), key=len, reverse=True)
    terms = list(dict.fromkeys(term for of_method in most_first for term in of_method))
    if not terms:
        return []
    lines = []
    for term in terms:
        cells = [term]
        for of_method in found.values():
            one = of_method.get(term)
            say = _multiplier if scene.is_ratio else _coefficient
            cells.append(DASH if one is None else say(one, scene.comparison.level))
        lines.append(cells)
    return [["", *found], *lines]


def _coefficient(found: Coefficient, level: float) -> str:
    """``0.31 ± 0.12 (0.07 to 0.55)``, with the interval at ``level``."""
    like, ends = found.std_error or None, found.interval(level)
    text = number(found.estimate, like=like, digits=2 if like else 4)
    if ends is None:
        return text
    low, high = (number(end, like=like, digits=2 if like else 4) for end in ends)
    return f"{text} ± {number(found.std_error, digits=2)} ({low} to {high})"


def _multiplier(found: Coefficient, level: float) -> str:
    """``1.36 (1.07 to 1.73)``: what a coefficient of logarithms multiplies ratios by."""
    estimate, ends = _ratio(found.estimate), found.interval(level)
    return estimate if ends is None else f"{estimate} ({_ratio(ends[0])} to {_ratio(ends[1])})"


def _ratio(logarithm: float) -> str:
    ratio = ratio_of(logarithm)
    return DASH if ratio is None else number(ratio)
