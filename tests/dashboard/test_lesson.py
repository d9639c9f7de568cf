"""The lesson says nothing that the estimators do not, and its tables are the answer's, digit for digit."""

from __future__ import annotations

import re

import numpy as np
import pytest

from dashboard.callbacks.lesson import visible_lesson
from dashboard.figures.lesson import lesson_figures
from dashboard.pages import ids
from dashboard.pages.lesson import lesson_content
from dashboard.session import lesson
from dashboard.session.lesson import OPENING, TEXTS, WHY, WHY_TITLE, models
from dashboard.words.lesson import QUESTIONS, R_LINES
from estimators import PRESETS, compare, simulate
from tests.oracles import BUILT_IN, parameter, read_json

POST = read_json("post", "post.json")
MODELS = {model.preset.id: model for model in models(dark=False)}
BLUPS = ("reml", "ml")


def numbers(text):
    """Every number of a text, as text."""
    return re.findall(r"(?<![\w.])\d[\d.,]*\d|(?<![\w.])\d", text)


def sentences(text):
    return re.findall(r"\.(?= [A-Z]|$)", text)


class Found:
    """What the estimators say of one model."""

    def __init__(self, name):
        self.design = PRESETS[name].design
        self.drawn = simulate(self.design)
        self.comparison = compare(self.drawn.data, BUILT_IN)
        self.own = self.drawn.data.mean
        self.rows = int(self.design.per_group)
        self.chance = parameter(self["ols"], "sigma_error") / np.sqrt(self.rows)
        """Standard deviation of the own means if the groups were equal."""

    def __getitem__(self, estimator):
        return self.comparison[estimator].fit

    def off(self, estimate):
        return np.sqrt(np.square(estimate - self.drawn.true_mean).mean())

    @property
    def signal(self):
        """What the weight depends on."""
        return self.rows * self.design.sigma_group**2 / self.design.sigma_error**2


@pytest.fixture(scope="module")
def found():
    return {name: Found(name) for name in PRESETS}


def spread(values):
    return np.std(values, ddof=1)


# The texts


def test_every_model_has_its_claim_and_two_sentences():
    assert list(TEXTS) == list(PRESETS) == list(POST)
    for claim, text in TEXTS.values():
        assert claim
        assert len(sentences(text)) == 2


def test_the_opening_names_the_seed_that_all_models_share():
    assert numbers(" ".join(OPENING)) == ["1673"]
    assert {preset.design.seed for preset in PRESETS.values()} == {1673}
    assert {preset.design.stream for preset in PRESETS.values()} == {"r"}
    one, two, three, more = (preset.design for preset in PRESETS.values())
    for before, after in ((one, two), (two, three), (one, more)):
        changed = {k for k, v in before.to_json().items() if after.to_json()[k] != v}
        assert len(changed - {"skip"}) == 1


def test_model_1_says_what_the_estimators_say(found):
    model = found["model1"]
    assert numbers(TEXTS["model1"][1]) == [
        f"{model.chance:.2f}",
        f"{spread(model.own):.2f}",
        "0",
        f"{model['reml'].estimate[0]:.4f}",
        f"{model.off(model['reml'].estimate):.2f}",
        f"{model.off(model.own):.2f}",
    ]
    assert spread(model.own) < model.chance
    for name in BLUPS:
        assert parameter(model[name], "sigma_group") == 0
        assert model[name].estimate == pytest.approx(np.full(5, model["grand_mean"].estimate[0]), rel=1e-14)


def test_model_2_says_what_the_estimators_say(found):
    model = found["model2"]
    reml = model["reml"].estimate
    furthest = int(np.abs(reml - model.own).argmax())
    assert model.drawn.data.labels[furthest] == "g3"
    assert numbers(TEXTS["model2"][1]) == [
        f"{spread(model.own):.2f}",
        f"{model.chance:.2f}",
        f"{100 * model['reml'].weight[0]:.0f}",
        f"{100 * model['ml'].weight[0]:.0f}",
        f"{model.own[furthest]:.4f}",
        f"{reml[furthest]:.4f}",
        f"{model.drawn.true_mean[furthest]:.4f}",
        f"{model.off(model.own):.2f}",
        f"{model.off(reml):.2f}",
    ]
    assert 2.9 < spread(model.own) / model.chance < 3.2
    assert parameter(model["ml"], "sigma_group") < parameter(model["reml"], "sigma_group")
    assert model.off(model.own) < min(model.off(model[name].estimate) for name in BLUPS)


def test_model_3_says_what_the_estimators_say(found):
    model = found["model3"]
    assert numbers(TEXTS["model3"][1]) == [
        f"{100 * model['reml'].weight[0]:.0f}",
        "0.13",
        f"{parameter(model['reml'], 'sigma_group'):.4f}",
        f"{model.design.sigma_group:g}",
        f"{spread(model.drawn.true_mean):.2f}",
    ]
    assert 0.12 < np.abs(model["reml"].estimate - model.own).max() < 0.13


def test_model_1b_says_what_the_estimators_say(found):
    model = found["model1b"]
    assert numbers(TEXTS["model1b"][1]) == [
        "1",
        "500",
        f"{model.chance:.2f}",
        f"{spread(model.own):.2f}",
        f"{100 * model['reml'].weight[0]:.0f}",
        f"{found['model1'].signal:g}",
        "1",
        f"{found['model2'].signal:g}",
        "2",
        f"{found['model3'].signal:g}",
        "3",
        f"{model.signal:g}",
    ]
    assert model.rows == 500 == 100 * found["model1"].rows


def test_the_boundary_is_explained_with_the_numbers_of_model_1(found):
    model = found["model1"]
    own, chance, pooled = spread(model.own), model.chance, parameter(model["ols"], "sigma_error")
    assert numbers(WHY_TITLE) == ["1", f"{model['reml'].estimate[0]:.4f}"]
    apart, by_chance, left, weight, not_said = (numbers(said) for _, said in WHY)
    assert apart == ["1", f"{own:.4f}"]
    assert by_chance == [f"{pooled:.4f}", f"{pooled:.4f}", "5", f"{chance:.4f}"]
    assert left == [f"{own:.4f}", f"{chance:.4f}", f"{chance**2 - own**2:.2f}", "0"]
    assert weight == ["0", "0", "25", f"{model['reml'].estimate[0]:.4f}"]
    assert not_said == [f"{model.design.sigma_group:g}", "1", "500"]
    assert own**2 < chance**2


# The tables


@pytest.mark.parametrize("name", PRESETS)
def test_the_tables_are_the_answers_digit_for_digit(name):
    model, post = MODELS[name], POST[name]
    assert [s.id for s in model.scene.series] == list(BLUPS)
    rows = model.group_rows()
    assert [row[0] for row in rows] == ["g1", "g2", "g3", "g4", "g5"]
    _, true, *columns = zip(*rows, strict=True)
    assert list(true) == [f"{post['mean'] + effect:.4f}" for effect in post["effects"]]
    for shown, key in zip(columns, ("ols", *BLUPS), strict=True):
        assert list(shown) == [f"{value:.4f}" for value in post[key]], key


def test_every_blup_of_model_1_is_15_9897():
    for row in MODELS["model1"].group_rows():
        assert row[3:] == ("15.9897", "15.9897")


@pytest.mark.parametrize("name", PRESETS)
def test_the_spreads_are_those_of_lme4_beside_the_true_ones(name):
    truth, *estimated = MODELS[name].spreads()
    post = POST[name]
    assert (truth.between, truth.within) == (post["sigma_group"], post["sigma_error"])
    for spreads, key in zip(estimated, BLUPS, strict=True):
        shown = [lesson.decimals(value) for value in (spreads.between, spreads.within)]
        assert shown == [f"{value:.4f}" for value in post[f"{key}_sigma"]]
    for spreads in (truth, *estimated):
        signal = post["per_group"] * (spreads.between / spreads.within) ** 2
        assert spreads.weight == pytest.approx(signal / (1 + signal), rel=1e-9, abs=1e-12)


def test_a_number_has_four_decimals_and_no_minus_before_zero():
    assert [lesson.decimals(v) for v in (1.0, 15.98970001, -0.00001)] == ["1.0000", "15.9897", "0.0000"]


def test_the_settings_name_the_ratio_and_the_rows():
    assert [model.setting for model in MODELS.values()] == [
        "σg/σe = 1/5, 5 rows each",
        "σg/σe = 5/5, 5 rows each",
        "σg/σe = 5/1, 5 rows each",
        "σg/σe = 1/5, 500 rows each",
    ]


# What is shown


@pytest.mark.slow
def test_the_pictures_share_one_scale_that_holds_everything():
    scenes = [model.scene for model in MODELS.values()]
    figures = lesson_figures(scenes)
    (low, high), *rest = [figure.layout.yaxis.range for figure in figures]
    assert all(other == (low, high) for other in rest)
    for scene, figure in zip(scenes, figures, strict=True):
        drawn = {t.name: t.y for t in figure.data if t.mode == "markers"}
        assert list(drawn["true mean"]) == scene.truth.mean.tolist()
        assert list(drawn["own mean"]) == scene.own_mean.tolist()
        for series in scene.series:
            assert list(drawn[series.label]) == series.estimate.tolist()
        assert all(low < value < high for values in drawn.values() for value in values)


def text_of(component):
    """All text of a component tree, and the components in it."""
    if component is None or isinstance(component, (str, int, float)):
        return [str(component or "")], []
    children = component if isinstance(component, (list, tuple)) else [getattr(component, "children", None)]
    texts, parts = [], [] if isinstance(component, (list, tuple)) else [component]
    for child in children:
        more, inside = text_of(child)
        texts, parts = texts + more, parts + inside
    return texts, parts


@pytest.mark.slow
def test_the_page_holds_every_text_and_a_button_for_each_model():
    texts, parts = text_of(lesson_content(MODELS.values()))
    said = " ".join(texts).replace("\N{NO-BREAK SPACE}", " ")
    for text in (*OPENING, *(t for pair in TEXTS.values() for t in pair), *(t for pair in WHY for t in pair)):
        assert text in said
    assert said.count("15.9897") == 2 * 5 + 3
    buttons = [part.id["id"] for part in parts if isinstance(getattr(part, "id", None), dict)]
    assert buttons == list(PRESETS)


def test_it_is_filled_only_where_it_shows_and_in_the_theme_of_the_page():
    for page, theme in (("compare", "light"), ("risk", "dark"), (None, "light"), (ids.PAGES[-1], None)):
        assert not isinstance(visible_lesson(page, theme), list)
    assert isinstance(visible_lesson("lesson", "light"), list)
    assert [model.scene.dark for model in models(dark=True)] == [True] * 4


# The questions and the words


def test_the_answers_to_guess_at_are_what_the_designs_say():
    signal = {name: Found(name).signal for name in PRESETS}
    kept = {name: f"{100 * value / (1 + value):.0f}%" for name, value in signal.items()}
    (_, hardest), (_, rows) = QUESTIONS
    for choice, name in zip(hardest, ("model1", "model2", "model3"), strict=True):
        design = PRESETS[name].design
        assert (
            f"σg/σe = {design.sigma_group:g}/{design.sigma_error:g}, {design.per_group} rows" in choice.name
        )
        assert f"{signal[name]:g}" in numbers(choice.why)
        assert kept[name] in choice.why
        assert choice.is_right == (signal[name] == min(signal.values()))
    (right,) = (choice for choice in rows if choice.is_right)
    assert numbers(right.why) == [
        f"{signal['model1']:g}",
        f"{signal['model1b']:g}",
        kept["model1b"][:-1],
        kept["model1"][:-1],
    ]


def test_the_lines_of_r_are_those_of_the_exported_code():
    data = simulate(PRESETS["model2"].design).data
    for name in BLUPS:
        assert "lme4::lmer(y ~ 1 + (1 | g)" in BUILT_IN[name].r_code(data, BUILT_IN[name].Options())
    assert R_LINES.count("lme4::lmer(y ~ 1 + (1 | g)") == 2
