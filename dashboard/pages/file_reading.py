"""How the open file was read, and what of it was left out, under the file in the rail."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dash import html

from dashboard.words.grammar import sentence
from estimators.data.left_out import groups_sentence, sentences

if TYPE_CHECKING:
    from dashboard.ingest import FileGroups, Reading

_DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars", " ": "spaces", ":": "colons"}
_DECIMALS = {".": "decimal point", ",": "decimal comma"}
_THOUSANDS = {".": "points", ",": "commas", " ": "spaces", "'": "apostrophes"}


def reading_summary(reading: Reading) -> str:
    """How a file was read, in a few words each; empty where there was nothing to find out (Parquet)."""
    parts = []
    if reading.encoding is not None:
        parts.append(reading.encoding)
    if reading.delimiter is not None:
        parts.append(_DELIMITERS.get(reading.delimiter, f"columns separated by {reading.delimiter}"))
    if reading.sheet is not None:
        parts.append(f"sheet {reading.sheet}")
    if reading.decimal is not None:
        parts.append(_DECIMALS.get(reading.decimal, f"decimal mark {reading.decimal}"))
    if reading.thousands:
        mark = _THOUSANDS.get(reading.thousands, reading.thousands)
        parts.append(f"thousands set apart by {mark}")
    if reading.skip_rows:
        parts.append(f"{reading.skip_rows:,} line{'' if reading.skip_rows == 1 else 's'} skipped")
    if reading.delimiter is not None and reading.header is None:
        parts.append("no line of column names")
    if reading.comment:
        parts.append(f"lines that begin with {reading.comment} are remarks")
    return ", ".join(parts)


def left_out_lines(read: FileGroups) -> tuple[str, ...]:
    """A sentence for each cause of rows left out, with the cells that say why; then unusable groups."""
    groups = groups_sentence(read.data.unused_labels)
    found = [*sentences(read.data.left_out, read.noun), *([groups] if groups else [])]
    return tuple(f"{line[0].upper()}{line[1:]}" for line in found)


def reading_line(read: FileGroups | None) -> str | None:
    """How the file was read; None where there is no file, or nothing to say."""
    line = "" if read is None else reading_summary(read.reading)
    return f"Read as {line}" if line else None


def reading_notes(read: FileGroups | None) -> list[html.P]:
    """What was left out by example, how the outcome was read, and what may be amiss: a line each."""
    if read is None:
        return []
    return [
        *(html.P(line, className="left-out") for line in left_out_lines(read)),
        *(html.P(remark, className="reading-remark") for remark in read.remarks),
        *(html.P(sentence(hint.sentence), className="reading-hint") for hint in read.hints),
    ]
