"""Datasets to begin with: where each lies, which columns matter, and what to look at.

Every number in a paragraph is what the built-in estimators say; a test holds them to it.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from estimators import Sample, hookimpl

_FOLDER = Path(__file__).parent

_ALL = (
    Sample(
        id="schools",
        title="Schools: scores in 24 schools",
        file=_FOLDER / "schools.csv",
        outcome="score",
        group="school",
        paragraph=(
            "Test scores of 447 made-up pupils in 24 schools that have from 2 to 70 pupils each. True school "
            "means lie apart (σg 5.7) about half as far as pupils of one school do (σe 10.3), so what a mean "
            "is worth hangs on how many pupils it comes from: REML's weight on it runs from 0.38 to 0.96. "
            "School 4 is last by its own mean of 48.9, but that is the mean of 3 pupils; REML predicts 54.6 "
            "and puts School 17 last, whose 20 pupils have a mean of 52.4."
        ),
        source="Made up for blupboard (2026)",
    ),
    Sample(
        id="dyestuff",
        title="Dyestuff: yields of six batches",
        file=_FOLDER / "dyestuff.csv",
        outcome="Yield",
        group="Batch",
        paragraph=(
            "Dyestuff was made five times from each of six batches of raw material, and its yield weighed in "
            "grams. Batches differ (σg 42.0) about as much as yields from one batch do (σe 49.5), so five "
            "rows count for something but not for everything: REML puts a weight of 0.78 on a batch's own "
            "mean. Batch E is predicted at 1584 rather than its own 1600, batch F at 1483 rather than 1470. "
            "All batches have the same number of rows, so no method changes their order."
        ),
        source=(
            "Davies, O. L. and Goldsmith, P. L. (1972), Statistical Methods in Research and Production, 4th "
            "ed., section 6.4; Dyestuff in the R package lme4"
        ),
    ),
    Sample(
        id="dyestuff2",
        title="Dyestuff2: the boundary",
        file=_FOLDER / "dyestuff2.csv",
        outcome="Yield",
        group="Batch",
        paragraph=(
            "These yields were made up to show what happens at the boundary. Batch means run from 3.83 to "
            "7.52, but rows of one batch spread so much (standard deviation 3.87) that each mean has a "
            "standard error of 1.73, and that alone would set the means so far apart. REML and ML therefore "
            "estimate the spread between batches as exactly 0 and predict every batch at 5.67; James–Stein "
            "leaves a weight of 0.007. It is an answer, not a failure, but it does not prove that the "
            "batches are equal."
        ),
        source=(
            "Box, G. E. P. and Tiao, G. C. (1973), Bayesian Inference in Statistical Analysis, section "
            "5.1.2; Dyestuff2 in the R package lme4"
        ),
    ),
    Sample(
        id="rail",
        title="Rail: travel times in six rails",
        file=_FOLDER / "rail.csv",
        outcome="travel",
        group="Rail",
        paragraph=(
            "The time that an ultrasonic wave takes along a railway rail, measured three times on each of "
            "six rails (nanoseconds above 36,100). Rails differ far more (σg 24.8) than repeated "
            "measurements do (σe 4.0): the ICC is 0.97. Three rows are then enough: the weight on a rail's "
            "own mean is 0.99, and no prediction lies more than 0.4 from it. Only the grand mean, 66.5 for "
            "every rail, misses what there is to see."
        ),
        source=(
            "Devore, J. L. (2000), Probability and Statistics for Engineering and the Sciences, 5th ed.; "
            "Rail in the R package nlme (Pinheiro and Bates 2000, Mixed-Effects Models in S and S-PLUS)"
        ),
    ),
    Sample(
        id="sleepstudy",
        title="Sleep study: reaction times of 18 people",
        file=_FOLDER / "sleepstudy.csv",
        outcome="Reaction",
        group="Subject",
        paragraph=(
            "Average reaction times (milliseconds) of 18 people on each of ten days with little sleep. Days "
            "are left aside here: people slow down from day to day, and because the model does not know the "
            "day, that change counts as spread within a person (σe 44.3). Ten rows each still carry a weight "
            "of 0.87. Subject 337, the slowest at 376, is predicted at 365, and subject 309, the fastest at "
            "215, at 226."
        ),
        source=(
            "Belenky, G. et al. (2003), Journal of Sleep Research 12, 1-12; sleepstudy in the R package lme4"
        ),
    ),
    Sample(
        id="baseball",
        title="Baseball 1970: the first 45 times at bat",
        file=_FOLDER / "baseball.csv",
        outcome="hit",
        group="player",
        paragraph=(
            "Eighteen players in their first 45 times at bat of 1970, one row each time: 1 for a hit, 0 for "
            "none. Roberto Clemente leads with .400; REML, with a weight of 0.11, predicts .280, and "
            "James–Stein, with a weight of 0.215, says .294. The outcomes are treated as any numbers are: "
            "one variance within players (σe 0.441) is pooled from the rows. Efron and Morris took it as "
            "known from the binomial distribution instead, after an arcsine transformation in their paper of "
            "1975; with the binomial variance at the common average .265 and no transformation, "
            "James–Stein's weight is 0.212."
        ),
        source=(
            "Efron, B. and Morris, C. (1975), Journal of the American Statistical Association 70, 311-319; "
            "EfronMorris in the R package pscl"
        ),
    ),
)

SAMPLES: Mapping[str, Sample] = MappingProxyType({sample.id: sample for sample in _ALL})
"""By id, in the order in which they are shown; the first is the worked example."""


@hookimpl
def register_datasets() -> list[Sample]:
    """The samples, through the same hook as those of plugins."""
    return list(SAMPLES.values())
