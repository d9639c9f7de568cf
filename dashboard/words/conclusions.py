"""The answers to the three questions about a ranking, in words, each with the numbers behind it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dashboard.scene.label_text import short_label
from dashboard.words.covariates import left_by
from dashboard.words.grammar import join_names, sentence
from dashboard.words.numbers import number, percent
from estimators.inference.level_text import level_text
from estimators.inference.pairs import MOST_DRAWN
from estimators.inference.selection import LOCAL

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dashboard.scene.group_noun import Unit
    from dashboard.scene.scene import Scene, Series

MOST_NAMED = 12
"""Groups that a sentence names; of more it says how many."""
MOST_GRADED = 1_000
"""Groups up to which the page gives grades: past them a change of the rate takes more than a few seconds."""
MOST_LINES = 25
"""Of the numbers behind an answer; the file has all of them."""
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

Answers = Mapping[str, Any]


@dataclass(frozen=True)
class Answer:
    """An answer in words: the groups that are meant, what goes with it, and the numbers behind both."""

    answer: str
    detail: str = ""
    numbers: tuple[tuple[str, str], ...] = ()
    """Name and value, the telling ones first."""


def nothing_ranked(unit: Unit) -> Answer:
    """What is said where no method that is on says how the true means hang together."""
    return Answer(
        "Nothing can be ranked.",
        f"No method that is on says how the true means of {unit.many} hang together. Where the spread "
        "between them is estimated as 0, all are predicted alike: switch on level means, or a method that "
        "does not collapse.",
    )


def why_another_ranks(scene: Scene, series: Series) -> str:
    """Said beside the method that ranks, where it is another than the headline's, which finds no spread."""
    first = scene.reference
    if first is None or first is series or first.result.fit is None or first.result.fit.joint is not None:
        return ""
    spread = first.result.fit.parameters.get("sigma_group")
    if spread is None or spread.value != 0:
        return ""
    return f" · {first.label} finds no spread between {scene.unit.many}{left_by(scene)}, and ranks nobody"


def above_answer(answers: Answers, unit: Unit, value: str) -> Answer:
    """Which groups are above or below a value, ``the average`` or a number."""
    lines, side = answers["above"], answers["side"]
    rate = level_text(answers["error_rate"])
    ordered = sorted(lines, key=lambda line: -line["probability"])
    named = [line["group"] for line in ordered if line["called"]]
    numbers = _numbers(ordered, "probability")
    if not named:
        first = ordered[0]
        return Answer(
            "None can be named.",
            f"At an error rate of {rate} no {unit.one} is surely enough {side} {value}. The likeliest is "
            f"{short_label(first['group'])}, with a chance of {percent(first['probability'])}.",
            numbers,
        )
    wrong = answers["expected_false"]
    return Answer(
        f"{_names(named, unit)}.",
        f"Expect {number(wrong, digits=2)} of {_this_many(named, unit)} not to be {side} {value}: "
        f"{percent(wrong / len(named), digits=1)}. {rate_words(answers)}",
        numbers,
    )


def rate_words(answers: Answers) -> str:
    """What the error rate bounds, for those that are named."""
    rate = level_text(answers["error_rate"])
    if answers["criterion"] == LOCAL:
        return f"For each one named, a chance of an error of at most {rate}: its local false-discovery rate."
    return f"On average over those named, a chance of an error of at most {rate}: the false-discovery rate."


def best_answer(answers: Answers, unit: Unit) -> Answer:
    """Which are the best, how many of them are expected to be, and who may be the very best."""
    able = answers["confidence_set"]
    level = level_text(1.0 - answers["error_rate"])
    very_best = (
        f"The very best is {'' if len(able) == 1 else 'among '}{_names(able, unit)}, with a chance of at "
        f"least {level}."
    )
    if "best" not in answers:
        why = f"{sentence(answers['best_problem'])} Ask for a larger number of them."
        return Answer("That cannot be said here.", f"{why} {very_best}")
    best = answers["best"]
    shown = [f"{line['group']} ({percent(line['p_top'])})" for line in best]
    correct = number(answers["expected_correct"], digits=2)
    return Answer(
        f"{_names(shown, unit)}.",
        f"Expect {correct} of {_this_many(best, unit)} to be right. {_sure_of(answers, unit)} {very_best}",
        _numbers(best, "p_top"),
    )


def _sure_of(answers: Answers, unit: Unit) -> str:
    """Who can be said to be among the best at the error rate."""
    best, rate = answers["best"], level_text(answers["error_rate"])
    sure = [line["group"] for line in best if line["called"]]
    among = "the best" if len(best) == 1 else f"among the best {len(best):,}"
    if not sure:
        return f"None can be said to be {among} at an error rate of {rate}."
    if len(sure) == len(best) > 1:
        return f"All can be said to be {among} at an error rate of {rate}."
    return f"At an error rate of {rate} {_names(sure, unit)} can be said to be {among}."


def grade_answer(answers: Answers, unit: Unit, groups: int) -> Answer:
    """Whether groups can be graded, and how often a pair is expected to be in the wrong order."""
    if "grades" not in answers:
        why = (
            f"up to {MOST_GRADED:,} {unit.many} are graded, and there are {groups:,}."
            if groups > MOST_GRADED
            else f"up to {MOST_DRAWN} {unit.many} are graded by draws, and there are {groups:,}."
        )
        return Answer("Not here.", sentence(why))
    count = len({line["grade"] for line in answers["grades"]})
    gap, wrong = answers["bound"] - answers["gain"], percent(answers["discordance"], digits=1)
    numbers = (
        ("grades", f"{count:,}"),
        ("pairs expected in the wrong order", wrong),
        (
            "λ, gain of a pair in the right order, where a wrong one costs 1",
            f"{answers['lambda']:.3g}",
        ),
        ("gain of these grades", f"{answers['gain']:.4g}"),
        ("no grades gain more than", f"{answers['bound']:.4g}"),
    )
    sure = (
        "No other grades do better."
        if gap <= 0
        else (
            f"Other grades could gain at most {percent(gap / max(answers['bound'], 1e-300), digits=1)} more."
        )
    )
    if count == 1:
        return Answer("No.", f"As things stand all {unit.many} share one grade. {sure}", numbers)
    return Answer(
        f"In {count} grades.",
        f"Of all pairs of {unit.many} {wrong} are expected to be graded the wrong way round. {sure}",
        numbers,
    )


def grade_lists(answers: Answers, unit: Unit) -> list[tuple[str, str]]:
    """Each grade with the names of those who have it, the best first."""
    members: dict[int, list[str]] = {}
    best_first = 1.0 if answers["side"] == ("above" if answers["lower_is_better"] else "below") else -1.0
    chance = {line["group"]: best_first * line["probability"] for line in answers["above"]}
    for line in sorted(answers.get("grades", []), key=lambda line: chance[line["group"]]):
        members.setdefault(line["grade"], []).append(line["group"])
    return [
        (_grade_name(grade, len(members)), _names(names, unit)) for grade, names in sorted(members.items())
    ]


def _grade_name(grade: int, grades: int) -> str:
    return LETTERS[grade - 1] if grades <= len(LETTERS) else f"{grade}"


def _this_many(named: Sequence[object], unit: Unit) -> str:
    return f"this {unit.one}" if len(named) == 1 else f"these {len(named):,}"


def _names(names: Sequence[str], unit: Unit) -> str:
    """All names, or some and how many more there are."""
    shown = [short_label(name) for name in names[:MOST_NAMED]]
    rest = len(names) - len(shown)
    if rest == 0:
        return join_names(shown)
    return f"{', '.join(shown)} and {rest:,} more {unit.one if rest == 1 else unit.many}"


def _numbers(lines: Sequence[Mapping[str, Any]], name: str) -> tuple[tuple[str, str], ...]:
    return tuple((short_label(line["group"]), percent(line[name], digits=1)) for line in lines[:MOST_LINES])


def answer_lines(answers: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A line for each group, with what is said of it; what was not asked is absent."""
    best = {line["group"]: line["called"] for line in answers.get("best", [])}
    grades = {line["group"]: line["grade"] for line in answers.get("grades", [])}
    able = set(answers["confidence_set"])
    lines = []
    for line in answers["above"]:
        label = line["group"]
        found = {"group": label, "probability": line["probability"], "called": line["called"]}
        if best:
            found["among_best"] = label in best
            found["best_called"] = best.get(label, False)
        found["may_be_best"] = label in able
        if grades:
            found["grade"] = grades[label]
        lines.append(found)
    return lines
