"""Everything that a fit lets conclude, as plain numbers, text and None, ready for JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from estimators.contract.joint import Joint
from estimators.errors import DataError
from estimators.inference.estimable import is_estimable
from estimators.inference.heritability import heritability
from estimators.inference.heterogeneity import fit_heterogeneity
from estimators.inference.least_difference import least_difference
from estimators.inference.rank_grid import ERROR
from estimators.inference.rank_sets import MOST_GROUPS, marginal_rank_sets, simultaneous_rank_sets
from estimators.inference.ranks import TopShare, group_ranks, number_of_best
from estimators.inference.spread_intervals import exact_intervals, profile_intervals
from estimators.inference.spread_tests import spread_tests
from estimators.methods.own_spreads import fitted_data

if TYPE_CHECKING:
    from estimators.contract.estimator import Estimator
    from estimators.contract.fit import GroupFit
    from estimators.data.groups import GroupData
    from estimators.inference.ranks import Ranks
    from estimators.methods.homogeneity import Homogeneity
    from estimators.methods.profile import Method


def inference_dict(
    data: GroupData,
    estimator: Estimator,
    fit: GroupFit,
    *,
    level: float = 0.95,
    top: int | TopShare | None = None,
    smallest_first: bool = False,
) -> dict[str, Any]:
    """What one fit lets conclude, as far as it can.

    ``spreads``, ``tests``, ``heritability``, ``least_difference``, ``ranks`` and ``rank_sets``.

    Intervals and sets are at ``level``. What was simulated carries its seed and number of draws. Where ranks
    cannot be computed ``ranks_refused`` says why in their place.

    Raises:
        OptionError: the level is not between 0 and 1, or ``top`` not between 1 and the number of groups.

    """
    found: dict[str, Any] = {}
    taken = fitted_data(data, fit)
    if estimator.likelihood is not None and is_estimable(taken):
        found["spreads"] = _spreads(taken, estimator.likelihood, level)
        found["tests"] = _tests(taken, estimator.likelihood)
        if taken.counts_rows and "group_covariates" not in taken.carries:
            found["heritability"] = _heritability(taken, estimator.likelihood)
    elif (differ := fit_heterogeneity(data, estimator, fit)) is not None:
        found["spreads"] = {"level": level, "exact": _exact(data, level)}
        found["tests"] = {"q": _q(differ.test)}
    if (least := least_difference(fit, level)) is not None:
        found["least_difference"] = vars(least)
    if fit.joint is None:
        return found
    best = number_of_best(top, len(data))
    try:
        ranks = group_ranks(fit.joint, level=level, top=best, smallest_first=smallest_first)
    except DataError as error:
        return found | {"ranks_refused": str(error)}
    found["ranks"] = rank_lines(data, ranks)
    if ranks.approximate:
        found["ranks_error"] = ERROR
    if ranks.draws is not None:
        found["ranks_drawn"] = {"seed": ranks.seed, "draws": ranks.draws}
    joint = fit.joint
    if isinstance(joint, Joint) and joint.independent and 1 < len(joint) <= MOST_GROUPS:
        found["rank_sets"] = _rank_sets(data, joint.reversed() if smallest_first else joint, level)
    return found


def _heritability(data: GroupData, method: Method) -> dict[str, Any]:
    found = heritability(data, method)
    accuracy = zip(data.labels.tolist(), found.accuracy.tolist(), strict=True)
    return {**vars(found), "accuracy": [{"group": group, "accuracy": value} for group, value in accuracy]}


def _spreads(data: GroupData, method: Method, level: float) -> dict[str, Any]:
    profile = {
        name: {
            "ends": list(interval.ends),
            "low": interval.low,
            "high": interval.high,
            "zero_inside": interval.zero_inside,
        }
        for name, interval in profile_intervals(data, method, level).items()
    }
    return {"level": level, "profile": profile, "exact": _exact(data, level)}


def _exact(data: GroupData, level: float) -> dict[str, Any]:
    return {
        name: {"low": interval.low, "high": interval.high, "empty": interval.empty}
        for name, interval in exact_intervals(data, level).items()
    }


def _tests(data: GroupData, method: Method) -> dict[str, Any]:
    """The F test, or ``q`` of published means, and the likelihood ratio."""
    tests = spread_tests(data, method)
    f, ratio = tests.f, tests.likelihood_ratio
    if f.df_within is None:
        first = {"q": _q(f)}
    else:
        first = {"f": {"statistic": f.statistic, "df": [f.df, f.df_within], "p": f.p}}
    second: dict[str, Any] = {"statistic": ratio.statistic, "p_half_chi2": ratio.p_half_chi2, "p": ratio.p}
    if ratio.draws is not None:
        second |= {"p_std_error": ratio.p_std_error, "seed": ratio.seed, "draws": ratio.draws}
    return {**first, "likelihood_ratio": second}


def _q(test: Homogeneity) -> dict[str, Any]:
    return {"statistic": test.statistic, "df": test.df, "p": test.p}


def rank_lines(data: GroupData, ranks: Ranks) -> list[dict[str, Any]]:
    """A line for each group, in the order of the data: its name, and what is known of its rank."""
    columns: dict[str, list[Any]] = {
        "group": data.labels.tolist(),
        "expected_rank": ranks.expected.tolist(),
        "rank_low": ranks.low.tolist(),
        "rank_high": ranks.high.tolist(),
        "p_best": ranks.p_best.tolist(),
    }
    if ranks.p_top is not None:
        columns["p_top"] = ranks.p_top.tolist()
    if ranks.p_above_center is not None:
        columns["p_above_center"] = ranks.p_above_center.tolist()
    return [dict(zip(columns, line, strict=True)) for line in zip(*columns.values(), strict=True)]


def _rank_sets(data: GroupData, joint: Joint, level: float) -> dict[str, Any]:
    marginal, simultaneous = marginal_rank_sets(joint, level), simultaneous_rank_sets(joint, level)
    found: dict[str, Any] = {
        name: [
            {"group": label, "lower": int(low), "upper": int(high)}
            for label, low, high in zip(data.labels, sets.lower, sets.upper, strict=True)
        ]
        for name, sets in (("marginal", marginal), ("simultaneous", simultaneous))
    }
    return {**found, "seed": simultaneous.seed, "draws": simultaneous.draws}
