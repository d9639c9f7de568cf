"""Choosing a table of a database and two of its columns, by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import dash_mantine_components as dmc
from dash import html

from dashboard.pages import ids
from dashboard.pages.column_picker import column_picker
from dashboard.pages.controls import control_with_label

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dashboard.ingest.named_connections import TableColumn


def database_form(names: Sequence[str], chosen: Mapping[str, Any] | None) -> html.Div:
    """What is compared; of several databases the first one is looked at where none was ``chosen``."""
    held = chosen or {"connection": names[0]}
    fields = [
        ("Database", ids.CONNECTION, names, held["connection"], "Choose a database"),
        ("Table", ids.CONNECTED_TABLE, [], held.get("table"), "Choose a table"),
        ("Outcome", ids.CONNECTED_OUTCOME, [], held.get("outcome"), "Choose a column"),
        ("Group", ids.CONNECTED_GROUP, [], held.get("group"), "Choose a column"),
    ]
    return html.Div(
        [
            *(control_with_label(label, _list(*rest)) for label, *rest in fields),
            dmc.Button("Compare", id=ids.CONNECTED_READ, size="sm", fullWidth=True),
            html.P(
                "The database counts and adds up by itself: one line for each group comes here, "
                "and nothing is changed there.",
                className="rows-used",
            ),
            html.Div(id=ids.CONNECTED_PROBLEM, className="problem", role="alert"),
        ],
        className="roles",
    )


def _list(control_id: str, names: Sequence[str], value: str | None, placeholder: str) -> dmc.Select:
    known = table_options([*names, *([value] if value and value not in names else [])])
    return column_picker(control_id, known, value, placeholder=placeholder)


def table_options(names: Sequence[str]) -> list[dict[str, Any]]:
    """The tables of a database, or what else goes by a name."""
    return [{"value": name, "label": name} for name in names]


def connected_options(columns: Sequence[TableColumn], role: str) -> list[dict[str, Any]]:
    """The columns of a table with what they hold; an outcome has to be numbers."""
    return [
        {
            "value": column.name,
            "label": column.name,
            "facts": column.kind,
            **(
                {"disabled": True, "why_not": "holds no numbers"}
                if role == "outcome" and not column.is_number
                else {}
            ),
        }
        for column in columns
    ]
