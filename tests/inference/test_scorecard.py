"""The scorecard: what it says of a method that knows the truth, of one that knows nothing, and as JSON."""

from __future__ import annotations

import json

import numpy as np
import pytest

from estimators import Design, Estimator, GroupFit, Joint, OptionError, RiskStudy, run_risk
from estimators.risk.scorecard import RANKING, SCENARIOS, _draws, scorecard
from tests.oracles import BUILT_IN


class Sure(Estimator):
    """Takes every group at its own mean, far surer than it may be."""

    id, label, summary, citation = "sure", "Sure", "Surer than it may be.", "none"

    def _fit(self, data, options):
        tiny = np.full(len(data), 1e-3)
        return GroupFit(data.mean, tiny, joint=Joint(data.centered_mean, tiny, origin=data.origin))


def test_a_scenario_is_what_the_risk_study_finds_of_its_design():
    card = next(
        c for c in scorecard(BUILT_IN["reml"], replicates=300, ranked=0) if c.scenario.id == "unequal"
    )
    design = SCENARIOS["unequal"].design
    risk = run_risk(RiskStudy(design, [BUILT_IN["reml"]], replicates=300)).base["reml"]
    for name in ("mse", "bias", "coverage", "best_found", "zero_spread"):
        assert card.measures[name].value == pytest.approx(risk[name].value, rel=1e-12)
    assert [(low, high) for low, high, _ in card.by_size] == [(s.low, s.high) for s in risk.by_size]
    assert card.measures["regret"].value > 0


def test_larger_groups_are_better_where_sizes_follow():
    scenario = SCENARIOS["sizes_follow"]
    draws, plain = _draws(scenario, 40, 3), _draws(SCENARIOS["unequal"], 40, 3)
    order = np.argsort(draws.batch.n, kind="stable")
    assert (np.diff(draws.effect[:, order], axis=1) >= 0).all()
    assert len(plain.effect) == 40
    noise = (draws.batch.centered_mean - draws.effect) * np.sqrt(draws.batch.n) / scenario.design.sigma_error
    assert abs(noise.std() - 1) < 0.1


@pytest.mark.slow
def test_who_is_too_sure_is_found_out(monkeypatch):
    names = ("equal", "boundary")
    monkeypatch.setattr("estimators.risk.scorecard.SCENARIOS", {name: SCENARIOS[name] for name in names})
    cards = {card.scenario.id: card for card in scorecard(Sure(), replicates=30, ranked=30)}
    honest = {card.scenario.id: card for card in scorecard(BUILT_IN["reml"], replicates=30, ranked=30)}
    for name in names:
        sure, reml = cards[name].ranking, honest[name].ranking
        assert sure["best_said"].value > 0.99
        assert sure["best_true"].value < 0.8
        assert sure["rank_coverage"].value < 0.5 < reml["rank_coverage"].value
        assert sure["discordance_true"].value > 0.1 > sure["discordance_said"].value
        assert sure["false_called"].value > reml["false_called"].value
        assert cards[name].measures["coverage"].value < 0.1


def test_every_scenario_is_there_as_plain_values():
    cards = scorecard(BUILT_IN["james_stein"], replicates=20, ranked=2)
    found = json.loads(json.dumps([card.to_dict() for card in cards], allow_nan=False))
    assert [card["scenario"] for card in found] == list(SCENARIOS)
    assert {card["ranked"] for card in found} == {0}
    assert all(card["ranking"][name] is None for card in found for name in RANKING)
    assert all(Design.from_json(card["design"]) == SCENARIOS[card["scenario"]].design for card in found)
    again = scorecard(BUILT_IN["james_stein"], replicates=20, ranked=2)
    assert [c.to_dict() for c in again] == [c.to_dict() for c in cards]


@pytest.mark.parametrize("asked", [{"replicates": 1}, {"replicates": 5, "ranked": 6}, {"level": 1.0}])
def test_what_cannot_be_asked_is_refused(asked):
    with pytest.raises(OptionError):
        scorecard(BUILT_IN["ols"], **asked)
