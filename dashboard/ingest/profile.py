"""One look over a stored table: what each column holds and which roles it can take."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from dashboard.ingest.cells import PLAIN_SHAPES, Cell, trimmed
from dashboard.ingest.count_cells import Tally, in_parts, tally_columns
from dashboard.ingest.engine import parquet_source, select
from dashboard.ingest.example_values import CHARACTERS, ROWS, ExampleValues
from dashboard.ingest.outcome_sql import notation_of_shapes
from dashboard.ingest.plain_numbers import WIDE, plain_numbers
from dashboard.ingest.roles import holds_two_words, too_many_values, why_not_group, why_not_outcome
from dashboard.ingest.table import Column, Kind, stored_name
from dashboard.ingest.typed_numbers import typed_numbers
from dashboard.ingest.wide_values import COUNTED, wide_values
from estimators.data.notation import PLAIN
from estimators.data.number_forms import plain_text
from estimators.data.texts import FOUND, MISSING_WORDS
from estimators.data.two_words import two_word_notation

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    import duckdb

    from dashboard.ingest.parquet import ColumnType
    from dashboard.ingest.plain_numbers import PlainNumbers
    from estimators.data.notation import Convention, Notation

_TYPED_KINDS: dict[ColumnType, Kind] = {
    "integer": "number",
    "float": "number",
    "decimal": "number",
    "boolean": "boolean",
    "date": "date",
}


def profile(
    connection: duckdb.DuckDBPyConnection,
    parquet: Path,
    *,
    names: Sequence[str],
    types: Sequence[ColumnType],
    convention: Convention,
    labels: Mapping[int, int] | None = None,
) -> tuple[Column, ...]:
    """The columns of a stored table; unnamed ones without any value are left out.

    `labels` says of a place where the labels of its codes are stored.
    """
    seen = _seen_at_once(connection, parquet, types) if len(types) >= WIDE else _Seen()
    plain, tallies, examples = seen.plain, seen.tallies, seen.examples
    others = [place for place in range(len(names)) if place not in plain and place not in tallies]
    for some, source in in_parts(connection, parquet, len(types), others):
        tallies |= tally_columns(connection, source, {place: types[place] for place in some})
        examples |= zip(some, _examples(connection, source, some), strict=True)
    columns: list[Column] = []
    for i, name in enumerate(names):
        if i in plain:
            columns.append(_plain_column(i, name, plain[i], convention))
            continue
        coding = None
        if types[i] == "text" and holds_two_words(tallies[i]):
            coding = _coding(seen.values[i] if i in seen.values else _texts(connection, parquet, i))
        notation = coding or _notation(types[i], tallies[i], convention)
        column = _column(i, name, kind=types[i], tally=tallies[i], examples=examples[i], notation=notation)
        if _is_shown(column, tallies[i]):
            columns.append(column)
    return tuple(replace(c, labels=labels[c.stored]) if labels and c.stored in labels else c for c in columns)


@dataclass(frozen=True)
class _Seen:
    """What is known of some columns, by place."""

    plain: dict[int, PlainNumbers] = field(default_factory=dict)
    """Those of plain numbers and blank cells."""
    tallies: dict[int, Tally] = field(default_factory=dict)
    """Others, as are their examples."""
    examples: dict[int, tuple[str, ...]] = field(default_factory=dict)
    values: dict[int, tuple[str, ...]] = field(default_factory=dict)
    """All that some of text hold."""


def _seen_at_once(connection: duckdb.DuckDBPyConnection, parquet: Path, types: Sequence[ColumnType]) -> _Seen:
    """Most columns of a wide table, of which a query for each would take minutes."""
    seen = _Seen(plain_numbers(parquet, [place for place, kind in enumerate(types) if kind == "text"]))
    for place in [place for place, known in seen.plain.items() if not known.distinct]:
        blank = seen.plain.pop(place).blank
        seen.tallies[place], seen.examples[place] = Tally(Counter({Cell.BLANK: blank}), 0, False), ()
    numbers = [place for place, kind in enumerate(types) if kind in ("integer", "float")]
    for place, found in typed_numbers(connection, parquet, numbers).items():
        seen.tallies[place], seen.examples[place] = found
    known = seen.plain.keys() | seen.tallies.keys()
    others = {place: kind for place, kind in enumerate(types) if kind in COUNTED and place not in known}
    for place, one in wide_values(connection, parquet, others).items():
        seen.tallies[place], seen.examples[place] = one.tally, one.examples
        if one.values is not None:
            seen.values[place] = one.values
    return seen


def _coding(texts: Iterable[str | None]) -> Notation | None:
    """Which of a column's two values, by its different texts, counts as 1; None where they are no words."""
    words = {text.strip() for text in texts if text}
    return two_word_notation(word for word in words if word and word.lower() not in MISSING_WORDS)


def _texts(connection: duckdb.DuckDBPyConnection, parquet: Path, place: int) -> list[str | None]:
    """The different values of a column, without the white space around them."""
    text = trimmed(stored_name(place))
    found = connection.execute(select(f"DISTINCT {text}", parquet_source(parquet))).fetchall()
    return [word for (word,) in found]


def _notation(kind: ColumnType, tally: Tally, convention: Convention) -> Notation:
    if kind != "text":
        return PLAIN
    if tally.shapes:
        return notation_of_shapes(tally.number_shapes, convention, FOUND)
    return _of_plain_shapes(frozenset(tally.number_shapes), convention)


@lru_cache(maxsize=256)
def _of_plain_shapes(shapes: frozenset[str], convention: Convention) -> Notation:
    """The notation of plainly written numbers: all are read, so that their counts say nothing."""
    return notation_of_shapes(Counter(shapes), convention, FOUND)


@lru_cache(maxsize=256)
def _plain_reading(shapes: frozenset[str], convention: Convention) -> tuple[Notation, bool]:
    """The notation of plainly written numbers, and whether all are whole in it."""
    notation = _of_plain_shapes(shapes, convention)
    return notation, not any(_has_fraction(shape, notation.decimal) for shape in shapes)


def _plain_column(place: int, name: str, known: PlainNumbers, convention: Convention) -> Column:
    """A column of plain numbers and blank cells: all but its notation is known."""
    kinds = (
        (Cell.WHOLE, known.whole),
        (Cell.POINT, known.point),
        (Cell.POINT_OR_THOUSANDS, known.point_or_thousands),
    )
    notation, whole = _plain_reading(frozenset(PLAIN_SHAPES[kind] for kind, n in kinds if n), convention)
    filled = known.whole + known.point + known.point_or_thousands
    return Column(
        name,
        "number",
        known.distinct,
        known.blank,
        known.examples,
        not_outcome=None,
        not_group=None if whole else too_many_values(known.distinct, filled),
        numbers=filled,
        whole=whole,
        notation=notation,
        stored=place,
    )


@lru_cache(maxsize=1 << 12)
def _readable(notation: Notation, shape: str) -> bool:
    return notation.reader()(plain_text(shape)) is not None


def _is_shown(column: Column, tally: Tally) -> bool:
    unnamed = column.name == f"column {column.stored + 1}"
    return not unnamed or tally.cells[Cell.BLANK] < sum(tally.cells.values())


def _column(
    place: int,
    name: str,
    *,
    kind: ColumnType,
    tally: Tally,
    examples: tuple[str, ...],
    notation: Notation,
) -> Column:
    shapes = tally.number_shapes
    readable = {shape: rows for shape, rows in shapes.items() if _readable(notation, shape)}
    numbers = sum(readable.values())
    whole = numbers > 0 and not any(_has_fraction(shape, notation.decimal) for shape in readable)
    shown_kind = _TYPED_KINDS.get(kind) or _kind_of_text(tally, numbers)
    blank = tally.cells[Cell.BLANK]
    return Column(
        name=name,
        kind=shown_kind,
        distinct=tally.distinct,
        distinct_is_about=tally.distinct_is_about,
        missing=blank + tally.cells[Cell.MISSING] if shown_kind == "number" else blank,
        examples=examples,
        not_outcome=None if notation.one else why_not_outcome(tally, kind, numbers, examples),
        not_group=why_not_group(tally, kind, measured=shown_kind == "number" and not whole),
        numbers=numbers,
        whole=whole,
        notation=notation,
        typed=kind != "text",
        stored=place,
    )


def _has_fraction(shape: str, decimal: str) -> bool:
    return decimal in shape or re.search("9e[+-]?9", shape, re.IGNORECASE) is not None


def _kind_of_text(tally: Tally, numbers: int) -> Kind:
    if tally.filled == 0:
        return "text"
    if numbers + tally.cells[Cell.INFINITE] > tally.filled / 2:
        return "number"
    if tally.cells[Cell.DATE] > tally.filled / 2:
        return "date"
    return "boolean" if tally.cells[Cell.BOOLEAN] == tally.filled else "text"


def _examples(
    connection: duckdb.DuckDBPyConnection, source: str, columns: Sequence[int]
) -> list[tuple[str, ...]]:
    """The first few different values of some columns among their first rows, cut short."""
    found = [ExampleValues() for _ in columns]
    texts = ", ".join(f"left(CAST({stored_name(i)} AS VARCHAR), {CHARACTERS + 1})" for i in columns)
    connection.execute(select(texts, source, f"LIMIT {ROWS}"))
    while rows := connection.fetchmany(100):
        for row in rows:
            for examples, text in zip(found, row, strict=True):
                examples.add(text)
        if all(examples.are_enough for examples in found):
            break
    return [examples.texts for examples in found]
