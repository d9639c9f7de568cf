"""Stacking the columns of a wide table: the offer where a file looks like one, and the list of columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import dash_mantine_components as dmc
from dash import html

from dashboard.ingest.data_kinds import LINE_FORMS
from dashboard.ingest.roles import stackable_columns
from dashboard.ingest.stack_names import run_of
from dashboard.ingest.two_arms import two_arms_in_lines
from dashboard.pages import ids, panels
from dashboard.words.grammar import sentence

if TYPE_CHECKING:
    from dash.development.base_component import Component

    from dashboard.ingest import Table

MOST_BOXES: Final = 200
"""So many columns have a box each; more are named in the field below."""
_NAMES_SHOWN = 6
_TWO_ARMS: Final = (
    f', and open that file with "Lines are" set to "{LINE_FORMS["estimates-se"].label}"; '
    "or choose the columns to compare"
)


def empty_comparison(name: str, table: Table, problem: str) -> dict[str, Any]:
    """What takes the place of a comparison, by place, where a file was opened that gives none yet."""
    arms = two_arms_in_lines(table, _TWO_ARMS)
    wide = () if arms else stackable_columns(table)
    said = "" if wide else sentence(str(arms or problem))
    return {
        "choices": None,
        "panel_class": f"{ids.COMPARISON_CLASS} nothing",
        "headline": [html.Strong("Nothing to compare yet."), " ", html.Span(said)],
        "chip": panels.source_chip(name, (f"{table.rows:,} rows", f"{len(table.columns):,} columns")),
        "about": stack_offer(table) if wide else None,
        "problem": None if wide else panels.alert(problem),
        "index": None,
        "roles": False,
        "draw_bar": True,
        **dict.fromkeys(("cards", "failures", "notes", "parameters", "table", "closest", "rows_used")),
        **dict.fromkeys(("as_read", "reading_notes", "under_way")),
    }


def stack_offer(table: Table) -> html.Div:
    """What a file that looks wide is, and a press that stacks its columns."""
    wide = stackable_columns(table)
    names = wide[:_NAMES_SHOWN]
    listed = [part for name in names for part in (html.Strong(name), ", ")][:-1]
    more = len(wide) - len(names)
    return html.Div(
        [
            html.P(
                [
                    "Nothing repeats in this file that could say which group a row belongs to. "
                    "Is each of the columns ",
                    *listed,
                    f" and {more:,} more" if more else "",
                    " a group? Stacked, their names become the groups and their cells the numbers.",
                ]
            ),
            html.Div(
                [
                    dmc.Button(
                        f"Stack these {len(wide):,} columns",
                        id=ids.stack_button("offered"),
                        size="sm",
                    ),
                    dmc.Button(
                        "Choose columns", id=ids.stack_open("offer"), size="sm", variant="default", n_clicks=0
                    ),
                ],
                className="stack-buttons",
            ),
        ],
        className="stack-offer",
    )


def stack_link() -> html.Button:
    """The way to the list by hand, under the roles."""
    return html.Button("Stack columns…", id=ids.stack_open("roles"), className="stack-link", n_clicks=0)


def stack_modal() -> dmc.Modal:
    """The list, empty until it is opened."""
    return dmc.Modal(
        [
            html.P(
                "For a table with one column per group, or per time: the names of the stacked columns become "
                'the column "column", their cells "value"; the other columns are repeated.',
                className="quiet",
            ),
            dmc.CheckboxGroup(id=ids.STACK_COLUMNS, children=[], value=[]),
            dmc.TextInput(
                id=ids.STACK_NAMES,
                label="Or by name",
                placeholder="First:Last, or A,B,C, or numeric",
                size="sm",
                value="",
            ),
            html.Div(id=ids.STACK_PROBLEM, role="alert"),
            html.Div(
                [
                    dmc.Button("Stack", id=ids.stack_button("chosen"), size="sm", n_clicks=0),
                    dmc.Button(
                        "Unstack",
                        id=ids.stack_button("none"),
                        size="sm",
                        variant="default",
                        n_clicks=0,
                    ),
                ],
                className="stack-buttons",
            ),
        ],
        id=ids.STACK_MODAL,
        title="Stack columns",
        size="md",
        closeButtonProps={"aria-label": "Close"},
    )


def stack_boxes(table: Table) -> tuple[list[Component], list[str]]:
    """A box for each column of numbers, and those that are ticked: stacked ones, or those of a wide table.

    No boxes where there are too many.
    """
    kept = [c.name for c in (table.columns[:-2] if table.stacked else table.columns) if c.kind == "number"]
    names = [*table.stacked, *kept]
    if len(names) > MOST_BOXES:
        return [html.P(f"{len(names):,} columns of numbers: name them below.")], []
    boxes = [dmc.Checkbox(label=name, value=name, size="sm") for name in names]
    return [html.Div(boxes, className="stack-boxes")], list(table.stacked or stackable_columns(table))


def columns_to_stack(table: Table, button: str, ticked: list[str], named: str) -> tuple[str, ...]:
    """The columns to stack that a press asks for, as `ingest.stack_names.places_to_stack` takes them."""
    if button == "none":
        return ()
    if button == "offered":
        return (run_of(stackable_columns(table), [column.name for column in table.columns]),)
    if named.strip():
        return (named.strip(),)
    if table.stacked:  # the order of the file is not known any more
        return tuple(ticked)
    return (run_of(ticked, [column.name for column in table.columns]),) if ticked else (",",)
