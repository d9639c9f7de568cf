"""A comparison whose standard errors and intervals are those of the bootstrap."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from estimators.contract.fit import Note
from estimators.errors import DataError
from estimators.fitting.compare import at_level
from estimators.risk.bootstrap import bootstrap

if TYPE_CHECKING:
    from collections.abc import Container
    from concurrent.futures import Executor

    from estimators.contract.comparison import Comparison, Result
    from estimators.risk.bootstrap import Bootstrap

BOOTSTRAPPED, COLLAPSED, NOT_BOOTSTRAPPED = "bootstrap", "bootstrap_collapsed", "no_bootstrap"
NORMAL_ROWS = "bootstrap_normal_rows"
"""Codes of the notes on a fit."""
AMOUNTS = {"shares": ("trials", "beta"), "rates": ("exposures", "gamma")}
"""What stays the same where events are drawn, and what true means are drawn from."""


def bootstrapped(
    comparison: Comparison, ids: Container[str] | None = None, *, executor: Executor | None = None
) -> Comparison:
    """The same fits with the standard errors and intervals that :func:`bootstrap` finds, each with a note.

    Estimates, ranks and all that rests on a joint distribution stay; notes on the errors that were replaced
    go. A method that cannot be drawn from keeps its own intervals, and a note says why.

    Args:
        comparison: what was compared; of groups with survey weights all keep their own intervals.
        ids: the methods; None: all that have a fit.
        executor: where draws are fitted, with the same answer.

    """
    results = (
        _resampled(comparison, result, executor)
        if result.fit is not None and (ids is None or result.id in ids)
        else result
        for result in comparison.results
    )
    return replace(comparison, results=tuple(results))


def _resampled(comparison: Comparison, result: Result, executor: Executor | None) -> Result:
    try:
        found = bootstrap(comparison.data, result.estimator, result.options, executor=executor)
    except DataError as error:
        return without_bootstrap(result, str(error))
    return with_bootstrap(result, found)


def with_bootstrap(result: Result, found: Bootstrap) -> Result:
    """A result that holds a fit, with the errors of the bootstrap around its estimates."""
    if result.fit is None:
        raise ValueError(f"{result.id} has no fit: {result.message}")
    kept = (note for note in result.fit.notes if not note.of_errors)
    notes = (*kept, *notes_of(found))
    fit = replace(result.fit, std_error=found.std_error, df=found.df, interval_fn=None, notes=notes)
    return at_level(replace(result, fit=fit), result.level)


def without_bootstrap(result: Result, why: str) -> Result:
    """A result that holds a fit and keeps its own intervals, with a note that says why."""
    if result.fit is None:
        raise ValueError(f"{result.id} has no fit: {result.message}")
    kept = "it has no interval" if result.interval is None else "its own interval stays"
    note = Note(NOT_BOOTSTRAPPED, "info", f"Not by the bootstrap, {kept}: {why}.")
    return replace(result, fit=replace(result.fit, notes=(*result.fit.notes, note)))


def is_bootstrapped(result: Result) -> bool:
    """Whether its intervals are those of the bootstrap."""
    return result.fit is not None and any(note.code == BOOTSTRAPPED for note in result.fit.notes)


def notes_of(found: Bootstrap) -> list[Note]:
    """What intervals by the bootstrap rest on, and whether they are too narrow."""
    above = found.std_error > 0
    error = float(np.max(found.mcse[above] / found.std_error[above], initial=0.0))
    lost = f", {found.failed:,} more could not be fitted" if found.failed else ""
    like, spreads = "groups of these sizes", "both spreads"
    if found.df is None:
        like, spreads = "estimates with these standard errors", "the spread between groups"
    mean, truths = "population mean", "true means that spread as estimated"
    if found.events_of:
        amounts, shape = AMOUNTS[found.events_of]
        like = f"events in groups of the same {amounts}"
        truths = f"true {found.events_of} that spread as estimated, from a {shape} distribution,"
    if found.with_covariates:
        like, mean = f"{like} and covariates", "coefficients"
    notes = [
        Note(
            BOOTSTRAPPED,
            "info",
            f"Intervals by the parametric bootstrap: {like} were drawn around {truths} "
            f"and fitted again, {found.draws:,} times (seed {found.seed}{lost}). They allow for "
            f"the error of the {mean} and of {spreads}, but take what was estimated for the truth "
            f"that is drawn from. Standard errors have a Monte Carlo error of {100 * error:.2g}% or less.",
        )
    ]
    if found.holds_events and not found.events_of:
        notes.append(
            Note(
                NORMAL_ROWS,
                "warning",
                "Beside weights and covariates rows were drawn as normal ones, though these are events: "
                "where few are expected, intervals by the bootstrap may hold fewer of the true means.",
            )
        )
    if found.sigma_group == 0:
        notes.append(
            Note(
                COLLAPSED,
                "warning",
                "As the spread between groups is estimated as 0, all true means were drawn equal, so that "
                "intervals by the bootstrap are too narrow: they hold too few of the true means wherever "
                "these differ.",
            )
        )
    return notes
