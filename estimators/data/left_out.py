"""What was not used, by example: rows of one cause, and the cells that say why."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

EXAMPLES: Final = 5
"""How many cells of a cause are kept as examples."""
CAUSES: Final = (
    "missing_outcome",
    "missing_group",
    "not_a_number",
    "not_finite",
    "missing_covariate",
    "missing_weight",
    "zero_weight",
)
"""The causes that `DroppedRows` counts, in its order."""
_LONGEST_TEXT: Final = 40
_GROUPS_NAMED: Final = 5


@dataclass(frozen=True)
class Example:
    """One cell for which a row was left out."""

    line: int | None
    """Its line in the file as an editor shows it; its row, from 1, where there are no lines."""
    text: str
    """The cell exactly as it stands."""


@dataclass(frozen=True)
class LeftOut:
    """The rows that were left out for one cause."""

    cause: str
    """A field of ``DroppedRows``, ``excluded_group``, or ``where``."""
    rows: int
    examples: tuple[Example, ...] = ()
    """Some of its rows: the first of each different cell before others."""
    detail: str = ""
    """Which condition or group it was, where the cause alone does not say so."""

    def to_dict(self) -> dict[str, Any]:
        """Ready for JSON."""
        examples = [{"line": example.line, "text": example.text} for example in self.examples]
        detail = {"detail": self.detail} if self.detail else {}
        return {"cause": self.cause, "rows": self.rows, "examples": examples, **detail}

    @property
    def label(self) -> str:
        """The cause in words."""
        words = {"excluded_group": "group left out", "where": "not where"}.get(
            self.cause, self.cause.replace("_", " ")
        )
        return f"{words} {self.detail}" if self.detail else words


def sentences(left_out: Iterable[LeftOut], noun: str = "line") -> list[str]:
    """One sentence a cause: how many rows, and which cells were the reason."""
    return [_sentence(cause, noun) for cause in left_out if cause.rows]


def _sentence(cause: LeftOut, noun: str) -> str:
    rows = f"{cause.rows:,} row{'' if cause.rows == 1 else 's'} left out, {cause.label}"
    if not cause.examples:
        return rows
    cells = ", ".join(
        _cell(example.text) + (f" ({noun} {example.line})" if example.line is not None else "")
        for example in cause.examples
    )
    return f"{rows}: {cells}{', ...' if cause.rows > len(cause.examples) else ''}"


def _cell(text: str) -> str:
    shown = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text.strip())
    flat = " ".join(shown.split())
    if not flat:
        return "blank"
    return f"`{flat}`" if len(flat) <= _LONGEST_TEXT else f"`{flat[: _LONGEST_TEXT - 1]}…`"


def groups_sentence(labels: Sequence[str]) -> str | None:
    """Which groups have rows and none that can be used; None where there is no such group."""
    if not labels:
        return None
    if len(labels) == 1:
        return f"group {printable_label(labels[0])} has no usable row"
    named = ", ".join(map(printable_label, labels[:_GROUPS_NAMED]))
    more = f" and {len(labels) - _GROUPS_NAMED:,} more" if len(labels) > _GROUPS_NAMED else ""
    return f"groups {named}{more} have no usable row"


def printable_label(label: str) -> str:
    """A label as a sentence may hold it: no control characters, and not too long."""
    text = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in label)
    return text if len(text) <= _LONGEST_TEXT else text[: _LONGEST_TEXT - 1] + "…"


def merged(before: Sequence[LeftOut], after: Sequence[LeftOut], rows_before: int) -> tuple[LeftOut, ...]:
    """What two pieces of a table leave out, the second of which begins after so many rows."""
    found = {cause.cause: cause for cause in before}
    for cause in after:
        moved = [((example.line or 0) + rows_before, example.text) for example in cause.examples]
        first = found.get(cause.cause, LeftOut(cause.cause, 0))
        cells = [*((example.line, example.text) for example in first.examples), *moved]
        found[cause.cause] = replace(first, rows=first.rows + cause.rows, examples=first_examples(cells))
    return tuple(found.values())


def first_examples(cells: Iterable[tuple[int | None, str]], limit: int = EXAMPLES) -> tuple[Example, ...]:
    """Up to `limit` of (line, text) in their order, the first of each different text before others."""
    seen: set[str] = set()
    first: list[tuple[int, Example]] = []
    again: list[tuple[int, Example]] = []
    for place, (line, text) in enumerate(cells):
        to = again if text in seen else first
        if len(to) < limit:
            to.append((place, Example(line, text)))
        seen.add(text)
        if len(first) >= limit:
            break
    chosen = (first + again)[:limit]
    return tuple(example for _, example in sorted(chosen, key=lambda found: found[0]))
