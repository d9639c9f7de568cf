"""Tables whose lines hold two arms of a study: events and totals, or means and SDs, of each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from dashboard.ingest.dependence import first_cells
from dashboard.ingest.errors import UnreadableFile, excerpt
from dashboard.ingest.summary_names import SUMMARY_NAMES, words_of
from dashboard.ingest.table import stored_name
from dashboard.ingest.word_sets import word_set

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dashboard.ingest.table import Column, Table


_FIRST: Final = """
    experimental exp e treatment treated treat trt t intervention int active vaccine vaccinated exposed
"""
_SECOND: Final = "control controls ctrl con c placebo comparator untreated unvaccinated unexposed"
_NAMED: Final = (word_set(_FIRST), word_set(_SECOND))
_NUMBERED: Final = (word_set("1"), word_set("2"))
_ARMS: Final = (_NAMED, _NUMBERED)
"""What the first and the second arm are called; of one pair, not of two."""
_OF_ROUNDS: Final = word_set("correct goals hits wins passes passed errors size")
"""What is numbered in the rounds of a test or a game, too, so that a number behind it tells no arm."""
_THIRD: Final = word_set("3")
_ROLES: Final = {
    "events": SUMMARY_NAMES["events"] | word_set("ev pos r responders"),
    "rest": word_set("neg negative nonevents noevent noevents none"),
    "total": word_set("n total tot size samplesize"),
    "mean": word_set("mean m avg average"),
    "sd": SUMMARY_NAMES["sd"] | word_set("s"),
}
_FORMS: Final = (("events", "rest"), ("events", "total"), ("mean", "sd", "total"))
"""What each arm has, the plainest first."""
_OF_METAFOR: Final = (
    (("events", "rest"), (("ai", "bi"), ("ci", "di"))),
    (("events", "total"), (("ai", "n1i"), ("ci", "n2i"))),
)
"""The names of escalc, whose letters number the cells of a table of two by two (Viechtbauer 2010)."""
_MOST_COLUMNS: Final = 200
"""Tables of studies have fewer."""


def two_arms_in_lines(table: Table, then: str = "") -> UnreadableFile | None:
    """What to say of a table whose lines hold two arms, or more; None where they do not seem to.

    The arms are told by names, both having columns of numbers that are called alike but for the arm, and by
    the first rows, none of which has more events than there can be; where the arms are numbers, each line is
    a study of its own.
    ``then``: what to do with the columns that are to be added, or instead.
    """
    columns = table.columns
    if len(columns) > _MOST_COLUMNS:
        return None
    by_name = {"".join(words_of(c.name)): c.name for c in columns if c.kind == "number"}
    for named, arms in _OF_METAFOR:
        if all(column in by_name for arm in arms for column in arm):
            return _said(named, [[by_name[column] for column in arm] for arm in arms], table.name, then)
    for pair in _ARMS:
        unlike = _OF_ROUNDS if pair is _NUMBERED else frozenset()
        first, second = (_roles_of_arm(columns, words, unlike) for words in pair)
        for form in _FORMS:
            if all(role in first and role in second for role in form):
                third = _roles_of_arm(columns, _THIRD, unlike)
                found = [first, second, *([third] if all(role in third for role in form) else [])]
                arms_found = [[arm[role] for role in form] for arm in found]
                if _hold_studies(table, form, arms_found, numbered=pair is _NUMBERED):
                    return _said(form, arms_found, table.name, then)
    return None


def _hold_studies(
    table: Table, form: tuple[str, ...], arms: Sequence[Sequence[str]], *, numbered: bool
) -> bool:
    """Whether no arm of the first rows has more events than there can be, and lines are studies."""
    taken = {name for arm in arms for name in arm}
    beside = [c for c in table.columns if c.name not in taken]
    if numbered and beside and not any(c.distinct >= 0.95 * (table.rows - c.missing) > 0 for c in beside):
        return False
    return form != ("events", "total") or not any(_has_more(table, *arm) for arm in arms)


def _has_more(table: Table, events: str, total: str) -> bool:
    """Whether some of the first rows has more events than its total."""
    if not table.path.exists():
        return False
    places = [stored_name(column.stored) for column in map(table.column, (events, total)) if column]
    cells = first_cells(table, places)
    for pair in zip(*(cells[place] for place in places), strict=True):
        try:
            had, possible = (float(str(cell)) for cell in pair)
        except ValueError:  # a blank cell, or a number written in another way
            continue
        if had > possible:
            return True
    return False


def _roles_of_arm(columns: Sequence[Column], arm: frozenset[str], unlike: frozenset[str]) -> dict[str, str]:
    """The columns of one arm by their roles, where names say both in words not ``unlike`` it."""
    found: dict[str, str] = {}
    for column in columns:
        for rest in _without_arm(column.name, arm) if column.kind == "number" else ():
            for role, known in _ROLES.items():
                if rest in known - unlike and (role not in ("events", "rest", "total") or column.whole):
                    found.setdefault(role, column.name)
    return found


def _without_arm(name: str, arm: frozenset[str]) -> Iterator[str]:
    """What a name says beside the arm: n of n1i, events of Experimental Events, pos of tpos."""
    words = words_of(name)
    if len(words) > 1 and words[-1] == "i":
        words = words[:-1]
    if len(words) == 2:
        yield from (words[1 - i] for i in range(2) if words[i] in arm)
    elif len(words) == 1 and words[0][0] in arm:
        yield words[0][1:]


def _said(form: tuple[str, ...], arms: Sequence[Sequence[str]], name: str, then: str) -> UnreadableFile:
    """What to say of arms that each have the columns of a form: of the first two, which may be all."""
    listed = " beside ".join(" and ".join(map(excerpt, arm)) for arm in arms)
    how_many, of_which = "two arms", ""
    if len(arms) > 2:
        how_many, of_which = "three arms or more", ", of the first two, say,"
    first, second = (tuple(map(excerpt, arm)) for arm in arms[:2])
    if "mean" in form:
        (mean, sd, n), (other_mean, other_sd, other_n) = first, second
        what = (
            f"the difference of the means, {mean} - {other_mean}, and its standard error, "
            f"sqrt({sd}^2 / {n} + {other_sd}^2 / {other_n})"
        )
    else:
        (a, b), (c, d) = first, second
        rest = "" if "rest" in form else f", b is {b} - {a} and d is {d} - {c}"
        both = f"a is {a}, c is {c}" if rest else f"a is {a}, b {b}, c {c} and d {d}"
        what = (
            "the log odds ratio, log(a * d / (b * c)), and its standard error, "
            f"sqrt(1/a + 1/b + 1/c + 1/d), where {both}{rest} (with 0.5 added to all four where one is 0)"
        )
    return UnreadableFile(
        f"Each line of {name} seems to hold {how_many}, {listed}, and one estimate is compared for each "
        f"line: add columns with{of_which} {what}{then}."
    )
