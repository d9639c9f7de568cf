"""Which column can be the outcome and which the group, which are likeliest, and when there is none."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dashboard.ingest.cells import COMMA_KINDS, Cell
from dashboard.ingest.errors import UnreadableFile, listed, shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dashboard.ingest.count_cells import Tally
    from dashboard.ingest.parquet import ColumnType
    from dashboard.ingest.table import Column, Table

_FEWEST_NUMBERS = 0.1
"""The share of numbers among the filled cells below which a column of text is no outcome."""
_FEW_ROWS = 20
"""So many whole numbers may all be different without being an index."""
_GROUPS_TRIED = 20
"""So many of the likeliest groups are tried with every outcome."""
_WIDE_COLUMNS = 3
"""Columns of numbers from which a table where nothing repeats is taken for one column per group."""


def _words_of(text: str) -> frozenset[str]:
    return frozenset(text.split())


_OUTCOME_WORDS = _words_of("""
    y outcome response value score yield result measurement measure reading reaction rate amount
    weight height length price cost sales income earnings time duration count mean average avg hit hits
    concentration dose grade mark points strength pressure temperature travel
""")
_GROUP_WORDS = _words_of("""
    group grp school class classroom teacher hospital clinic site center centre ward doctor physician
    shop store branch player team batch subject patient participant person lot lab laboratory region district
    county state country city family litter plot block field cluster unit firm company category rail cask
    operator machine name level
""")
_INDEX_WORDS = _words_of(
    "id index idx row rowid nr no number key uuid obs observation rownum x1 unnamed names column"
)
_TIME_WORDS = _words_of("year month day days week date hour minute timestamp quarter period wave visit")
_LABEL_WORDS = _words_of("lat lon lng latitude longitude centroid code zip postcode phone")
"""What numbers are called that place or name something and measure nothing."""
_WORD = re.compile(r"[A-Za-z][a-z]*|[A-Z]+")


def why_not_outcome(tally: Tally, kind: ColumnType, numbers: int, examples: Sequence[str]) -> str | None:
    """Why a column cannot be the outcome, in plain words; None where it can."""
    if kind == "other":
        return "it holds lists, records, times of day or bytes, not numbers"
    if tally.filled == 0:
        return "it has no values"
    if numbers >= max(1, _FEWEST_NUMBERS * tally.filled):
        return None
    return _what_it_holds_instead(tally, numbers, f" (such as {shown(examples[0], 20)})" if examples else "")


def _what_it_holds_instead(tally: Tally, numbers: int, like: str) -> str:
    cells = tally.cells
    half = tally.filled / 2
    if cells[Cell.DATE] > half:
        return "it holds dates"
    if sum(cells[kind] for kind in COMMA_KINDS) > half:
        return f"its numbers have commas in them{like}, which can mean decimals or thousands: write 1234.5"
    if cells[Cell.BOOLEAN] == tally.filled:
        return "it holds words for true and false: write 1 and 0"
    if numbers == 0:
        return f"its values are not numbers{like}"
    return f"only {numbers:,} of its {tally.filled:,} values are numbers"


def why_not_group(tally: Tally, kind: ColumnType, *, measured: bool) -> str | None:
    """Why a column cannot be the group, in plain words; None where it can. `measured`: it holds decimals."""
    if kind == "other":
        return "it holds lists, records, times of day or bytes, not labels"
    filled = sum(tally.cells.values()) - tally.cells[Cell.BLANK]
    if filled == 0:
        return "it has no values"
    if measured and filled > 1 and tally.distinct > 0.9 * filled:
        return "it holds measurements: nearly every row has a value of its own"
    return None


def guess_roles(table: Table) -> tuple[str | None, str | None]:
    """The likeliest (outcome, group), by what columns hold and are called; None where no column will do."""
    outcomes = {
        c.name: _outcome_score(c, i, table) for i, c in enumerate(table.columns) if c.not_outcome is None
    }
    groups = {c.name: _group_score(c, table) for c in table.columns if c.not_group is None}
    best_outcomes = sorted(outcomes, key=outcomes.__getitem__, reverse=True)
    best_groups = sorted(groups, key=groups.__getitem__, reverse=True)[:_GROUPS_TRIED]
    columns = {c.name: c for c in table.columns}
    pairs = [
        (outcomes[y] + groups[g] - 3.0 * _belongs_to_group(columns[y], columns[g], table.rows), y, g)
        for y in best_outcomes
        for g in best_groups
        if y != g
    ]
    if pairs:
        _, outcome, group = max(pairs, key=lambda pair: pair[0])
        return outcome, group
    return (best_outcomes[0], None) if best_outcomes else (None, best_groups[0] if best_groups else None)


def _belongs_to_group(outcome: Column, group: Column, rows: int) -> bool:
    """Whether the outcome may be told by the group, as the latitude of a country is."""
    return outcome.distinct <= group.distinct and rows >= 2 * group.distinct


def _words(name: str) -> set[str]:
    return {word.lower() for word in _WORD.findall(name)} | {name.lower()}


def _outcome_score(column: Column, place: int, table: Table) -> float:
    words = _words(column.name)
    score = 2.0 * (column.kind == "number") + 1.5 * (column.kind == "number" and not column.whole)
    score += 2.0 * bool(words & set(_OUTCOME_WORDS)) - 1.5 * bool(words & set(_TIME_WORDS))
    score -= 3.0 * bool(words & set(_LABEL_WORDS))
    score -= 2.0 * bool(words & set(_INDEX_WORDS)) + 1.0 * bool(words & set(_GROUP_WORDS))
    if column.whole and column.distinct >= 0.99 * column.numbers > _FEW_ROWS:
        score -= 2.0
    score -= 3.0 * (column.distinct <= 1)
    return score + 0.5 * place / max(len(table.columns), 1)


def _group_score(column: Column, table: Table) -> float:
    filled = max(table.rows - column.missing, 1)
    per_group = filled / max(column.distinct, 1)
    words = _words(column.name)
    measures = bool(words & set(_OUTCOME_WORDS)) and not words & set(_GROUP_WORDS)
    score = {"text": 2.0, "number": 0.0, "boolean": -0.5, "date": -2.0}[column.kind]
    score += 2.0 * bool(words & set(_GROUP_WORDS)) - 1.0 * bool(words & set(_TIME_WORDS))
    score += 2.0 * (per_group >= 2) + 1.0 * (column.distinct >= 4) - 3.0 * (column.distinct <= 1)
    score -= 4.0 * (per_group < 1.1 and filled > 2)
    return (
        score
        - 2.0 * (column.kind == "number" and measures)
        - 2.5 * (column.kind == "number" and not column.whole)
        - 2.0 * column.missing / max(table.rows, 1)
    )


def looks_wide(columns: Sequence[Column], rows: int) -> bool:
    """Whether a table seems to have one column per group: columns of numbers, and nothing that repeats."""
    numeric = [c for c in columns if c.kind == "number"]
    others = [c for c in columns if c.kind != "number" and c.missing < rows]
    if rows < 2 or any(_repeats(c, rows) for c in (*numeric, *others)):
        return False
    return len(numeric) >= _WIDE_COLUMNS or (
        len(numeric) == 2 and not others and not any(c.whole for c in numeric)
    )


def _repeats(column: Column, rows: int) -> bool:
    """Whether several rows share a value, so that the column can tell groups."""
    filled = rows - column.missing
    limit = 0.5 if column.kind == "number" and not column.whole else 0.9
    return filled > 0 and column.distinct <= limit * filled


def refuse_hopeless(columns: Sequence[Column], rows: int, name: str) -> None:
    """Raise UnreadableFile for a table without rows, without a number, or with one column per group."""
    if rows == 0:
        raise UnreadableFile(
            f"{name} has column names ({listed(tuple(c.name for c in columns))}) but no rows: add the data."
        )
    if len(columns) < 2:
        raise UnreadableFile(
            f"{name} has only one column, {shown(columns[0].name)}: two are needed, one with numbers and one "
            "that says which group each row belongs to."
        )
    if all(c.not_outcome is not None for c in columns):
        commas = next((c for c in columns if "commas" in (c.not_outcome or "")), None)
        if commas is not None:
            raise UnreadableFile(
                f"{name} has no outcome: {shown(commas.name)} will not do because {commas.not_outcome}."
            )
        raise UnreadableFile(
            f"{name} has no column of numbers, so there is nothing to compare: add the measured values."
        )
    if looks_wide(columns, rows):
        raise wide_table(tuple(c.name for c in columns if c.kind == "number"), name)


def wide_table(numeric: Sequence[str], name: str) -> UnreadableFile:
    """What to say of a table with one column per group."""
    return UnreadableFile(
        f"Nothing repeats in {name} that could say which group a row belongs to: if each column is a group "
        f"({listed(tuple(numeric), 4)}), stack them into two columns, group (the column's name) and value "
        "(the number), with one row for each number."
    )
