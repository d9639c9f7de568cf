"""Numbers as text: to digits that mean something, never to a false 0% or 100%."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from dashboard.scene.group_noun import ROW

if TYPE_CHECKING:
    from dashboard.scene.group_noun import Unit

DASH = "–"
MINUS = "\N{MINUS SIGN}"
"""As axes and the table write it."""
MOST_DIGITS = 15
"""Significant digits that every double holds."""


def number(value: float | None, *, like: float | None = None, digits: int = 3) -> str:
    """A number to ``digits`` significant digits of ``like`` (itself by default), without needless exponents.

    Digits past those that a double holds are not shown.
    """
    if value is None or not math.isfinite(value):
        return DASH
    if value == 0:
        return "0"
    scale = abs(like) if like else abs(value)
    magnitude = math.floor(math.log10(abs(value)))
    wanted = digits - 1 - math.floor(math.log10(scale))
    places = min(max(wanted, 0), max(MOST_DIGITS - 1 - magnitude, 0))
    significant = min(max(wanted + magnitude + 1, digits, 4), MOST_DIGITS)
    tells_apart = like is not None and magnitude < MOST_DIGITS and significant > 4
    if max(scale, abs(value)) < 1e-4 or (abs(value) >= 1e9 and not tells_apart) or places > 12:
        return f"{value:.{significant}g}".replace("-", MINUS)
    return f"{value:z,.{places}f}".replace("-", MINUS)


def number_by_error(value: float | None, error: float | None, *, digits: int) -> str:
    """A number to ``digits`` significant digits, or to two of its standard error where those are more."""
    if not value or not error:
        return number(value, digits=digits)
    return number(value, like=min(abs(value), 10.0 ** (digits - 2) * error), digits=digits)


def percent(share: float | None, *, digits: int = 0) -> str:
    """A share as a percentage, halves rounded up, and never to a false 0% or 100%.

    ``digits``: behind the point.
    """
    step = 10.0**-digits
    if share is None or not math.isfinite(100 * share / step):
        return DASH
    if 0 < share < 0.005 * step:
        return f"under {step:g}%"
    if 1 - 0.005 * step <= share < 1:
        return f"over {100 - step:g}%"
    steps, all_steps = math.floor(100 * share / step + 0.5), 100 * 10**digits
    return f"{(min(steps, all_steps - 1) if share < 1 else steps) / 10**digits:.{digits}f}%"


def row_count(count: int, row: Unit = ROW) -> str:
    """``1 row``, ``2 rows``; ``2 trials`` where that is what is counted."""
    return f"{count:,} {row.one if count == 1 else row.many}"
