"""The comparison: headline, cards, the linked views, the table, parameters and notes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import dash_mantine_components as dmc
from dash import dcc, html

from dashboard.pages import ids
from dashboard.pages.attributes import aria, data, explained, scrollable
from dashboard.pages.conclude import conclude_panel
from dashboard.pages.graph import TOOLS, Graph
from dashboard.pages.group_cards import group_cards_panel
from dashboard.pages.panels import answer_places
from dashboard.pages.symbols import icon
from dashboard.words.calibration import COUNTING, HOW, STOP_COUNTING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dashboard.figures.page_view import PageView

AHEAD = "How many rows would be needed? How repeatable are means? What comes next?"
BELOW = ("below", "tall-below")
"""The places of cards that come after the arrangement."""
LOOK_MS = 600
"""How often the page asks whether fits that are under way are there."""


def comparison_panel(views: Sequence[PageView]) -> html.Main:
    """Empty places that the callbacks fill."""
    return html.Main(
        [
            answer_places(ids.HEADLINE, ids.CARDS, "Comparing …"),
            _how_sure(),
            _draw_bar(),
            html.Div(id=ids.ABOUT, className="about-data"),
            html.Div(id=ids.FAILURES, className="failures"),
            html.P(id=ids.UNDER_WAY, className="under-way", role="status"),
            dcc.Interval(id=ids.UNDER_WAY_TIMER, interval=LOOK_MS, disabled=True),
            dcc.Store(id=ids.UNDER_WAY_SHOWN),
            dcc.Store(id=ids.UNDER_WAY_NEWS),
            html.Div([_card(view) for view in views if view.place not in BELOW], className="views"),
            group_cards_panel(),
            html.Div([_card(view) for view in views if view.place in BELOW], className="more-views"),
            conclude_panel(),
            _answer_panel("Does the model suit these data?", ids.CHECKS_PANEL, ids.CHECKS_ANSWER),
            _answer_panel(AHEAD, ids.PLAN_PANEL, ids.PLAN_ANSWER),
            html.Div(id=ids.NOTES, className="notes"),
            html.Section(
                [
                    html.Header(
                        [html.H2("Table"), html.Span("click a row to pin its group", className="subtitle")]
                    ),
                    html.Div(id=ids.TABLE_BOX, className="table-box"),
                ],
                className="panel table-panel",
            ),
            html.Section(
                [
                    html.Header(
                        [html.H2("Parameters"), html.Span("what each method estimated", className="subtitle")]
                    ),
                    html.Div(id=ids.PARAMETERS, className="parameters-box", **scrollable("Parameters")),
                    html.Ul(id=ids.COVERAGE_BY_METHOD, className="coverage-by-method"),
                ],
                className="panel",
            ),
            html.Div(
                [
                    html.Div(id=ids.LINK_STATUS, role="status", className="link-status"),
                    html.Button(
                        "See its numbers", id=ids.GROUP_CARDS_JUMP, className="leave-out", hidden=True
                    ),
                    html.Button(id=ids.LEAVE_OUT, className="leave-out", hidden=True, n_clicks=0),
                ],
                className="link-bar",
            ),
        ],
        className=ids.COMPARISON_CLASS,
        id=ids.COMPARISON,
    )


def _how_sure() -> html.Div:
    """What a test and few groups leave open, a method that does without it, and a way to see it."""
    return html.Div(
        [
            html.P(id=ids.HOW_SURE),
            html.Div(id=ids.REMEDY, className="remedy"),
            html.Button(
                "Play possible truths",
                id=ids.TRUTHS_PLAY,
                n_clicks=0,
                **explained("Sets of true means that the data allow, one after the other, over the views"),
            ),
            html.Button(
                "Take my data to Risk",
                id=ids.RISK_TAKE,
                n_clicks=0,
                **explained(
                    "Which method is closest for data like these: as many groups, their sizes and spreads"
                ),
            ),
            html.P(id=ids.TRUTHS_SHOWN, role="status"),
            html.P(f"{COUNTING} …", id=ids.COVERAGE, **explained(HOW), **aria(busy="true")),
            html.Button(STOP_COUNTING, id=ids.COVERAGE_STOP, hidden=True),
        ],
        className="how-sure",
    )


def _answer_panel(question: str, panel_id: str, answer_id: str) -> html.Details:
    """A question that assets/linked/answer_panels.mjs asks the server once it is opened."""
    return html.Details(
        [html.Summary(question), html.Div(id=answer_id)], id=panel_id, className="panel checks"
    )


def _draw_bar() -> html.Div:
    """For simulated data: who is closest to the truth in this draw, and buttons for more draws."""
    return html.Div(
        [
            html.Div(
                [
                    html.P(id=ids.CLOSEST, className="closest"),
                    html.P(id=ids.DRAW_TALLY, className="draw-tally", role="status"),
                ],
                className="draw-words",
            ),
            dmc.Button("Draw again", id=ids.DRAW_AGAIN, size="sm", variant="default", n_clicks=0),
            dmc.Button("Animate 20 draws", id=ids.DRAW_MANY, size="sm", variant="default", n_clicks=0),
        ],
        id=ids.DRAW_BAR,
        className="draw-bar",
        hidden=True,
    )


def _card(view: PageView) -> html.Section:
    graph_id = ids.view_graph(view.id)
    return html.Section(
        [
            _view_header(view),
            html.P(className="quiet view-problem"),
            _parts(),
            html.Div(
                [
                    _linked_graph(graph_id, view.title, view.subtitle),
                    html.Canvas(className="list-strip", **aria(hidden="true")),
                ],
                className="linked-frame",
            ),
            html.Ul(className="view-legend", tabIndex="0"),
        ],
        id=ids.view_panel(view.id),
        className="panel view",
        hidden=not view.live,
        **data(place=view.place),
    )


def _view_header(view: PageView) -> html.Header:
    return html.Header(
        [
            html.H2(view.title),
            html.Span(view.subtitle, className="subtitle"),
            _save_menu(ids.view_graph(view.id), view.title),
        ]
    )


PARTS = {
    "all": "All",
    "top": "Top 20",
    "bottom": "Bottom 20",
    "pin": "Around the pin",
}
"""Buttons of a view of many groups, by what they show."""


def _parts() -> html.Div:
    """Ways into a view of many groups; assets/linked/parts.mjs says which of them there are now."""
    buttons = [
        html.Button(text, type="button", hidden=part not in ("top", "bottom"), **data(part=part))
        for part, text in PARTS.items()
    ]
    return html.Div(buttons, className="view-parts")


def _linked_graph(graph_id: str, title: str, subtitle: str) -> html.Div:
    return html.Div(
        Graph(graph_id, config=TOOLS, class_name="graph"),
        className="linked-view",
        tabIndex="0",
        role="group",
        **aria(label=f"{title}: {subtitle}. Arrow keys step through the groups, Enter pins one."),
    )


PICTURES = {
    "svg": ("Save as SVG", ""),
    "png": ("Save as PNG", ""),
    "svg-light": ("Save as light SVG", "only-dark"),
    "png-light": ("Save as light PNG", "only-dark"),
}
"""Kinds of pictures, in the theme of the page or light: what the menu says, and in which theme it does."""


def _save_menu(graph_id: str, title: str) -> html.Details:
    """The ways to save a view; assets/page/menus.mjs closes it, assets/page/page.mjs saves."""
    entries = [
        html.Button(text, type="button", className=look, **data(view=graph_id, picture=kind))
        for kind, (text, look) in PICTURES.items()
    ]
    button = html.Summary(icon("download"), **aria(label=f"Save the view {title}"))
    return html.Details([button, html.Div(entries, className="save-entries")], className="save-menu")


_CODE = (
    ("r", "R", ids.CODE_R),
    ("python", "Python", ids.CODE_PYTHON),
    ("statsmodels", "Python without blupboard", ids.CODE_STATSMODELS),
)
"""Tabs of the window with code: value, label, and where the code stands."""


def code_modal() -> dmc.Modal:
    """What is on screen as code, to copy."""
    return dmc.Modal(
        dmc.Tabs(
            [
                dmc.TabsList([dmc.TabsTab(label, value=language) for language, label, _ in _CODE]),
                *(
                    dmc.TabsPanel(
                        [
                            html.Div(
                                dcc.Clipboard(
                                    html.Button("Copy"),
                                    target_id=code_id,
                                    copied_children="Copied",
                                    className="copy",
                                ),
                                className="copy-box",
                            ),
                            html.Pre(id=code_id, className="code", tabIndex="0"),
                        ],
                        value=language,
                    )
                    for language, _, code_id in _CODE
                ),
            ],
            value="r",
            id="code-tabs",
        ),
        id=ids.CODE_MODAL,
        title="Do this in R or in Python",
        size="xl",
        closeButtonProps={"aria-label": "Close"},
    )
