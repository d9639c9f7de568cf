"""The estimators in the rail, those that are looked up now and then in a fold; and the list of plugins."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import dash_mantine_components as dmc
from dash import html

from dashboard.pages import ids
from dashboard.pages.controls import estimator_row
from dashboard.pages.once_shown import OnceShown
from dashboard.pages.symbols import icon
from dashboard.session.choices import shared_options
from dashboard.words.plugins import count_plugins, one_line, plugin_line, usable_parts

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from dashboard.session.choices import Choices
    from dashboard.session.comparisons import Comparisons
    from estimators import Estimator, PluginStatus, Registry

HOW_TO_ADD = (
    "To add one, install it beside blupboard with pip, or start blupboard with --plugins-dir and the folder "
    "of its .py file; then start blupboard anew. No code comes in through this page."
)


def methods(comparisons: Comparisons, choices: Choices, values: Mapping[str, Mapping[str, Any]]) -> list[Any]:
    """A row for each estimator; those that do not take part at first are folded away, by plugin.

    ``values`` are the options that differ from the defaults, by estimator id and name.
    """
    shared = shared_options(comparisons.registry)

    def row(estimator: Estimator, *, tagged: bool) -> html.Div:
        return estimator_row(
            comparisons,
            estimator,
            on=estimator.id in choices.on,
            shared=shared,
            values=values.get(estimator.id, {}),
            tagged=tagged,
        )

    shown = [row(estimator, tagged=True) for estimator in comparisons.registry.at_first]
    folded = [estimator for estimator in comparisons.registry.values() if not estimator.on_at_first]
    if not folded:
        return shown
    boxes = []
    for name, estimators in by_plugin(comparisons.registry, folded).items():
        boxes += [html.H3(name, className="fold-plugin"), *(row(e, tagged=False) for e in estimators)]
    fold = html.Details(
        [html.Summary(f"More methods ({len(folded)})"), OnceShown(boxes)],
        open=any(estimator.id in choices.on for estimator in folded),
        className="more-methods",
    )
    return [*shown, fold]


def by_plugin(registry: Registry, estimators: Iterable[Estimator]) -> dict[str, list[Estimator]]:
    """Estimators by the name of the plugin that brings them, each plugin where its first one stands."""
    found: dict[str, list[Estimator]] = {}
    for estimator in estimators:
        found.setdefault(registry.source(estimator.id).plugin_name, []).append(estimator)
    return found


def plugins_button(registry: Registry) -> html.Button:
    """A quiet line that opens the list of plugins; one that has failed shows."""
    count, failed = count_plugins(registry.statuses())
    said: list[Any] = [html.Span(f"Plugins: {count}" if count else "No plugins · how to add one")]
    if failed:
        said.append(html.Span([icon("warning"), f"{failed} failed"], className="plugins-failed"))
    return html.Button(said, id=ids.PLUGINS_OPEN, className="plugins-line", n_clicks=0)


def plugins_modal(registry: Registry) -> dmc.Modal:
    """What was found, from where, and what of it works: the list of the command ``blupboard plugins``."""
    head = html.Tr([html.Th(title, scope="col") for title in ("Plugin", "Status", "Brings", "From")])
    rows = [row for status in registry.statuses() for row in _rows(status)]
    return dmc.Modal(
        [
            html.Div(
                html.Table([html.Thead(head), html.Tbody(rows)], className="plugins-table"),
                className="plugins-box",
                tabIndex="0",
            ),
            html.P(HOW_TO_ADD, className="quiet"),
        ],
        id=ids.PLUGINS_MODAL,
        title="Plugins",
        size="xl",
        closeButtonProps={"aria-label": "Close"},
    )


def _rows(status: PluginStatus) -> list[html.Tr]:
    """A row for a plugin and, where something of it was left out, one that says why."""
    line = plugin_line(status)
    version = [html.Span(line["version"], className="plugin-version")] if line["version"] else []
    works = line["reason"] is None
    state: str | html.Span = line["status"]
    if not works:
        state = html.Span([icon("warning"), line["status"]], className="plugins-failed")
    row = html.Tr(
        [
            html.Th([line["name"], *version], scope="row"),
            html.Td(state),
            html.Td(usable_parts(status) or "nothing"),
            html.Td(line["source"], className="plugin-source"),
        ],
        className="" if works else "plugin-explained",
    )
    if line["reason"] is None:
        return [row]
    return [row, html.Tr(html.Td(one_line(line["reason"]), colSpan=4, className="plugin-reason"))]
