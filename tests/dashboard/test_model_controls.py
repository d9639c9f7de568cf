"""The controls of covariates and weights: what they offer, what is kept of them, and how it is taken back."""

from __future__ import annotations

import io
import json
from dataclasses import replace

import pytest

from dashboard.callbacks.data import open_dataset
from dashboard.callbacks.model_columns import fields_of
from dashboard.ingest import ModelColumns
from dashboard.pages.model_columns import are_on_page, is_on_page, number_fields
from dashboard.session.choices import Choices
from dashboard.session.chosen_model import STRAIGHT, model_of
from dashboard.session.chosen_reading import ChosenReading
from dashboard.session.first_choices import first_choices, held_reading
from dashboard.session.reread import keep_reading, taken_back
from dashboard.session.sources import SourceControls
from dashboard.session.stored_file import ChosenColumns
from dashboard.words.reading import CURVES, changes
from estimators.data.curves import SHAPES
from tests.components import text_of, within
from tests.dashboard.wards import MODELS, WARDS, with_model


@pytest.mark.slow_cases
@pytest.mark.parametrize("name", MODELS)
def test_what_was_chosen_goes_to_json_and_back_and_through_the_controls(comparisons, wards, name):
    choices = with_model(wards, MODELS[name])
    assert Choices.from_json(json.loads(json.dumps(choices.to_json()))) == choices
    held, source = held_reading(choices), choices.source
    again = ChosenReading.from_json(json.loads(json.dumps(held.to_json())), source.token)
    assert again == held
    controls = SourceControls(source.token, "days", "ward", reading=held.to_json())
    assert ChosenColumns.from_controls(controls) == source
    comparisons.workspace.save_choices("ann", source.token, choices.to_json())
    assert first_choices(comparisons, "ann", source.token) == choices
    assert source.selection_key != wards.source.selection_key
    assert hash(choices) != hash(wards)


@pytest.mark.slow
def test_another_file_of_the_same_columns_has_the_model_of_the_last(comparisons, wards):
    chosen = with_model(wards, MODELS["both"]).source
    keep_reading(comparisons, "ann", chosen)
    other = comparisons.workspace.receive("ann", "next.csv", io.BytesIO(WARDS.encode()), None)
    page = open_dataset(comparisons, "ann", other.token)
    assert (page[2], page[4]) == ("days", "ward")
    held = ChosenReading.from_json(page[6], other.token)
    assert held.model == MODELS["both"]
    assert held.before is not None
    assert held.before.model == ModelColumns()
    longer = WARDS.replace("ward,type,age", "ward,type,years")
    unlike = comparisons.workspace.receive("ann", "unlike.csv", io.BytesIO(longer.encode()), None)
    held = ChosenReading.from_json(open_dataset(comparisons, "ann", unlike.token)[6], unlike.token)
    assert held.model == ModelColumns()


def test_each_choice_has_a_chip_that_takes_it_back(wards):
    model = replace(MODELS["both"], weights="w", curves=(("age", "poly2"),))
    chosen = with_model(wards, model).source
    found = changes(chosen.reading, chosen.rows, chosen.model)
    assert [change.words for change in found] == [
        "Adjusted for age", "Adjusted for code", "Explained by type", "code taken as categories",
        "age as a curve with one bow", "Weights of precision: w",
    ]  # fmt: skip
    [straight] = [change for change in found if change.option == "curves"]
    again = taken_back(chosen, straight.option, straight.value)
    assert again.model == replace(model, curves=())
    for change in found:
        chosen = taken_back(chosen, change.option, change.value)
    assert chosen == wards.source


def test_the_lists_offer_what_can_be_and_say_why_the_rest_cannot(comparisons, wards):
    table = comparisons.source("ann", wards).describe().table
    held = replace(held_reading(wards), model=MODELS["both"])
    fields = [*fields_of(table, held, "days", "ward"), *number_fields(table, held.model)]
    lists = {part.id["role"]: part for part in within(fields) if isinstance(getattr(part, "id", None), dict)}
    assert set(lists) == {"adjust", "explained_by", "weights", "categorical", "curve of age"}
    why = {o["value"]: o.get("why_not") for o in lists["explained_by"].data}
    assert why == {
        "ward": "it is the outcome or the group", "days": "it is the outcome or the group",
        "age": "it is adjusted for", "code": "it is adjusted for", "type": None,
        "sex": "it differs between rows of one ward", "w": "it differs between rows of one ward",
    }  # fmt: skip
    assert lists["categorical"].data == ["age", "code"]
    values = {role: part.value for role, part in lists.items()}
    assert is_on_page(held, values)
    assert are_on_page(table, held.model, values)
    assert model_of(values) == held.model
    bent = {**values, "curve of age": "poly3", "curve of code": "poly2", "curve of gone": "poly2"}
    assert model_of(bent) == replace(held.model, curves=(("age", "poly3"),))
    assert not are_on_page(table, held.model, bent)
    assert is_on_page(held, bent)
    assert not are_on_page(table, replace(held.model, categorical=()), values)
    assert number_fields(table, MODELS["explained"]) == []
    assert [o["value"] for o in lists["curve of age"].data] == [STRAIGHT, *SHAPES] == [STRAIGHT, *CURVES]
    two = ModelColumns(adjust=("w", "age"), categorical=("age",))
    assert {part.id["role"] for part in within(number_fields(table, two)) if hasattr(part, "data")} == {
        "categorical", "curve of w"
    }  # fmt: skip
    assert not is_on_page(replace(held, model=MODELS["precision"]), values)
    weighed = fields_of(table, replace(held, model=MODELS["precision"]), "days", "ward")
    roles = [part.id["role"] for part in within(weighed) if isinstance(getattr(part, "id", None), dict)]
    assert roles == ["adjust", "explained_by", "weights", "weight_kind"]


def test_numbers_that_may_be_codes_are_said_to_enter_as_numbers(comparisons, wards):
    """Blocks 1, 2 and 3 as a straight line are another model, and give other means, than three blocks."""
    table = comparisons.source("ann", wards).describe().table
    said = text_of(number_fields(table, ModelColumns(adjust=("code", "age"))))
    assert "code has 3 whole numbers and enters as a number" in said
    for other in (
        ModelColumns(adjust=("code",), categorical=("code",)),
        ModelColumns(adjust=("code",), curves=(("code", "poly2"),)),
        ModelColumns(adjust=("age", "sex")),
    ):
        assert "enters as a number" not in text_of(number_fields(table, other))


@pytest.mark.parametrize("name", ["two", "sex"])
def test_a_curve_that_cannot_be_has_a_control_that_takes_it_back(comparisons, name):
    """Opened of a file of other numbers: the control says what is asked for, and drawing changes nothing."""
    head, *lines = WARDS.splitlines()
    text = "\n".join([f"{head},two", *(f"{line},{k % 2}" for k, line in enumerate(lines))])
    dataset = comparisons.workspace.receive("ann", "two.csv", io.BytesIO(text.encode()), None)
    model = ModelColumns(adjust=("age", name), curves=((name, "poly2"),))
    drawn = [part for part in within(number_fields(dataset.table, model)) if hasattr(part, "data")]
    values = {"adjust": list(model.adjust)} | {part.id["role"]: part.value for part in drawn}
    assert values[f"curve of {name}"] == "poly2"
    assert model_of(values) == model
    assert are_on_page(dataset.table, model, values)
    assert model_of(values | {f"curve of {name}": STRAIGHT}) == ModelColumns(adjust=("age", name))


def test_a_column_that_became_text_has_no_curve_when_its_file_is_opened_again(comparisons, wards):
    model = ModelColumns(adjust=("age", "sex"), curves=(("age", "poly2"), ("sex", "poly2")))
    kept = with_model(wards, model)
    comparisons.workspace.save_choices("ann", kept.source.token, kept.to_json())
    opened = first_choices(comparisons, "ann", kept.source.token)
    assert opened.source.model == replace(model, curves=(("age", "poly2"),))
