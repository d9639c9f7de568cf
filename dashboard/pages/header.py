"""The bar on top: name, dataset, search, export, theme."""

from __future__ import annotations

import dash_mantine_components as dmc
from dash import html

from dashboard.pages import ids
from dashboard.pages.attributes import aria
from dashboard.pages.symbols import icon


def header() -> html.Header:
    """What stays in sight at every width."""
    return html.Header(
        [
            html.A("Skip to the answer", href="#", className="skip-link"),
            dmc.ActionIcon(
                icon("menu"),
                id=ids.RAIL_TOGGLE, variant="subtle", color="gray", size="lg", className="rail-toggle",
                **aria(label="Data, estimators and display", expanded="false", controls=ids.RAIL),
            ),
            html.A(
                [html.Span(className="mark"), html.Span("blupboard")], href="./", className="brand",
                **aria(label="blupboard"),
            ),
            html.Div(id=ids.DATASET_CHIP, className="dataset-chip on-compare"),
            html.Div(className="spring"),
            html.Nav(
                [
                    html.A(label, href=f"#{page}", id=ids.page_link(page), className="page-link")
                    for page, label in zip(ids.PAGES, ("Compare", "Risk", "Lesson"), strict=True)
                ],
                className="pages",
                **aria(label="Pages"),
            ),
            dmc.TextInput(
                id=ids.FIND, placeholder="Find a group…", size="sm", className="find on-compare",
                **aria(label="Find a group by name"),
            ),
            _export_menu(),
            dmc.ActionIcon(
                icon("theme"), id=ids.THEME_TOGGLE, variant="default", size="lg", n_clicks=0,
                **aria(label="Switch between light and dark"),
            ),
        ],
        className="top",
    )  # fmt: skip


def rows_entry(label: str, address: str) -> dmc.MenuItem:
    """The menu entry that is there for a source whose rows can be had as a file."""
    return dmc.MenuItem(label, href=address, refresh=True)


def _export_menu() -> dmc.Menu:
    return dmc.Menu(
        [
            dmc.MenuTarget(dmc.Button("Export", variant="default", size="sm", className="export")),
            dmc.MenuDropdown(
                [
                    _file_entry("Table as CSV", ids.DOWNLOAD_CSV),
                    _file_entry("Every method as CSV", ids.DOWNLOAD_TIDY),
                    _file_entry("Every method with ranks as CSV", ids.DOWNLOAD_RANKS),
                    html.Div(id=ids.DOWNLOAD_ROWS, className="on-compare"),
                    _code_entry("R", "r"),
                    _code_entry("Python", "python"),
                    dmc.MenuItem("Study as CSV", href="export/risk.csv", refresh=True, className="on-risk"),
                    dmc.MenuItem(
                        "Scorecard as JSON",
                        href="export/scorecard.json",
                        refresh=True,
                        className="on-risk",
                    ),
                    dmc.MenuItem(
                        "Groups of all models as CSV",
                        href="export/lesson.csv",
                        refresh=True,
                        className="on-lesson",
                    ),
                    dmc.MenuItem("Print this page", id=ids.PRINT, n_clicks=0),
                ]
            ),
        ],
        position="bottom-end",
    )


def _file_entry(label: str, entry_id: str) -> dmc.MenuItem:
    """Of a file of the comparison; a callback gives it its address."""
    return dmc.MenuItem(label, id=entry_id, href="#", refresh=True, className="on-compare")


def _code_entry(language: str, value: str) -> dmc.MenuItem:
    return dmc.MenuItem(f"Do this in {language}", id=ids.open_code(value), n_clicks=0, className="on-compare")
