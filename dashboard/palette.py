"""One colour and one symbol per estimator, the same in every view, in light and in dark."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from estimators import Estimator

LINE = "line"
"""The symbol of an estimator that says one number for all groups."""

CYCLE = ("#cc79a7", "#b8860b", "#332288", "#882255", "#44aa99", "#aa4499", "#7a7a00", "#117733")
"""For estimators that name no colour; told apart by colour-blind readers (after Okabe & Ito, and Tol)."""
SYMBOLS = ("triangle-up", "pentagon", "star", "triangle-down", "hexagon", "cross", "x", "bowtie")

BACKGROUND = {False: "#ffffff", True: "#1b2129"}
LEAST_CONTRAST = 4.6


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
    """A style by estimator id: the estimator's own hint, or a place in the cycle by its id."""
    found: dict[str, Style] = {}
    taken: set[int] = set()
    for estimator in sorted(estimators, key=lambda e: e.id):
        place = int.from_bytes(hashlib.sha256(estimator.id.encode()).digest()[:4]) % len(CYCLE)
        if estimator.color is None or estimator.symbol is None:
            free = [
                (place + i) % len(CYCLE) for i in range(len(CYCLE)) if (place + i) % len(CYCLE) not in taken
            ]
            place = free[0] if free else place
            taken.add(place)
        light = estimator.color or CYCLE[place]
        found[estimator.id] = Style(light, on_dark(light), estimator.symbol or SYMBOLS[place])
    return found


def on_dark(color: str) -> str:
    """The colour mixed with white until it stands out from the dark background."""
    mixed = color
    for share in range(25, 100, 5):
        mixed = mix(color, "#ffffff", share / 100)
        if contrast(mixed, BACKGROUND[True]) >= LEAST_CONTRAST + 1:
            break
    return mixed


def mix(color: str, other: str, share: float) -> str:
    """``color`` with a share of ``other``, channel by channel."""
    return "#" + "".join(
        f"{round(a + (b - a) * share):02x}" for a, b in zip(_rgb(color), _rgb(other), strict=True)
    )


def faded(color: str, alpha: float) -> str:
    """The colour with an opacity, as ``rgba(...)``."""
    r, g, b = _rgb(color)
    return f"rgba({r},{g},{b},{alpha:g})"


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, 1 to 21 (WCAG 2.2)."""
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _luminance(color: str) -> float:
    channels = [c / 255 for c in _rgb(color)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _rgb(color: str) -> tuple[int, int, int]:
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)
