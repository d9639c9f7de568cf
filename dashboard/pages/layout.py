"""The whole page as a session finds it: its last dataset and choices already in place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import dash_mantine_components as dmc
from dash import dcc, html

from dashboard.pages import ids
from dashboard.pages.header import header
from dashboard.pages.lesson import lesson_panel
from dashboard.pages.methods import plugins_modal
from dashboard.pages.my_files import forget_panel
from dashboard.pages.rail import rail
from dashboard.pages.reading_panel import reading_panel
from dashboard.pages.refused_panel import refused_panel
from dashboard.pages.risk import risk_panel
from dashboard.pages.stack_columns import stack_modal
from dashboard.pages.views import code_modal, comparison_panel
from dashboard.scene.style import palette
from dashboard.session.first_choices import first_design, held_reading, held_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dashboard.session.choices import Choices
    from dashboard.session.comparisons import Comparisons
    from dashboard.session.sources import GroupSource

THEME = {
    "primaryColor": "blue",
    "colors": {
        "dark": [
            "#eef2f6",
            "#c3ccd6",
            "#a3afbc",
            "#7c8896",
            "#3a4450",
            "#2e3742",
            "#232a34",
            "#1b2129",
            "#161b22",
            "#12171d",
        ]
    },
    "primaryShade": {"light": 8, "dark": 5},
    "defaultRadius": "md",
    "fontFamily": "Inter, system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif",
    "autoContrast": True,
    "cursorType": "pointer",
    "respectReducedMotion": True,
    "components": {
        # The lists of closed selects are a seventh of what a browser does to open the page.
        "Combobox": {"defaultProps": {"keepMounted": False}},
        # The place that has the focus first is no entry, which a menu may not hold; outside of the header the
        # menu would be in no landmark, and a dialog's head would be a second banner.
        "Menu": {"defaultProps": {"withInitialFocusPlaceholder": False, "withinPortal": False}},
        "Modal": {"defaultProps": {"attributes": {"header": {"role": "presentation"}}}},
    },
}


def layout(
    comparisons: Comparisons, owner: str, choices: Choices, news: Sequence[str] = ()
) -> dmc.MantineProvider:
    """Header, rail and comparison, with the stores between them; ``news`` is said beside the files."""
    source, design = comparisons.source(owner, choices), first_design(comparisons, owner)
    held = held_reading(choices)
    stores = [
        dcc.Store(id=ids.UPLOADED),
        dcc.Store(id=ids.DATASET, data=opened_data(choices.source.token, source)),
        dcc.Store(id=ids.DESIGN, data=design.to_json()),
        dcc.Store(id=ids.CONNECTED, data=held_table(choices)),
        dcc.Store(id=ids.READING, data=None if held is None else held.to_json()),
        dcc.Store(id=ids.REFUSED),
        dcc.Store(id=ids.LEFT_OUT_BY_HAND),
        dcc.Store(id=ids.CHOICES),
        dcc.Store(id=ids.PAGE),
        dcc.Store(id=ids.THEME),
        dcc.Store(id=ids.PALETTE, data=palette(comparisons.styles)),
        dcc.Store(id=ids.THEME_CHOICE, storage_type="local"),
        dcc.Store(id=ids.FIGURES),
        dcc.Store(id=ids.LATER_FIGURES),
        dcc.Store(id=ids.GROUPS_INDEX),
        dcc.Store(id=ids.VIEW_PARTS),
        dcc.Store(id=ids.PINNED),
        dcc.Store(id=ids.PICTURE),
        dcc.Store(id=ids.SINK),
    ]
    return dmc.MantineProvider(
        [
            *stores,
            dcc.Location(id=ids.ADDRESS, refresh=True),
            header(),
            html.Div(
                [
                    rail(comparisons, owner, choices, source.describe(), design, news=news),
                    comparison_panel(comparisons.views),
                    risk_panel(),
                    lesson_panel(),
                ],
                className="page",
            ),
            code_modal(),
            reading_panel(),
            refused_panel(),
            forget_panel(),
            stack_modal(),
            plugins_modal(comparisons.registry),
        ],
        id=ids.PROVIDER,
        theme=THEME,
        defaultColorScheme="auto",
    )


def opened_data(token: str, source: GroupSource) -> dict[str, str]:
    """What the browser knows of the source that is open."""
    return {"token": token, "name": source.describe().file_name}
