"""Values that come from a browser or from disk, taken for granted nowhere: each is of its kind or refused."""

from __future__ import annotations

from collections.abc import Sequence

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
