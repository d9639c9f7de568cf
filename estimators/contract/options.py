"""Typed options of a method: the page draws its controls from them, and the command line accepts them."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from estimators.errors import OptionError


def option(
    default: Any,
    *,
    label: str,
    help: str = "",  # noqa: A002 - the word that click and argparse use too
    minimum: float | None = None,
    maximum: float | None = None,
    choices: Iterable[str] | Mapping[str, str] | None = None,
) -> Any:
    """A field of an ``Options`` dataclass that people can set from the page and the command line.

    ``default`` is a bool, int, float or str and gives the type. ``minimum`` and ``maximum`` are inclusive.
    ``choices`` are the allowed strings, or a mapping of them to the words shown for each.
    """
    words = choices if isinstance(choices, Mapping) else {c: c for c in choices} if choices else None
    metadata = {"label": label, "help": help, "minimum": minimum, "maximum": maximum, "choices": words}
    return field(default=default, metadata=metadata)


@dataclass(frozen=True)
class OptionSpec:
    """One option as the page and the command line see it: what :func:`option` was given, with its name."""

    name: str
    default: bool | int | float | str
    label: str
    help: str
    minimum: float | None
    maximum: float | None
    choices: Mapping[str, str] | None

    def parse(self, value: object) -> bool | int | float | str:
        """The value in the option's type, checked against its bounds; text is read as on the command line.

        Raises:
            OptionError: in one sentence, naming the bounds.

        """
        kind = type(self.default)
        try:
            parsed = _read_bool(value) if kind is bool else _read_number(kind, value)
        except (TypeError, ValueError, OverflowError):
            raise OptionError(f"{self.name} takes {self._allowed()}, not {value!r}") from None
        if self.choices is not None and parsed not in self.choices:
            raise OptionError(f"{self.name} takes {self._allowed()}, not {value!r}")
        if isinstance(parsed, (int, float)) and not isinstance(parsed, bool):
            low = -np.inf if self.minimum is None else self.minimum
            high = np.inf if self.maximum is None else self.maximum
            if not low <= parsed <= high:
                raise OptionError(f"{self.name} takes {self._allowed()}, not {value!r}")
        return parsed

    def _allowed(self) -> str:
        if self.choices is not None:
            return "one of " + ", ".join(self.choices)
        if isinstance(self.default, bool):
            return "true or false"
        if isinstance(self.default, str):
            return "text"
        noun = "a whole number" if isinstance(self.default, int) else "a number"
        if self.minimum is not None and self.maximum is not None:
            return f"{noun} from {self.minimum:g} to {self.maximum:g}"
        if self.minimum is not None:
            return f"{noun} of at least {self.minimum:g}"
        return noun if self.maximum is None else f"{noun} of at most {self.maximum:g}"


def _read_bool(value: object) -> bool:
    words = {
        "true": True,
        "yes": True,
        "1": True,
        "on": True,
        "false": False,
        "no": False,
        "0": False,
        "off": False,
    }
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, str) and value.strip().lower() in words:
        return words[value.strip().lower()]
    raise ValueError(value)


def _read_number(kind: type, value: Any) -> int | float | str:
    if kind is str:
        if not isinstance(value, str):
            raise ValueError(value)
        return value
    if isinstance(value, bool):
        raise ValueError(value)
    number = float(value)
    if not np.isfinite(number) or (kind is int and number != int(number)):
        raise ValueError(value)
    return int(value) if kind is int and isinstance(value, str) and "." not in value else kind(number)


def option_spec(f: dataclasses.Field[Any]) -> OptionSpec:
    """A field of an ``Options`` dataclass as a specification.

    Raises:
        OptionError: the field was not made by :func:`option`.

    """
    if f.default is dataclasses.MISSING or "label" not in f.metadata:
        raise OptionError(f"option {f.name} is not made with option(default, label=...)")
    return OptionSpec(name=f.name, default=f.default, **f.metadata)


@dataclass(frozen=True)
class NoOptions:
    """The options of a method that has none."""
