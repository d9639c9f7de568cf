"""Columns that by the names of others are no outcome: measured before, paradata of surveys, odds."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from dashboard.ingest.foreign_names import plain_letters
from dashboard.ingest.word_sets import word_set

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dashboard.ingest.table import Column


_BEFORE: Final = (("pret", "post"), ("pre", "post"), ("before", "after"))
"""How what was measured first is called, and what beside it came later."""
_MOST_COLUMNS: Final = 5_000
"""No survey and no list of odds has more."""
_OF_SURVEYS: Final = word_set(
    """
    progress finished responseid recordeddate distributionchannel ipaddress submitdate datesubmitted lastpage
    startlanguage letzteseite startsprache datumabgeschickt antwortid submissiondate instanceid deviceid
    collectorid respondentid
    """
)
"""What programs for surveys write beside answers (Qualtrics, LimeSurvey, SurveyMonkey, ODK)."""
_OF_FILLING_IN: Final = word_set(
    """
    durationinseconds duration gesamtzeit totaltime interviewtime timetaken zufallsstartwert seed randomseed
    startseed progress lastpage letzteseite
    """
)
"""What they write as numbers: of how a form was filled in, not of what was answered."""


def named_beside(columns: Sequence[Column]) -> dict[str, float]:
    """How much speaks against a column as the outcome, by its name, where others beside it do."""
    if len(columns) > _MOST_COLUMNS:
        return {}
    by_name = {column.name.lower(): column.name for column in columns}
    found = dict.fromkeys(_before(by_name), 1.5)
    found |= dict.fromkeys(_odds(columns), 4.0)
    plain = {column.name: re.sub("[^a-z]", "", plain_letters(column.name).lower()) for column in columns}
    if len(_OF_SURVEYS.intersection(plain.values())) > 1:
        found |= {name: 5.0 for name, letters in plain.items() if letters in _OF_FILLING_IN}
    return found


def _before(by_name: dict[str, str]) -> Iterator[str]:
    for low, name in by_name.items():
        if any(first in low and low.replace(first, later) in by_name for first, later in _BEFORE):
            yield name


def _odds(columns: Sequence[Column]) -> Iterator[str]:
    """Odds on home, draw and away, or on more and fewer goals: B365H, B365D, B365A, B365>2.5."""
    fractions = {column.name for column in columns if column.kind == "number" and not column.whole}
    for name in fractions:
        if name.endswith(("H", "D", "A")) and all(name[:-1] + end in fractions for end in "HDA"):
            yield name
        elif ">" in name and name.replace(">", "<") in fractions:
            yield from (name, name.replace(">", "<"))
