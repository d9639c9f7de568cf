"""What Python and JavaScript both go by, written once in Python.

The page holds it as one JSON element, which ``assets/shared/facts.mjs`` reads; a test fails on a script that
knows an id by heart or asks for one that is not here.
"""

from __future__ import annotations

import json
from dataclasses import fields
from typing import Any, Final

from dashboard.pages import ids
from dashboard.pages.dials import SLIDER_STEPS, SLIDERS
from dashboard.scene.marker_shapes import CORNERS, STROKES
from dashboard.session.simulation import ChosenDesign
from estimators import Design
from estimators.simulation.seeds import LARGEST_SEED

ELEMENT_ID: Final = "facts"

_KINDS = (ids.dial, ids.dial_slider, ids.dial_error, ids.preset_button)


def facts() -> dict[str, Any]:
    """The facts as JSON values.

    ``ids``: the constants of ``pages.ids`` by name; ``kinds``: the types of ids with parts; ``pages``: in the
    order of the bar, the first one is where a visitor arrives; ``textFields``: those of a design that are
    text; ``sliders``: what each goes from and to, by name; ``markerShapes``: see ``scene.marker_shapes``.
    """
    return {
        "ids": {
            name: value for name, value in vars(ids).items() if name.isupper() and isinstance(value, str)
        },
        "kinds": {kind.__name__: kind("")["type"] for kind in _KINDS},
        "pages": list(ids.PAGES),
        "textFields": [field.name for field in fields(Design) if field.type == "str"],
        "sliderSteps": SLIDER_STEPS,
        "sliders": {
            slider.name: {"low": slider.low, "high": slider.high, "step": slider.step, "log": slider.log}
            for slider in SLIDERS
        },
        "largestSeed": LARGEST_SEED,
        "simulatedToken": ChosenDesign.token,
        "markerShapes": {"corners": CORNERS, "strokes": STROKES},
    }


def element() -> str:
    """The facts as an element of HTML, which no browser runs."""
    text = json.dumps(facts(), separators=(",", ":")).replace("<", "\\u003c")
    return f'<script type="application/json" id="{ELEMENT_ID}">{text}</script>'
