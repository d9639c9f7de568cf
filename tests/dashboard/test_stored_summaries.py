"""A file of summaries on the page: opened as what it is, changed by one choice, right in all that follows."""

from __future__ import annotations

import contextlib
import io
import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from dashboard.callbacks.comparison import problem_words
from dashboard.callbacks.data import open_dataset
from dashboard.callbacks.line_form import of_form
from dashboard.figures.page_view import draw_views
from dashboard.figures.views import VIEWS
from dashboard.ingest import UnreadableFile
from dashboard.ingest.data_kinds import LINE_FORMS
from dashboard.pages.comparison import comparison_content
from dashboard.pages.layout import layout
from dashboard.pages.line_form import beside_pickers
from dashboard.session.choices import Choices
from dashboard.session.chosen_reading import Before, ChosenReading
from dashboard.session.first_choices import first_choices, held_reading
from dashboard.session.reread import read_otherwise
from dashboard.session.sources import SourceControls
from dashboard.session.stored_file import ChosenColumns
from estimators import DataError, GroupData, compare
from tests.components import text_of

FILES = {
    "counts": ("ward,deaths,cases\nA,9,41\nB,3,20\nC,0,12\nD,7,30\nE,12,33\n", "counts", {"trials": "cases"}),
    "rates": (
        "pump,failures,time\np1,5,94.3\np2,0,15.7\np3,14,125.8\np4,3,5.2\n",
        "rates",
        {"exposure": "time"},
    ),
    "means": (
        "school,mean,sd,n\nA,10,2,5\nB,12,3,8\nC,9,,1\nD,14,2.5,6\n",
        "means-sd",
        {"n": "n", "sd": "sd"},
    ),
    "estimates": (
        "trial,yi,vi\na,-0.9,0.33\nb,-1.6,0.19\nc,-1.3,0.42\nd,-1.4,0.02\ne,-0.2,0.05\n",
        "estimates-variance",
        {"variance": "vi"},
    ),
}
MADE = {
    "counts": GroupData.from_counts("ABCDE", [9, 3, 0, 7, 12], [41, 20, 12, 30, 33]),
    "rates": GroupData.from_rates(["p1", "p2", "p3", "p4"], [5, 0, 14, 3], [94.3, 15.7, 125.8, 5.2]),
    "means": GroupData.from_means("ABCD", [10, 12, 9, 14], [5, 8, 1, 6], sd=[2, 3, np.nan, 2.5]),
    "estimates": GroupData.from_estimates(
        "abcde", [-0.9, -1.6, -1.3, -1.4, -0.2], variance=[0.33, 0.19, 0.42, 0.02, 0.05]
    ),
}


@pytest.fixture
def opened(comparisons):
    """Choices with which a file of a kind is opened."""

    def open_file(kind):
        content = FILES[kind][0].encode()
        dataset = comparisons.workspace.receive("ann", f"{kind}.csv", io.BytesIO(content), None)
        return first_choices(comparisons, "ann", dataset.token)

    return open_file


@pytest.mark.slow_cases
@pytest.mark.parametrize("kind", FILES)
def test_a_file_of_summaries_is_opened_as_such(comparisons, opened, kind):
    choices = opened(kind)
    held = held_reading(choices)
    assert (held.form, dict(held.beside)) == FILES[kind][1:]
    data = comparisons.source("ann", choices).groups()
    assert data.kind == kind
    np.testing.assert_allclose(data.mean, MADE[kind].mean, rtol=1e-15)
    answer, expected = comparisons.comparison("ann", choices), compare(MADE[kind], comparisons.registry)
    for one, two in zip(answer.results, expected.results, strict=True):
        assert one.message == two.message
        if one.fit is not None:
            np.testing.assert_allclose(one.fit.estimate, two.fit.estimate, rtol=1e-13)


def test_summaries_of_which_one_cannot_be_are_no_rows_without_a_word(comparisons):
    """Rows of deaths compared by ward would look right; of the trouble it is said what can be done."""
    content = b"ward,deaths,cases\nA,5,4\nB,6,20\nC,4,20\nD,3,30\n"
    dataset = comparisons.workspace.receive("ann", "wards.csv", io.BytesIO(content), None)
    choices = first_choices(comparisons, "ann", dataset.token)
    assert (held_reading(choices).form, choices.source.outcome) == ("counts", "deaths")
    with pytest.raises(DataError, match="more events than trials: 5 of 4") as raised:
        comparisons.source("ann", choices).groups()
    said = problem_words(raised.value, choices)
    assert said.startswith('Group "A" has more events than trials: 5 of 4. Correct it in the file, or set')
    assert problem_words(raised.value, replace(choices, source=replace(choices.source, summary=None))) == str(
        raised.value
    )


def test_of_estimates_the_rows_behind_them_may_be_named_and_need_not(comparisons, opened):
    choices = opened("estimates")
    held, table = held_reading(choices), comparisons.workspace.get("ann", choices.source.token).table
    pickers = {box.children[1].id["role"]: box.children[1] for box in beside_pickers(table, held)}
    assert list(pickers) == ["variance", "n"]
    assert (pickers["n"].value, pickers["n"].clearable) == (None, True)
    assert [box.children[1].id["role"] for box in beside_pickers(table, replace(held, form="counts"))] == [
        "trials"
    ]
    for beside, has in (({"variance": "vi", "n": "vi"}, True), ({"variance": "vi", "n": ""}, False)):
        chosen = replace(held, beside=tuple(beside.items()))
        if has:
            with pytest.raises(UnreadableFile, match="cannot be both the variance and n"):
                chosen.summary_of("yi")
        else:
            assert chosen.summary_of("yi") == held.summary_of("yi")


@pytest.mark.slow_cases
@pytest.mark.parametrize("kind", FILES)
def test_what_was_chosen_goes_to_json_and_back_and_through_the_controls(comparisons, opened, kind):
    choices = opened(kind)
    assert Choices.from_json(choices.to_json()) == choices
    held, source = held_reading(choices).to_json(), choices.source
    assert ChosenReading.from_json(held, source.token) == held_reading(choices)
    controls = SourceControls(source.token, source.outcome, source.group, reading=held)
    assert ChosenColumns.from_controls(controls) == source
    comparisons.workspace.save_choices("ann", source.token, choices.to_json())
    assert first_choices(comparisons, "ann", source.token) == choices
    rows = replace(source, summary=None)
    assert rows.selection_key != source.selection_key
    assert comparisons.source("ann", replace(choices, source=rows)) != comparisons.source("ann", choices)


@pytest.mark.slow
@pytest.mark.parametrize("kind", FILES)
def test_everything_on_the_page_can_be_drawn_and_said(comparisons, opened, kind):
    choices = opened(kind)
    assert layout(comparisons, "ann", choices)
    scene = comparisons.scene("ann", choices)
    content = comparison_content(comparisons, choices, comparisons.source("ann", choices), scene)
    used = {
        "counts": "31 events in 136 trials of 5 groups",
        "rates": "22 events in an exposure of 241 of 4 groups",
        "means": "4 published means of 20 rows",
        "estimates": "5 published estimates with standard errors",
    }
    assert content["rows_used"] == used[kind]
    notes = " ".join(text_of(note) for note in content["reading_notes"])
    assert ("variance of each rate is taken as the pooled rate" in notes) == (kind == "rates")
    for name, drawing in draw_views(VIEWS, scene, {}).items():
        assert drawing.figure or drawing.problem, name
    assert scene.is_share == (kind == "counts")
    with pytest.raises(DataError, match="no rows behind them"):
        comparisons.source("ann", choices).rows_of_groups(["A"])
    assert comparisons.source("ann", choices).rows() is None


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::FutureWarning")
@pytest.mark.parametrize("kind", FILES)
def test_the_python_scripts_give_what_is_on_screen(comparisons, opened, kind):
    choices = opened(kind)
    comparison = comparisons.comparison("ann", choices)
    scripts = comparisons.source("ann", choices).script(comparison)
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(scripts.python, {})
    read = pd.read_csv(io.StringIO(printed.getvalue()), sep=r"\s+")
    expected = comparison.tidy()
    assert read["estimator"].tolist() == expected["estimator"].tolist()
    np.testing.assert_allclose(read["estimate"], expected["estimate"], atol=1e-5, rtol=1e-5)
    space: dict[str, object] = {}
    with contextlib.redirect_stdout(printed):
        exec(scripts.statsmodels, space)
    if kind in ("means", "counts"):
        of_levels = space["tidy"].query("estimator == 'ols'")
        ours = expected.query("estimator == 'ols'")
        np.testing.assert_allclose(of_levels["estimate"], ours["estimate"], rtol=1e-12)
        np.testing.assert_allclose(of_levels["std_error"], ours["std_error"], rtol=1e-12)
    else:
        assert "It has no code for known variances" in scripts.statsmodels
        assert "It has no code for known variances" in scripts.r
        assert "metafor::rma" in scripts.r


def test_another_form_is_one_choice_with_the_likeliest_columns(comparisons, opened):
    choices = opened("counts")
    held, table = held_reading(choices), comparisons.source("ann", choices).describe().table
    changed = replace(held, before=Before("read again", held.reading, held.rows, "cases", "ward"))
    rates = of_form(table, changed, "rows")
    assert ChosenReading.from_json(rates["reading"], held.token) == held.with_summary(None)
    back = of_form(table, ChosenReading.from_json(rates["reading"], held.token), "counts")
    assert (back["outcome"], back["group"]) == ("deaths", "ward")
    assert ChosenReading.from_json(back["reading"], held.token) == held
    assert len(back["beside"]) == 1


def test_a_form_whose_columns_nobody_can_guess_asks_for_them(comparisons, opened):
    choices = opened("counts")
    held, table = held_reading(choices), comparisons.source("ann", choices).describe().table
    asked = of_form(table, held, "means-sd")
    assert "outcome" not in asked
    assert len(asked["beside"]) == 2
    controls = SourceControls(held.token, "deaths", "ward", reading=asked["reading"])
    with pytest.raises(UnreadableFile, match="For means say which column holds the n and the sd or"):
        ChosenColumns.from_controls(controls)


@pytest.mark.slow
def test_opening_a_file_of_rows_after_one_of_summaries_puts_the_controls_back(comparisons, opened):
    summaries = open_dataset(comparisons, "ann", opened("estimates").source.token)
    assert summaries[8] == "estimates-variance"
    assert len(summaries[9]) == 2
    content = b"g,y\n" + b"".join(f"{g},{i}\n".encode() for g in "ab" for i in range(4))
    rows = comparisons.workspace.receive("ann", "rows.csv", io.BytesIO(content), None)
    assert open_dataset(comparisons, "ann", rows.token)[8:10] == ("rows", [])


@pytest.mark.slow
def test_a_file_of_summaries_can_be_read_otherwise(comparisons, opened):
    source = opened("counts").source
    wanted = read_otherwise(comparisons, "ann", source, source.reading, replace(source.rows, exclude=("A",)))
    assert wanted.summary == source.summary
    assert len(comparisons.source("ann", Choices(wanted, ())).groups()) == 4
    with pytest.raises(UnreadableFile, match=re.escape("has no column")):
        read_otherwise(comparisons, "ann", source, replace(source.reading, header=0), source.rows)


def test_every_form_has_its_columns():
    for form in LINE_FORMS.values():
        assert (form.kind == "rows") == (not form.main)
