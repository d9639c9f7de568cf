"""A figure as the browser gets it, and how it is read."""

from __future__ import annotations

import base64
import json

import numpy as np
from dash._utils import to_json

from dashboard.figures.parts import plotly_text


def refuse(constant):
    raise AssertionError(f"{constant} is not JSON")


def sent(figure):
    """The figure as the browser gets it."""
    return json.loads(to_json(figure.to_plotly_json()), parse_constant=refuse)


def numbers(value):
    """An array of a figure, whichever way it is written."""
    if isinstance(value, dict):
        return np.frombuffer(base64.b64decode(value["bdata"]), dtype=value["dtype"]).astype(float)
    return np.array([np.nan if v is None else v for v in value], dtype=float)


def group_traces(figure):
    return [t for t in figure["data"] if (t.get("meta") or {}).get("groups")]


def markers(figure, name):
    (found,) = [t for t in group_traces(figure) if t["mode"] == "markers" and t["name"] == plotly_text(name)]
    return found


def texts(figure):
    axes = (figure["layout"]["xaxis"], figure["layout"]["yaxis"])
    for axis in axes:
        yield from axis.get("ticktext", ())
        yield axis["title"].get("text", "")
    for trace in figure["data"]:
        yield trace.get("name", "")
    for annotation in figure["layout"].get("annotations", ()):
        yield annotation["text"]
