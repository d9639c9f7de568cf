"""A method's own code in another language, or why there is none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from dashboard.scripts.literals import comment
from estimators.errors import error_sentence
from estimators.risk.bootstrapped import is_bootstrapped

if TYPE_CHECKING:
    from estimators import Comparison, Result

_SHOWN = ("mu", "sigma_group", "sigma_error", "icc")


@dataclass(frozen=True)
class MethodCode:
    """Lines of code, or none and a comment that says why."""

    lines: tuple[str, ...] = ()
    why_none: str = ""


def written_code(
    comparison: Comparison, result: Result, language: Literal["r_code", "python_code"], name: str
) -> MethodCode:
    """What a method says its code is for these data; a plugin's fault in it becomes the comment."""
    if result.fit is None:
        return MethodCode(why_none=comment(f"{result.label}: left out, {result.message}"))
    try:
        code = getattr(result.estimator, language)(comparison.data, result.options)
        lines = () if code is None else tuple(code.strip("\n").split("\n"))
    except Exception as error:  # noqa: BLE001 - a plugin's code: its fault stands in its lines' place
        return MethodCode(why_none=comment(f"{result.label}: its {name} failed with {error_sentence(error)}"))
    return MethodCode(lines, "" if lines else comment(f"{result.label}: has no {name}"))


def method_comments(result: Result) -> list[str]:
    """A method's name, its notes, and the numbers that it is to come to."""
    if result.fit is None:
        return [comment(result.label)]
    found = ((name, result.fit.parameters.get(name)) for name in _SHOWN)
    numbers = [f"{name} {p.value:.6g}" for name, p in found if p is not None and p.value is not None]
    return [
        comment(result.label),
        *([comment(f"In blupboard: {', '.join(numbers)}")] if numbers else []),
        *(comment(f"Note: {note.text}") for note in result.fit.notes),
        *([comment("Errors and intervals below are not those of the bootstrap")] * is_bootstrapped(result)),
    ]
