"""A method on fixed scenarios, fair and unfair ones, the same for every method: what it promises, and keeps.

Beside the measures of a risk study it takes those of a ranking, where the method says how the true means hang
together: whether rank intervals hold the true ranks, whether the best is the best as often as it is said to
be, how many of the best k are found, how many of the groups called above the centre are not, and how many
pairs are graded the wrong way round.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from estimators.contract.batch import GroupBatch
from estimators.contract.fit import check_interval_level
from estimators.contract.joint import Joint
from estimators.errors import OptionError
from estimators.fitting.compare import run
from estimators.fitting.fit_many import Stopped, fit_many
from estimators.inference.grades import group_grades
from estimators.inference.ranks import group_ranks
from estimators.inference.selection import best_groups, call_above
from estimators.risk.replicates import Draws, block_size, draw_block
from estimators.risk.scenario import Measured, flat, mean_of_known
from estimators.risk.scores import score, size_classes
from estimators.simulation.design import Design

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from estimators.contract.estimator import Estimator
    from estimators.contract.joint import DrawnJoint

    Floats = NDArray[np.float64]

ERROR_RATE, PRICE, SHARE_OF_BEST = 0.05, 0.25, 0.2
"""Of groups called above the centre that are not; of grades; of the groups that the best are."""
DRAWN = 1000
"""Draws of a distribution that can only be drawn from."""


@dataclass(frozen=True)
class Scenario:
    """A design that every method is put to."""

    id: str
    label: str
    design: Design
    sizes_follow: bool = False
    """Whether larger groups have larger effects, which no method on the list allows for."""


def _scenario(name: str, label: str, sizes_follow: bool = False, **dials: Any) -> Scenario:
    return Scenario(
        name, label, Design(**{"groups": 20, "sigma_group": 1.0, "sigma_error": 2.0, **dials}), sizes_follow
    )


SCENARIOS: Mapping[str, Scenario] = MappingProxyType(
    {
        s.id: s
        for s in (
            _scenario("few", "Few groups", groups=6, per_group="8"),
            _scenario("equal", "Groups of one size", per_group="10"),
            _scenario("unequal", "Groups of many sizes", per_group="2-40"),
            _scenario("boundary", "Groups that hardly differ", per_group="5", sigma_error=5.0),
            _scenario("heavy_tails", "A few groups far out", per_group="2-20", effects="t", shape=3.0),
            _scenario("two_clusters", "Two clusters of groups", per_group="2-20", effects="clusters"),
            _scenario("sparse", "Most groups alike", per_group="2-20", effects="sparse"),
            _scenario("uneven_error", "Rows spread unequally", per_group="2-20", error_ratio=4.0),
            _scenario("sizes_follow", "Larger groups are better", True, per_group="2-20"),
        )
    }
)
"""By id: as the methods assume, then as they do not."""

RANKING = MappingProxyType(
    {
        "rank_coverage": "Share of the groups whose rank interval holds a true rank; ties have several.",
        "best_said": "Chance of being the best that is given to the group with the largest.",
        "best_true": "How often that group is the best.",
        "top_said": "Share of those named among the best fifth that is expected to belong there.",
        "top_true": "Share of them that does.",
        "called": "Groups called above the centre, or the mean where there is none.",
        "false_called": "Share of them that is not above it; 0 where none is called.",
        "discordance_said": "Share of pairs that is expected to be graded the wrong way round.",
        "discordance_true": "Share of pairs that is.",
    }
)
"""Name -> what is measured of a ranking."""


@dataclass(frozen=True, eq=False)
class ScenarioCard:
    """What one method does in one scenario; a measure without a value does not exist for it."""

    scenario: Scenario
    replicates: int
    failed: int
    measures: Mapping[str, Measured]
    """Those of a risk study."""
    by_size: tuple[tuple[int, int, Measured], ...]
    """(from, to, coverage) for the classes of group sizes."""
    ranked: int
    """Replicates in which there is something to rank by."""
    ranking: Mapping[str, Measured]
    """Those of :data:`RANKING`."""

    def to_dict(self) -> dict[str, Any]:
        """Plain values; None where a number does not exist."""
        return {
            "scenario": self.scenario.id,
            "label": self.scenario.label,
            "design": self.scenario.design.to_json(),
            "sizes_follow": self.scenario.sizes_follow,
            "replicates": self.replicates,
            "failed": self.failed,
            **flat(self.measures),
            "coverage_by_size": [
                {"from": low, "to": high, **flat({"coverage": found})} for low, high, found in self.by_size
            ],
            "ranked": self.ranked,
            "ranking": flat(self.ranking),
        }


def scorecard(
    estimator: Estimator,
    options: object | None = None,
    *,
    replicates: int = 400,
    ranked: int = 40,
    seed: int = 1,
    level: float = 0.95,
) -> list[ScenarioCard]:
    """One method in every one of :data:`SCENARIOS`; the same seed draws the same groups for every method.

    Args:
        estimator: the method.
        options: an ``Options`` instance, a mapping of names to values, or None (the defaults).
        replicates: draws of each scenario.
        ranked: of these, how many are ranked: each is a fit of its own.
        seed: of the draws.
        level: of the intervals, also those of ranks.

    Raises:
        OptionError: an option or the level is out of bounds, or not at least two replicates are asked for.

    """
    return list(
        scorecard_steps(estimator, options, replicates=replicates, ranked=ranked, seed=seed, level=level)
    )


def scorecard_dict(
    estimator: Estimator, options: object | None, cards: Iterable[ScenarioCard], *, seed: int, level: float
) -> dict[str, Any]:
    """A whole scorecard as plain values, with the method, all its options and what it was drawn by.

    ``options`` are those of :func:`scorecard`. Raises OptionError where one is out of bounds.
    """
    checked = estimator.make_options(options)
    about = {
        "estimator": estimator.id,
        "label": estimator.label,
        "options": {spec.name: getattr(checked, spec.name) for spec in estimator.option_specs()},
        "seed": seed,
        "level": level,
    }
    return {**about, "scenarios": [card.to_dict() for card in cards]}


def scorecard_steps(
    estimator: Estimator,
    options: object | None = None,
    *,
    replicates: int = 400,
    ranked: int = 40,
    seed: int = 1,
    level: float = 0.95,
    stopped: Callable[[], bool] | None = None,
) -> Iterator[ScenarioCard]:
    """The same, one scenario after the other.

    ``stopped`` is asked between draws; once it says yes, Stopped is raised. Else raises as :func:`scorecard`.
    """
    if replicates < 2 or not 0 <= ranked <= replicates:
        raise OptionError("ask for two replicates or more, and for no more to be ranked than there are")
    check_interval_level(level)
    checked = estimator.make_options(options)
    for scenario in SCENARIOS.values():
        if stopped is not None and stopped():
            raise Stopped
        yield _card(scenario, estimator, checked, (replicates, ranked, seed), level=level, stopped=stopped)


def _card(
    scenario: Scenario,
    estimator: Estimator,
    options: object,
    asked: tuple[int, int, int],
    *,
    level: float,
    stopped: Callable[[], bool] | None,
) -> ScenarioCard:
    replicates, ranked, seed = asked
    draws = _draws(scenario, replicates, seed)
    fit = fit_many(estimator, draws.batch, options, level=level, stopped=stopped)
    sizes = size_classes(draws.batch.n)
    with np.errstate(all="ignore"):
        scores = score(draws, fit, level, sizes)
        values = {name: value for name, value in scores.values.items() if name != "loss"}
    found = []
    for at in range(ranked):
        if stopped is not None and stopped():
            raise Stopped
        line = _ranking(draws, at, estimator, options, level)
        found += [] if line is None else [line]
    covered = scores.by_size.get("coverage")
    return ScenarioCard(
        scenario=scenario,
        replicates=replicates,
        failed=sum(scores.failures.values()),
        measures={name: mean_of_known(value) for name, value in values.items()},
        by_size=()
        if covered is None
        else tuple(
            (low, high, mean_of_known(covered[:, c]))
            for c, (low, high) in enumerate(zip(sizes.low, sizes.high, strict=True))
        ),
        ranked=len(found),
        ranking={name: mean_of_known(np.array([line[name] for line in found])) for name in RANKING},
    )


def _draws(scenario: Scenario, replicates: int, seed: int) -> Draws:
    """Groups of a scenario and the truth; the effects in the order of the sizes where these go with them."""
    design, size = scenario.design, block_size(scenario.design.groups)
    blocks = [
        draw_block(design, seed, block, min(size, replicates - block * size))
        for block in range(-(-replicates // size))
    ]
    effect = np.concatenate([block.effect for block in blocks])
    mean = np.concatenate([block.batch.centered_mean for block in blocks])
    if scenario.sizes_follow:
        ordered = np.sort(effect, axis=1)[:, np.argsort(np.argsort(design.sizes, kind="stable"))]
        mean, effect = mean - effect + ordered, ordered
    batch = blocks[0].batch
    ss_within = np.concatenate([block.batch.ss_within for block in blocks])
    return Draws(GroupBatch(batch.labels, batch.n, batch.origin, mean, ss_within), effect)


def _ranking(
    draws: Draws, at: int, estimator: Estimator, options: object, level: float
) -> dict[str, float] | None:
    """The measures of a ranking of one replicate; None where there is nothing to rank by."""
    result = run(draws.batch[at], estimator, options, level)
    if result.fit is None or result.fit.joint is None:
        return None
    joint, effect = result.fit.joint, draws.effect[at]
    top = max(1, round(SHARE_OF_BEST * len(effect)))
    ranks = group_ranks(joint, level=level, top=top, draws=DRAWN)
    truth = 1 + (effect > effect[:, None]).sum(axis=1)
    last = len(effect) - (effect < effect[:, None]).sum(axis=1)
    best, first = best_groups(ranks), int(np.argmax(ranks.p_best))
    called = call_above(joint, error_rate=ERROR_RATE)
    line = 0.0 if _has_center(joint) else float(effect.mean())
    wrong = called.called & (effect <= line)
    found = {
        "rank_coverage": float(((ranks.low <= last) & (truth <= ranks.high)).mean()),
        "best_said": float(ranks.p_best[first]),
        "best_true": float(truth[first] == 1),
        "top_said": best.expected_correct / top,
        "top_true": float((truth[best.group] <= top).mean()),
        "called": float(called.called.sum()),
        "false_called": float(wrong.sum()) / max(int(called.called.sum()), 1),
        "discordance_said": np.nan,
        "discordance_true": np.nan,
    }
    if isinstance(joint, Joint):
        grades = group_grades(joint, PRICE)
        above = grades.grade[:, None] < grades.grade
        pairs = len(effect) * (len(effect) - 1) / 2.0
        found["discordance_said"] = grades.discordance
        found["discordance_true"] = float((above & (effect[:, None] < effect)).sum()) / pairs
    return found


def _has_center(joint: Joint | DrawnJoint) -> bool:
    return joint.center is not None if isinstance(joint, Joint) else joint.draw(1, 0)[1] is not None
