"""Text tables of which a program quoted whole lines, as one that knew another separator does."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from dashboard.ingest.dialect import DELIMITERS

if TYPE_CHECKING:
    from pathlib import Path

UNQUOTED: Final = "lines-unquoted"
"""What the copy is called."""
QUOTES_TAKEN_OFF: Final = "Quotes around whole lines taken off."
_LINES_LOOKED_AT: Final = 200
_WHOLE: Final = re.compile(r'\s*"((?:[^"]++|"")*+)"[,;\t ]*+\s*')


def without_outer_quotes(text: Path, folder: Path) -> Path | None:
    """A copy in `folder` of a UTF-8 text, in which lines that are one quoted value are what that value says.

    None where fewer than half of the lines are such, with a separator inside. Lines keep their numbers.
    """
    with text.open(encoding="utf-8-sig", newline="") as file:
        head = [line for _, line in zip(range(_LINES_LOOKED_AT), file, strict=False) if line.strip()]
        if not head or 2 * sum(_unquoted(line) is not None for line in head) < len(head):
            return None
        file.seek(0)
        target = folder / UNQUOTED
        with target.open("w", encoding="utf-8", newline="") as out:
            for line in file:
                bare = _unquoted(line)
                out.write(line if bare is None else f"{bare}\n")
    return target


def _unquoted(line: str) -> str | None:
    found = _WHOLE.fullmatch(line)
    if found is None or not any(mark in found[1] for mark in DELIMITERS):
        return None
    return found[1].replace('""', '"')
