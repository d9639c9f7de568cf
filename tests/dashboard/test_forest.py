"""Published estimates as a meta-analyst reads them: weights, the diamond of mu, and logarithms as ratios."""

from __future__ import annotations

import math

import numpy as np
import pytest

from dashboard.callbacks.conclude import pinned_answer
from dashboard.figures.groups import groups_figure
from dashboard.figures.page_view import draw_view
from dashboard.figures.rank_intervals import rank_intervals_figure
from dashboard.figures.views import VIEWS
from dashboard.pages.coefficients import coefficients_fold
from dashboard.scene.pooled_mean import pooled_mean
from dashboard.scene.ratio_scale import ratio_ticks
from dashboard.session.asked_questions import AskedQuestions
from dashboard.session.choices import Choices
from dashboard.session.stored_file import ChosenColumns
from dashboard.words.comparison import cards, headline
from dashboard.words.group_card import group_cards
from dashboard.words.numbers import number
from dashboard.words.table import number_columns
from estimators import GroupData, OptionError
from estimators.data.ratio_names import log_ratio_name
from tests.components import text_of
from tests.dashboard.sent import markers, numbers, sent, texts
from tests.oracles import read_columns, read_json
from tests.scenes import BUILT_IN, built_in, groups_of, scene_of

ORACLE = read_json("inference", "E_meta", "bcg.json")
COLUMNS = read_columns("inference", "data", "bcg.csv")
BCG = GroupData.from_estimates(COLUMNS["group"], *(list(map(float, COLUMNS[c])) for c in ("y", "se")))
METAFOR = [5.06, 6.36, 4.44, 9.70, 8.87, 10.10, 6.03, 10.19, 8.74, 8.37, 9.93, 3.82, 8.40]
"""Weights in percent as metafor's forest plot of these trials prints them, by number of the trial."""


def bcg(*, as_ratios=True, **more):
    return scene_of(BCG, BUILT_IN.values(), outcome="logRR", group="trial", as_ratios=as_ratios, **more)


def test_weights_and_the_diamond_are_those_of_metafor():
    scene, answer = bcg(), ORACLE["REML"]
    found = pooled_mean(scene)
    by_name = dict(zip(scene.labels, found.share, strict=True))
    assert [round(100 * by_name[str(i + 1)], 2) for i in range(13)] == METAFOR
    assert np.isclose(found.mu, answer["mu"], rtol=1e-11)
    assert np.allclose([found.low, found.high], answer["ci"], rtol=1e-11)
    assert np.allclose(found.further, answer["prediction_interval_t_k_minus_2"], rtol=1e-10)


@pytest.mark.slow
def test_the_groups_view_is_a_forest_plot_of_published_estimates_alone():
    scene = bcg()
    figure = sent(groups_figure(scene))
    (diamond,) = [t for t in figure["data"] if t.get("fill") == "toself"]
    found = pooled_mean(scene)
    assert np.allclose(numbers(diamond["x"]), [found.low, found.mu, found.high, found.mu, found.low])
    assert set(numbers(diamond["y"])) > {13.0}
    (squares,) = [
        t for t in figure["data"] if t.get("marker", {}).get("symbol") == "square" and "name" not in t
    ]
    area = np.square(numbers(squares["marker"]["size"]))
    assert np.allclose(area / area.max(), found.share / found.share.max())
    assert {"μ", "10.2%", "3.8%", "weight"} <= set(texts(figure))
    (dotted,) = [note for note in figure["layout"]["annotations"] if note["text"].startswith("dotted")]
    assert (dotted["x"], dotted["xanchor"]) == (1, "right")  # else it runs into what stands over the weights
    others = (
        scene_of(groups_of([3, 4, 9, 5]), BUILT_IN.values()),
        scene_of(BCG, built_in("ols", "james_stein")),
    )
    for other in (sent(groups_figure(others[0])), sent(groups_figure(others[1]))):
        assert not [t for t in other["data"] if t.get("fill") == "toself"]
    assert "μ" not in set(texts(sent(rank_intervals_figure(scene))))


@pytest.mark.slow
def test_ratios_stand_at_their_logarithms():
    figure = sent(groups_figure(bcg()))
    axis = figure["layout"]["xaxis"]
    assert axis["title"]["text"] == "ratio, exp(logRR)"
    assert np.allclose(np.exp(numbers(axis["tickvals"])), list(map(float, axis["ticktext"])))
    assert {"0.1", "0.5", "1", "2"} <= set(axis["ticktext"])
    plain = sent(groups_figure(bcg(as_ratios=False)))
    for one in ("REML BLUP", "Level means (OLS)"):
        assert np.array_equal(numbers(markers(figure, one)["x"]), numbers(markers(plain, one)["x"]))
    drawn = {view.id: draw_view(view, bcg()).figure for view in VIEWS}
    of_ratios = {name for name, figure in drawn.items() if figure and figure["layout"]["meta"].get("ratios")}
    assert of_ratios == {"groups", "shrinkage", "own-estimate", "funnel"}


def test_words_table_and_cards_have_the_ratios():
    scene = bcg()
    low, high = (f"{math.exp(end):.3f}" for end in ORACLE["REML"]["ci"])
    first, between, _, further = cards(scene)
    assert (first.value, first.extra) == (f"{math.exp(ORACLE['REML']['mu']):.3f}", "")
    assert first.interval == f"{low} to {high}" == "0.344 to 0.696"
    assert between.title == "Between trials τ"
    assert further.value == "0.134 to 1.78"
    assert "exp(logRR)" in headline(scene).detail
    columns = {column.field: column.values for column in number_columns(scene)}
    assert np.allclose(columns["own"], np.exp(scene.own_mean))
    assert np.allclose(columns["conf_low"], np.exp(scene.reference.low))
    assert np.allclose(columns["in_mu"], pooled_mean(scene).share)
    (card,) = group_cards(scene, [0])
    assert card["facts"][0] == "standard error 0.0629 of the logarithm"
    assert f"own mean {math.exp(scene.own_mean[0]):.3f}, rank" in card["facts"][1]


@pytest.mark.parametrize("as_ratios", [True, False])
def test_what_explains_ratios_multiplies_them(as_ratios):
    """Coefficients stood as those of logarithms beside ratios, in a fold that was closed."""
    labels = COLUMNS["group"]
    data = BCG.explained_by(labels, {"latitude": np.linspace(13, 55, len(labels))})
    scene = scene_of(data, built_in("reml"), outcome="logRR", group="trial", as_ratios=as_ratios)
    (fold,) = coefficients_fold(scene)
    assert fold.open
    assert "what its latitude lets expect" in headline(scene).detail
    both = BCG.explained_by(
        labels, {"latitude": np.linspace(13, 55, len(labels)), "year": np.arange(13.0) ** 2}
    )
    assert "what its latitude and year let expect" in headline(scene_of(both, built_in("reml"))).detail
    slope = scene.reference.result.fit.coefficients[1]
    ends = [number(math.exp(end)) for end in (slope.estimate, *slope.interval())]
    assert (f"{ends[0]} ({ends[1]} to {ends[2]})" in text_of(fold)) == as_ratios
    assert ("multiplied" in text_of(fold)) == as_ratios


def test_two_pinned_trials_are_compared_by_their_ratio():
    scene = bcg()
    four, eight = (COLUMNS["group"].index(name) for name in ("4", "8"))
    keys = [scene.comparison.data.labels.tolist().index(COLUMNS["group"][i]) for i in (four, eight)]
    said = text_of(pinned_answer(scene, scene.reference, keys))
    ratio = math.exp(ORACLE["REML"]["blup"][eight] - ORACLE["REML"]["blup"][four])
    assert f"The ratio of the two is {ratio:.2f} (" in said


@pytest.mark.slow
def test_a_value_that_is_asked_about_is_a_ratio():
    plain = AskedQuestions(value=math.log(0.5)).answers(bcg(as_ratios=False))
    as_ratio = AskedQuestions(value=0.5).answers(bcg())
    assert [line["probability"] for line in plain["above"]] == [
        line["probability"] for line in as_ratio["above"]
    ]
    with pytest.raises(OptionError, match="ratios, which are above 0, not -1"):
        AskedQuestions(value=-1.0).answers(bcg())


def test_what_cannot_be_a_logarithm_is_not_shown_as_a_ratio_and_that_is_said():
    far = scene_of(
        GroupData.from_estimates("abcd", [900, 5, 4, 30], [1, 2, 3, 4]), BUILT_IN.values(), as_ratios=True
    )
    assert not far.is_ratio
    assert "too far from 0" in headline(far).detail
    rows = scene_of(groups_of([3, 4, 5]), BUILT_IN.values(), as_ratios=True)
    assert not rows.is_ratio
    assert "ratio" not in headline(rows).detail


@pytest.mark.parametrize(
    ("column", "name"),
    [("logOR", "odds ratio"), ("ln_RR", "ratio"), ("log hazard ratio", "hazard ratio"),
     ("lnIRR", "rate ratio"), ("yi", None), ("login", None), ("or", None), ("log dose", None)],
)  # fmt: skip
def test_log_ratios_are_known_by_their_names_until_something_else_is_said(column, name):
    assert log_ratio_name(column) == name
    choices = Choices(ChosenColumns("t", column, "trial"), on=("reml",))
    assert choices.as_ratios == (name is not None)
    said = Choices(choices.source, on=("reml",), ratios=((column, name is None),))
    assert said.as_ratios == (name is None)
    assert Choices.from_json(said.to_json()) == said


@pytest.mark.parametrize(
    ("low", "high"), [(-2.6, 1.9), (-0.05, 0.04), (-12.0, 15.0), (-290.0, 290.0), (0.4, 1.1)]
)
def test_ticks_are_round_ratios_inside_the_range(low, high):
    ticks = ratio_ticks(low, high)
    assert 4 <= len(ticks) <= 14
    assert all(low - 1e-9 <= math.log(tick) <= high + 1e-9 for tick in ticks)
    assert ticks == sorted(ticks)
    assert all(float(f"{tick:.3g}") == pytest.approx(tick, rel=1e-12) for tick in ticks)
