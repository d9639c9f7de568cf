"""The place for what every method says about the groups that are pinned or pointed at; empty at first."""

from __future__ import annotations

from dash import html

from dashboard.pages import ids
from dashboard.pages.attributes import aria
from dashboard.pages.symbols import icon

EMPTY = "Point at a group to see what every method says about it; click to pin it, and more with Shift."


def group_cards_panel() -> html.Section:
    """A panel under the views; on a phone a sheet at the bottom, there while something is pinned."""
    return html.Section(
        [
            html.H2("Groups that are pinned or pointed at", className="visually-hidden"),
            html.P(EMPTY, className="group-cards-empty quiet"),
            html.Div(
                id=ids.GROUP_CARDS,
                className="group-cards",
                tabIndex="0",
                role="group",
                **aria(label="What every method says"),
            ),
            html.Button(
                icon("delete"),
                id=ids.GROUP_CARDS_CLOSE,
                className="group-cards-close",
                **aria(label="Unpin"),
            ),
        ],
        className="panel group-cards-panel",
    )
