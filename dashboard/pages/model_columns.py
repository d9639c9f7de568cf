"""What groups are adjusted for and explained by, and what rows weigh: a fold, filled once it opens."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import dash_mantine_components as dmc
from dash import html

from dashboard.ingest.beside_columns import covariates_maybe_codes, why_no_covariate, why_no_weight
from dashboard.ingest.data_kinds import ROWS
from dashboard.pages import ids
from dashboard.pages.attributes import aria, explained
from dashboard.pages.column_picker import column_options, column_picker
from dashboard.pages.controls import control_with_label
from dashboard.session.chosen_model import CURVE_OF, STRAIGHT, model_of
from dashboard.words.reading import short

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from dashboard.ingest import Table
    from dashboard.session.chosen_reading import ChosenReading
    from estimators.data.frames import ModelColumns

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
CURVE: Final = (
    "What goes with {name} may level off or turn: a straight line cannot say so. Smooth curves are straight "
    "before their first knot and after the last."
)
MAYBE_CODES: Final = (
    "{name} has {count} whole numbers and enters as a number: each step up counts alike. If they are "
    "codes, such as of blocks, choose it here too:"
)
WEIGHTS: Final = "A column that says how much each row counts."
WEIGHT_KINDS: Final[Mapping[str, str]] = {
    "precision": "Precision: twice the weight, half the variance",
    "frequency": "Count: so many equal rows",
    "survey": "Survey: rows of the population it stands for",
}


SHAPE_LABELS: Final[Mapping[str, str]] = {
    STRAIGHT: "Straight line",
    "poly2": "One bow",
    "poly3": "Degree 3",
    "poly4": "Degree 4",
    "spline3": "Smooth, 3 knots",
    "spline4": "Smooth, 4 knots",
    "spline5": "Smooth, 5 knots",
}
"""What a covariate enters as, short enough for the rail."""


def model_fold() -> html.Details:
    """The fold; `model_fields` and `number_fields` fill it."""
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
            html.Div(id=ids.MODEL_NUMBERS, className="model-fields"),
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
    return [
        *(rows_only if of_rows else []),
        explained_by,
        *(_weights(table, held, taken | adjusted | explaining) if of_rows else []),
    ]


def number_fields(table: Table, model: ModelColumns) -> list[Any]:
    """What can be said of the covariates that are numbers: which are codes, and whether the others bend."""
    numbers, chosen = _numbers(table, model), dict(model.curves)
    codes = _columns("categorical", numbers, model.categorical)
    return [
        *(
            html.P(MAYBE_CODES.format(name=short(c.name), count=c.distinct), className="quiet")
            for c in covariates_maybe_codes(model, table)
        ),
        *([control_with_label("As categories", codes, CATEGORICAL)] if numbers else []),
        *(
            control_with_label(
                f"{short(name)} enters as", _curve(name, chosen.get(name, STRAIGHT)), CURVE.format(name=name)
            )
            for name in _that_may_bend(table, model)
        ),
    ]


def _numbers(table: Table, model: ModelColumns) -> list[str]:
    columns = (table.column(name) for name in (*model.adjust, *model.explained_by))
    return [column.name for column in columns if column is not None and column.kind == "number"]


def _that_may_bend(table: Table, model: ModelColumns) -> list[str]:
    """The covariates that are no codes, and whose numbers are more than two; and those that bend already.

    A curve that the file's numbers cannot have is refused: the control says so and takes it back.
    """
    bent, numbers = dict(model.curves), set(_numbers(table, model))

    def may_bend(name: str) -> bool:
        column = table.column(name)
        return name in bent or (column is not None and name in numbers and column.distinct > 2)

    names = (*model.adjust, *model.explained_by)
    return [name for name in names if name not in model.categorical and may_bend(name)]


def _curve(name: str, shape: str) -> dmc.Select:
    return dmc.Select(
        id=ids.model_column(f"{CURVE_OF}{name}"),
        data=[{"value": value, "label": label} for value, label in SHAPE_LABELS.items()],
        value=shape,
        allowDeselect=False,
        size="sm",
        comboboxProps={"width": 300, "position": "bottom-end"},
        **aria(label=f"How {name} enters"),
    )


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
    lists = {role for role in values if not _is_of_numbers(role)}
    return lists == drawn and replace(model_of(values), categorical=(), curves=()) == replace(
        held.model, categorical=(), curves=()
    )


def are_on_page(table: Table, model: ModelColumns, values: Mapping[str, Any]) -> bool:
    """Whether controls with these values are what `number_fields` draws. Raises as `is_on_page`."""
    drawn = {"categorical"} if _numbers(table, model) else set()
    drawn |= {f"{CURVE_OF}{name}" for name in _that_may_bend(table, model)}
    return set(filter(_is_of_numbers, values)) == drawn and model_of(values) == model


def _is_of_numbers(role: str) -> bool:
    return role == "categorical" or role.startswith(CURVE_OF)
