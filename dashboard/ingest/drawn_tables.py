"""Tables drawn with bars, as Markdown and databases print them: their rows as a plain text table.

Lines keep their numbers: a rule becomes a blank line.
"""

from __future__ import annotations

import csv
import re
from io import StringIO
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

DRAWN_DELIMITER: Final = "|"
"""What separates the cells of the copy."""
BARS: Final = "|│┃║┆"
_STROKES: Final = "-=─━═"
_JOINTS: Final = "|+┼┬├╪╞╟╠╫╬"
_RULE: Final = re.compile(rf"[{re.escape(BARS + _STROKES + _JOINTS)}:┌┐┤└┴┘╔╦╗╣╚╩╝╡╭╮╰╯\s]+")
_STROKE: Final = re.compile(f"[{_STROKES}]{{3}}")
_BAR: Final = re.compile(rf"(?<!\\)[{BARS}]")
_HEAD_CHARACTERS: Final = 1 << 16
_FEWEST_LINES: Final = 3
"""The names and two rows."""


def is_rule(line: str) -> bool:
    """Whether a line only separates others, such as ``|---|---|`` or ``+====+``."""
    return bool(_RULE.fullmatch(line) and _STROKE.search(line))


def without_drawing(text: Path, folder: Path) -> Path | None:
    """A copy in `folder` of a UTF-8 text whose table is drawn with bars; None where none is.

    Cells stand between `DRAWN_DELIMITER`, without the spaces around them, and in double quotes where they
    hold a bar. A table is drawn where a rule with joints stands at its names, or each row begins and ends
    with a bar; one whose bars hold several columns each, by their place, is none here.
    """
    with text.open(encoding="utf-8-sig", newline="") as file:
        head = file.read(_HEAD_CHARACTERS)
        if not any(bar in head for bar in BARS):
            return None
        lines = [line for line in StringIO(head, newline="").readlines()[:200] if line.strip()]
        edges = _edges(lines)
        if edges is None:
            return None
        file.seek(0)
        target = folder / "table-drawn"
        with target.open("w", encoding="utf-8", newline="") as out:
            writer = csv.writer(out, delimiter=DRAWN_DELIMITER, lineterminator="\n")
            for line in file:
                cells = [] if is_rule(line) else _cells(line, edges)
                writer.writerow(cells if any(cells) or len(cells) > 1 else ())
    return target


def _edges(lines: Sequence[str]) -> tuple[bool, bool] | None:
    """Whether rows begin, and whether they end, with a bar; None where no table is drawn."""
    rows = [line.strip() for line in lines if _BAR.search(line) and not is_rule(line)]
    if len(rows) < _FEWEST_LINES:
        return None
    edges = all(row[0] in BARS for row in rows), all(row[-1] in BARS for row in rows)
    first = next(i for i, line in enumerate(lines) if line.strip() == rows[0])
    around = lines[max(first - 1, 0) : first + _FEWEST_LINES]
    ruled = any(is_rule(line) and any(joint in line for joint in _JOINTS) for line in around)
    by_place = any("  " in cell for cell in _cells(rows[0], edges))
    return edges if (ruled or all(edges)) and not by_place else None


def _cells(line: str, edges: tuple[bool, bool]) -> list[str]:
    bare = line.strip().removeprefix("\ufeff")
    if bare.startswith("||"):
        bare = bare.replace("||", "|")  # names in Jira
    if not _BAR.search(bare):
        return [bare]
    begins, ends = edges
    bare = bare[1:] if begins and bare[0] in BARS else bare
    bare = bare[:-1] if ends and bare[-1] in BARS else bare
    return [cell.strip().replace("\\|", "|") for cell in _BAR.split(bare)]
