"""One colour and one symbol per estimator, the same in every view, in light and in dark."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from estimators import Estimator

LINE = "line"
"""The symbol of an estimator that says one number for all groups."""

CYCLE = ("#cc79a7", "#b8860b", "#332288", "#882255", "#44aa99", "#aa4499", "#7a7a00", "#117733")
"""For estimators that name no colour; told apart by colour-blind readers (after Okabe & Ito, and Tol)."""
SYMBOLS = ("triangle-up", "pentagon", "star", "triangle-down", "hexagon", "cross", "x", "bowtie")
SHAPES = frozenset({"circle", "diamond", "square", *SYMBOLS})
"""Plotly's symbols that the page can draw beside an estimator's name too; each also as ``...-open``."""

BACKGROUND = {False: "#ffffff", True: "#1b2129"}
INK = {False: "#3c4650", True: "#c3ccd6"}
FAINT = {False: "#5f6b78", True: "#98a4b1"}
GRID = {False: "#e7eaee", True: "#2c343f"}
GREY = {False: "#8a96a3", True: "#7c8896"}
OWN = {False: "#6b7785", True: "#9aa5b1"}
RAISED = {False: "#fffffe", True: "#232a34"}
"""What lies over a figure; no eye tells it from white, which on dark stays what it is."""
ROLES = (INK, FAINT, GRID, GREY, OWN, RAISED)
"""What is drawn besides the estimators, on light and on dark."""
LEAST_CONTRAST = 4.6
LEAST_CONTRAST_OF_MARKS = 3.0
"""What WCAG asks of graphics; on dark more is taken, as thin marks fade there."""


@dataclass(frozen=True)
class Style:
    """How an estimator is drawn: colours ``#rrggbb`` on light and on dark, a plotly symbol or ``line``."""

    light: str
    dark: str
    symbol: str

    def color(self, *, dark: bool) -> str:
        """The colour for a theme."""
        return self.dark if dark else self.light


def styles(estimators: Iterable[Estimator]) -> Mapping[str, Style]:
    """A style by estimator id: the estimator's own hint, or a place in the cycle by its id.

    What one asks for is given to no other as long as there is something else.
    A hint that cannot be drawn, be it no ``#rrggbb`` or an unknown symbol, counts as none.
    On light no two colours are the same that differ on dark, so that the page can turn one into the other.
    """
    pairs = {role[False]: role[True] for role in ROLES}
    known = sorted(estimators, key=lambda e: e.id)
    asked_for = {color for estimator in known if (color := _color_hint(estimator))}
    found: dict[str, Style] = {}
    taken: set[int] = set()
    for estimator in known:
        color, symbol = _color_hint(estimator), _symbol_hint(estimator)
        if color is None or symbol is None:
            start = int.from_bytes(hashlib.sha256(estimator.id.encode()).digest()[:4]) % len(CYCLE)
            free = [p for p in _places(start) if p not in taken]
            place = min(free, key=lambda p: CYCLE[p % len(CYCLE)] in asked_for, default=start)
            taken.add(place)
            color = color or CYCLE[place % len(CYCLE)]
            symbol = symbol or SYMBOLS[(place + place // len(CYCLE)) % len(SYMBOLS)]
        light, dark = on_light(color), on_dark(color)
        while pairs.setdefault(light, dark) != dark:
            light = _next_color(light)
        found[estimator.id] = Style(light, dark, symbol)
    return found


def palette(known: Mapping[str, Style]) -> dict[str, str]:
    """What each colour of a view on light becomes on dark: those of the roles and of these styles."""
    return {role[False]: role[True] for role in ROLES} | {s.light: s.dark for s in known.values()}


def _next_color(color: str) -> str:
    """One that no eye tells from it."""
    return f"{color[:5]}{(int(color[5:], 16) - 1) % 256:02x}"


def on_light(color: str) -> str:
    """The colour, mixed with black where it would not stand out from the light background."""
    return _mixed_until(color, "#000000", LEAST_CONTRAST_OF_MARKS, BACKGROUND[False], range(0, 100, 5))


def on_dark(color: str) -> str:
    """The colour mixed with white until it stands out from the dark background."""
    return _mixed_until(color, "#ffffff", LEAST_CONTRAST + 1, BACKGROUND[True], range(25, 100, 5))


def mix(color: str, other: str, share: float) -> str:
    """``color`` with a share of ``other``, channel by channel."""
    return "#" + "".join(
        f"{round(a + (b - a) * share):02x}" for a, b in zip(_rgb(color), _rgb(other), strict=True)
    )


def rgba(color: str, alpha: float) -> str:
    """The colour with an opacity, as ``rgba(...)``."""
    r, g, b = _rgb(color)
    return f"rgba({r},{g},{b},{alpha:g})"


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, 1 to 21 (WCAG 2.2)."""
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _mixed_until(color: str, other: str, least: float, background: str, shares: Iterable[int]) -> str:
    """The colour with the first share, in percent, of ``other`` that gives enough contrast; else the last."""
    mixed = color
    for share in shares:
        mixed = mix(color, other, share / 100)
        if contrast(mixed, background) >= least:
            break
    return mixed


def _color_hint(estimator: Estimator) -> str | None:
    color = estimator.color
    return color.lower() if isinstance(color, str) and re.fullmatch(r"#[0-9a-fA-F]{6}", color) else None


def _symbol_hint(estimator: Estimator) -> str | None:
    symbol = estimator.symbol
    if not isinstance(symbol, str):
        return None
    return symbol if symbol == LINE or symbol.removesuffix("-open") in SHAPES else None


def _places(start: int) -> Iterator[int]:
    """Places in the cycle from ``start`` on; where all are taken, the same colours with other symbols."""
    size = len(CYCLE)
    return (lap * size + (start + i) % size for lap in range(len(SYMBOLS)) for i in range(size))


def _luminance(color: str) -> float:
    channels = [c / 255 for c in _rgb(color)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _rgb(color: str) -> tuple[int, int, int]:
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)
