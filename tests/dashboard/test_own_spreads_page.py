"""A spread of its own in each group, on the page: what is said goes by the variances that the fit took."""

from __future__ import annotations

import numpy as np
import pytest

from dashboard.figures.spread_profile import likelihood_series, spread_profile_figure
from dashboard.figures.views import VIEWS
from dashboard.words.comparison import cards, headline
from dashboard.words.group_card import group_cards
from dashboard.words.spreads import how_sure, spreads_of
from estimators import GroupData, exact_intervals
from estimators.methods.own_spreads import fitted_data
from tests.scenes import BUILT_IN, scene_of

EACH = {"error_spread": "each"}
METHODS = tuple(BUILT_IN[name] for name in ("ols", "reml", "ml"))


def uneven(groups=12, rows=14):
    """Groups whose rows spread from 1 to 6."""
    rng = np.random.default_rng(4)
    group = np.repeat(np.arange(groups), rows)
    y = 20 + 3 * rng.standard_normal(groups)[group] + (1 + group / 2.2) * rng.standard_normal(len(group))
    return GroupData.from_arrays(y, [f"w{j:02d}" for j in group])


@pytest.fixture(scope="module")
def scene():
    return scene_of(uneven(), METHODS, options={method.id: EACH for method in METHODS})


def test_the_headline_speaks_of_the_spread_of_true_means_and_of_who_keeps_what(scene):
    said = headline(scene)
    data = fitted_data(scene.comparison.data, scene.comparison["reml"].fit)
    assert data.known_variance is not None
    assert "the true means of" in said.answer.lower()
    assert "% of the variance" not in said.answer
    weight = scene.comparison["reml"].fit.weight
    assert f"By the spread of its own rows w{weight.argmin():02d} keeps" in said.detail
    assert f", and w{weight.argmax():02d} " in said.detail


def test_intervals_and_tests_are_those_of_the_variances(scene):
    data = fitted_data(scene.comparison.data, scene.comparison["reml"].fit)
    assert "Q(11) = " in how_sure(scene)
    assert spreads_of(scene).tests.f.df_within is None
    shown = {card.name: card for card in cards(scene)}
    assert shown["sigma_error"].value == shown["icc"].value == "–"
    assert "standard error of its own" in shown["icc"].help
    assert exact_intervals(data)["sigma_group"].low > 0
    assert shown["sigma_group"].interval


@pytest.mark.slow_cases
@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.id)
def test_every_view_can_be_drawn(scene, view):
    view.figure(scene)


def test_a_group_has_its_card(scene):
    assert group_cards(scene, [0, 3])


def test_one_method_with_a_common_spread_beside_one_with_each_groups_own():
    scene = scene_of(uneven(), METHODS, options={"ml": EACH})
    assert "of the variance lies between" in headline(scene).answer
    assert [series.result.id for series in likelihood_series(scene)] == ["reml"]
    other = scene_of(uneven(), METHODS, options={"reml": EACH})
    assert [series.result.id for series in likelihood_series(other)] == ["reml"]
    assert spread_profile_figure(other) is not None
