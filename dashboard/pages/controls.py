"""Controls that follow from what the registry says: a switch per estimator, an input per option."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import dash_mantine_components as dmc
from dash import html

from dashboard.pages import ids
from dashboard.pages.attributes import data, explained
from dashboard.pages.disclosure import Disclosure
from dashboard.pages.symbols import estimator_symbol
from dashboard.session.choices import own_options

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from dash.development.base_component import Component

    from dashboard.ingest.json_values import OptionValue
    from dashboard.session.comparisons import Comparisons
    from estimators import Estimator, OptionSpec, Source


def estimator_row(
    comparisons: Comparisons,
    estimator: Estimator,
    *,
    on: bool,
    shared: Iterable[OptionSpec],
    values: Mapping[str, OptionValue],
    tagged: bool = True,
) -> html.Div:
    """Symbol, name, what it does behind a button, and the switch; ``tagged``: whether a plugin's says so."""
    plugin = plugin_tag(comparisons.registry.source(estimator.id)) if tagged else []
    return html.Div(
        [
            estimator_symbol(comparisons.styles[estimator.id]),
            html.Span(
                [html.Span(estimator.label, className="estimator-name"), *plugin],
                className="estimator-label",
            ),
            _about(
                estimator, own_options(estimator, shared), values, comparisons.registry.source(estimator.id)
            ),
            dmc.Switch(
                id=ids.estimator_switch(estimator.id),
                checked=on,
                size="sm",
                attributes={"input": {"aria-label": f"Show {estimator.label}"}},
            ),
        ],
        className="estimator-row",
        **data(id=estimator.id),
    )


def plugin_tag(source: Source) -> list[html.Span]:
    """A word for what a plugin brings; nothing for what is built in."""
    if source.is_built_in:
        return []
    return [html.Span("plugin", className="tag")]


def plugin_words(source: Source) -> str:
    """Which plugin brings it; nothing for what is built in."""
    return "" if source.is_built_in else f"From the plugin {source.name}."


def _about(
    estimator: Estimator, options: tuple[OptionSpec, ...], values: Mapping[str, OptionValue], source: Source
) -> Disclosure:
    controls = [
        option_control(
            ids.estimator_option(estimator.id, spec.name), spec, values.get(spec.name, spec.default)
        )
        for spec in options
    ]
    label = f"Options of {estimator.label}" if options else f"About {estimator.label}"
    return Disclosure(
        [
            html.P(estimator.summary, className="about-summary"),
            *(
                html.P(words, className="about-citation")
                for words in (estimator.citation, plugin_words(source))
                if words
            ),
            *controls,
        ],
        icon="gear" if options else "info",
        label=label,
    )


def option_control(
    control_id: dict[str, Any], spec: OptionSpec, value: OptionValue, *, bare: bool = False
) -> dmc.Select | dmc.Switch | dmc.TextInput | dmc.NumberInput:
    """The input that fits an option's type, bounds and choices; ``bare`` where its name stands beside it."""
    common: dict[str, Any] = {
        "id": control_id,
        "label": spec.label,
        "description": spec.help or None,
        "size": "xs",
    }
    if bare:
        common = {"id": control_id, "aria-label": spec.label, "size": "sm"}
    if spec.choices is not None:
        data = [{"value": key, "label": words} for key, words in spec.choices.items()]
        return dmc.Select(data=data, value=value, allowDeselect=False, checkIconPosition="right", **common)
    if isinstance(spec.default, bool):
        return dmc.Switch(checked=bool(value), **common)
    if isinstance(spec.default, str):
        return dmc.TextInput(value=value, debounce=400, **common)
    whole = isinstance(spec.default, int)
    return dmc.NumberInput(
        value=value,
        min=spec.minimum,
        max=spec.maximum,
        allowDecimal=not whole,
        clampBehavior="blur",
        debounce=400,
        **common,
    )


def control_with_label(label: str, control: Component, help_text: str = "") -> html.Div:
    """A control with its name to the left, and what it means for whoever rests on the name."""
    control_id = getattr(control, "id", None)  # a pattern is no id that a label can point to
    name = html.Label(
        label, htmlFor=control_id if isinstance(control_id, str) else None, **explained(help_text)
    )
    return html.Div([name, control], className="field")
