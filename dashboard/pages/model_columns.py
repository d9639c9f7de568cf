"""What groups are adjusted for and explained by, and what rows weigh: a fold, filled once it opens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import dash_mantine_components as dmc
from dash import html

from dashboard.ingest.beside_columns import why_no_covariate, why_no_weight
from dashboard.ingest.data_kinds import ROWS
from dashboard.pages import ids
from dashboard.pages.attributes import aria, explained
from dashboard.pages.column_picker import column_options, column_picker
from dashboard.pages.controls import control_with_label
from dashboard.session.chosen_model import model_from_json

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from dashboard.ingest import Table
    from dashboard.session.chosen_reading import ChosenReading

ADJUST: Final = (
    "What differs between the rows of a group, such as age, sex or a pre-test: groups are compared as if all "
    "had the same mix of rows."
)
EXPLAIN: Final = (
    "What is the same for all rows of a group, such as its type or region: each group is pulled towards "
    "what is usual for its kind."
)
CATEGORICAL: Final = (
    "Those whose numbers are codes, such as 1, 2, 3 for a diagnosis: each value counts alone."
)
WEIGHTS: Final = "A column that says how much each row counts."
WEIGHT_KINDS: Final[Mapping[str, str]] = {
    "precision": "Precision: twice the weight, half the variance",
    "frequency": "Count: so many equal rows",
    "survey": "Survey: rows of the population it stands for",
}


def model_fold() -> html.Details:
    """The fold; `model_fields` fills it."""
    return html.Details(
        [
            html.Summary(
                "Compare like with like; weights",
                id=ids.MODEL_OPEN,
                n_clicks=0,
                **explained(
                    "Adjust for what differs between rows, such as age; let the type of a group explain it; "
                    "let rows count differently"
                ),
            ),
            html.Div(id=ids.MODEL_FIELDS, className="model-fields"),
        ],
        className="row-filter",
    )


def model_fields(
    table: Table, held: ChosenReading, roles: Collection[str], differing: Mapping[str, str]
) -> list[html.Div]:
    """The lists of columns, as far as lines of this kind can have them.

    ``roles`` are the columns that have one already; ``differing`` says by name why a column explains no
    group.
    """
    model, of_rows = held.model, held.form == ROWS
    taken = dict.fromkeys(roles, "it is the outcome or the group")
    adjusted, explaining = (
        dict.fromkeys(names, said)
        for names, said in (
            (model.adjust, "it is adjusted for"),
            (model.explained_by, "it explains the groups"),
        )
    )
    weighing = {} if model.weights is None else {model.weights: "it holds the weights"}
    rows_only = [
        control_with_label(
            "Adjust for",
            _columns("adjust", covariate_options(table, taken | explaining | weighing), model.adjust),
            ADJUST,
        )
    ]
    explained_by = control_with_label(
        "Explained by",
        _columns(
            "explained_by",
            covariate_options(table, taken | adjusted | weighing, differing),
            model.explained_by,
        ),
        EXPLAIN,
    )
    numbers = [
        name
        for name in (*model.adjust, *model.explained_by)
        if (column := table.column(name)) is not None and column.kind == "number"
    ]
    codes = [
        control_with_label("As categories", _columns("categorical", numbers, model.categorical), CATEGORICAL)
    ]
    return [
        *(rows_only if of_rows else []),
        explained_by,
        *(codes if numbers else []),
        *(_weights(table, held, taken | adjusted | explaining) if of_rows else []),
    ]


def _weights(table: Table, held: ChosenReading, taken: Mapping[str, str]) -> list[html.Div]:
    model = held.model
    options = [
        _with_reason(option, taken.get(option["value"]) or why_no_weight(column))
        for option, column in zip(column_options(table, "outcome"), table.columns, strict=True)
    ]
    picker = column_picker(ids.model_column("weights"), options, model.weights or "")
    picker.placeholder, picker.clearable = "None", True
    kinds = [{"value": kind, "label": words} for kind, words in WEIGHT_KINDS.items()]
    found = [control_with_label("Weights", picker, WEIGHTS)]
    if model.weights is not None:
        kind = dmc.Select(
            id=ids.model_column("weight_kind"),
            data=kinds,
            value=model.weight_kind,
            allowDeselect=False,
            size="sm",
            comboboxProps={"width": 300, "position": "bottom-end"},
            **aria(label="What a weight is"),
        )
        found.append(control_with_label("They are", kind, "What a weight means; the three differ."))
    return found


def _columns(role: str, options: list[Any], chosen: Iterable[str]) -> dmc.MultiSelect:
    return dmc.MultiSelect(
        id=ids.model_column(role),
        data=options,
        value=list(chosen),
        placeholder="Add a column",
        searchable=True,
        limit=300,
        nothingFoundMessage="No such column",
        maxDropdownHeight=360,
        size="sm",
        renderOption={"function": "columnOption"},
        comboboxProps={"width": 300, "position": "bottom-end"},
        hidePickedOptions=True,
        selectFirstOptionOnChange=True,
    )


def covariate_options(
    table: Table, taken: Mapping[str, str], differing: Mapping[str, str] | None = None
) -> list[dict[str, Any]]:
    """Every column; one that cannot be a covariate says why."""
    return [
        _with_reason(
            option,
            taken.get(column.name) or why_no_covariate(column) or (differing or {}).get(column.name),
        )
        for option, column in zip(column_options(table, "group"), table.columns, strict=True)
    ]


def _with_reason(option: dict[str, Any], why_not: str | None) -> dict[str, Any]:
    plain = {name: value for name, value in option.items() if name not in ("disabled", "why_not")}
    return plain if why_not is None else {**plain, "disabled": True, "why_not": why_not}


def is_on_page(held: ChosenReading, values: Mapping[str, Any]) -> bool:
    """Whether controls with these values, by role, are what `model_fields` draws for this model.

    Raises TypeError or ValueError for values that are no names of columns.
    """
    drawn = {"explained_by"} | ({"adjust", "weights"} if held.form == ROWS else set())
    drawn |= set() if held.model.weights is None else {"weight_kind"}
    chosen = {name: value for name, value in values.items() if value}
    return set(values) - {"categorical"} == drawn and model_from_json(chosen) == held.model
