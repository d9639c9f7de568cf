"""What intervals cover for data like these, in a sentence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dashboard.words.grammar import sentence
from dashboard.words.numbers import number, percent
from dashboard.words.waiting import waiting_words
from estimators.inference.level_text import level_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dashboard.scene.scene import Series
    from estimators import Calibration, CoverageAt, GroupData

COUNTING = "Counting what the intervals cover for groups like these"
STOP_COUNTING = "Stop counting"
COUNT = "Count"
STOPPED = "not counted, as that was stopped"
HOW = (
    "Groups like these, as many and of the same sizes, were drawn again and again from the model of normal "
    "groups: with the spreads as estimated, and at both ends of the exact interval of the spread between "
    "them."
)
NOT_OF_BOOTSTRAP = "not counted, as they are by the bootstrap; its notes say what they rest on"
BESIDE = "Covariates were the same each time, and spreads are what they leave."
WEIGHED = "Weights were the same each time."


EVENTS = (
    "Groups like these, as many with the same {amounts}, were drawn again and again, true {what} from a "
    "{shape} distribution and events by chance: with the spread between them as estimated, and at both ends "
    "of its exact interval."
)


def how_counted(data: GroupData) -> str:
    """What the counts rest on."""
    said = [HOW]
    if data.covariates is None and data.weights is None and data.is_share:
        said = [EVENTS.format(amounts="trials", what="shares", shape="beta")]
    elif data.covariates is None and data.kind == "rates":
        said = [EVENTS.format(amounts="exposures", what="rates", shape="gamma")]
    if data.covariates is not None:
        said.append(BESIDE)
    if data.weights is not None:
        said.append(WEIGHED)
    return " ".join(said)


@dataclass(frozen=True)
class Count:
    """What is known of the intervals of one method: an answer, why there is none, or neither as yet."""

    series: Series
    found: Calibration | None = None
    problem: str = ""
    ahead: int = 0
    """How many others have their turn before it, while it waits."""

    @property
    def pending(self) -> bool:
        """Whether it is being counted."""
        return self.found is None and not self.problem


def coverage_line(counts: Sequence[Count], first: str | None) -> str:
    """What intervals cover, in a line: by the method with the id ``first``, or else the first with any."""
    if not counts:
        return ""
    count = next((c for c in counts if c.series.id == first), counts[0])
    label = count.series.label
    if count.pending:
        return _counting(count)
    if count.found is None:
        return f"What intervals by {label} cover: {count.problem}."
    found = count.found
    at_estimate, worst = _share(found.points[0]), _share(found.worst)
    least = "" if found.worst.where == "estimate" else f", at worst {worst}"
    return f"Of {level_text(found.level)} intervals by {label}, {at_estimate} hold the true mean{least}."


def coverage_sentences(counts: Sequence[Count]) -> list[tuple[str, str]]:
    """Each method's label with what its intervals cover, or how that stands."""
    return [(count.series.label, _sentence(count)) for count in counts]


def _sentence(count: Count) -> str:
    if count.found is not None:
        return calibration_sentence(count.found)
    return _counting(count) if count.pending else sentence(count.problem)


def _counting(count: Count) -> str:
    return f"{COUNTING} …" if count.ahead == 0 else f"{COUNTING}: {waiting_words(count.ahead)}"


def calibration_sentence(found: Calibration) -> str:
    """What the intervals cover at the estimated spreads, at worst, and where the spread is estimated as 0."""
    first, worst, least = found.points[0], found.worst, found.worst_at_zero
    level = level_text(found.level)
    text = f"Of intervals at {level}, for groups like these, {_share(first)} hold the true mean"
    if worst.where == "estimate":
        text += " where the spreads are as estimated, and that is the worst of the spreads that were tried."
    else:
        text += f" where the spreads are as estimated, and {_share(worst)} {_where(worst)}."
    if least is not None and least.coverage_at_zero.value is not None:
        share, error = least.coverage_at_zero.value, least.coverage_at_zero.mcse
        text += (
            f" Among draws in which {_spread(least)} is estimated as 0, {_percent(share, error)} do at worst."
        )
    return f"{text} By {found.draws:,} draws at each of {len(found.points)} spreads, seed {found.seed}."


def _share(point: CoverageAt) -> str:
    return _percent(point.coverage.value or 0.0, point.coverage.mcse)


def _percent(share: float, error: float | None) -> str:
    """With a digit behind the point where the Monte Carlo error lets it be seen."""
    return percent(share, digits=1 if error is not None and error < 0.005 else 0)


def _spread(point: CoverageAt) -> str:
    """The symbol of the spread between groups, as cards have it."""
    return "τ" if point.sigma_error is None else "σg"


def _where(point: CoverageAt) -> str:
    end = {"low": "lower", "high": "upper"}[point.where]
    return f"at worst, were {_spread(point)} {number(point.sigma_group)}, the {end} end of its exact interval"
