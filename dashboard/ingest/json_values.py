"""Values that come from a browser or from disk, taken for granted nowhere: each is of its kind or refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    Record = TypeVar("Record", bound=DataclassInstance)

OptionValue = bool | int | float | str


def sequence(value: object) -> Sequence[object]:
    """A list. Raises TypeError for anything else."""
    if not isinstance(value, (list, tuple)):
        raise TypeError(value)
    return value


def text(value: object) -> str:
    """A text that can be encoded. Raises TypeError for no text, ValueError for half a character."""
    if not isinstance(value, str):
        raise TypeError(value)
    value.encode()  # half a surrogate pair is no text; UnicodeEncodeError is a ValueError
    return value


def truth_value(value: object) -> bool:
    """True or false. Raises TypeError for anything else."""
    if not isinstance(value, bool):
        raise TypeError(value)
    return value


def option_value(value: object) -> OptionValue:
    """What an estimator's option may be. Raises TypeError for anything else."""
    if not isinstance(value, (bool, int, float, str)):
        raise TypeError(value)
    return value


def record(kind: type[Record], given: Mapping[str, Any]) -> Record:
    """The dataclass with these of its fields, where each is of the type it is declared with.

    Lists stand for tuples; fields of other dataclasses are taken as they are. Raises TypeError, and
    KeyError for a field that it does not have.
    """
    declared = _declared_types(kind)
    for name, value in given.items():
        check = _DECLARED.get(declared[name])
        if check is not None and not check(value):
            raise TypeError(f"{name} of {kind.__name__} cannot be {type(value).__name__}")
    return kind(**{name: tuple(value) if isinstance(value, list) else value for name, value in given.items()})


@cache
def _declared_types(kind: type[DataclassInstance]) -> dict[str, str]:
    return {field.name: str(field.type) for field in fields(kind)}


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**63


def _is_text(value: object) -> bool:
    try:
        text(value)
    except (TypeError, ValueError):
        return False
    return True


_DECLARED: Mapping[str, Callable[[object], bool]] = {
    "str": _is_text,
    "str | None": lambda value: value is None or _is_text(value),
    "int": _is_count,
    "int | None": lambda value: value is None or _is_count(value),
    "bool": lambda value: isinstance(value, bool),
    "tuple[str, ...]": lambda value: isinstance(value, (list, tuple)) and all(map(_is_text, value)),
}
