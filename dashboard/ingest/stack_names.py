"""How the columns that are to be stacked are named: one by one, as a run of neighbours, or all of numbers."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from dashboard.ingest.errors import UnreadableFile, excerpt
from dashboard.ingest.find_column import matching_column

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

EVERY_NUMBER = "numeric"
"""Stands for all columns of numbers."""


def places_to_stack(
    wanted: Sequence[str], names: Sequence[str], numeric: Callable[[], Sequence[int]], file: str
) -> tuple[int, ...]:
    """The places of the columns that are named, in the order of the file.

    Each of `wanted` is a name, or several with commas between them (in double quotes where a name has one);
    `first:last` is a run of neighbours and `numeric` all columns of numbers, unless a column is called so.
    `numeric()` gives the places of those.

    Raises:
        UnreadableFile: there is no such column, or fewer than two are named.

    """
    found: set[int] = set()
    by_name = {column: place for place, column in enumerate(names)}
    for text in wanted:
        for part in [text] if text in by_name else _parts(text):
            if part in by_name:
                found.add(by_name[part])
            elif part.lower() == EVERY_NUMBER:
                found.update(numeric())
            else:
                found.update(_run(part, names, file))
    if len(found) < 2:
        one = f"only {excerpt(names[next(iter(found))])}" if found else "no column"
        raise UnreadableFile(f"To stack columns of {file} two or more are needed, and there is {one}.")
    return tuple(sorted(found))


def _parts(text: str) -> list[str]:
    parts = next(csv.reader([text], skipinitialspace=True), [])
    return [part.strip() for part in parts if part.strip()]


def _run(part: str, names: Sequence[str], file: str) -> range:
    """The places from one name to another, or that of a single one."""
    bare = [name.strip() for name in names]
    for at in (i for i, character in enumerate(part) if character == ":"):
        ends = part[:at].strip(), part[at + 1 :].strip()
        if all(end in names or bare.count(end) == 1 for end in ends):
            first, last = sorted((names if end in names else bare).index(end) for end in ends)
            return range(first, last + 1)
    place = names.index(matching_column(part, names, file))
    return range(place, place + 1)


def run_of(wanted: Sequence[str], names: Sequence[str]) -> str:
    """The shortest text that `places_to_stack` takes for these columns: runs of three and more are one."""
    places = sorted(names.index(name) for name in wanted)
    parts: list[str] = []
    while places:
        length = next((i for i, place in enumerate(places) if place != places[0] + i), len(places))
        run, places = [names[place] for place in places[:length]], places[length:]
        parts += [f"{run[0]}:{run[-1]}"] if length > 2 else run
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="").writerow(parts)
    return buffer.getvalue()
