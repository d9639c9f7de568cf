"""Which column can be the outcome and which the group, which are likeliest, and when there is none."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dashboard.ingest.cells import Cell
from dashboard.ingest.errors import UnreadableFile, listed, shown

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dashboard.ingest.parquet import ColumnType
    from dashboard.ingest.table import Column, Kind, Table

_FEWEST_NUMBERS = 0.1
"""The share of numbers among the filled cells below which a column of text is no outcome."""
_WIDE_COLUMNS = 3
"""Columns of numbers from which a table with one row per label is taken for one column per group."""

_OUTCOME_WORDS = (
    "y outcome response value score yield result measurement measure reading reaction rate amount weight height length "
    "price cost sales income earnings time duration count mean average avg hit hits concentration dose level grade mark "
    "points strength pressure temperature travel"
).split()
_GROUP_WORDS = (
    "group grp school class classroom teacher hospital clinic site center centre ward doctor physician shop store branch "
    "player team batch subject patient participant person lot lab laboratory region district county state country city "
    "family litter plot block field cluster unit firm company category rail cask operator machine name level"
).split()
_INDEX_WORDS = "id index idx row rowid row_id nr no number key uuid obs observation rownum x1 unnamed names column".split()
_TIME_WORDS = "year month day days week date hour minute timestamp quarter period wave visit".split()
_WORD = re.compile(r"[A-Za-z][a-z]*|[A-Z]+")


def why_not_outcome(cells: Mapping[Cell, int], kind: ColumnType, numbers: int, examples: Sequence[str]) -> str | None:
    """Why a column cannot be the outcome, in plain words; None where it can."""
    if kind == "other":
        return "it holds lists, records, times of day or bytes, not numbers"
    filled = sum(cells.values()) - cells[Cell.BLANK] - cells[Cell.MISSING]
    if filled == 0:
        return "it has no values"
    commas = cells[Cell.COMMA] + cells[Cell.THOUSANDS_OR_COMMA] + cells[Cell.GROUPED_POINT] + cells[Cell.GROUPED_COMMA]
    if numbers < _FEWEST_NUMBERS * filled or numbers == 0:
        like = f" (such as {shown(examples[0], 20)})" if examples else ""
        if cells[Cell.DATE] > filled / 2:
            return "it holds dates"
        if commas > filled / 2:
            return f"its numbers have commas in them{like}, which can mean decimals or thousands: write 1234.5"
        if cells[Cell.BOOLEAN] == filled:
            return "it holds words for true and false: write 1 and 0"
        return f"its values are not numbers{like}" if numbers == 0 else f"only {numbers:,} of its {filled:,} values are numbers"
    return None


def why_not_group(kind: ColumnType, shown_kind: Kind, filled: int, distinct: int, whole: bool) -> str | None:
    """Why a column cannot be the group, in plain words; None where it can."""
    if kind == "other":
        return "it holds lists, records, times of day or bytes, not labels"
    if filled == 0:
        return "it has no values"
    if shown_kind == "number" and not whole and filled > 1 and distinct > 0.9 * filled:
        return "it holds measurements: nearly every row has a value of its own"
    return None


def guess_roles(table: Table) -> tuple[str | None, str | None]:
    """The likeliest (outcome, group), by what the columns hold and are called; None where no column will do."""
    outcomes = {c.name: _outcome_score(c, i, table) for i, c in enumerate(table.columns) if c.not_outcome is None}
    groups = {c.name: _group_score(c, table) for c in table.columns if c.not_group is None}
    pairs = [(outcomes[y] + groups[g], y, g) for y in outcomes for g in groups if y != g]
    if pairs:
        _, outcome, group = max(pairs, key=lambda pair: pair[0])
        return outcome, group
    outcome = max(outcomes, key=outcomes.__getitem__, default=None)
    return (outcome, None) if outcome is not None else (None, max(groups, key=groups.__getitem__, default=None))


def _words(name: str) -> set[str]:
    return {word.lower() for word in _WORD.findall(name)} | {name.lower()}


def _outcome_score(column: Column, place: int, table: Table) -> float:
    words = _words(column.name)
    score = 2.0 * (column.kind == "number") + 1.5 * (column.kind == "number" and not column.whole)
    score += 2.0 * bool(words & set(_OUTCOME_WORDS)) - 1.5 * bool(words & set(_TIME_WORDS))
    score -= 2.0 * bool(words & set(_INDEX_WORDS)) + 1.0 * bool(words & set(_GROUP_WORDS))
    if column.whole and column.distinct >= 0.99 * column.numbers > 1:
        score -= 2.0
    score -= 3.0 * (column.distinct <= 1)
    return score + 0.5 * place / max(len(table.columns), 1)


def _group_score(column: Column, table: Table) -> float:
    filled = max(table.rows - column.missing, 1)
    per_group = filled / max(column.distinct, 1)
    words = _words(column.name)
    score = {"text": 2.0, "number": 0.0, "boolean": -0.5, "date": -2.0}[column.kind]
    score += 2.0 * bool(words & set(_GROUP_WORDS)) - 1.0 * bool(words & set(_TIME_WORDS))
    score += 2.0 * (per_group >= 2) + 1.0 * (column.distinct >= 4) - 3.0 * (column.distinct <= 1)
    score -= 4.0 * (per_group < 1.1 and filled > 2)
    return score - 2.5 * (column.kind == "number" and not column.whole) - 2.0 * column.missing / max(table.rows, 1)


def looks_wide(columns: Sequence[Column], rows: int) -> bool:
    """Whether a table seems to have one column per group: several columns of numbers, and nothing that repeats."""
    numeric = [c for c in columns if c.kind == "number"]
    measured = [c for c in numeric if not _repeats(c, rows)]
    if len(measured) < len(numeric) or len(numeric) < 2:
        return False
    others = [c for c in columns if c.kind != "number" and c.missing < rows]
    if any(_repeats(c, rows) for c in others):
        return False
    return not others or len(numeric) >= _WIDE_COLUMNS


def _repeats(column: Column, rows: int) -> bool:
    """Whether several rows share a value, so that the column can tell groups."""
    filled = rows - column.missing
    limit = 0.5 if column.kind == "number" and not column.whole else 0.9
    return filled > 0 and column.distinct <= limit * filled


def refuse_hopeless(columns: Sequence[Column], rows: int, name: str) -> None:
    """Raise UnreadableFile for a table without rows, without a number, or with one column per group."""
    if rows == 0:
        raise UnreadableFile(f"{name} has column names ({listed(tuple(c.name for c in columns))}) but no rows: add the data.")
    if len(columns) < 2:
        raise UnreadableFile(
            f"{name} has only one column, {shown(columns[0].name)}: two are needed, one with numbers and one that says which "
            "group each row belongs to."
        )
    if all(c.not_outcome is not None for c in columns):
        commas = next((c for c in columns if "commas" in (c.not_outcome or "")), None)
        if commas is not None:
            raise UnreadableFile(f"{name} has no outcome: {shown(commas.name)} will not do because {commas.not_outcome}.")
        raise UnreadableFile(f"{name} has no column of numbers, so there is nothing to compare: add the measured values.")
    if looks_wide(columns, rows):
        raise wide_table(tuple(c.name for c in columns if c.kind == "number"), name)


def wide_table(numeric: Sequence[str], name: str) -> UnreadableFile:
    """What to say of a table with one column per group."""
    return UnreadableFile(
        f"{name} seems to have one column for each group ({listed(tuple(numeric), 4)}) and no column that says which group a row "
        "belongs to: stack it into two columns, group (the column's name) and value (the number), with one row for each number."
    )
