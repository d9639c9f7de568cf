"""Which column is likeliest the outcome and which the group: by what columns do, then by their names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dashboard.ingest.dependence import MOST_VALUES, Dependence, look_at_rows
from dashboard.ingest.errors import excerpt
from dashboard.ingest.names_beside import named_beside
from dashboard.ingest.role_words import (
    BESIDE_WORDS,
    BINARY_OUTCOME_WORDS,
    COVARIATE_WORDS,
    DESIGN_WORDS,
    DURATION_WORDS,
    EITHER_WORDS,
    EVENT_WORDS,
    INDEX_WORDS,
    LABEL_WORDS,
    MEASURES,
    OUTCOME_WORDS,
    UNIT_WORDS,
    UNITS_ALONE,
    WEAK_UNIT_WORDS,
    is_called_as_time,
    name_words,
)
from dashboard.ingest.roles import MOST_OF_A_CALENDAR, holds_two_numbers, stackable_columns, tells_each_time
from dashboard.ingest.two_arms import two_arms_in_lines
from estimators.data.two_words import NOTHING_HAPPENED

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from dashboard.ingest.table import Column, Table

_GROUPS_TRIED, _OUTCOMES_TRIED = 20, 60
"""So many of the likeliest columns for either role are looked at together."""
_FEW_ROWS = 20
"""So many whole numbers may all be different without being an index."""
_FEW_VALUES, _MANY_UNITS = 12, 4
"""Numbers of at most so many values may be set by a design; a column of units has at least so many."""
_YEARS, _LONGEST_SPAN = (1500, 2200), 150
"""Whole numbers that leave none out between these, over so many years at most, are calendar time."""


@dataclass(frozen=True)
class GuessedRoles:
    """The likeliest roles, None where no column will do."""

    outcome: str | None
    group: str | None
    why: str
    """What speaks for them, for people."""

    @property
    def pair(self) -> tuple[str | None, str | None]:
        """(outcome, group)."""
        return self.outcome, self.group


_DAYS_OF_A_MONTH = tuple((1.0, float(last)) for last in range(28, 32))
_COORDINATES = frozenset("xyz")
_COUNTED = re.compile(r"(?P<stem>(?:[^\W\d_]+[ _-]?)??)(?:[0-9]{1,3}|[IVX]{1,5}|[A-Z])")
_DOSE = re.compile(r"[0-9.]+ ?([^0-9. ]+)( [0-9.]+ ?\1)*")
_NAME = re.compile(r"[^\W\d_]{4}")
"""What counts, numbers with a unit that all share, and how that begins which is written out."""


def guess_roles(table: Table, outcome: str | None = None, group: str | None = None) -> GuessedRoles:
    """The likeliest roles; one that is given stays as it is.

    The first rows of the stored table are looked at for which columns are constant within which.
    """
    if (found := _told_by_shape(table, outcome, group)) is not None:
        return found
    if table.stacked:
        outcome = outcome or table.columns[-1].name
    seen = look_at_rows(table)
    columns = {c.name: c for c in table.columns}
    setting = _setting(table, seen)
    outcomes = {
        c.name: _outcome_score(c, i, table, seen, setting)
        for i, c in enumerate(table.columns)
        if c.not_outcome is None or c.name == outcome
    }
    groups = {
        c.name: _group_score(c, table, seen, setting)
        for c in table.columns
        if (c.not_group is None and not holds_two_numbers(c) and not _is_measured(c, table, seen, setting))
        or c.name == group
    }
    likely_outcomes = _likeliest(outcomes, outcome, _OUTCOMES_TRIED)
    likely_groups = _likeliest(groups, group, _GROUPS_TRIED)
    pairs = [
        (outcomes[y] + groups[g] - _against(columns[y], columns[g], table.rows, seen), y, g)
        for y in likely_outcomes
        for g in likely_groups
        if y != g
    ]
    if pairs:
        _, y, g = max(pairs, key=lambda pair: pair[0])
        if outcome is None:
            two = any(map(holds_two_numbers, table.columns))
            alone = _identifies_rows(columns[g], table)
            if (two and (alone or y in setting.all_times)) or (alone and columns[y].kind == "text"):
                return GuessedRoles(
                    None, None, f"no column holds {'one number in a cell' if two else 'numbers'}"
                )
        return GuessedRoles(y, g, _reasons(columns[y], columns[g], table, seen))
    if likely_outcomes:
        return GuessedRoles(likely_outcomes[0], None, "no other column seems to say which group a row is of")
    return GuessedRoles(None, likely_groups[0] if likely_groups else None, "no column holds numbers")


def _told_by_shape(table: Table, outcome: str | None, group: str | None) -> GuessedRoles | None:
    """The roles in a table whose lines are no rows, or that was stacked; None of others."""
    if group is not None:
        return None
    if outcome is None and two_arms_in_lines(table):
        return GuessedRoles(None, None, "each line seems to hold two arms")
    if wide := stackable_columns(table):
        return GuessedRoles(outcome or wide[0], None, "each column seems to be a group of its own")
    label, value = (column.name for column in table.columns[-2:])
    if table.stacked and outcome in (None, value) and not all(map(_names_a_time, table.stacked)):
        return GuessedRoles(value, label, "each of the columns that were stacked is a group")
    return None


def _is_measured(column: Column, table: Table, seen: Dependence, setting: _Setting) -> bool:
    """Whether nearly all of a column's numbers or times occur once, and nothing says that they tell units.

    That would be its name, units that are followed over time, or whole numbers that leave none out. In a time
    series numbers come again by chance.
    """
    most = MOST_OF_A_CALENDAR if setting.timed else MOST_VALUES * (table.rows - column.missing)
    return (
        (column.kind == "number" or column.name in setting.all_times)
        and column.distinct > max(_FEW_ROWS, most)
        and not name_words(column.name) & (UNIT_WORDS | INDEX_WORDS | LABEL_WORDS)
        and (setting.timed or not seen.compact(column.name))
        and not seen.is_panel(column.name, setting.times)
    )


def _identifies_rows(group: Column, table: Table) -> bool:
    """Whether no value of a column stands in two rows."""
    return group.distinct >= table.rows - group.missing


def _names_a_time(name: str) -> bool:
    """Whether the name of a column says when its cells were measured: week 3, t2, 2019."""
    is_year = re.fullmatch(r"\s*[0-9]{4}\s*", name) is not None and _YEARS[0] <= int(name) <= _YEARS[1]
    return is_year or is_called_as_time(name)


def _likeliest(scores: dict[str, float], given: str | None, most: int) -> list[str]:
    if given is not None:
        return [given] if given in scores else []
    return sorted(scores, key=scores.__getitem__, reverse=True)[:most]


def _against(outcome: Column, group: Column, rows: int, seen: Dependence) -> float:
    """What counts against a pair: an outcome that its group tells, as the latitude of a country is."""
    if seen.knows(outcome.name, group.name):
        return 6.0 * seen.constant_within(outcome.name, group.name)
    return 3.0 * (outcome.distinct <= group.distinct and rows >= 2 * group.distinct)


def _is_row_number(column: Column, seen: Dependence) -> bool:
    """Whether whole numbers are all different and leave none out."""
    return column.whole and column.distinct >= 0.99 * column.numbers > _FEW_ROWS and seen.compact(column.name)


def _is_time(column: Column, seen: Dependence) -> bool:
    """Whether a column says when: a date, a name of time, or whole numbers that are years or days."""
    if column.kind == "date" or is_called_as_time(column.name):
        return True
    low, high = seen.ends(column.name)
    if column.whole and _is_day(low) and _is_day(high):
        return True
    years = column.whole and _YEARS[0] <= low <= high <= _YEARS[1]
    return years and high - low < _LONGEST_SPAN and column.distinct >= 0.95 * (high - low + 1)


def _is_day(number: float) -> bool:
    """Whether a number is a day written as 20240131, by its month and day."""
    return (
        _YEARS[0] * 10_000 <= number < _YEARS[1] * 10_000
        and 1 <= number // 100 % 100 <= 12
        and 1 <= number % 100 <= 31
    )


@dataclass(frozen=True)
class _Setting:
    """What the columns of a table are to each other."""

    units: tuple[str, ...]
    """Columns whose values repeat, none of them a measurement or a time."""
    times: tuple[str, ...]
    all_times: frozenset[str]
    """The times among all columns; `times` are the first of them."""
    first_measured: str | None
    """The first column of numbers that by its looks counts no rows, names no unit and says no time."""
    has_event: bool
    """Whether a column of two values says that something happened."""
    beside: Mapping[str, float]
    """What speaks against columns by what others are called."""
    coordinates: bool
    """Whether columns are called x, y and z, so that y is none of outcomes."""
    timed: bool
    """Whether each row is of another time."""


def _setting(table: Table, seen: Dependence) -> _Setting:
    in_order = [c.name for c in table.columns if _is_time(c, seen)]
    times, all_times = tuple(in_order[:_GROUPS_TRIED]), frozenset(in_order)
    units = [
        c.name
        for c in table.columns
        if c.not_group is None and c.name not in times and (c.kind == "text" or c.whole)
        if _MANY_UNITS <= c.distinct <= MOST_VALUES * (table.rows - c.missing)
        if c.kind == "text" or name_words(c.name) & UNIT_WORDS or seen.is_panel(c.name, times)
    ]
    units = units[:_GROUPS_TRIED]
    measured = (
        c.name
        for c in table.columns
        if c.kind == "number" and c.distinct > _FEW_VALUES and c.not_outcome is None
        if c.name not in times
        and not name_words(c.name) & (BESIDE_WORDS | DURATION_WORDS)
        and not _tells_of_one(c, units, seen)
        if not _is_row_number(c, seen) and not _counts_units(c, seen)
    )
    events = (c for c in table.columns if c.distinct == 2 and name_words(c.name) & EVENT_WORDS)
    names = {c.name.lower() for c in table.columns}
    return _Setting(
        tuple(units),
        times,
        all_times,
        next(measured, None),
        any(events),
        named_beside(table.columns),
        names >= _COORDINATES,
        any(tells_each_time(c, table.rows) for c in table.columns),
    )


def _named_as_outcome(words: frozenset[str], known: frozenset[str]) -> float:
    """What a name says for the role: more where it is no word of a covariate too."""
    strong = (words & known) - EITHER_WORDS
    return 2.5 if strong else 1.0 * bool(words & known)


def _outcome_score(column: Column, place: int, table: Table, seen: Dependence, setting: _Setting) -> float:
    words = name_words(column.name)
    binary = column.distinct == 2
    known = BINARY_OUTCOME_WORDS if binary else OUTCOME_WORDS
    number = column.kind == "number"
    survival = bool(words & DURATION_WORDS) and _may_be_survival(column, seen, setting)
    if words & _COORDINATES == words and setting.coordinates:
        words = frozenset()
    score = 2.0 * (number or _says_what_happened(column)) + 1.5 * (number and not column.whole)
    score += 1.3 * (column.whole and column.distinct > _FEW_ROWS)
    score += _named_as_outcome(words, known) - 3.0 * (column.name in setting.all_times and not survival)
    score += 1.25 * (survival and setting.has_event) + 1.0 * (column.name == setting.first_measured)
    few = 2 < column.distinct <= _FEW_VALUES and column.numbers >= 4 * column.distinct
    score -= 1.0 * (few and not (words & known) - EITHER_WORDS) + 1.5 * _counts_units(column, seen)
    score -= 5.0 * _tells_of_one(column, setting.units, seen) + 2.0 * _tells_of_one(
        column, setting.times, seen
    )
    score -= 5.0 * bool(words & LABEL_WORDS) + 1.5 * bool(words & UNITS_ALONE)
    all_differ = column.distinct >= 0.9 * column.numbers
    score -= (5.0 if all_differ else 3.0) * bool(words & INDEX_WORDS) + 5.0 * _is_row_number(column, seen)
    score -= 1.5 * bool((words & DESIGN_WORDS | words & COVARIATE_WORDS) - known)
    score -= 4.0 * (column.distinct <= 1) + 1.5 * binary + 0.5 * (2 < column.distinct <= 4)
    score -= 2.0 * _set_by_design(column, seen, setting) + 1.5 * _tells_a_unit(column, setting.units, seen)
    score -= setting.beside.get(column.name, 0.0)
    return score - 0.6 * place / max(len(table.columns), 1) - 1.0 * column.missing / max(table.rows, 1)


def _set_by_design(column: Column, seen: Dependence, setting: _Setting) -> bool:
    """Whether each value comes equally often, or once for each unit, as doses and days of a year do.

    Equally often counts where values are few, or all units meet them.
    """
    few = 1 < column.distinct <= _FEW_VALUES
    if seen.balanced(column.name) and (few or any(seen.crossed(column.name, u) for u in setting.units)):
        return True
    return any(seen.is_panel(unit, [column.name]) for unit in setting.units)


def _says_what_happened(column: Column) -> bool:
    """Whether a column holds two words, of which one says that something did not happen: yes and no."""
    words = {example.strip().lower() for example in column.examples}
    return column.distinct == 2 == len(words) and len(words & NOTHING_HAPPENED) == 1


def _may_be_survival(column: Column, seen: Dependence, setting: _Setting) -> bool:
    """Whether times may be how long something lasted: many differ, and no unit is measured at each."""
    if seen.balanced(column.name):
        return False
    repeated = any(seen.is_panel(unit, [column.name]) for unit in setting.units)
    return setting.has_event or (column.distinct > _FEW_VALUES and not repeated)


def _tells_of_one(column: Column, others: Iterable[str], seen: Dependence) -> bool:
    """Whether a column is constant within another, which it then describes, and not the rows."""
    return any(
        seen.constant_within(column.name, other) and not seen.constant_within(other, column.name)
        for other in others
        if other != column.name
    )


def _tells_a_unit(column: Column, units: Iterable[str], seen: Dependence) -> bool:
    """Whether numbers that come again say which unit a row is of, as those of pupils say the school."""
    return column.numbers >= 2 * column.distinct and any(
        seen.constant_within(unit, column.name) for unit in units if unit != column.name
    )


def _counts_units(column: Column, seen: Dependence) -> bool:
    """Whether whole numbers run from 1 without a gap and come again, as those of units do."""
    again = column.numbers >= 2 * column.distinct > 2 * _FEW_ROWS
    return column.whole and again and seen.runs_from_one(column.name)


def _group_score(column: Column, table: Table, seen: Dependence, setting: _Setting) -> float:
    filled = max(table.rows - column.missing, 1)
    per_group = filled / max(column.distinct, 1)
    words = name_words(column.name)
    measure = column.kind == "number" and bool(words & MEASURES)
    unit = frozenset() if measure else words & UNIT_WORDS
    score = {"text": 1.5, "number": 0.0, "boolean": -1.0, "date": -2.0}[column.kind]
    score += 3.0 if unit - WEAK_UNIT_WORDS else 2.0 * bool(unit)
    score -= 2.0 * bool(words & DESIGN_WORDS and not unit) + 2.5 * (column.name in setting.all_times)
    score += 2.0 * (per_group >= 2) + 1.0 * (column.distinct >= 4) + 0.7 * (column.distinct >= 10)
    score -= 8.0 * (column.distinct <= 1) + 1.5 * (column.distinct == 2)
    score -= 1.5 * (column.distinct == 2 and bool(words & EVENT_WORDS) and not unit)
    score -= 4.0 * (per_group < 1.1 and filled > 2)
    # of a name and a code of the same units the name
    score += 0.1 * (column.kind == "text" and all(map(_NAME.match, column.examples)))
    score += 3.0 * seen.constant_share(column.name) + 4.5 * seen.is_panel(column.name, setting.times)
    if column.kind == "number":
        measured = measure or not column.whole or bool(words & (OUTCOME_WORDS | COVARIATE_WORDS) and not unit)
        gaps = not unit and not seen.compact(column.name) and column.distinct > 2
        many = 0.8 * (column.distinct > _FEW_ROWS)
        score -= 2.5 * measured
        score -= (2.0 + many) * (gaps and not seen.is_panel(column.name, setting.times))
        score -= 3.0 * bool(words & (INDEX_WORDS - {"nr", "no"}) and not unit)
        days = column.name in setting.all_times and seen.ends(column.name) in _DAYS_OF_A_MONTH
        score -= 1.5 * (days and column.distinct > _FEW_ROWS)
        few = not unit and 2 < column.distinct <= _FEW_VALUES
        score -= 1.0 * (few and seen.piles_up(column.name))
        score += 0.7 * (not unit and column.name not in setting.all_times and _counts_units(column, seen))
    score -= 2.0 * (not unit and _is_beside_names(column, table, seen))
    return score - 2.0 * column.missing / max(table.rows, 1)


def _is_beside_names(column: Column, table: Table, seen: Dependence) -> bool:
    """Whether text counts or doses, crossed with a column of names, as blocks I to VI with varieties are."""
    if column.kind != "text" or not (_counts(column.examples) or _DOSE.fullmatch(" ".join(column.examples))):
        return False
    return any(
        seen.crossed(column.name, other.name)
        for other in table.columns
        if other.kind == "text" and other.distinct > 2 and all(map(_NAME.match, other.examples))
    )


def _counts(labels: Sequence[str]) -> bool:
    """Whether labels are a number, a Roman one or a letter, behind a word that all share or alone."""
    stems = {None if found is None else found["stem"] for found in map(_COUNTED.fullmatch, labels)}
    return len(labels) > 1 and len(stems) == 1 and None not in stems


def _reasons(outcome: Column, group: Column, table: Table, seen: Dependence) -> str:
    """What speaks for these two, in one sentence."""
    repeats = "value" if group.distinct == 1 else "values"
    repeats += "" if _identifies_rows(group, table) else " that repeat" + "s" * (group.distinct == 1)
    why = [f"{excerpt(group.name)} has {group.distinct:,} {repeats}"]
    constant = seen.constant_columns(group.name)
    if constant:
        verb = "is" if len(constant) == 1 else "are"
        why.append(f"{' and '.join(excerpt(name) for name in constant[:2])} {verb} constant within it")
    if name_words(group.name) & UNIT_WORDS:
        why.append("its name is one of a unit")
    varies = ", which vary within it" if seen.knows(outcome.name, group.name) else ""
    if outcome.distinct == 2:
        return f"{', '.join(why)}; {excerpt(outcome.name)} has two values{varies}"
    return f"{', '.join(why)}; {excerpt(outcome.name)} holds numbers{varies}"
