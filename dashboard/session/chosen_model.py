"""What groups are adjusted for and explained by, and what rows weigh, as the page holds it: JSON and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from dashboard.ingest.json_values import sequence, text
from estimators.data.curves import SHAPES
from estimators.data.frames import NOTHING_BESIDE, ModelColumns
from estimators.data.weights import WEIGHT_KINDS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dashboard.ingest import Table

LISTS: Final = ("adjust", "explained_by", "categorical")
"""The fields of `ModelColumns` that name several columns."""

CURVE_OF: Final = "curve of "
"""What the role of the control for a covariate's shape begins with; the covariate's name follows."""
STRAIGHT: Final = "straight"
"""The value of that control which is no curve."""


def model_to_json(model: ModelColumns) -> dict[str, Any]:
    """What is set of a model; empty for nothing."""
    found: dict[str, Any] = {name: list(getattr(model, name)) for name in LISTS}
    if model.weights is not None:
        found |= {"weights": model.weights, "weight_kind": model.weight_kind}
    found["curves"] = dict(model.curves)
    return {name: value for name, value in found.items() if value}


def model_from_json(given: object) -> ModelColumns:
    """What `model_to_json` gave; nothing at all is no column. Raises TypeError or ValueError."""
    if given is None:
        return NOTHING_BESIDE
    if not isinstance(given, Mapping):
        raise TypeError(given)
    lists = {name: tuple(map(text, sequence(given.get(name, [])))) for name in LISTS}
    weights = given.get("weights")
    return ModelColumns(
        adjust=lists["adjust"],
        explained_by=lists["explained_by"],
        categorical=lists["categorical"],
        weights=None if weights is None else text(weights),
        weight_kind=_weight_kind(given.get("weight_kind", NOTHING_BESIDE.weight_kind)),
        curves=_curves(given.get("curves", {})),
    )


def _curves(given: object) -> tuple[tuple[str, str], ...]:
    if not isinstance(given, Mapping) or not set(given.values()) <= set(SHAPES):
        raise ValueError(given)
    return tuple((text(name), shape) for name, shape in given.items())


def _weight_kind(given: object) -> str:
    if text(given) not in WEIGHT_KINDS:
        raise ValueError(given)
    return text(given)


def model_of(values: Mapping[str, Any]) -> ModelColumns:
    """The model that controls ask for, by role; codes and curves of no covariate are passed over.

    Raises TypeError or ValueError for values that are no names of columns.
    """
    lists = {name: value for name, value in values.items() if value and not name.startswith(CURVE_OF)}
    shapes = {
        name.removeprefix(CURVE_OF): shape
        for name, shape in values.items()
        if name.startswith(CURVE_OF) and shape not in (None, STRAIGHT)
    }
    model = model_from_json(lists | {"curves": shapes})
    chosen = {*model.adjust, *model.explained_by}
    codes = tuple(name for name in model.categorical if name in chosen)
    curves = tuple(pair for pair in model.curves if pair[0] in chosen.difference(codes))
    return replace(model, categorical=codes, curves=curves)


def columns_of(model: ModelColumns) -> set[str]:
    """The names of its columns."""
    return {name for _, name in model.by_role}


def without_columns(model: ModelColumns, names: Iterable[str]) -> ModelColumns:
    """The same without some columns."""
    gone = set(names)
    return replace(
        model,
        adjust=tuple(name for name in model.adjust if name not in gone),
        explained_by=tuple(name for name in model.explained_by if name not in gone),
        categorical=tuple(name for name in model.categorical if name not in gone),
        weights=None if model.weights in gone else model.weights,
        curves=tuple(pair for pair in model.curves if pair[0] not in gone),
    )


def model_for(model: ModelColumns, table: Table) -> ModelColumns:
    """What a table can have of it: the columns that there are, and curves of those that hold numbers."""
    kinds = {column.name: column.kind for column in table.columns}
    kept = without_columns(model, columns_of(model).difference(kinds))
    return replace(kept, curves=tuple(pair for pair in kept.curves if kinds.get(pair[0]) == "number"))


def of_summaries(model: ModelColumns) -> ModelColumns:
    """What summaries of groups can have of it: what explains them."""
    kept = tuple(name for name in model.categorical if name in model.explained_by)
    curves = tuple(pair for pair in model.curves if pair[0] in model.explained_by)
    return ModelColumns(explained_by=model.explained_by, categorical=kept, curves=curves)
