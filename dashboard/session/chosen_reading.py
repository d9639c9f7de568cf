"""How a file is read and which of its rows take part, as the page holds it: JSON values and back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any, Final, get_args

from dashboard.ingest import ALL_ROWS, AS_FOUND, Condition, Reading, RowFilter
from dashboard.ingest.reading import Operator
from dashboard.session.json_values import sequence, text, truth_value


def _mark(value: object) -> str:
    mark = text(value)
    if len(mark) > 1:
        raise ValueError(value)
    return mark


def _line(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(value)
    if value < 0:
        raise ValueError(value)
    return value


def _codes(value: object) -> tuple[str, ...]:
    return tuple(map(text, sequence(value)))


_OPTIONS: Final[Mapping[str, Callable[[object], Any]]] = {
    "encoding": text,
    "delimiter": _mark,
    "quote": _mark,
    "decimal": _mark,
    "thousands": _mark,
    "header": _line,
    "skip_rows": _line,
    "comment": _mark,
    "sheet": text,
    "missing": _codes,
    "stack": _codes,
    "labels": text,
    "fill_down": truth_value,
    "event": text,
}


def reading_to_json(reading: Reading) -> dict[str, Any]:
    """The options that a person set, by name; nothing of those that are found from the file."""
    found = {field.name: getattr(AS_FOUND, field.name) for field in fields(Reading)}
    return {name: value for name, value in reading.to_json().items() if value not in (found[name], [])}


def reading_from_json(given: object) -> Reading:
    """What `reading_to_json` gave; nothing at all is what is found from the file.

    Raises TypeError for a value of another kind, ValueError for one that an option does not take.
    """
    if given is None:
        return AS_FOUND
    if not isinstance(given, Mapping):
        raise TypeError(given)
    return Reading(**{name: of(given[name]) for name, of in _OPTIONS.items() if given.get(name) is not None})


def rows_to_json(rows: RowFilter) -> dict[str, Any]:
    """Which rows take part; empty for all of them."""
    conditions = [[condition.column, condition.operator, condition.value] for condition in rows.where]
    found: dict[str, Any] = {"exclude": list(rows.exclude), "where": conditions}
    return {name: value for name, value in found.items() if value}


def rows_from_json(given: object) -> RowFilter:
    """What `rows_to_json` gave; nothing at all is every row. Raises as `reading_from_json`."""
    if given is None:
        return ALL_ROWS
    if not isinstance(given, Mapping):
        raise TypeError(given)
    exclude = tuple(map(text, sequence(given.get("exclude", []))))
    return RowFilter(exclude, tuple(map(_condition, sequence(given.get("where", [])))))


def _condition(given: object) -> Condition:
    column, written, value = map(text, sequence(given))
    operators: tuple[Operator, ...] = get_args(Operator)
    return Condition(column, operators[operators.index(written)], value)


@dataclass(frozen=True)
class ChosenReading:
    """What the page's store holds of the file that is open, besides its columns."""

    token: str
    reading: Reading = AS_FOUND
    rows: RowFilter = ALL_ROWS
    waved_off: tuple[str, ...] = ()
    """The keys of hints that are not to be shown again."""
    before: Before | None = None
    """What was chosen before the last change, so that it can be undone."""

    def to_json(self) -> dict[str, Any]:
        """Plain values, for `from_json`."""
        return {
            "token": self.token,
            "reading": reading_to_json(self.reading),
            "rows": rows_to_json(self.rows),
            "waved_off": list(self.waved_off),
            "before": None if self.before is None else self.before.to_json(),
        }

    @classmethod
    def from_json(cls, given: object, token: str) -> ChosenReading:
        """What `to_json` gave; what is found from the file where that is of another file, or nothing.

        Raises TypeError or ValueError where it is garbled.
        """
        if not isinstance(given, Mapping) or given.get("token") != token:
            return cls(token)
        return cls(
            token,
            reading_from_json(given.get("reading")),
            rows_from_json(given.get("rows")),
            tuple(map(text, sequence(given.get("waved_off", [])))),
            Before.from_json(given.get("before")),
        )


@dataclass(frozen=True)
class Before:
    """What was chosen before a change, and what the change was."""

    words: str
    """What was done, for the line that offers to undo it."""
    reading: Reading
    rows: RowFilter
    outcome: str
    group: str

    def to_json(self) -> dict[str, Any]:
        """Plain values, for `from_json`."""
        return {
            "words": self.words,
            "reading": reading_to_json(self.reading),
            "rows": rows_to_json(self.rows),
            "outcome": self.outcome,
            "group": self.group,
        }

    @classmethod
    def from_json(cls, given: object) -> Before | None:
        """What `to_json` gave; None for nothing. Raises TypeError or ValueError where it is garbled."""
        if not isinstance(given, Mapping):
            return None
        words, outcome, group = (text(given.get(name)) for name in ("words", "outcome", "group"))
        reading, rows = reading_from_json(given.get("reading")), rows_from_json(given.get("rows"))
        return cls(words, reading, rows, outcome, group)
