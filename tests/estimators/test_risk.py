"""The risk study against theory, hand computation and brute force."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from estimators import BatchFit, Design, Estimator, GroupFit, RiskStudy, run_risk
from estimators.risk.replicates import LARGEST_BLOCK, block_size, draw_block
from estimators.risk.scores import size_classes
from estimators.risk.true_ranks import TrueRanks, centered_ranks
from estimators.simulation.effects import SHAPES
from tests.estimators.studies import ALL, GRAND_MEAN, OLS, REML, near


class Oracle(Estimator):
    """The best linear rule, told the truth about the population."""

    id, label, summary = "oracle", "Oracle", "Shrinks with the true mean and the true spreads."

    def __init__(self, design):
        variance = np.square(design.error_spread) / design.sizes
        self.mean, self.weight = design.mean, design.sigma_group**2 / (design.sigma_group**2 + variance)

    def _fit(self, data, options):
        return GroupFit(self.mean + self.weight * (data.mean - self.mean))

    def _fit_many(self, batch, options):
        return BatchFit(self.mean + self.weight * (batch.mean - self.mean))


# theory

SCENARIOS = [
    *(Design(groups=12, per_group="5", sigma_group=ratio) for ratio in (0.1, 0.3, 1.0, 3.0, 10.0)),
    *(Design(groups=30, per_group=n, sigma_group=2.0, sigma_error=5.0) for n in ("1", "2", "20", "500")),
    *(Design(groups=groups, per_group="4", mean=-7.0) for groups in (2, 4, 200)),
    Design(groups=15, per_group="2-40", sigma_group=0.5),
    Design(groups=15, per_group="one-huge", sigma_group=0.7),
    Design(groups=8, per_group="1,1,2,3,5,8,13,21", mean=100.0, sigma_group=0.4),
    Design(groups=25, per_group="~1-12", error_ratio=10.0),
    Design(groups=10, per_group="6", error_ratio=3.0, sigma_group=0.2),
    *(Design(groups=20, per_group="5", sigma_group=0.6, effects=effects) for effects in SHAPES),
    Design(groups=20, per_group="2-9", effects="skewed", shape=5.0),
    Design(groups=20, per_group="2-9", effects="t", shape=4.5, error_ratio=4.0),
    Design(groups=20, per_group="8", effects="sparse", shape=0.02),
    Design(groups=20, per_group="8", effects="clusters", shape=0.999, sigma_group=3.0),
]


@pytest.mark.slow_cases
@pytest.mark.parametrize("design", SCENARIOS, ids=repr)
def test_simulation_falls_on_the_lines_of_theory(design):
    report = run_risk(RiskStudy(design, (*ALL, Oracle(design)), replicates=2000, seed=11)).base
    theory = report.theory
    assert near(report.level_means, theory.level_means)
    assert report["ols"]["mse"].value == pytest.approx(report.level_means.value, rel=1e-9)
    assert near(report["oracle"]["mse"], theory.lower)
    assert near(report["ols"]["bias"], 0.0)
    assert theory.lower_is_bayes == (design.effects == "normal")
    if theory.lower_is_bayes:
        for risk in report.estimators:
            if risk.replicates:
                assert risk["mse"].value > theory.lower - 4 * risk["mse"].mcse


@pytest.mark.slow_cases
@pytest.mark.parametrize(
    "design", [d for d in SCENARIOS if d.error_ratio == 1 and d.per_group != "1"], ids=repr
)
def test_intervals_of_level_means_hold_the_truth_as_often_as_they_promise(design):
    for level in (0.5, 0.95):
        report = run_risk(RiskStudy(design, (OLS,), replicates=2000, seed=5, level=level)).base
        assert near(report["ols"]["coverage"], level)


def test_with_every_spread_known_to_be_normal_reml_nears_the_bayes_risk_as_groups_grow():
    design = Design(groups=2000, per_group="5", sigma_group=0.5)
    report = run_risk(RiskStudy(design, (REML,), replicates=100))
    assert report.base["reml"]["mse"].value == pytest.approx(report.base.theory.lower, rel=0.01)


def test_the_grand_mean_misses_by_the_spread_between_groups():
    design = Design(groups=6, per_group="4", sigma_group=3.0, sigma_error=2.0)
    report = run_risk(RiskStudy(design, (GRAND_MEAN,), replicates=4000)).base
    assert near(report["grand_mean"]["mse"], 9 * (1 - 1 / 6) + 4 / 24)


@pytest.mark.parametrize("effects", SHAPES)
def test_summaries_are_drawn_as_rows_would_give_them(effects):
    """Means and sums of squares of drawn blocks have the moments of those of rows."""
    design = Design(
        groups=3, per_group="2,5,1", mean=4, sigma_group=2, sigma_error=3, error_ratio=2, effects=effects
    )
    blocks = [draw_block(design, 9, block, LARGEST_BLOCK) for block in range(10)]
    effect = np.vstack([b.effect for b in blocks])
    noise = np.vstack([b.batch.centered_mean for b in blocks]) - effect
    ss = np.vstack([b.batch.ss_within for b in blocks])
    error = 5 / np.sqrt(len(effect))
    variance, df = design.error_spread**2, design.sizes - 1
    assert (np.abs(noise.mean(axis=0)) < error * noise.std(axis=0)).all()
    squares = np.square(noise) * design.sizes / variance
    assert (np.abs(squares.mean(axis=0) - 1) < error * squares.std(axis=0)).all()
    chi = ss / variance
    assert (np.abs(chi.mean(axis=0) - df) <= error * chi.std(axis=0)).all()
    assert np.var(chi[:, 1]) == pytest.approx(8.0, rel=0.1)
    assert (chi[:, 2] == 0).all()
    everything = np.hstack([effect, noise, ss[:, :2]])
    assert np.abs(np.corrcoef(everything.T) - np.eye(8)).max() < error


# Monte Carlo errors


@pytest.mark.slow
def test_monte_carlo_errors_are_the_spread_of_whole_studies():
    design = Design(groups=5, per_group="2-6", sigma_group=0.8)
    studies = [run_risk(RiskStudy(design, ALL, replicates=60, seed=seed)).base for seed in range(200)]
    for e in ("ols", "reml", "james_stein", "grand_mean"):
        for name in (
            "mse",
            "relative_mse",
            "bias",
            "coverage",
            "mean_width",
            "best_found",
            "rank_correlation",
        ):
            found = [study[e][name] for study in studies]
            if found[0].value is None or (found[0].mcse == 0 and len({m.value for m in found}) == 1):
                continue
            spread = np.std([m.value for m in found], ddof=1)
            assert spread == pytest.approx(np.mean([m.mcse for m in found]), rel=0.22), (e, name)
    found = [study.difference("reml", "james_stein") for study in studies]
    spread = np.std([m.value for m in found], ddof=1)
    assert spread == pytest.approx(np.mean([m.mcse for m in found]), rel=0.22)


def errors_by_hand(design, seed, replicates, estimator):
    """Squared errors ``(R, J)`` of one fit after the other, on the blocks that a study draws."""
    size, found = block_size(design.groups), []
    for block in range(-(-replicates // size)):
        draws = draw_block(design, seed, block, min(size, replicates - block * size))
        for r, effect in enumerate(draws.effect):
            data = draws.batch[r]
            found.append(np.square(estimator.fit(data).estimate - design.mean - effect))
    return np.array(found)


def test_measures_and_their_errors_by_hand():
    design, replicates = Design(groups=7, per_group="3", mean=20.0, sigma_group=0.5), 40
    report = run_risk(RiskStudy(design, ALL, replicates=replicates, seed=3)).base
    one, raw = (errors_by_hand(design, 3, replicates, e).mean(axis=1) for e in (REML, OLS))
    risk = report["reml"]
    assert risk["mse"].value == pytest.approx(one.mean(), rel=1e-9)
    assert risk["mse"].mcse == pytest.approx(one.std(ddof=1) / np.sqrt(replicates), rel=1e-9)
    ratio = one.mean() / raw.mean()
    assert risk["relative_mse"].value == pytest.approx(ratio, rel=1e-9)
    residual = (one - ratio * raw) / raw.mean()
    assert risk["relative_mse"].mcse == pytest.approx(residual.std(ddof=1) / np.sqrt(replicates), rel=1e-9)
    difference = report.difference("reml")
    assert difference.value == pytest.approx((one - raw).mean() / raw.mean(), rel=1e-9)
    error = (one - raw).std(ddof=1) / np.sqrt(replicates) / raw.mean()
    assert difference.mcse == pytest.approx(error, rel=1e-9)
    assert report.difference("reml", "ols").value == pytest.approx(difference.value, rel=1e-9)
    assert report.difference("ols", "reml").value == pytest.approx(-difference.value, rel=1e-9)


def test_what_does_not_vary_has_an_error_of_exactly_0():
    report = run_risk(RiskStudy(Design(groups=50), ALL, replicates=700)).base
    assert (report["ols"]["relative_mse"].value, report["ols"]["relative_mse"].mcse) == (1.0, 0.0)
    assert report["grand_mean"]["best_found"].value == pytest.approx(0.02)
    assert report["grand_mean"]["best_found"].mcse == 0.0


def test_one_replicate_has_no_monte_carlo_error():
    risk = run_risk(RiskStudy(Design(), ALL, replicates=1)).base["ols"]
    assert risk["mse"].value is not None
    assert {measured.mcse for measured in risk.measures.values()} == {None}


# ranks and the best


def test_a_tie_for_best_counts_in_shares():
    effect = np.array([[3.0, 1.0, 2.0], [3.0, 1.0, 2.0], [3.0, 1.0, 2.0], [3.0, 3.0, 1.0], [1.0, 1.0, 1.0]])
    estimate = np.array([[9.0, 1.0, 9.0], [5.0, 5.0, 5.0], [1.0, 2.0, 3.0], [7.0, 1.0, 7.0], [1.0, 2.0, 3.0]])
    for guess in (estimate, -estimate, effect, np.zeros((5, 3))):
        found = TrueRanks(effect, guess).score(estimate).best_found
        assert found.tolist() == pytest.approx([1 / 2, 1 / 3, 0, 1 / 2, 1])


def test_ranks_share_ties_and_correlate_as_spearman_did():
    values = np.array([[3.0, 1.0, 3.0, 2.0], [1.0, 1.0, 1.0, 1.0], [4.0, 3.0, 2.0, 1.0]])
    assert (centered_ranks(values) + 2.5).tolist() == [
        [3.5, 1.0, 3.5, 2.0],
        [2.5, 2.5, 2.5, 2.5],
        [4.0, 3.0, 2.0, 1.0],
    ]
    rng = np.random.default_rng(2)
    one, other = rng.integers(0, 6, (2, 30, 9)).astype(float)
    one[0], other[1] = 5.0, 2.0
    one[2:6], other[2:6] = rng.permutation(36).reshape(4, 9), rng.permutation(36).reshape(4, 9)
    for guess in (one, one[::-1], other):
        found = TrueRanks(other, guess).score(one)
        assert found.constant.tolist() == [True, True] + [False] * 28
        assert found.correlation[:2].tolist() == [0.0, 0.0]
        for r in range(2, 30):
            ranks = [[np.mean([np.sum(v < x) + 1, np.sum(v <= x)]) for x in v] for v in (one[r], other[r])]
            assert found.correlation[r] == pytest.approx(np.corrcoef(*ranks)[0, 1], abs=1e-12)


def test_constant_estimates_correlate_by_0_and_are_counted():
    report = run_risk(RiskStudy(Design(sigma_group=0.05), ALL, replicates=300)).base
    assert report["grand_mean"].constant == 300
    assert report["grand_mean"]["rank_correlation"].value == 0.0
    reml = report["reml"]
    assert 0 < reml.constant < 300
    assert reml["zero_spread"].value == pytest.approx(reml.constant / 300)
    assert report["ols"].constant == 0
    assert report["ols"]["zero_spread"].value is None


# group sizes


def test_results_by_group_size_add_up_to_the_whole():
    for per_group in ("2-40", "one-huge", "1,1,9", "~1-4"):
        groups = per_group.count(",") + 1 if "," in per_group else 30
        design = Design(groups=groups, per_group=per_group)
        report = run_risk(RiskStudy(design, ALL, replicates=200)).base
        for risk in report.estimators:
            if not risk.replicates:
                continue
            assert sum(c.groups for c in risk.by_size) == groups
            for name in ("mse", "bias", "coverage", "mean_width"):
                if risk[name].value is None:
                    assert {c.measures[name].value for c in risk.by_size} == {None}
                    continue
                total = sum(c.groups * c.measures[name].value for c in risk.by_size)
                assert total / groups == pytest.approx(risk[name].value, rel=1e-9, abs=1e-12)


def test_classes_of_size_cover_every_group_once_and_stay_few():
    rng = np.random.default_rng(1)
    for n in (np.array([5, 5, 5]), np.array([1, 2]), rng.integers(1, 200, 61), np.r_[500, np.full(40, 2)]):
        classes = size_classes(n.astype(np.int64))
        if len(set(n.tolist())) == 1:
            assert len(classes) == 0
            continue
        assert 2 <= len(classes) <= 4
        inside = [(n >= low) & (n <= high) for low, high in zip(classes.low, classes.high, strict=True)]
        assert (np.sum(inside, axis=0) == 1).all()
        np.testing.assert_allclose(classes.average, np.transpose([m / m.sum() for m in inside]))
    assert run_risk(RiskStudy(Design(), ALL, replicates=2)).base["ols"].by_size == ()


def test_where_lower_is_better_the_best_group_is_the_smallest():
    design = Design(groups=6, per_group="4", effects="skewed", seed=2)
    asked = RiskStudy(design, ALL, replicates=300)
    usual, turned = run_risk(asked), run_risk(replace(asked, smallest_first=True))
    drawn = draw_block(design, asked.seed, 0, 300)
    own, effect = drawn.batch.centered_mean, drawn.effect
    wanted = (own.argmin(axis=1) == effect.argmin(axis=1)).mean()
    assert turned.base["ols"]["best_found"].value == pytest.approx(wanted)
    assert turned.base["ols"]["best_found"].value != usual.base["ols"]["best_found"].value
    for measure in ("mse", "rank_correlation"):
        assert turned.base["reml"][measure].value == pytest.approx(usual.base["reml"][measure].value)
    assert turned.to_dict()["lower_is_better"]
