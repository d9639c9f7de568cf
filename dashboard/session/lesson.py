"""The lesson: the four data sets of an answer, and what each estimator of both spreads makes of them.

Every number in a text is what the built-in estimators say; a test holds them to it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from dashboard.scene.scene import SORT_NAME, Scene, has_spreads, make_scene
from dashboard.scene.style import styles
from dashboard.scene.truth import truth_of
from estimators import PRESETS, build_registry, compare, simulate

if TYPE_CHECKING:
    from collections.abc import Mapping

    from estimators import GroupFit
    from estimators.simulation.design import Preset

DECIMALS = 4
"""Of every number in the tables: R prints 15.9897 where it prints seven digits."""

TITLE = "How far to pull a group towards the mean"
OPENING = (
    "A group's own mean takes the group at its word. A BLUP (best linear unbiased prediction) pulls it "
    "towards the mean of all groups, and pulls harder where the group's own rows can tell less. How much "
    "they can tell depends on two things: how far the true means lie apart beside the noise of single rows, "
    "σg/σe, and the rows per group, n. The models below change σg, σe and n one at a time.",
    "The data are R's own, to the last digit: one set.seed(1673), then four data sets of five groups, drawn "
    "one after the other (think of classes and their pupils). They come from an answer on Cross Validated "
    "that explains BLUPs. REML and ML are two ways to estimate σg and σe from the data; REML allows for the "
    "population mean being estimated too. Open a model in Simulate to turn its dials.",
)
READING = (
    "Each line leads from a group's own mean to its BLUPs and on to its true mean, which is known here "
    "(ring); the dotted line is the estimated population mean μ. All four pictures have the same scale. The "
    "weight is the share of its distance to the mean that a group keeps."
)

TEXTS: Mapping[str, tuple[str, str]] = {
    "model1": (
        "Groups differ little beside the noise",
        "Even if all groups were equal, chance would put the means of five rows about 2.04 apart (standard "
        "deviation); these lie 2.01 apart, so the data show no difference between groups and σg is estimated "
        "as 0. Nothing is then kept of an own mean: every BLUP is 15.9897, the mean of all rows, and that "
        "misses the true means by 0.82 (root mean square), where the own means miss them by 2.19.",
    ),
    "model2": (
        "Groups differ as much as rows do",
        "The own means lie 6.70 apart, three times as far as chance alone would put them (2.16), so REML "
        "keeps 90% of a group's distance to the mean, and ML, which takes the groups to differ a little "
        "less, 87%. Group g3 is pulled furthest, from 26.1182 to 24.8954, although its true mean is 28.4797: "
        "shrinkage helps on average, not every group, and in this one draw the own means happen to be "
        "closer to the truth (off by 1.97 against REML's 2.16, root mean square).",
    ),
    "model3": (
        "Groups differ much, there is little noise",
        "Where rows are this clear an own mean can be believed: REML keeps 95% of its distance to the mean "
        "and moves no group by more than 0.13. The estimate of σg is 1.8085 although the groups were drawn "
        "with 5, since the five true means that came up happen to lie only 1.82 apart: five groups say "
        "little about σg, but enough to see that hardly any shrinkage is needed here.",
    ),
    "model1b": (
        "Model 1 with 100 times the rows",
        "The spreads are those of model 1, but with 500 rows chance would put the means only 0.22 apart, and "
        "they lie 1.61 apart: now σg is seen, and REML keeps 98% of a group's distance to the mean. More "
        "rows do what a larger σg/σe does, for the weight depends on n·σg²/σe² alone, which is 0.2 in model "
        "1, 5 in model 2, 125 in model 3 and 20 here.",
    ),
}
"""By preset: what it shows, and two sentences."""

WHY_TITLE = "Why every BLUP of model 1 is 15.9897"
WHY = (
    (
        "How far apart they lie.",
        "The five own means of model 1 have a standard deviation of 2.0091.",
    ),
    (
        "How far chance puts them.",
        "Within groups the rows have a standard deviation of 4.5707, so means of five such rows lie "
        "4.5707/√5 = 2.0441 apart even if the groups do not differ at all.",
    ),
    (
        "What is left.",
        "For true differences that leaves 2.0091² − 2.0441² = −0.14, less than nothing. A variance cannot "
        "be negative, so the best that is allowed is σg = 0: the estimate lies on the boundary of what is "
        'possible, by REML and by ML. R\'s lme4 then says "boundary (singular) fit".',
    ),
    (
        "What that does to a group.",
        "A BLUP keeps the share n·σg² / (n·σg² + σe²) of a group's distance to the mean, its weight. With σg "
        "= 0 that share is 0, and all five groups are predicted at the mean of all 25 rows, 15.9897.",
    ),
    (
        "What it does not say.",
        "It is an answer, not a failure, but no proof that the groups are equal: they were drawn with σg = "
        "1. Five rows in each are too few to see that; in model 1b, 500 are enough.",
    ),
)


@dataclass(frozen=True, eq=False)
class Model:
    """One of the four data sets with its estimates, groups in the order of their names."""

    preset: Preset
    claim: str
    text: str
    scene: Scene

    @property
    def setting(self) -> str:
        """The dials that tell the models apart."""
        design = self.preset.design
        return f"σg/σe = {design.sigma_group:g}/{design.sigma_error:g}, {design.per_group} rows each"

    def group_rows(self) -> list[tuple[str, ...]]:
        """For each group: its name, true mean, own mean, and each method's prediction."""
        if self.scene.truth is None:
            raise ValueError("a model of the lesson has a truth")
        columns = [self.scene.truth.mean, self.scene.own_mean, *(s.estimate for s in self.scene.series)]
        cells = ([decimals(float(value)) for value in column] for column in columns)
        return list(zip(self.scene.labels, *cells, strict=True))

    def spreads(self) -> list[Spreads]:
        """The true spreads, then what each method estimates."""
        design, truth = self.preset.design, self.scene.truth
        weight = 0.0 if truth is None else float(truth.weight[0])
        found = [Spreads("true", design.sigma_group, design.sigma_error, weight)]
        for series in self.scene.series:
            fit = series.result.fit
            if fit is not None and series.weight is not None:
                between, within = (_value(fit, name) for name in ("sigma_group", "sigma_error"))
                found.append(Spreads(series.label, between, within, float(series.weight[0])))
        return found


@dataclass(frozen=True)
class Spreads:
    """Standard deviations between and within groups, and the weight on an own mean that follows from them."""

    label: str
    between: float
    within: float
    weight: float


@lru_cache(maxsize=2)
def models(*, dark: bool) -> tuple[Model, ...]:
    """The four models through every built-in method that estimates both spreads."""
    registry = build_registry(entry_points=False)
    style_of = styles(registry.values())
    found = []
    for preset in PRESETS.values():
        simulated = simulate(preset.design)
        results = compare(simulated.data, registry).succeeded
        scene = make_scene(
            compare(
                simulated.data,
                [result.estimator for result in results if has_spreads(result, simulated.data)],
            ),
            outcome="y",
            group="group",
            selection_key=preset.id,
            sort=SORT_NAME,
            dark=dark,
            style_of=style_of,
            truth=truth_of(simulated),
        )
        found.append(Model(preset, *TEXTS[preset.id], scene))
    return tuple(found)


def lesson_lines() -> list[tuple[object, ...]]:
    """The four data sets as a table: for each group its true mean, own mean and every method's BLUP."""
    found = models(dark=False)
    labels = [series.label for series in found[0].scene.series]
    lines: list[tuple[object, ...]] = [("model", "group", "n", "true_mean", "own_mean", *labels)]
    for model in found:
        scene, truth = model.scene, model.scene.truth
        if truth is None:
            raise ValueError("a model of the lesson has a truth")
        columns = (scene.n, truth.mean, scene.own_mean, *(series.estimate for series in scene.series))
        cells = zip(scene.labels, *(column.tolist() for column in columns), strict=True)
        lines += [(model.preset.id, *line) for line in cells]
    return lines


def decimals(value: float) -> str:
    """A number to DECIMALS decimals."""
    return f"{value:z.{DECIMALS}f}"


def _value(fit: GroupFit, name: str) -> float:
    value = fit.parameters[name].value
    if value is None:
        raise ValueError(f"a method of the lesson estimates {name}")
    return value
