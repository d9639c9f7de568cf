"""The risk study that the page's controls ask for, within what the page may ask of the server."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dashboard.plugin_host.stand_ins import for_many, seconds_for
from estimators import Loss, OptionError, RiskStudy, Sweep
from estimators.risk.losses import best_of

if TYPE_CHECKING:
    from dashboard.session.choices import Choices
    from dashboard.session.comparisons import Comparisons
    from estimators import Design

SECONDS_A_GROUP = 1.9e-6
"""Of a core, to draw one group and fit it by the five built-in methods, at most (20 groups, measured)."""
MOST_UNASKED = 5_000_000
"""Groups to draw and fit up to which a study follows the dials by itself. With the five built-in methods each
costs 0.8 to 1.9 microseconds of a core (200 and 20 groups, measured), so such a study takes 4 to 10 seconds,
and the next turn of a dial takes its place.
"""
SECONDS_UNASKED = 20.0
"""What plugins may take for a study that follows the dials by itself: twice what the built-in methods take at
most, since plugins hold places that others wait for.
"""
MOST_FITS = 20_000_000
"""Replicates times points that one study on the page may ask for: some 13 minutes of a core with 20 groups,
at the speed above. Monte Carlo errors are then far below what can be drawn; the command line takes more.
"""


@dataclass(frozen=True)
class RequestedStudy:
    """The controls' values; numbers as they were typed."""

    choices: Choices
    design: Design
    loss: str
    """The kind of the loss by which methods are compared."""
    best: object
    """How many the best are, of the kind that asks; empty: its default."""
    line: object
    """What groups are above or below, of the kind that asks; empty: the population mean."""
    dial: str
    """What is swept; empty: nothing."""
    low: object
    high: object
    replicates: object
    seed: int


def requested_study(comparisons: Comparisons, asked: RequestedStudy) -> RiskStudy:
    """The study. Raises OptionError or DesignError with a sentence for what cannot be."""
    estimators, options = comparisons.chosen_estimators(asked.choices)
    sweep = None
    if asked.dial:
        sweep = Sweep(asked.dial, _number("From", asked.low), _number("to", asked.high))
    replicates = _number("Replicates", asked.replicates)
    if replicates != int(replicates):
        raise OptionError("replicates are a whole number")
    study = RiskStudy(
        asked.design,
        for_many(estimators),
        int(replicates),
        seed=asked.seed,
        sweep=sweep,
        level=asked.choices.level,
        options=options,
        smallest_first=asked.choices.smallest_first,
        loss=_loss(asked),
    )
    if study.replicates * len(study.points) > MOST_FITS:
        most = MOST_FITS // len(study.points)
        raise OptionError(f"ask for at most {most:,} replicates here; the command line takes more")
    return study


def is_quick(study: RiskStudy) -> bool:
    """Whether it takes a moment only, so that it may follow the dials unasked."""
    plugins_seconds = seconds_for(study.estimators, study.replicates * len(study.points))
    return study_size(study) <= MOST_UNASKED and plugins_seconds <= SECONDS_UNASKED


def study_size(study: RiskStudy) -> int:
    """Groups that are drawn and fitted, over all points and replicates."""
    return study.replicates * sum(design.groups for _, design in study.points)


def seconds_about(study: RiskStudy) -> float:
    """About how long it takes on a core of its own."""
    plugins = seconds_for(study.estimators, study.replicates * len(study.points))
    return SECONDS_A_GROUP * study_size(study) + plugins


def _loss(asked: RequestedStudy) -> Loss:
    """The loss with the number that was typed. Raises OptionError where that is none."""
    best, line = ("" if typed is None else str(typed).strip() for typed in (asked.best, asked.line))
    if asked.loss == "threshold" and line:
        return Loss(asked.loss, value=_number("Value", line))
    if asked.loss != "top" or not best:
        return Loss(asked.loss)
    return Loss(asked.loss, top=best_of(best.replace(",", "")))


def _number(name: str, given: object) -> float:
    try:
        number = float(str(given).replace(",", ""))
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise OptionError(f"{name} is a number, not {given!r}")
    return number
