"""How the open file was read, what of it was left out, and what may be amiss, under the file in the rail."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import dash_mantine_components as dmc
from dash import html

from dashboard.ingest.reading_used import reading_used
from dashboard.pages import ids
from dashboard.pages.attributes import aria, data, explained
from dashboard.pages.symbols import icon
from dashboard.words.grammar import sentence
from dashboard.words.reading import Change, changes, hint_action, pieces, reading_summary
from estimators.data.frames import NOTHING_BESIDE
from estimators.data.left_out import groups_sentence, sentences

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dash.development.base_component import Component

    from dashboard.ingest import FileGroups, Reading, RowFilter
    from dashboard.ingest.hints import Hint
    from dashboard.ingest.table import Table
    from dashboard.session.chosen_reading import ChosenReading
    from estimators.data.frames import ModelColumns

MOST_GROUPS: Final = 5
"""Groups that were left out stand one by one up to so many; more are in a fold."""
MOST_IN_FOLD: Final = 100
OPERATORS: Final = {"=": "is", "!=": "is not", "<": "<", "<=": "≤", ">": ">", ">=": "≥"}


def left_out_lines(read: FileGroups) -> tuple[str, ...]:
    """A sentence for each cause of rows left out, with the cells that say why; then unusable groups."""
    groups = groups_sentence(read.data.unused_labels)
    found = [*sentences(read.data.left_out, read.noun), *([groups] if groups else [])]
    return tuple(f"{line[0].upper()}{line[1:]}" for line in found)


def reading_line(read: FileGroups | None) -> str | None:
    """How the file was read; None where there is no file."""
    if read is None:
        return None
    line = reading_summary(read.reading)
    return f"Read as {line}" if line else "Read as its columns are typed"


def table_line(table: Table, chosen: Reading) -> str:
    """How a table was read of which nothing can be compared."""
    line = reading_summary(reading_used(table.layout, chosen, None))
    return f"Read as {line}" if line else "Read as its columns are typed"


def with_cells(text: str) -> list[Any]:
    """A sentence whose backticks become cells in a type of their own."""
    return [html.Code(piece) if is_cell else piece for piece, is_cell in pieces(text)]


def reading_notes(read: FileGroups | None, waved_off: Sequence[str] = ()) -> list[Component]:
    """What was left out by example, how the outcome was read, and what may be amiss: a line each."""
    if read is None:
        return []
    return [
        *(html.P(with_cells(line), className="left-out") for line in left_out_lines(read)),
        *(html.P(with_cells(remark), className="reading-remark") for remark in read.remarks),
        *(_hint(hint) for hint in read.hints if hint.key not in waved_off),
    ]


def _hint(hint: Hint) -> html.Div:
    return html.Div(
        [
            html.P(with_cells(sentence(hint.sentence))),
            html.Button(hint_action(hint), id=ids.hint_button(hint.key), className="hint-do", n_clicks=0),
            html.Button(
                icon("delete"),
                id=ids.hint_off(hint.key),
                className="plain-button hint-off",
                n_clicks=0,
                **explained("Do not show this again"),
                **aria(label=f"Wave off: {hint.sentence}"),
            ),
        ],
        className="reading-hint",
    )


def change_chips(reading: Reading, rows: RowFilter, model: ModelColumns = NOTHING_BESIDE) -> list[Component]:
    """What was set by hand, each with a button that takes it back; of many groups most are in a fold."""
    found = changes(reading, rows, model)
    single = [change for change in found if change.option != "exclude"]
    groups = [change for change in found if change.option == "exclude"]
    chips: list[Component] = [_chip(change) for change in (*single, *groups[:MOST_GROUPS])]
    rest = groups[MOST_GROUPS:]
    if rest:
        chips.append(_fold(rest, len(groups)))
    return chips


def _fold(rest: Sequence[Change], total: int) -> html.Details:
    beyond = len(rest) - MOST_IN_FOLD
    everyone = Change("exclude", "", f"Bring all {total:,} groups back")
    return html.Details(
        [
            html.Summary(f"{len(rest):,} more groups left out"),
            html.Div(
                [
                    html.Button(
                        everyone.words,
                        id=ids.take_back("exclude_all", ""),
                        className="plain-button link-button",
                        n_clicks=0,
                    ),
                    *map(_chip, rest[:MOST_IN_FOLD]),
                    *([html.P(f"and {beyond:,} more")] if beyond > 0 else []),
                ],
                className="chips",
            ),
        ],
        className="more-chips",
    )


def _chip(change: Change) -> html.Span:
    word = "Bring back" if change.option == "exclude" else "Take back"
    return html.Span(
        [
            html.Span(change.words),
            html.Button(
                icon("delete"),
                id=ids.take_back(change.option, change.value),
                className="plain-button",
                n_clicks=0,
                **aria(label=f"{word}: {change.words}"),
            ),
        ],
        className="chip",
        **data(explain=change.words),
    )


def undo_line(held: ChosenReading) -> list[Component]:
    """What was just done, with a button that undoes it; nothing where nothing was."""
    if held.before is None:
        return []
    return [
        html.Span(f"{held.before.words}."),
        html.Button("Undo", id=ids.undo_button("last"), className="plain-button link-button", n_clicks=0),
    ]


def column_names(table: Table | None) -> list[str]:
    """The columns by which rows can be chosen."""
    return [] if table is None else [column.name for column in table.columns]


def row_filter(columns: Iterable[str]) -> html.Details:
    """A fold with the three fields of one more condition."""
    return html.Details(
        [
            html.Summary("Use only some rows"),
            html.Div(
                [
                    dmc.Select(
                        id=ids.FILTER_COLUMN,
                        data=list(columns),
                        placeholder="Column",
                        searchable=True,
                        nothingFoundMessage="No such column",
                        size="sm",
                        className="filter-column",
                        limit=200,
                        comboboxProps={"width": 280, "position": "bottom-start"},
                        **aria(label="Column of the condition"),
                    ),
                    dmc.Select(
                        id=ids.FILTER_OPERATOR,
                        data=[{"value": value, "label": words} for value, words in OPERATORS.items()],
                        value="=",
                        allowDeselect=False,
                        size="sm",
                        **aria(label="How they are compared"),
                    ),
                    dmc.TextInput(
                        id=ids.FILTER_VALUE,
                        placeholder="Value",
                        size="sm",
                        **aria(label="Value of the condition"),
                    ),
                    dmc.Button("Add", id=ids.FILTER_ADD, size="sm", variant="default", n_clicks=0),
                ],
                className="filter-fields",
            ),
        ],
        className="row-filter",
    )
