"""Ranks and orders that outlive a change of level are those that would be sorted out anew."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given

from dashboard.figures import rank_intervals
from dashboard.figures.page_view import draw_view
from dashboard.scene import orders
from dashboard.scene.orders import Orders
from dashboard.scene.scene import make_scene
from estimators import compare
from estimators.fitting.compare import at_level
from tests.scenes import BUILT_IN, group_data, groups_of, scene_of

DATA = groups_of([2, 5, 9, 30, 4], means=[1.0, 4.0, 2.0, 8.0, 6.0], spread=2.0)


def scenes(kept, **more):
    """The same fits at two levels."""
    comparison = compare(DATA, BUILT_IN.values(), **more)
    other = replace(comparison, results=tuple(at_level(r, 0.9) for r in comparison.results), level=0.9)
    look = {"outcome": "y", "group": "school", "selection_key": "v"}
    return [make_scene(one, **look, orders=kept) for one in (comparison, other)]


@given(group_data())
def test_ranks_are_those_of_the_comparison(data):
    for smallest_first in (False, True):
        found = compare(data, BUILT_IN.values(), smallest_first=smallest_first)
        kept = Orders()
        for result in found.succeeded:
            for _ in range(2):
                assert kept.rank(result).tolist() == result.rank.tolist()


def test_another_level_sorts_nothing_anew(monkeypatch):
    sorted_out = []
    plain = orders.mean_rank
    monkeypatch.setattr(
        orders, "mean_rank", lambda *given, **more: sorted_out.append(1) or plain(*given, **more)
    )
    kept = Orders()
    one, other = scenes(kept)
    assert one.own_rank.tolist() == other.own_rank.tolist()
    assert len(sorted_out) == len(one.series) + 1
    assert other.order is one.order
    assert [s.rank.tolist() for s in one.series] == [s.rank.tolist() for s in other.series]


def test_lower_is_better_has_orders_of_its_own():
    kept = Orders()
    one, *_ = scenes(kept)
    turned, *_ = scenes(kept, smallest_first=True)
    assert turned.order.tolist() == one.order[::-1].tolist()
    np.testing.assert_array_equal(turned.own_rank, one.own_rank)


def test_ranks_of_too_many_groups_are_not_computed(monkeypatch):
    monkeypatch.setattr("dashboard.scene.rank_spread.MOST_RANKED", 4)
    drawing = draw_view(rank_intervals.VIEW, scene_of(DATA, BUILT_IN.values()))
    assert "up to 4 schools; there are 5" in drawing.problem
    with pytest.raises(ValueError, match="no fit to rank"):
        Orders().rank(replace(compare(DATA, ["ols"])["ols"], fit=None))
