"""The dials of a design: one input for each field, with a slider where a hand wants to drag."""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import dash_mantine_components as dmc
from dash import html

from dashboard.pages import ids
from dashboard.pages.attributes import aria, data, explained
from dashboard.pages.controls import control_with_label
from dashboard.pages.once_shown import OnceShown
from estimators import PRESETS
from estimators.simulation.design import ONE_HUGE
from estimators.simulation.effects import SHAPES
from estimators.simulation.streams import STREAMS

if TYPE_CHECKING:
    from dash.development.base_component import Component

    from estimators import Design

SLIDER_STEPS = 200


@dataclass(frozen=True)
class Slider:
    """A dial that can be dragged; ``log`` moves by factors, else evenly. The input takes values beyond."""

    name: str
    label: str
    low: float
    high: float
    step: float
    log: bool
    help: str


SLIDERS = (
    Slider("groups", "Groups J", 2, 200, 1, True, "How many groups are drawn."),
    Slider("per_group", "Rows per group n", 1, 500, 1, True, "Rows of each group."),
    Slider(
        "sigma_group", "Between groups σg", 0, 10, 0.1, False, "Standard deviation of the true group means."
    ),
    Slider(
        "sigma_error", "Within groups σe", 0, 10, 0.1, False, "Standard deviation of the rows around them."
    ),
)
SIZE_RULES = (
    {"value": "equal", "label": "equal"},
    {"value": "range", "label": "spread over a range"},
    {"value": "drawn", "label": "drawn from a range"},
    {"value": "huge", "label": "one huge group"},
    {"value": "list", "label": "a list"},
)


def dials(design: Design) -> html.Div:
    """Presets, dials, and what is needed less often."""
    return html.Div(
        [
            html.Div(
                [
                    html.Button(
                        preset.label,
                        id=ids.preset_button(preset.id),
                        n_clicks=0,
                        className="chip",
                        **aria(pressed=str(preset.design == design).lower()),
                        **data(
                            design=json.dumps(preset.design.to_json()),
                            sizes=size_rule(preset.design.per_group),
                        ),
                    )
                    for preset in PRESETS.values()
                ],
                className="chips",
                role="group",
                **aria(label="The four models of the lesson"),
            ),
            OnceShown(
                [
                    *(_dial_with_slider(slider, getattr(design, slider.name)) for slider in SLIDERS),
                    control_with_label("Sizes", _size_rule(design.per_group)),
                    control_with_label("True effects", _effects(design)),
                    html.Div(shape_field(design.effects, design.shape), id=ids.SHAPE_FIELD),
                    _field("Seed", _number("seed", design.seed, "Seed", whole=True), "seed"),
                    _more(design),
                ]
            ),
        ],
        className="dials",
    )


def size_rule(per_group: str) -> str:
    """Which of SIZE_RULES a text is."""
    if per_group == ONE_HUGE:
        return "huge"
    if "," in per_group:
        return "list"
    if per_group.startswith("~"):
        return "drawn"
    return "range" if "-" in per_group else "equal"


def sizes_text(rule: str, typed: str, groups: int) -> str | None:
    """The text that a rule of SIZE_RULES begins with; None where what is typed follows the rule already.

    Numbers are kept from what is typed; a list has a size for each of ``groups`` (0: not known), at most 500.
    """
    follows = {
        "equal": r"\d+",
        "range": r"\d+-\d+",
        "drawn": "~.*",
        "huge": re.escape(ONE_HUGE),
        "list": ".*,.*",
    }
    if re.fullmatch(follows[rule], typed):
        return None
    numbers = [int(digits) for digits in re.findall(r"\d+", typed)] or [10]
    high = max(numbers)
    low = min(numbers) if len(numbers) > 1 else min(2, high)
    listed = ",".join(str((5, 10, 20)[i % 3]) for i in range(min(groups or 5, 500)))
    return {
        "equal": str(high),
        "range": f"{low}-{high}",
        "drawn": f"~{low}-{high}",
        "huge": ONE_HUGE,
        "list": listed,
    }[rule]


def slider_place(slider: Slider, value: object) -> float:
    """Where the thumb stands for a value, 0 to SLIDER_STEPS; the nearest end for what lies beyond."""
    try:
        number = min(max(float(str(value)), slider.low), slider.high)
    except ValueError:
        number = slider.low
    if slider.log:
        share = math.log(number / slider.low) / math.log(slider.high / slider.low)
    else:
        share = (number - slider.low) / (slider.high - slider.low)
    return round(SLIDER_STEPS * share)


def _dial_with_slider(slider: Slider, value: float | str) -> html.Div:
    name, label = slider.name, slider.label
    if isinstance(value, str):
        control: Component = dmc.TextInput(
            id=ids.dial(name), value=value, size="xs", className="dial-input", debounce=300,
            **aria(label=label),
        )  # fmt: skip
    else:
        whole = slider.step == 1
        control = _number(name, value, label, whole=whole)
    thumb = dmc.Slider(
        id=ids.dial_slider(name),
        value=slider_place(slider, value),
        min=0,
        max=SLIDER_STEPS,
        label=None,
        updatemode="mouseup",
        size="sm",
        thumbSize=16,
        thumbLabel=label,
        className="dial-slider",
    )
    return html.Div(
        [
            html.Div([html.Span(label, **explained(slider.help)), control], className="dial-head"),
            thumb,
            _error(name),
        ],
        className="dial",
    )


def _error(name: str) -> html.P:
    """Where a value out of its bounds is said."""
    return html.P(id=ids.dial_error(name), className="dial-error", role="alert")


def _number(name: str, value: float | None, label: str, *, whole: bool = False) -> dmc.NumberInput:
    return dmc.NumberInput(
        id=ids.dial(name),
        value=value if value is not None else "",
        step=1 if whole else 0.1,
        allowDecimal=not whole,
        hideControls=name not in {"seed"},
        clampBehavior="none",
        size="xs",
        className="dial-input",
        debounce=300,
        **aria(label=label),
    )


def _size_rule(per_group: str) -> dmc.Select:
    return dmc.Select(
        id=ids.SIZE_RULE,
        data=list(SIZE_RULES),
        value=size_rule(per_group),
        allowDeselect=False,
        size="sm",
        comboboxProps={"width": 190, "position": "bottom-end"},
    )


def _effects(design: Design) -> dmc.Select:
    return dmc.Select(
        id=ids.dial("effects"),
        data=[{"value": shape.id, "label": shape.label} for shape in SHAPES.values()],
        value=design.effects,
        allowDeselect=False,
        size="sm",
        **aria(label="Shape of the true effects"),
    )


def shape_field(effects: str, value: float | None = None) -> html.Div:
    """The number that a shape of effects takes; hidden where it takes none."""
    parameter = SHAPES[effects].parameter
    label = "Shape" if parameter is None else parameter.label
    number = _number("shape", value, label)
    if parameter is not None:
        number.placeholder = f"{parameter.default:g}"
    return html.Div(_field(label, number, "shape"), hidden=parameter is None)


def _field(label: str, control: Component, name: str, help_text: str = "") -> html.Div:
    return html.Div([control_with_label(label, control, help_text), _error(name)])


def _more(design: Design) -> html.Details:
    stream = dmc.Select(
        id=ids.dial("stream"),
        data=[
            {"value": name, "label": {"numpy": "numpy (PCG64)", "r": "R, draw for draw"}[name]}
            for name in STREAMS
        ],
        value=design.stream,
        allowDeselect=False,
        size="sm",
        **aria(label="Random number generator"),
    )
    rest = [
        control_with_label(
            "Generator", stream, "R's generator gives the numbers of rnorm after set.seed in R."
        ),
        _field("Mean", _number("mean", design.mean, "Population mean"), "mean"),
        _field(
            "Uneven σe",
            _number("error_ratio", design.error_ratio, "Largest over smallest spread within groups"),
            "error_ratio",
            "Largest over smallest standard deviation within groups; 1: all alike.",
        ),
        _field(
            "Draws skipped",
            _number("skip", design.skip, "Normal draws thrown away first", whole=True),
            "skip",
            "Normal draws thrown away first: the four models come one after the other from one seed.",
        ),
    ]
    return html.Details([html.Summary("More"), OnceShown(rest)], className="more")
