"""What a risk study says, in words and round numbers."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Protocol

from dashboard.words.comparison import Card, Headline
from dashboard.words.grammar import join_names
from dashboard.words.numbers import DASH, MINUS, number, percent
from dashboard.words.waiting import waiting_words
from estimators import crossings
from estimators.inference.level_text import level_text
from estimators.risk.sweeps import DIALS

if TYPE_CHECKING:
    from estimators import Design, EstimatorRisk, Measured, RiskReport, ScenarioRisk

CERTAIN = 2.0
"""Monte Carlo errors of the difference within which two methods are said to be equally close."""
MOST_CROSSINGS = 3
SAME_SHARE = 0.005
"""Difference in relative risk, as a share, that nobody would notice."""


def headline(report: RiskReport) -> Headline:
    """Who is closest on average in the scenario asked for, and where that changes."""
    best = closest(report.base)
    if not best:
        return Headline("No method could be fitted.", "See below why.")
    names = join_names([e.label for e in best])
    relative, loss = best[0]["relative_loss"].value, report.study.loss
    if loss.is_squared:
        answer = f"{names} {'is' if len(best) == 1 else 'are'} closest to the truth on average."
    else:
        answer = f"{names} {'does' if len(best) == 1 else 'do'} best on average by {loss_words(report)}."
    if relative is None:
        return Headline(answer, "")
    if abs(relative - 1.0) < SAME_SHARE:
        return Headline(answer, "Level means do as well here: there is nothing to gain from shrinking.")
    gain = f"{loss.label} is {percent(relative)} of the level means'"
    return Headline(answer, f"{gain}. {_where_it_changes(report)}".strip())


def loss_words(report: RiskReport) -> str:
    """The loss by which methods are compared, within a sentence."""
    label = report.study.loss.label
    return label[0].lower() + label[1:]


def closest(scenario: ScenarioRisk) -> list[EstimatorRisk]:
    """The method with the least loss, and those that cannot be told from it."""
    known = [e for e in scenario.estimators if e["loss"].value is not None]
    if not known:
        return []
    best = min(known, key=lambda e: e["loss"].value or 0.0)
    return [e for e in known if e is best or _alike(scenario.difference(e.id, best.id))]


def _alike(difference: Measured) -> bool:
    value, error = difference.value or 0.0, difference.mcse or 0.0
    return abs(value) <= CERTAIN * error or abs(value) < 1e-12


def _where_it_changes(report: RiskReport) -> str:
    """The crossings that matter: of a method with the level means, and of whoever is closest."""
    sweep = report.study.sweep
    if sweep is None:
        return ""
    labels = {e.id: e.label for e in report.base.estimators}
    changes = []
    for c in crossings(report.sweep):
        if (c.below is None) == (c.above is None):
            continue
        who = labels[c.below or c.above or ""]
        where = f"{'past' if c.above is None else 'below'} {number(c.value, digits=2)}"
        changes.append(f"{who} is worse than level means {where}")
    dial = DIALS[sweep.dial].label
    if not changes:
        return ""
    return f"As {dial} moves: {'; '.join(changes[:MOST_CROSSINGS])}."


def cards(report: RiskReport) -> tuple[Card, ...]:
    """The closest method's gain, coverage, and chance of naming the best group."""
    best = closest(report.base)
    first = best[0] if best else None
    with_interval = next(
        (e for e in [*best, *report.base.estimators] if e["coverage"].value is not None), None
    )
    level = level_text(report.study.level)
    return (
        Card(
            f"{report.study.loss.label}, level means = 1",
            _value(first, "relative_loss", 2),
            _who(first),
            "Lower is better.",
        ),
        Card(f"Coverage of {level} intervals", _share(with_interval, "coverage"), _who(with_interval)),
        Card(
            "Best group found",
            _share(first, "best_found"),
            _who(first),
            f"The best has the {'smallest' if report.study.smallest_first else 'largest'} true mean; a tie "
            "counts in shares.",
        ),
    )


def where(report: RiskReport) -> str:
    """The scenario that the table speaks of."""
    design = report.study.design
    return (
        f"σg/σe = {number(design.ratio) if math.isfinite(design.ratio) else '∞'}, {design.groups:,} groups, "
        f"rows {_sizes(design)}, {report.base.replicates:,} replicates, ± Monte Carlo standard error"
    )


def _sizes(design: Design) -> str:
    """The rows of the groups as the design writes them; of a list from the smallest to the largest."""
    if "," not in design.per_group:
        return design.per_group
    return f"{design.sizes.min():,} to {design.sizes.max():,}"


class StudyState(Protocol):
    """How a study stands."""

    @property
    def state(self) -> str:
        """Waiting, running, done, cancelled, abandoned or failed."""

    @property
    def done(self) -> int:
        """Draws that are fitted."""

    @property
    def total(self) -> int:
        """All that are asked for."""

    @property
    def seconds(self) -> float:
        """How long it has run."""

    @property
    def seconds_left(self) -> float | None:
        """About how long it takes yet; None where that is not known."""

    @property
    def ahead(self) -> int:
        """How many others have their turn before it, while it waits."""


def progress(snapshot: StudyState) -> tuple[str, str]:
    """How far a study is, and how long it takes yet."""
    share = f"{snapshot.done:,} of {snapshot.total:,} draws"
    if snapshot.state == "running":
        left = snapshot.seconds_left
        return share, "starting" if left is None else f"about {duration(left)} left"
    if snapshot.state == "waiting":
        return share, waiting_words(snapshot.ahead)
    if snapshot.state == "abandoned":
        return share, f"stopped after {duration(snapshot.seconds)}, as nobody looked at it any more"
    if snapshot.state == "cancelled":
        return share, f"cancelled after {duration(snapshot.seconds)}"
    return share, f"{duration(snapshot.seconds)}"


def duration(seconds: float) -> str:
    """Seconds, minutes or hours, rounded."""
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def with_error(measured: Measured, *, share: bool = False) -> tuple[str, str]:
    """A value and its Monte Carlo error to digits that the error supports; dashes where there is none."""
    if measured.value is None:
        return DASH, ""
    scale = 100.0 if share else 1.0
    value, error = scale * measured.value, None if measured.mcse is None else scale * measured.mcse
    unit = "%" if share else ""
    if not error:
        return f"{number(value, digits=3)}{unit}", ""
    places = max(0, 1 - math.floor(math.log10(error)))
    if places > 8:
        return f"{number(value, digits=3)}{unit}", f"± {number(error, digits=2)}"
    sign = MINUS if value < 0 else ""
    return f"{sign}{abs(value):.{places}f}{unit}", f"± {error:.{places}f}"


def _value(risk: EstimatorRisk | None, measure: str, digits: int) -> str:
    return DASH if risk is None else number(risk[measure].value, digits=digits)


def _share(risk: EstimatorRisk | None, measure: str) -> str:
    """In percent with one decimal, however small the Monte Carlo error is: the table has all digits."""
    return percent(None if risk is None else risk[measure].value, digits=1)


def _who(risk: EstimatorRisk | None) -> str:
    return "" if risk is None else risk.label
