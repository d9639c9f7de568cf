"""The panel for an upload that could not be read: its first rows as they stand, and how it may be read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import dash_mantine_components as dmc
from dash import html

from dashboard.ingest import Reading
from dashboard.pages import ids, panels
from dashboard.pages.attributes import aria
from dashboard.pages.reading_panel import fieldsets, panel_of, rows_box, sheet_control, text_controls
from dashboard.pages.symbols import icon
from dashboard.words.reading import suggested

if TYPE_CHECKING:
    from dashboard.ingest.raw_rows import RawRows
    from dashboard.storage.refused_files import RefusedFile


def refused_panel() -> dmc.Modal:
    """The panel, whose places are filled when it is opened."""
    foot = [
        html.P(
            "The file is kept as it came. A change is tried at once, and the file opens when it can be read.",
            className="quiet",
        )
    ]
    places = ids.REFUSED_PROBLEM, ids.REFUSED_PREVIEW, ids.REFUSED_CONTROLS
    return panel_of(ids.REFUSED_PANEL, "How is this file to be read?", places, foot)


def problem(refused: RefusedFile) -> list[Any]:
    """Why it could not be read, and a button for what that suggests."""
    if refused.suggestion is None:
        return [panels.refusal(refused.sentence)]
    words = suggested(refused.reading, refused.suggestion)
    button = dmc.Button(words, id=ids.refused_try("suggestion"), size="sm", n_clicks=0)
    return [panels.refusal(refused.sentence), html.Div(button, className="refused-try")]


def raw_preview(refused: RefusedFile, raw: RawRows) -> list[Any]:
    """The rows as they stand, each behind its number; the one that was found fault with is marked."""
    body: list[Any] = []
    before = 0
    for number, cells in zip(raw.numbers, raw.cells, strict=True):
        if number > before + 1:
            body.append(html.Tr([html.Td("\u22ee", className="line"), html.Td("")]))
        before = number
        at_fault = raw.sheet is None and number == refused.line
        body.append(
            html.Tr(
                [html.Td(f"{number:,}", className="line"), *map(html.Td, cells)],
                className="at-fault" if at_fault else None,
            )
        )
    what = f"The sheet {raw.sheet}" if raw.sheet else f"{refused.name} as {raw.encoding}"
    label = f"{what}, as it stands"
    return [html.P(f"{label}:", className="quiet"), rows_box([], body, label)]


def refused_controls(refused: RefusedFile, raw: RawRows) -> list[Any]:
    """An input for each option of the layout."""
    chosen, of = refused.reading, ids.refused_option
    if raw.sheets:
        return fieldsets([("The file", [sheet_control(raw.sheets, chosen, raw.sheet, of)])])
    used = Reading(encoding=raw.encoding, quote='"')
    return fieldsets([("The file", text_controls(chosen, used, of))])


def refused_line(refused: RefusedFile, until: str) -> html.Div:
    """A line among the files: a press shows it again; ``until`` says how long it is kept."""
    return html.Div(
        [
            html.Button(
                [html.Span(refused.name, className="file-refused-name"), html.Span(f"not read yet, {until}")],
                id=ids.refused_button(refused.token),
                className="file-name file-refused",
                n_clicks=0,
            ),
            dmc.ActionIcon(
                icon("delete"),
                id=ids.refused_delete(refused.token),
                variant="subtle",
                color="gray",
                size="sm",
                n_clicks=0,
                **aria(label=f"Delete {refused.name} from this server"),
            ),
        ],
        className="file",
    )
