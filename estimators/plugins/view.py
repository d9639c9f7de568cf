"""View: a picture of a comparison, and the Look in which it is drawn."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from estimators.contract.comparison import Comparison, Result

Figure = Mapping[str, Any]
"""``{"data": [...], "layout": {...}}`` by plotly's names; arrays may be numpy's."""


@dataclass(frozen=True)
class Look:
    """How the page looks: colours ``#rrggbb`` that stand out from its ground, symbols, names of columns."""

    dark: bool
    """Whether the page is dark."""
    outcome: str
    """The outcome's column, made harmless for plotly: the title of an axis in its units."""
    group: str
    """What one group is called, as in ``batch``."""
    colors: Mapping[str, str]
    """By estimator id."""
    symbols: Mapping[str, str]
    """By estimator id: plotly's marker symbols."""
    ink: str
    """For text and for lines that matter."""
    faint: str
    """For lines that only help."""

    def points(self, result: Result, x: object, y: object, **more: Any) -> dict[str, Any]:
        """A trace with one mark for every group, in its method's colour and symbol, linked with the page.

        Args:
            result: whose marks they are.
            x: ``(J,)`` in the order of ``data.labels``.
            y: likewise.
            more: further properties of the trace.

        Raises:
            KeyError: the method is none of those that are compared.

        """
        marker = {"color": self.colors[result.id], "symbol": self.symbols[result.id], "size": 7}
        marker["line"] = {"width": 1.4, "color": self.colors[result.id]}
        return {
            "type": "scatter",
            "mode": "markers",
            "name": result.label,
            "x": x,
            "y": y,
            "marker": marker,
            "meta": {"groups": True},
            **more,
        }


@dataclass(frozen=True)
class View:
    """A picture beside the page's own, drawn anew for every comparison."""

    id: str
    """Lower-case letters, digits, ``_`` and ``-``, starting with a letter; unique among the views."""
    title: str
    """A short name for people."""
    subtitle: str
    """What is drawn, in a few words."""
    figure: Callable[[Comparison, Look], Figure | None]
    """Comparison, look -> a figure as plotly's JSON or as one of its objects; None: there is nothing to draw.

    Fonts, margins and grid come from the page; what the figure's layout says wins. A trace that holds one
    entry for each group, in the order of ``comparison.data.labels``, says so by ``"meta": {"groups": True}``
    and is linked: pointing at a group there lights it up everywhere. A DataError is shown in its place.
    """
