"""Covariates and weights on the page: reduced as the command line reduces them, and said."""

from __future__ import annotations

import contextlib
import io
import json
import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from dashboard.callbacks.model_checks import checked
from dashboard.callbacks.model_columns import fields_of
from dashboard.callbacks.take_data import taken
from dashboard.figures import funnel
from dashboard.figures.columns import OWN_CENTER
from dashboard.figures.page_view import draw_view
from dashboard.figures.views import VIEWS
from dashboard.ingest import ModelColumns, UnreadableFile
from dashboard.ingest.data_kinds import SummaryColumns
from dashboard.pages.comparison import comparison_content
from dashboard.session.first_choices import first_choices, held_reading
from dashboard.session.stored_file import ChosenColumns
from dashboard.words.comparison import headline
from dashboard.words.group_card import group_cards, value_text
from estimators import DataError
from tests.components import text_of, within
from tests.dashboard.wards import MODELS, TRIALS, WARDS, with_model


def flags_of(model):
    lists = [
        ("adjust", model.adjust),
        ("explained-by", model.explained_by),
        ("categorical", model.categorical),
    ]
    flags = [part for name, columns in lists for column in columns for part in (f"--{name}", column)]
    flags += [part for name, shape in model.curves for part in ("--curve", f"{name}={shape}")]
    return flags + (["--weights", model.weights, "--weight-kind", model.weight_kind] if model.weights else [])


@pytest.mark.slow
@pytest.mark.parametrize("name", MODELS)
def test_the_page_has_the_numbers_of_the_command_line(comparisons, wards, tmp_path, blupboard, name):
    model = MODELS[name]
    path = tmp_path / "wards.csv"
    path.write_text(WARDS)
    done = blupboard(
        "compare", path, "--outcome", "days", "--group", "ward", *flags_of(model), "--format", "json"
    )
    comparison = comparisons.comparison("ann", with_model(wards, model))
    page = json.loads(json.dumps(comparison.to_dict()))
    fits = {fit["estimator"]: fit for fit in page["fits"]}
    assert done.json["data"] == page["data"]
    assert done.json["left_out"] == page["left_out"]
    for fit in done.json["fits"]:
        assert fit == fits[fit["estimator"]]
    assert any("coefficients" in fit for fit in fits.values()) == bool(model.adjust or model.explained_by)


@pytest.mark.slow
def test_what_a_row_lacks_is_counted_and_takes_no_part_anywhere(comparisons, wards):
    choices = with_model(wards, MODELS["adjusted"])
    source = comparisons.source("ann", choices)
    data = source.groups()
    assert (data.dropped.missing_covariate, data.dropped.missing_outcome) == (3, 1)
    shown = [one for one in data.left_out if one.cause == "missing_covariate"]
    assert [example.line for example in shown[0].examples] == [4, 21, 42]
    content = comparison_content(comparisons, choices, source, comparisons.scene("ann", choices))
    assert "no age" in " ".join(text_of(note) for note in content["reading_notes"])
    rows = source.rows_of_groups(list(data.labels))
    assert [one.count for one in rows] == data.n.tolist()
    means = [np.concatenate([one.points, one.outlying]).mean() for one in rows]
    np.testing.assert_allclose(means, data.mean, rtol=1e-14)
    assert b"".join(source.rows().pieces()).count(b"\r\n") == data.total + 1


@pytest.mark.slow
def test_own_means_and_adjusted_ones_stay_apart(comparisons, wards):
    scene = comparisons.scene("ann", with_model(wards, MODELS["adjusted"]))
    read = pd.read_csv(io.StringIO(WARDS)).dropna(subset=["age", "days"])
    plain = read.groupby("ward")["days"].mean()[scene.labels]
    np.testing.assert_allclose(scene.own_mean, plain, rtol=1e-14)
    levels = scene.by_id("ols")
    assert not levels.is_own_mean
    assert np.abs(levels.estimate - scene.own_mean).max() > 0.1


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("adjusted", "With age and sex taken off, "),
        ("adjusted", "Wards are compared at the average age and the mix of sex of all "),
        ("curved", "at the average age (a smooth curve with 3 knots) and the mix of sex of all "),
        ("explained", "Each ward is pulled towards what its type lets expect."),
        ("both", "With age, code and type taken off, "),
        ("both", "of its distance to what is expected of it"),
    ],
)
def test_the_headline_says_what_is_adjusted_for_and_for_whom(comparisons, wards, name, said):
    found = headline(comparisons.scene("ann", with_model(wards, MODELS[name])))
    assert said in f"{found.answer} {found.detail}"


@pytest.mark.slow
def test_the_coefficients_are_in_a_table_with_their_errors(comparisons, wards):
    choices = with_model(wards, MODELS["both"])
    scene = comparisons.scene("ann", choices)
    content = comparison_content(comparisons, choices, comparisons.source("ann", choices), scene)
    [fold] = content["about"]
    assert "Coefficients of age, code and type" in text_of(fold).replace("  ", " ")
    assert "First levels: code=1, type=acute." in text_of(fold)
    lines = [text_of(part) for part in within(fold) if type(part).__name__ == "Tr"]
    assert [line.split()[0] for line in lines[1:]] == ["(Intercept)", "age", "code=2", "code=3", "type=long"]
    assert all(" ± " in line for line in lines[1:])
    age = next(one for one in scene.series[0].result.fit.coefficients if one.term == "age")
    ends = re.search(r"\((\S+) to (\S+)\)", lines[2])
    assert [float(end.replace("\u2212", "-")) for end in ends.groups()] == pytest.approx(
        age.interval(choices.level), abs=0.1 * age.std_error
    )
    plain = comparison_content(
        comparisons, wards, comparisons.source("ann", wards), comparisons.scene("ann", wards)
    )
    assert plain["about"] is None


@pytest.mark.slow
def test_a_curve_is_explained_with_its_coefficients(comparisons, wards):
    for model, said in (
        (MODELS["curved"], "what bends at each knot: knots at "),
        (replace(MODELS["curved"], curves=(("age", "poly2"),)), "powers of its distance from "),
    ):
        choices = with_model(wards, model)
        scene = comparisons.scene("ann", choices)
        content = comparison_content(comparisons, choices, comparisons.source("ann", choices), scene)
        shown = text_of(content["about"][0])
        places = scene.comparison.data.covariates.curves["age"].places
        assert said in shown
        assert f"{places[0]:.3g}" in shown.partition(said)[2]


@pytest.mark.slow_cases
@pytest.mark.parametrize(
    ("model", "kind", "said"),
    [
        (ModelColumns(explained_by=("age",)), DataError, "'age' differs between rows of the group 'A'"),
        (ModelColumns(adjust=("days",)), UnreadableFile, '"days" is named for two things'),
        (
            replace(MODELS["adjusted"], curves=(("sex", "poly2"),)),
            DataError,
            "'sex' is categorical, and a curve",
        ),
        (
            replace(MODELS["adjusted"], curves=(("w", "poly2"),)),
            UnreadableFile,
            '"w" is to be a curve, but is none',
        ),
        (ModelColumns(adjust=("beds",)), UnreadableFile, 'has no column "beds"'),
        (replace(MODELS["survey"], adjust=("age",)), DataError, "survey weights and covariates together"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(comparisons, wards, model, kind, said):
    with pytest.raises(kind, match=said):
        comparisons.comparison("ann", with_model(wards, model))


@pytest.mark.slow
def test_summaries_are_explained_and_no_more(comparisons):
    dataset = comparisons.workspace.receive("ann", "trials.csv", io.BytesIO(TRIALS.encode()), None)
    summary = SummaryColumns.of("estimates", {"estimate": "yi", "variance": "vi"})
    choices = first_choices(comparisons, "ann", dataset.token)
    choices = replace(choices, source=ChosenColumns(dataset.token, "yi", "trial", summary=summary))
    table = comparisons.source("ann", choices).describe().table
    fields = fields_of(table, held_reading(choices), "yi", "trial")
    roles = [part.id["role"] for part in within(fields) if isinstance(getattr(part, "id", None), dict)]
    assert roles == ["explained_by"]
    explained = with_model(choices, ModelColumns(explained_by=("region",)))
    scene = comparisons.scene("ann", explained)
    assert headline(scene).answer.startswith("With region taken off, the true means of trials have")
    assert scene.own_centers is not None
    rows = held_reading(
        with_model(choices, ModelColumns(adjust=("x",), explained_by=("region",), weights="w"))
    )
    assert rows.with_summary(choices.source.summary).model == ModelColumns(explained_by=("region",))


@pytest.mark.slow
@pytest.mark.parametrize("name", MODELS)
def test_the_python_script_gives_what_is_on_screen(comparisons, wards, tmp_path, monkeypatch, name):
    choices = with_model(wards, MODELS[name])
    comparison = comparisons.comparison("ann", choices)
    script = comparisons.source("ann", choices).script(comparison).python
    (tmp_path / "wards.csv").write_text(WARDS)
    monkeypatch.chdir(tmp_path)
    space: dict[str, object] = {}
    with contextlib.redirect_stdout(io.StringIO()):
        exec(script, space)
    again, expected = space["comparison"].tidy(), comparison.tidy()
    pd.testing.assert_frame_equal(again, expected[again.columns], rtol=1e-12)


@pytest.mark.slow
def test_each_view_shows_the_centre_that_a_group_is_pulled_to(comparisons, wards):
    scene = comparisons.scene("ann", with_model(wards, MODELS["explained"]))
    reml = scene.by_id("reml")
    weight = reml.weight
    np.testing.assert_allclose(
        scene.own_centers + weight * (scene.own_mean - scene.own_centers), reml.estimate, rtol=1e-12
    )
    drawings = {view.id: view.figure(scene) for view in VIEWS if view.id != "funnel"}
    assert draw_view(funnel.VIEW, scene).problem == funnel.NOT_BESIDE_COVARIATES
    dotted = [t for t in drawings["groups"].data if t.get("line", {}).get("dash") == "dot"]
    np.testing.assert_array_equal(dotted[0]["x"][::3], scene.own_centers)
    for view, place in (("shrinkage", 1), ("own-estimate", 1)):
        marks = [t for t in drawings[view].data if t.get("name") == OWN_CENTER]
        np.testing.assert_array_equal(marks[0]["y"], scene.own_centers)
        assert len(marks) == place
    expected = f"{value_text(scene, scene.own_centers[0])} expected of it by REML BLUP"
    assert expected in group_cards(scene, [0])[0]["facts"]
    assert comparisons.scene("ann", with_model(wards, MODELS["adjusted"])).own_centers is None


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("adjusted", "These are the spreads with age and sex taken off; what is drawn has no covariates."),
        ("precision", "A risk study draws rows without weights, and these have some"),
        ("frequency", "of 17 to 71 rows"),
    ],
)
def test_the_risk_study_says_what_it_leaves_out(comparisons, wards, name, words):
    assert words in taken(comparisons.scene("ann", with_model(wards, MODELS[name])))["words"]


@pytest.mark.slow
def test_the_checks_take_weights_of_precision_and_say_that_they_take_no_others(comparisons, wards):
    checks = checked(comparisons.scene("ann", with_model(wards, MODELS["survey"])))
    note = "Survey weights do not say how precise a row is, so the model is not checked with them."
    assert (checks["note"], checks["tables"], checks["figures"]) == (note, [], [])
    checks = checked(comparisons.scene("ann", with_model(wards, MODELS["precision"])))
    assert "1,000 draws from the fitted model" in checks["note"]  # beside a covariate too
    checks = checked(comparisons.scene("ann", with_model(wards, ModelColumns(weights="w"))))
    assert "1,000 draws from the fitted model" in checks["note"]
    said = dict(checks["sentences"])
    assert "Bartlett" in said["Do rows spread equally within all groups?"]
    assert not any("not looked at" in sentence for sentence in said.values())


@pytest.mark.slow
@pytest.mark.parametrize("name", ["adjusted", "explained"])
def test_the_checks_judge_groups_by_their_distance_to_what_is_expected(comparisons, wards, name):
    checks = checked(comparisons.scene("ann", with_model(wards, MODELS[name])))
    assert "1,000 draws from the fitted model" in checks["note"]
    [table] = checks["tables"]
    assert table[0][:5] == ["fitted without", "SDs from the others", "at average covariates", "σg", "ICC"]
    assert {len(line) for line in table} == {len(table[0])}
    said = dict(checks["sentences"])
    assert "Brown and Forsythe" in said["Do rows spread equally within all groups?"]
    normal, rows, spread = (json.dumps(f, default=str, ensure_ascii=False) for f in checks["figures"])
    assert "own mean − expected, in SDs" in normal
    assert ("row − expected, in SDs" in rows) == (name == "adjusted")
    assert ("standard deviation within, once adjusted" in spread) == (name == "adjusted")


@pytest.mark.slow
def test_rows_with_weights_are_nowhere_counted_as_what_they_weigh(comparisons, wards):
    choices = with_model(wards, ModelColumns(weights="w"))
    scene = comparisons.scene("ann", choices)
    content = comparison_content(comparisons, choices, comparisons.source("ann", choices), scene)
    assert {"value": "@rows", "label": "Information"} in content["sort"]
    assert "Rows count by their weights. With weights of " in headline(scene).detail
    figures = {view.id: view.figure(scene) for view in VIEWS}
    assert figures["weight"].layout["xaxis"]["title"]["text"] == "sum of weights per ward"
    assert "each row once, whatever its weight" in figures["group-rows"].layout["meta"]["subtitle"]
    survey = comparisons.scene("ann", with_model(wards, MODELS["survey"]))
    assert draw_view(funnel.VIEW, survey).problem == funnel.NOT_OF_SURVEYS


@pytest.mark.slow
def test_the_script_of_explained_summaries_gives_what_is_on_screen(comparisons, tmp_path, monkeypatch):
    text = f"{TRIALS}f,,1,1\n"
    dataset = comparisons.workspace.receive("ann", "trials.csv", io.BytesIO(text.encode()), None)
    summary = SummaryColumns.of("estimates", {"estimate": "yi", "variance": "vi"})
    model = ModelColumns(explained_by=("region",))
    source = ChosenColumns(dataset.token, "yi", "trial", summary=summary, model=model)
    choices = replace(first_choices(comparisons, "ann", dataset.token), source=source)
    comparison = comparisons.comparison("ann", choices)
    assert comparison.data.dropped.missing_covariate == 1
    scripts = comparisons.source("ann", choices).script(comparison)
    assert "metafor::rma(yi, sei = se, mods = ~ region" in scripts.r
    (tmp_path / "trials.csv").write_text(text)
    monkeypatch.chdir(tmp_path)
    space: dict[str, object] = {}
    with contextlib.redirect_stdout(io.StringIO()):
        exec(scripts.python, space)
    again, expected = space["comparison"].tidy(), comparison.tidy()
    pd.testing.assert_frame_equal(again, expected[again.columns], rtol=1e-12)
