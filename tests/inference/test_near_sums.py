"""Influence of each of many groups that all weigh differently: sums near ratios, and fits without them."""

import numpy as np
import pytest
from mpmath import mp, mpf

from estimators import GroupData, leave_one_out
from estimators.inference.influence import FEW_SIZES
from estimators.inference.near_sums import NearSums
from tests.oracles import BUILT_IN


def test_sums_near_a_ratio_are_those_of_50_digits():
    rng = np.random.default_rng(1)
    size = 10.0 ** rng.uniform(-6, 6, 40)

    def sums(ratio):
        weight = size / (1.0 + size * ratio[:, None])
        return np.stack([weight.sum(axis=1), np.square(weight).sum(axis=1)])

    low, high = (
        np.array([0.0, 1e-3, 2.0]),
        np.array([1e-4 / size.max(), 1e-3 * 10 ** (1 / 12), 2.0 * 10 ** (1 / 12)]),
    )
    near = NearSums.of(sums, low, high)
    bracket = np.repeat([0, 1, 2], 5)
    ratio = low[bracket] + np.tile([0.0, 0.1, 0.5, 0.9, 1.0], 3) * (high - low)[bracket]
    with mp.workdps(50):
        weights = [[mpf(n) / (1 + mpf(n) * mpf(r)) for n in size.tolist()] for r in ratio.tolist()]
        exact = [[float(sum(w**power for w in line)) for line in weights] for power in (1, 2)]
        np.testing.assert_allclose(near.at(ratio, bracket), exact, rtol=5e-15)


@pytest.mark.parametrize("spread", [1.0, 0.2])
@pytest.mark.parametrize("method", ["reml", "ml"])
def test_leaving_one_of_many_studies_out_is_fitting_the_others(method, spread):
    """15,000 that all weigh differently took 350 s."""
    rng = np.random.default_rng(2)
    groups = FEW_SIZES + 100
    error = np.exp(rng.normal(0.0, 1.0, groups))
    error[0], estimate = 0.02, spread * rng.normal(0.0, 1.0, groups) + error * rng.normal(0.0, 1.0, groups)
    labels = np.array([f"{i:03}" for i in range(groups)])
    found = leave_one_out(GroupData.from_estimates(labels, estimate, error), method)
    for group in (0, 1, int(error.argmin()), int(error.argmax()), int(np.abs(estimate / error).argmax())):
        kept = np.arange(groups) != group
        others = GroupData.from_estimates(labels[kept], estimate[kept], error[kept])
        fit = BUILT_IN[method].fit(others).parameters
        assert found.sigma_group[group] == pytest.approx(fit["sigma_group"].value, rel=1e-10, abs=1e-12)
        assert found.mu[group] == pytest.approx(fit["mu"].value, abs=1e-12)
        assert found.std_error[group] == pytest.approx(fit["mu_std_error"].value, rel=1e-11)
