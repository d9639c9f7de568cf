"""A list of a table's columns, each with what it holds and why it may not do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import dash_mantine_components as dmc

if TYPE_CHECKING:
    from dashboard.ingest import Table

_MANY_COLUMNS = 1000
_OPTIONS_SHOWN = 300
"""A list has no more lines than this: whoever wants another types a part of its name."""


def column_picker(
    control_id: str | dict[str, Any],
    columns: list[dict[str, Any]],
    value: str | None,
    *,
    placeholder: str = "Choose a column",
) -> dmc.Select:
    """A list of columns, or of what else goes by a name, to choose one from."""
    return dmc.Select(
        id=control_id,
        data=columns,
        value=value or None,
        placeholder=placeholder,
        allowDeselect=False,
        searchable=True,
        limit=_OPTIONS_SHOWN,
        nothingFoundMessage="Nothing of this name",
        maxDropdownHeight=360,
        size="sm",
        renderOption={"function": "columnOption"},
        comboboxProps={"width": 300, "position": "bottom-end"},
    )


def column_options(table: Table, role: str) -> list[dict[str, Any]]:
    """Every column with its type, distinct count and a few values; one that will not do says why.

    Of a wide table the names alone: what is said of each column would take longer than opening the file.
    """
    options = []
    brief = len(table.columns) > _MANY_COLUMNS
    for column in table.columns:
        option: dict[str, Any] = {"value": column.name, "label": column.name}
        if not brief:
            about = "about " if column.distinct_is_about else ""
            option["facts"] = f"{column.kind}, {about}{column.distinct:,} different"
            option["examples"] = ", ".join(column.examples)
        why_not = column.not_outcome if role == "outcome" else column.not_group
        if why_not is not None:
            option |= {"disabled": True, "why_not": why_not}
        options.append(option)
    return options
