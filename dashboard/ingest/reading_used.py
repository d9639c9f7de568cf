"""How a file was read, as data and in sentences."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dashboard.ingest.reading import Reading
    from dashboard.ingest.table import Column, TextLayout
    from estimators import GroupData
    from estimators.data.notation import Notation


def reading_used(layout: TextLayout | None, given: Reading, notation: Notation | None) -> Reading:
    """All options as they were used; None where one does not apply."""
    used = replace(
        given,
        decimal=None if notation is None or notation.one else notation.decimal,
        thousands=None if notation is None else notation.thousands or None,
        labels=given.labels or "exact",
        fill_down=bool(given.fill_down),
        event=None if notation is None else notation.one or None,
    )
    if layout is None:
        used = replace(used, encoding=None, delimiter=None, quote=None, comment=None)
        return used if used.sheet is not None else replace(used, header=None, skip_rows=None)
    return replace(
        used,
        encoding=layout.encoding,
        delimiter=layout.delimiter,
        quote=layout.quote or None,
        header=layout.header,
        skip_rows=layout.lines_above,
        comment=layout.comment,
    )


def two_values(column: Column | None, notation: Notation | None) -> tuple[str, ...]:
    """The two values of an outcome of which either may count as 1; nothing where it holds others."""
    if notation is not None and notation.one:
        return tuple(word for word in (notation.one, notation.zero) if word)
    if column is None or column.distinct != 2 or set(column.examples) in ({"0", "1"}, {"0.0", "1.0"}):
        return ()
    return column.examples


def notation_remarks(data: GroupData, outcome: str) -> tuple[str, ...]:
    """What is to be said of how the outcome was read."""
    sentence = None if data.notation is None else data.notation.sentence(outcome)
    return () if sentence is None else (sentence,)
