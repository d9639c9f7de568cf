"""Nonparametric empirical Bayes: the certificate, likelihoods that others reach, limits, known answers."""

import csv
import pickle
from dataclasses import make_dataclass
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import norm

from blupboard_nonparametric_eb import NonparametricBayes, NonparametricOptions, mixing_distribution
from estimators import DataError, GroupData, build_registry, call_above, check_estimator, group_ranks, option
from shelf import values

KW = NonparametricBayes()
GRID = {"support": "grid"}
EFFECT = np.array([28.0, 8, -3, 7, -1, 1, 18, 12])
EFFECT_SE = np.array([15.0, 10, 16, 11, 9, 11, 10, 18])
EIGHT = GroupData.from_estimates("ABCDEFGH", EFFECT, EFFECT_SE)
# metafor 3.8.1, fixed effects fit of the eight schools: mu and the log likelihood
METAFOR_MU, METAFOR_LOG_LIKELIHOOD = 7.6856167249560361, -29.674243687996668
# Efron & Morris (1975): hits of 18 players in their first 45 times at bat, 1970, and the rest of their season
HITS = np.array([18, 17, 16, 15, 14, 14, 13, 12, 11, 11, 10, 10, 10, 10, 10, 9, 8, 7])
REST = np.array([.346, .298, .276, .222, .273, .270, .263, .210, .269, .230,
                 .264, .256, .303, .264, .226, .285, .316, .200])  # fmt: skip


def simulated(groups, shape, seed=1):
    rng = np.random.default_rng(seed)
    error = rng.uniform(0.5, 1.5, groups)
    truth = {
        "normal": lambda: 2 * rng.standard_normal(groups),
        "two places": lambda: np.where(rng.random(groups) < 0.3, -3.0, 3.0),
        "one place": lambda: np.zeros(groups),
        "far apart": lambda: 60 * rng.standard_normal(groups),
        "heavy": lambda: rng.standard_t(1.5, groups),
    }[shape]()
    return truth + error * rng.standard_normal(groups), error


def summaries(y, error):
    return GroupData.from_estimates([f"{i:05d}" for i in range(len(y))], y, error)


def log_likelihood(y, error, atoms, masses):
    return np.log(norm.pdf(y[:, None], atoms, error[:, None]) @ masses).sum()


CASES = [(8, "normal"), (50, "normal"), (50, "heavy"), (60, "far apart"), (200, "two places"),
         (200, "one place"), (400, "normal")]  # fmt: skip


@pytest.mark.slow_cases
@pytest.mark.parametrize(("groups", "shape"), CASES)
def test_the_certificate_holds_everywhere(groups, shape):
    y, error = simulated(groups, shape)
    fit = KW.fit(summaries(y, error))
    atoms, masses = mixing_distribution(fit)
    f = norm.pdf(y[:, None], atoms, error[:, None]) @ masses
    t = np.union1d(np.linspace(y.min() - 1, y.max() + 1, 10_000), np.concatenate([atoms, y]))
    found = np.concatenate([(norm.pdf(y[:, None], some, error[:, None]) / f[:, None]).sum(axis=0)
                            for some in np.array_split(t, 20)])  # fmt: skip
    assert found.max() <= groups * (1 + 2e-9)
    assert values(fit)["certificate"] == pytest.approx(found.max(), rel=2e-9)
    assert masses.sum() == pytest.approx(1, abs=1e-12)
    assert (masses > 0).all()
    assert (np.diff(atoms) > 0).all()
    assert len(atoms) == values(fit)["atoms"] <= groups
    assert values(fit)["log_likelihood"] == pytest.approx(log_likelihood(y, error, atoms, masses), rel=1e-12)


def em(y, error, atoms, masses, rounds):
    """EM in masses and places of a finite mixture."""
    for _ in range(rounds):
        share = norm.pdf(y[:, None], atoms, error[:, None]) * masses
        share /= share.sum(axis=1, keepdims=True)
        masses = share.mean(axis=0)
        precision = share / error[:, None] ** 2
        atoms = (precision * y[:, None]).sum(axis=0) / precision.sum(axis=0)
    return log_likelihood(y, error, atoms, masses)


@pytest.mark.slow
@pytest.mark.parametrize("shape", ["normal", "two places", "one place", "heavy"])
def test_em_from_random_starts_does_not_beat_it(shape):
    y, error = simulated(60, shape, seed=4)
    best = values(KW.fit(summaries(y, error)))["log_likelihood"]
    rng = np.random.default_rng(0)
    reached = [
        em(y, error, rng.uniform(y.min(), y.max(), 12), rng.dirichlet(np.ones(12)), 800) for _ in range(6)
    ]
    assert max(reached) <= best + 1e-8
    assert max(reached) > best - 0.1


@pytest.mark.slow_cases
@pytest.mark.parametrize("shape", ["normal", "two places", "heavy"])
def test_finer_grids_come_closer_and_do_not_beat_it(shape):
    data = summaries(*simulated(80, shape, seed=2))
    best = values(KW.fit(data))["log_likelihood"]
    grids = [values(KW.fit(data, {**GRID, "points": p})) for p in (31, 301, 3001)]
    missed = [best - g["log_likelihood"] for g in grids]
    assert missed[0] > missed[1] > missed[2] > -1e-9
    assert missed[2] < 1e-4
    for lost, grid in zip(missed, grids, strict=True):
        assert lost <= grid["certificate"] - len(data) + 1e-9


def test_the_grid_of_the_search_does_not_matter():
    data = summaries(*simulated(80, "normal", seed=2))
    few, many = (KW.fit(data, {"points": p}) for p in (60, 2000))
    np.testing.assert_allclose(few.estimate, many.estimate, atol=1e-6)
    assert values(few)["atoms"] == values(many)["atoms"]


def test_a_grid_says_that_it_is_not_quite_the_maximum():
    data = summaries(*simulated(80, "normal", seed=2))
    coarse = KW.fit(data, {**GRID, "points": 20})
    assert values(coarse)["certificate"] > 80 * (1 + 1e-6)
    assert [n.code for n in coarse.notes] == ["not_certified"]
    assert not KW.fit(data).notes
    nodes = np.linspace(data.mean.min(), data.mean.max(), 20)
    distance = np.abs(mixing_distribution(coarse)[0][:, None] - np.union1d(nodes, data.mean)).min(axis=1)
    assert distance.max() < 1e-9


def test_two_groups_have_one_atom_up_to_two_standard_errors_apart():
    for apart, atoms in ((0.5, 1), (1.99, 1), (2.02, 2), (2.5, 2), (50.0, 2)):
        fit = KW.fit(GroupData.from_estimates("ab", [0.0, apart], [1.0, 1.0]))
        assert values(fit)["atoms"] == atoms, apart
        assert fit.estimate.mean() == pytest.approx(apart / 2, abs=1e-9)
    np.testing.assert_allclose(fit.estimate, [0, 50], atol=1e-9)


def test_eight_schools_have_one_atom():
    fit = KW.fit(EIGHT)
    atoms, masses = mixing_distribution(fit)
    assert len(atoms) == 1
    assert masses.tolist() == [1.0]
    assert atoms[0] == pytest.approx(METAFOR_MU, rel=1e-12)
    assert values(fit)["log_likelihood"] == pytest.approx(METAFOR_LOG_LIKELIHOOD, rel=1e-12)
    assert values(fit)["certificate"] == pytest.approx(8, abs=1e-8)
    np.testing.assert_allclose(fit.estimate, METAFOR_MU, rtol=1e-12)
    np.testing.assert_array_equal(fit.std_error, 0)
    assert [n.code for n in fit.notes] == ["one_atom"]


def test_batting_averages():
    average = HITS / 45
    error = np.full(18, np.sqrt(average.mean() * (1 - average.mean()) / 45))
    fit = KW.fit(summaries(average, error))
    assert values(fit)["certificate"] == pytest.approx(18, abs=1e-7)
    np.testing.assert_allclose(mixing_distribution(fit)[0], [0.254, 0.328], atol=5e-4)
    assert values(fit)["log_likelihood"] >= log_likelihood(
        average, error, np.array([average.mean()]), np.ones(1)
    )
    assert np.square(fit.estimate - REST).sum() < 0.3 * np.square(average - REST).sum()


@pytest.mark.slow
def test_a_known_discrete_distribution_is_found():
    rng = np.random.default_rng(5)
    truth = rng.choice([-4.0, 0.0, 5.0], size=3000, p=[0.2, 0.5, 0.3])
    fit = KW.fit(summaries(truth + 0.5 * rng.standard_normal(3000), np.full(3000, 0.5)))
    atoms, masses = mixing_distribution(fit)
    for place, mass in ((-4.0, 0.2), (0.0, 0.5), (5.0, 0.3)):
        near = np.abs(atoms - place) < 0.7
        assert masses[near].sum() == pytest.approx(mass, abs=0.03)
        assert masses[near] @ atoms[near] / masses[near].sum() == pytest.approx(place, abs=0.05)
    assert np.abs(fit.estimate - truth).mean() < 0.02


def test_estimates_are_posterior_means_and_intervals_hold_their_level():
    y, error = simulated(50, "normal")
    fit = KW.fit(summaries(y, error))
    atoms, masses = mixing_distribution(fit)
    share = norm.pdf(y[:, None], atoms, error[:, None]) * masses
    share /= share.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(fit.estimate, share @ atoms, rtol=1e-9)
    np.testing.assert_allclose(
        fit.std_error**2, share @ atoms**2 - (share @ atoms) ** 2, rtol=1e-6, atol=1e-9
    )
    for level in (0.5, 0.9, 0.99):
        low, high = fit.interval(level)
        for outside in (atoms < low[:, None], atoms > high[:, None]):
            assert ((share * outside).sum(axis=1) < (1 - level) / 2 + 1e-12).all()
        for end in (low, high):
            assert np.isin(end, atoms).all()
        beyond = (share * (atoms <= low[:, None])).sum(axis=1)
        assert (beyond >= (1 - level) / 2 - 1e-12).all()
    assert values(fit)["mu"] == pytest.approx(masses @ atoms)
    assert values(fit)["sigma_group"] == pytest.approx(np.sqrt(masses @ atoms**2 - (masses @ atoms) ** 2))


@pytest.mark.slow_cases
@pytest.mark.parametrize("given", [{}, GRID])
@pytest.mark.parametrize(("scale", "shift"), [(1e-12, 0.0), (1e120, 0.0), (1.0, 1e6), (-3.0, 7.0)])
def test_answers_move_with_the_units(given, scale, shift):
    rng = np.random.default_rng(9)
    group = np.repeat(np.arange(30), rng.integers(2, 9, 30))
    outcome = 2 * rng.standard_normal(30)[group] + rng.standard_normal(len(group))
    before = KW.fit(GroupData.from_arrays(outcome, group), given)
    after = KW.fit(GroupData.from_arrays(scale * outcome + shift, group), given)
    slack = 1e-7 * abs(scale)
    np.testing.assert_allclose(after.estimate, scale * before.estimate + shift, rtol=0, atol=slack)
    np.testing.assert_allclose(after.std_error, abs(scale) * before.std_error, rtol=0, atol=10 * slack)
    atoms = np.sort(scale * mixing_distribution(before)[0] + shift)
    np.testing.assert_allclose(mixing_distribution(after)[0], atoms, rtol=0, atol=100 * slack)
    assert values(after)["sigma_error"] == pytest.approx(abs(scale) * values(before)["sigma_error"])


def test_awkward_data():
    with pytest.raises(DataError, match="needs at least 2 groups"):
        KW.fit(GroupData.from_arrays([1.0, 2.0], list("aa")))
    with pytest.raises(DataError, match="every group has one row"):
        KW.fit(GroupData.from_arrays(np.arange(6.0), np.arange(6)))
    equal = KW.fit(GroupData.from_arrays(np.full(12, 3.5), np.repeat(np.arange(4), 3)))
    assert equal.estimate.tolist() == [3.5] * 4
    assert equal.notes[0].code == "all_equal"
    assert mixing_distribution(equal)[0].tolist() == [3.5]
    constant = KW.fit(GroupData.from_arrays(np.repeat([1.0, 5.0, 2.0, 5.0], 3), np.repeat(np.arange(4), 3)))
    assert constant.estimate.tolist() == [1.0, 5.0, 2.0, 5.0]
    assert constant.notes[0].code == "no_spread_within"
    atoms, masses = mixing_distribution(constant)
    assert (atoms.tolist(), masses.tolist()) == ([1.0, 2.0, 5.0], [0.25, 0.25, 0.5])
    same_means = KW.fit(GroupData.from_arrays(np.tile([-1.0, 0.0, 1.0], 5), np.repeat(np.arange(5), 3)))
    np.testing.assert_allclose(same_means.estimate, 0, atol=1e-12)
    assert values(same_means)["atoms"] == 1


def test_one_group_known_far_better_than_the_others():
    # narrower than the grid: it is looked for all the same
    y, error = np.array([0.0, 10.0, 3.3333, 7.0, 1.0]), np.array([2.0, 2.0, 1e-6, 2.0, 2.0])
    fit = KW.fit(summaries(y, error))
    assert fit.estimate[2] == pytest.approx(3.3333, abs=1e-5)
    assert values(fit)["certificate"] == pytest.approx(5, abs=1e-6)


def test_the_search_is_refused_where_it_would_not_end():
    groups = 25_000
    data = summaries(np.arange(groups) * 1.0, np.full(groups, 1e-3))
    with pytest.raises(DataError, match="too many standard errors apart"):
        KW.fit(data)


def test_others_have_no_mixing_distribution():
    with pytest.raises(DataError, match="has no mixing distribution"):
        mixing_distribution(build_registry(entry_points=False)["ols"].fit(EIGHT))


def test_a_fit_travels_between_processes():
    fit = KW.fit(summaries(*simulated(20, "normal")))
    again = pickle.loads(pickle.dumps(fit.interval_fn))
    np.testing.assert_array_equal(np.array(again(0.8)), np.array(fit.interval(0.8)))


@pytest.mark.slow
@pytest.mark.parametrize("support", ["free", "grid"])
def test_the_contract_is_kept(support):
    field = (("support", str, option(support, label="Atoms", choices=["free", "grid"])),)
    options = make_dataclass("Preset", field, bases=(NonparametricOptions,), frozen=True)
    check_estimator(type("Variant", (NonparametricBayes,), {"Options": options})())
    check_estimator(KW)


def test_it_registers_through_the_public_door(tmp_path):
    (tmp_path / "shelf.py").write_text("from blupboard_nonparametric_eb import register_estimators\n")
    registry = build_registry([tmp_path], entry_points=False)
    assert not registry.failures
    assert "nonparametric_eb" in registry


def test_names_are_where_a_spline_prior_puts_them():
    """Kline, Rose & Walters (2024): five posterior means by a log-spline prior, of 76 first names."""
    source = Path(__file__).parents[3] / "tests/data/oracles/inference/data/names76.csv"
    with source.open(encoding="utf-8") as file:
        names = list(csv.DictReader(file))
    columns = ([float(line[key]) for line in names] for key in ("thetas", "s"))
    data = GroupData.from_estimates([line["firstname"] for line in names], *columns)
    place = [data.labels.tolist().index(line["firstname"]) for line in names[:5]]
    spline = [0.522524, 0.515032, 0.520510, 0.521265, 0.521993]
    np.testing.assert_allclose(KW.fit(data).estimate[place], spline, atol=5e-4)


@pytest.mark.slow
def test_draws_are_those_of_the_posteriors_and_ties_share_their_ranks():
    fit = KW.fit(summaries(*simulated(40, "two places")))
    theta, center = fit.joint.draw(40_000, 5)
    np.testing.assert_allclose(fit.joint.origin + theta.mean(axis=0), fit.estimate, atol=0.06)
    np.testing.assert_allclose(theta.std(axis=0), fit.std_error, atol=0.06)
    np.testing.assert_allclose(fit.joint.origin + center, values(fit)["mu"])
    again, _ = pickle.loads(pickle.dumps(fit.joint)).draw(40_000, 5)
    np.testing.assert_array_equal(again, theta)
    ranks = group_ranks(fit.joint)
    assert ranks.distribution.sum(axis=0) == pytest.approx(1.0)
    assert ranks.expected.sum() == pytest.approx(40 * 41 / 2)
    assert ranks.p_best.sum() == pytest.approx(1.0)


@pytest.mark.parametrize("criterion", ["tail", "local"])
def test_groups_are_named_by_their_posteriors_at_a_rate(criterion):
    """Gu & Koenker (2023): the chance of being above a value sums over the mixing distribution."""
    y, error = simulated(40, "two places")
    fit = KW.fit(summaries(y, error))
    atoms, masses = mixing_distribution(fit)
    share = masses * np.exp(-0.5 * np.square((y[:, None] - atoms) / error[:, None]))
    value = 0.5 * (atoms[0] + atoms[-1])
    exact = share[:, atoms > value].sum(axis=1) / share.sum(axis=1)
    called = call_above(fit.joint, value, error_rate=0.1, criterion=criterion)
    np.testing.assert_allclose(called.probability, exact, rtol=1e-9)
    below = call_above(fit.joint, value, error_rate=0.1, criterion=criterion, smallest_first=True)
    np.testing.assert_allclose(below.probability, 1.0 - exact, atol=1e-12)
    middle = float(masses @ atoms)
    np.testing.assert_allclose(
        group_ranks(fit.joint).p_above_center,
        share[:, atoms > middle].sum(axis=1) / share.sum(axis=1),
        rtol=1e-9,
    )
    wrong = np.sort(1 - exact)
    count = int((wrong <= 0.1).sum())
    if criterion == "tail":
        count = int(np.flatnonzero(np.cumsum(wrong) <= 0.1 * np.arange(1, 41))[-1]) + 1
    assert 0 < called.called.sum() == count < 40
    assert called.expected_false == pytest.approx(wrong[:count].sum(), rel=1e-9)


def test_many_groups_and_one_atom_are_not_ranked():
    assert KW.fit(EIGHT).joint is None
    assert KW.fit(summaries(*simulated(2001, "two places"))).joint is None
