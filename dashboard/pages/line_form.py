"""What a line of the open file is, and the columns beside the outcome that a summary needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import dash_mantine_components as dmc

from dashboard.ingest.data_kinds import LINE_FORMS, ROLE_LABELS, ROWS
from dashboard.pages import ids
from dashboard.pages.column_picker import column_options, column_picker
from dashboard.pages.controls import control_with_label

if TYPE_CHECKING:
    from dash import html

    from dashboard.ingest import Table
    from dashboard.session.chosen_reading import ChosenReading


SHOWN = "The rows behind each estimate, where they are known: shown beside it, and weighing nothing."


def form_picker(held: ChosenReading | None) -> html.Div:
    """What a line is, to choose from all that it can be."""
    return control_with_label(
        "Lines are",
        dmc.Select(
            id=ids.LINE_FORM,
            data=[{"value": form.id, "label": form.label} for form in LINE_FORMS.values()],
            value=ROWS if held is None else held.form,
            allowDeselect=False,
            size="sm",
            comboboxProps={"width": 240, "position": "bottom-end"},
        ),
        "A line is a row of a group, or all that is known of one: its mean, an estimate, a count.",
    )


def beside_pickers(table: Table | None, held: ChosenReading | None) -> list[html.Div]:
    """A list of columns for each number that a summary has besides the outcome; none for rows."""
    if table is None or held is None:
        return []
    chosen, options = dict(held.beside), column_options(table, "outcome")
    form, found = LINE_FORMS[held.form], []
    for role in (*form.beside, *form.extras):
        picker = column_picker(ids.beside_column(role), options, chosen.get(role, ""))
        if role in form.extras:
            picker.placeholder, picker.clearable = "Not given", True
        found.append(control_with_label(ROLE_LABELS[role], picker, SHOWN if role in form.extras else ""))
    return found
