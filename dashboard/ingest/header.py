"""Names for the columns: one each, never blank, never twice the same."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from dashboard.ingest.errors import UnreadableFile, excerpt

if TYPE_CHECKING:
    from collections.abc import Iterable

_WHOLE = re.compile(r"\s*[+-]?\d+\s*")
READS_AS_NUMBER = re.compile(r"\s*[+-]?(\d++([.,]\d*)?|[.,]\d+)([eE][+-]?\d+)?\s*")


def column_names(header: Iterable[str | None]) -> tuple[str, ...]:
    """The names as they stand; `column 3` for a blank one, `y (column 2)` and `y (column 5)` for two `y`."""
    given = [name if name and name.strip() else f"column {i}" for i, name in enumerate(header, 1)]
    often = Counter(given)
    names: list[str] = []
    taken = set(given)
    for i, name in enumerate(given, 1):
        unique = name
        while often[name] > 1 and (unique == name or unique in taken):
            unique = f"{unique} (column {i})"
        taken.add(unique)
        names.append(unique)
    return tuple(names)


def refuse_if_data(header: list[str], body: list[list[str]], name: str) -> None:
    """Raise UnreadableFile when the first row is data, so that it is not lost as a row of names.

    It is where it holds only numbers, or a number with decimals, or a number beside a label that comes again
    below it.
    Whole numbers beside names that do not come again are taken for names (a column for each year), and those
    right of a blank corner above labels.
    """
    filled = [cell for cell in header if cell.strip()]
    numbers = [cell for cell in filled if READS_AS_NUMBER.fullmatch(cell)]
    if not numbers:
        return
    decimals = [cell for cell in numbers if not _WHOLE.fullmatch(cell)]
    again = any(
        cell.strip() and cell not in numbers and any(i < len(row) and row[i] == cell for row in body)
        for i, cell in enumerate(header)
    )
    if (len(numbers) == len(filled) and not _is_beside_labels(header, body)) or decimals or again:
        raise UnreadableFile(
            f"The first line of {name} holds data ({excerpt(numbers[0])}) where the column names belong: "
            "put a line above it that names each column, such as group and value.",
            header=0,
        )


def _is_beside_labels(header: list[str], body: list[list[str]]) -> bool:
    """Whether different names stand right of a blank corner, above rows that all have a label there."""
    names = [cell.strip() for cell in header[1:]]
    labels = [row[0].strip() if row else "" for row in body]
    labelled = bool(labels) and all(label and not READS_AS_NUMBER.fullmatch(label) for label in labels)
    return not header[0].strip() and all(names) and len(set(names)) == len(names) and labelled
