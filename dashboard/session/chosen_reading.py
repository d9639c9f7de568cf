"""How a file is read and which of its rows take part, as JSON values of the page and back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any, Final, get_args

from dashboard.ingest import AS_FOUND, Condition, Reading, RowFilter
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
        return RowFilter()
    if not isinstance(given, Mapping):
        raise TypeError(given)
    exclude = tuple(map(text, sequence(given.get("exclude", []))))
    return RowFilter(exclude, tuple(map(_condition, sequence(given.get("where", [])))))


def _condition(given: object) -> Condition:
    column, written, value = map(text, sequence(given))
    operators: tuple[Operator, ...] = get_args(Operator)
    return Condition(column, operators[operators.index(written)], value)
