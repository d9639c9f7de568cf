"""A figure as the JSON that plotly draws: plain dicts, for views that are built many times a second.

Plotly's own figure objects check every property as it is set, which takes longer than all else in a frame;
here a test checks every view with them instead.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias, TypedDict

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

Plotly: TypeAlias = "str | float | bool | NDArray[Any] | Sequence[Plotly] | Mapping[str, Plotly] | None"
"""A value of a trace or a layout, by plotly's rules: JSON, in which numbers along an axis may be an array."""
Trace = dict[str, Any]
"""One trace with its ``type``; its values are ``Plotly``."""


class FigureJson(TypedDict):
    """A figure that is ready to be sent: JSON, with each array as ``{"dtype": ..., "bdata": ...}``."""

    data: list[dict[str, Any]]
    layout: dict[str, Any]


_ACROSS = {axis: {f"{axis}ref": f"{axis} domain", f"{axis}0": 0, f"{axis}1": 1} for axis in "xy"}
"""What makes a line go all the way along one axis."""


@dataclass
class PlotlyFigure:
    """Traces and layout of one figure, by plotly's names."""

    layout: dict[str, Any]
    data: list[Trace] = field(default_factory=list)

    def add(self, *traces: Trace) -> None:
        """Draw these traces above those that are there."""
        self.data.extend(traces)

    def add_vertical(self, x: float, **look: Plotly) -> None:
        """A straight line from the bottom to the top of the plot; ``look``: properties of a shape."""
        self._list("shapes", {"type": "line", "xref": "x", "x0": x, "x1": x, **_ACROSS["y"], **look})

    def add_horizontal(self, y: float, **look: Plotly) -> None:
        """A straight line from the left to the right of the plot; ``look``: properties of a shape."""
        self._list("shapes", {"type": "line", "yref": "y", "y0": y, "y1": y, **_ACROSS["x"], **look})

    def add_note(self, text: str, **place: Plotly) -> None:
        """Text on the plot, without an arrow; ``place``: properties of an annotation."""
        self._list("annotations", {"text": text, "showarrow": False, **place})

    def set(self, **changes: Plotly) -> None:
        """Change the layout; what a nested dict does not name stays as it is."""
        self.layout = merge(self.layout, changes)

    def to_plotly_json(self) -> FigureJson:
        """The figure with its arrays as the bytes that plotly reads; dash and plotly know this name."""
        return {"data": [_pack_dict(trace) for trace in self.data], "layout": _pack_dict(self.layout)}

    def _list(self, name: str, entry: dict[str, Any]) -> None:
        self.set(**{name: [*self.layout.get(name, ()), entry]})


def merge(old: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """``old`` with the changes, dict within dict; neither is altered."""
    both = dict(old)
    for key, value in changes.items():
        there = both.get(key)
        both[key] = merge(there, value) if isinstance(there, dict) and isinstance(value, dict) else value
    return both


def _pack_dict(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: _pack(value) for key, value in values.items()}


def _pack(value: object) -> object:
    if isinstance(value, np.ndarray):
        return _bytes(value)
    if isinstance(value, dict):
        return _pack_dict(value)
    if isinstance(value, list):
        return [_pack(inner) for inner in value]
    return value


def _bytes(values: NDArray[Any]) -> dict[str, str]:
    kind = {np.dtype(np.float32): "f4", np.dtype(np.uint8): "u1"}.get(values.dtype, "f8")
    sent = np.ascontiguousarray(values, dtype=f"<{kind}")
    packed = {"dtype": kind, "bdata": base64.b64encode(sent.tobytes()).decode("ascii")}
    if values.ndim > 1:
        packed["shape"] = ", ".join(map(str, values.shape))
    return packed
