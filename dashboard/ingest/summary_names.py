"""What columns that hold summaries of groups are called, by role, and how alike a name is to that."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from dashboard.ingest.foreign_names import ENGLISH, plain_letters
from dashboard.ingest.word_sets import word_set
from estimators.data.ratio_names import ratio_name

if TYPE_CHECKING:
    from collections.abc import Iterable


SUMMARY_NAMES: Final = {
    "se": word_set("se sei sem stderr stderror standarderror stdererr sey seyi"),
    "variance": word_set("vi var variance samplingvariance"),
    "sd": word_set("sd sdi std stdev stddev standarddeviation"),
    "n": word_set("n ni size nobs obs count samplesize reps replications"),
    "trials": word_set(
        "n ni trials cases admissions patients total size atbats ab attempts procedures operations births "
        "tested visitors impressions shots games enrolled population denominator discharges requests request "
        "inspected"
    ),
    "exposure": word_set(
        "exposure time t hours days months years pyears personyears pt persontime km miles kilometres "
        "beddays patientdays personmonths expected"
    ),
    "estimate": word_set(
        "yi estimate est effect effectsize es smd logor lnor logrr lnrr loghr lnhr coef coefficient beta "
        "theta thetas"
    ),
    "mean": word_set("mean avg average mi xbar"),
    "events": word_set(
        "events event deaths death died hits successes success wins passes passed failures failed infected "
        "positives positive survivors correct conversions clicks r goals cases accidents claims ai x y "
        "counts infections falls injuries incidents complications readmissions relapses crashes observed "
        "failure errors defects defective"
    ),
    "low": word_set("low lower lcl lci ll lb lo cilow cilower cilb lowerci lowerlimit lowerbound lowercl"),
    "high": word_set("high upper ucl uci ul ub hi cihigh ciupper ciub upperci upperlimit upperbound uppercl"),
}
"""What columns of summaries are called."""
_WEAK: Final = {
    "se": word_set("s error"),
    "variance": word_set("v"),
    "estimate": word_set("y value mean d g md rd rate outcome score"),
    "events": word_set("h"),
}
"""What they are called too, where the other one of the pair leaves no doubt."""
_PARTS: Final = frozenset().union(*SUMMARY_NAMES.values())
_KNOWN: Final = _PARTS.union(*_WEAK.values())

WHOLE, PART, MAYBE, NONE = range(4)
"""How alike a name is to those of a role."""


@lru_cache(maxsize=1 << 16)
def words_of(name: str) -> tuple[str, ...]:
    """The words and numbers of a name in small letters and in English: ``meanScore_2`` is mean, score, 2."""
    plain = re.sub("([a-z])([A-Z])", r"\1 \2", plain_letters(name)).lower()
    words = re.findall("[a-z]+|[0-9]+", plain)
    whole = ENGLISH.get("".join(words))
    return (whole,) if whole else tuple(ENGLISH.get(word, word) for word in words)


@lru_cache(maxsize=1 << 16)
def may_be_known(name: str) -> bool:
    """Whether a name is like those of some role: of a gene table's tens of thousands hardly one is."""
    words = words_of(name)
    if not words:
        return False
    joined = "".join(words) in _KNOWN or ratio_name(name) is not None
    return joined or not _PARTS.isdisjoint((words[0], words[-1]))


def likeness(name: str, role: str, *, ratios: bool = False) -> int:
    """How alike a name is to those of a role; ``ratios``: estimates may be called as ratios too.

    That is so beside intervals; an error alone leaves in doubt whether it is the ratio's or its logarithm's.
    """
    words = words_of(name)
    joined = "".join(words)
    known = SUMMARY_NAMES[role]
    if joined in known or (ratios and role == "estimate" and ratio_name(name) is not None):
        return WHOLE
    if words and not known.isdisjoint((words[0], words[-1])):
        return PART
    return MAYBE if joined in _WEAK.get(role, ()) else NONE


def name_limits(names: Iterable[str]) -> bool:
    """Whether one of some columns is called as the lower end of an interval, and one as the upper.

    Just low and high may be doses: they are ends where another column is called as an estimate.
    """
    columns = [name for name in names if may_be_known(name)]
    low, high = ([name for name in columns if likeness(name, role) < NONE] for role in ("low", "high"))
    doses = {"".join(words_of(name)) for name in (*low, *high)} <= {"low", "lo", "high", "hi"}
    estimates = (
        likeness(name, role, ratios=True) < NONE for name in columns for role in ("estimate", "mean")
    )
    return bool(low and high) and (not doses or any(estimates))
