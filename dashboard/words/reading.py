"""How a file was read, what was changed of that, and what hints offer, in words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from estimators.data.frames import NOTHING_BESIDE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from dashboard.ingest import Reading, RowFilter
    from dashboard.ingest.hints import Hint
    from estimators.data.frames import ModelColumns

DELIMITERS: Final[Mapping[str, str]] = {
    ",": "commas",
    ";": "semicolons",
    "\t": "tabs",
    "|": "bars",
    " ": "spaces",
    ":": "colons",
}
DECIMALS: Final[Mapping[str, str]] = {".": "decimal point", ",": "decimal comma"}
THOUSANDS: Final[Mapping[str, str]] = {".": "points", ",": "commas", " ": "spaces", "'": "apostrophes"}
QUOTES: Final[Mapping[str, str]] = {'"': "double quotes", "'": "single quotes"}
LABELS: Final[Mapping[str, str]] = {
    "exact": "exactly",
    "trimmed": "without extra spaces",
    "folded": "without extra spaces, capitals and Unicode form",
}
"""What marks and ways of comparing labels are called."""
WEIGHTS: Final[Mapping[str, str]] = {
    "precision": "Weights of precision",
    "frequency": "Counts of equal rows",
    "survey": "Survey weights",
}
"""What kinds of weights are called."""
_CELL = re.compile(r"`([^`]+)`")
_LONGEST: Final = 40


@dataclass(frozen=True)
class Change:
    """One thing that a person set, which can be taken back."""

    option: str
    """A field of `Reading` or of `ModelColumns`, or ``exclude`` or ``where``."""
    value: str
    """Which of several: a missing code, a group's label, the place of a condition, a column."""
    words: str


def reading_summary(reading: Reading) -> str:
    """How a file was read, in a few words each; empty where there was nothing to find out (Parquet)."""
    parts = []
    if reading.encoding is not None:
        parts.append(reading.encoding)
    if reading.delimiter is not None:
        parts.append(DELIMITERS.get(reading.delimiter, f"columns separated by {reading.delimiter}"))
    if reading.sheet is not None:
        parts.append(f"sheet {reading.sheet}")
    if reading.stack:
        parts.append(f"{len(reading.stack):,} columns stacked")
    if reading.decimal is not None:
        parts.append(DECIMALS.get(reading.decimal, f"decimal mark {reading.decimal}"))
    if reading.thousands:
        mark = THOUSANDS.get(reading.thousands, reading.thousands)
        parts.append(f"thousands set apart by {mark}")
    if reading.skip_rows:
        parts.append(_lines_skipped(reading.skip_rows))
    if reading.delimiter is not None and reading.header is None:
        parts.append("no line of column names")
    if reading.comment:
        parts.append(f"lines that begin with {reading.comment} are remarks")
    return ", ".join(parts)


def changes(reading: Reading, rows: RowFilter, model: ModelColumns = NOTHING_BESIDE) -> tuple[Change, ...]:
    """All that a person set of how a file is read, its covariates and weights, and which rows take part."""
    return (*_changes_of_reading(reading), *_changes_of_model(model), *_changes_of_rows(rows))


def _changes_of_reading(reading: Reading) -> Iterator[Change]:
    for option, words in _WORDS.items():
        value = getattr(reading, option)
        if value is not None:
            yield Change(option, "", words(value))
    if reading.stack:
        yield Change("stack", "", f"Stacked: {short(', '.join(reading.stack))}")
    for code in reading.missing:
        yield Change("missing", code, f"{short(code)} is missing")


def _lines_skipped(lines: int) -> str:
    return f"{lines:,} line{'' if lines == 1 else 's'} skipped"


_WORDS: Final[Mapping[str, Callable[[Any], str]]] = {
    "encoding": lambda name: f"Encoding {name}",
    "delimiter": lambda mark: f"Separated by {DELIMITERS.get(mark, mark)}",
    "quote": lambda mark: f"Values in {QUOTES.get(mark, mark or 'no quotes')}",
    "decimal": lambda mark: DECIMALS.get(mark, f"decimal mark {mark}").capitalize(),
    "thousands": lambda mark: f"Thousands set apart by {THOUSANDS.get(mark, mark or 'nothing')}",
    "header": lambda line: f"Names in line {line}" if line else "No line of names",
    "skip_rows": _lines_skipped,
    "comment": lambda mark: f"Lines with {mark} are remarks" if mark else "No lines are remarks",
    "sheet": lambda name: f"Sheet {name}",
    "labels": lambda how: f"Labels compared {LABELS[how]}",
    "event": lambda word: f"{short(word)} counts as 1",
    "fill_down": lambda down: "Blank labels are those above" if down else "Blank labels are missing",
}
"""What it means that an option was set, by its name in `Reading`."""


CURVES: Final[Mapping[str, str]] = {
    "poly2": "a curve with one bow",
    "poly3": "a curve of degree 3",
    "poly4": "a curve of degree 4",
    "spline3": "a smooth curve with 3 knots",
    "spline4": "a smooth curve with 4 knots",
    "spline5": "a smooth curve with 5 knots",
}
"""What a covariate is that is more than a straight line, by its shape: a key of `estimators.data.curves`."""


def _changes_of_model(model: ModelColumns) -> Iterator[Change]:
    for name in model.adjust:
        yield Change("adjust", name, f"Adjusted for {short(name)}")
    for name in model.explained_by:
        yield Change("explained_by", name, f"Explained by {short(name)}")
    for name in model.categorical:
        yield Change("categorical", name, f"{short(name)} taken as categories")
    for name, shape in model.curves:
        yield Change("curves", name, f"{short(name)} as {CURVES[shape]}")
    if model.weights is not None:
        yield Change("weights", model.weights, f"{WEIGHTS[model.weight_kind]}: {short(model.weights)}")


def _changes_of_rows(rows: RowFilter) -> Iterator[Change]:
    for place, condition in enumerate(rows.where):
        sign = {"!=": "≠", "<=": "≤", ">=": "≥"}.get(condition.operator, condition.operator)
        value = short(condition.value) or "blank"
        yield Change("where", str(place), f"Only {short(condition.column)} {sign} {value}")
    for label in rows.exclude:
        yield Change("exclude", label, f"Without {short(label)}")


def done(before: Iterable[Change], after: Iterable[Change]) -> str:
    """What a step did, for the line that offers to undo it; empty where it changed none of these."""
    old, new = list(before), list(after)
    added = [change.words for change in new if change not in old]
    removed = [change.words for change in old if change not in new]
    what = added or removed
    if not what:
        return ""
    words = what[0] if len(what) == 1 else f"{what[0]} and {len(what) - 1:,} more"
    return words if added else f"Taken back: {words[0].lower()}{words[1:]}"


def hint_action(hint: Hint) -> str:
    """What the button of a hint does."""
    if hint.missing is not None and hint.fill_down:
        return f"Read {short(hint.missing)} as the label above"
    if hint.code == "sign_beside" and hint.where is not None:
        return f"Keep {short(hint.where.value)} only"
    offers = (
        (hint.missing, f"Read {short(hint.missing or '')} as missing"),
        (hint.exclude, f"Leave out {short(hint.exclude or '')}"),
        (hint.where, "Leave this row out"),
        (hint.labels, "Take them for the same"),
        (hint.encoding, f"Read as {hint.encoding}"),
        (hint.outcome, f"Take {short(hint.outcome or '')} as the outcome"),
    )
    return next((words for change, words in offers if change is not None), "Fill down")


def suggested(before: Reading, after: Reading) -> str:
    """What the button does that reads a file as its refusal suggests."""
    if after.skip_rows and after.skip_rows != before.skip_rows:
        return f"Skip {after.skip_rows:,} line{'' if after.skip_rows == 1 else 's'}"
    if after.header == 0:
        return "It has no line of names"
    return "Read it so"


def short(text: str) -> str:
    """A piece of the user's text on one line."""
    flat = " ".join(text.split())
    return flat if len(flat) <= _LONGEST else f"{flat[: _LONGEST - 1]}…"


def pieces(text: str) -> list[tuple[str, bool]]:
    """A sentence in pieces, each with whether it is a cell of the file, which sentences set in backticks."""
    parts = _CELL.split(text)
    return [(part, place % 2 == 1) for place, part in enumerate(parts) if part]
