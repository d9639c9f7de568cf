"""What the card of a group says, beside the numbers that it is made of."""

import numpy as np
import pytest

from dashboard.scene.scene import make_scene
from dashboard.words.group_card import card_headings, group_cards
from estimators import GroupData, compare
from tests.scenes import BUILT_IN


@pytest.fixture(scope="module")
def scene():
    rng = np.random.default_rng(3)
    labels = np.repeat(["b" * 500, "north\u202edouble", "c", "d", "e"], [3, 9, 20, 4, 6])
    data = GroupData.from_arrays(
        rng.normal(50, 5, len(labels)) + np.repeat([0, 9, 2, -4, 5], [3, 9, 20, 4, 6]), labels
    )
    return make_scene(compare(data, BUILT_IN, level=0.9), outcome="y", group="site", selection_key="k")


def test_a_card_has_every_method_with_its_numbers(scene):
    assert card_headings(scene) == ["estimate", "90% interval", "weight", "rank"]
    cards = group_cards(scene, range(len(scene)))
    assert [card["key"] for card in cards] == scene.order.tolist()
    for at, card in enumerate(cards):
        assert len(card["rows"]) == len(scene.series)
        for series, (estimate, interval, weight, rank) in zip(scene.series, card["rows"], strict=True):
            assert float(estimate) == pytest.approx(series.estimate[at], abs=0.051)
            assert float(rank) == series.rank[at]
            assert (weight == "–") == (series.weight is None)
            if series.low is None:
                assert interval == "–"
            else:
                low, high = (float(end.replace("−", "-")) for end in interval.split(" – "))
                assert low == pytest.approx(series.low[at], abs=0.051)
                assert high == pytest.approx(series.high[at], abs=0.051)
        assert card["facts"][0] == f"{scene.n[at]} rows"
        assert card["facts"][1].endswith(f"rank {scene.own_rank[at]:g} of 5")


def test_the_name_is_whole_and_turns_nothing_around(scene):
    names = {card["name"] for card in group_cards(scene, range(len(scene)))}
    assert "b" * 500 in names
    assert "north\N{REPLACEMENT CHARACTER}double" in names


def test_published_means_have_their_errors_and_shares_their_percent():
    published = GroupData.from_estimates(["a", "b", "c", "d"], [1.0, 2.0, 4.0, 8.0], [0.5, 0.25, 1.0, 0.5])
    scene = make_scene(compare(published, BUILT_IN), outcome="y", group="g", selection_key="k")
    assert "standard error 0.250" in {card["facts"][0] for card in group_cards(scene, range(4))}
    shares = GroupData.from_arrays([0, 1, 1, 0, 0, 1, 1, 1], list("aaaabbbb"))
    scene = make_scene(compare(shares, BUILT_IN), outcome="y", group="g", selection_key="k")
    own = {card["facts"][1].split(",")[0] for card in group_cards(scene, range(2))}
    assert own == {"own mean 50.00%", "own mean 75.00%"}
