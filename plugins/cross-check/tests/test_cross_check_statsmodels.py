"""statsmodels against the built-in BLUPs: how far it agrees, and that it says so where it does not."""

import sys
import threading
import warnings
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cross_check_data import (
    STATSMODELS,
    balanced,
    codes,
    distance,
    larger_sigma,
    lmer_alone,
    oracle,
    ours,
    value,
)
from estimators import DataError, GroupData, compare

STORED = [key for key in lmer_alone() if key[0] != "edge_sigmae0"]
FAR_FROM_FLAT = 1e-4
NEARLY_FLAT = 5e-3
FLAT = {"edge_twominima_a", "edge_twominima_b"}
"""Hardly any row says how much groups differ: the criterion is nearly flat around its minimum."""
SEARCHES_FAIL = {("chickweight", "reml"), ("chickweight", "ml"), ("edge_twominima_a", "ml")}
ADMITS = {"not_converged", "second_search"}


@pytest.mark.slow_cases
@pytest.mark.parametrize(("name", "criterion"), [key for key in STORED if key not in SEARCHES_FAIL])
def test_it_agrees_with_ours(name, criterion):
    data = oracle(name)
    fit, own = STATSMODELS.fit(data, {"criterion": criterion}), ours(criterion, data)
    close = NEARLY_FLAT if name in FLAT else FAR_FROM_FLAT
    assert distance(fit, own) < close
    scale = larger_sigma(own)
    for found in ("mu", "sigma_error"):
        assert value(fit, found) == pytest.approx(value(own, found), abs=close * scale)
    # variances: near 0 a sigma is known only to the root of what its square is known to
    wide = 20 * close * scale**2
    assert value(fit, "sigma_group") ** 2 == pytest.approx(value(own, "sigma_group") ** 2, abs=wide)
    np.testing.assert_allclose(np.square(fit.std_error), np.square(own.std_error), rtol=0, atol=wide)
    assert value(fit, "log_likelihood") == pytest.approx(value(own, "log_likelihood"), abs=1e-4)
    assert value(fit, "mu_std_error") == pytest.approx(value(own, "mu_std_error"), rel=0.05)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "criterion"), sorted(SEARCHES_FAIL))
def test_where_its_searches_fail_it_is_close_or_says_so(name, criterion):
    data = oracle(name)
    fit, own = STATSMODELS.fit(data, {"criterion": criterion}), ours(criterion, data)
    assert distance(fit, own) < FAR_FROM_FLAT or ADMITS & set(codes(fit))
    assert value(fit, "log_likelihood") <= value(own, "log_likelihood") + 1e-9


@st.composite
def designs(draw):
    """Few rows and many a spread next to 0: where searches fail."""
    sizes = draw(st.lists(st.integers(1, 8), min_size=2, max_size=11).filter(lambda s: max(s) > 1))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    group = np.repeat(np.arange(len(sizes)), sizes)
    between = draw(st.sampled_from([0.0, 0.1, 0.5, 1.0, 5.0, 100.0]))
    return between * rng.standard_normal(len(sizes))[group] + rng.standard_normal(len(group)), group


@pytest.mark.slow
@pytest.mark.parametrize("criterion", ["reml", "ml"])
@settings(max_examples=25, deadline=None, derandomize=True)
@given(design=designs())
def test_it_is_close_or_says_so_and_never_has_the_larger_likelihood(criterion, design):
    data = GroupData.from_arrays(*design)
    result = compare(data, [STATSMODELS], options={STATSMODELS.id: {"criterion": criterion}}).results[0]
    fit, own = result.fit, ours(criterion, data)
    if fit is None:
        assert result.message.startswith("statsmodels gave up on these data: ")
        return
    if not ADMITS & set(codes(fit)):
        assert distance(fit, own) < NEARLY_FLAT
    assert value(fit, "log_likelihood") <= value(own, "log_likelihood") + 1e-7


def test_a_spread_next_to_0_is_noted_in_words():
    fit = STATSMODELS.fit(oracle("dyestuff2"))
    assert value(fit, "sigma_group") < 1e-6
    notes = {note.code: note.text for note in fit.notes}
    assert notes["near_boundary"].startswith("statsmodels says that the spread between groups may be at")
    assert notes["package_says"] == "statsmodels says: Random effects covariance is singular"
    assert fit.std_error.max() < 1e-6


def test_a_package_that_gives_up_says_why(monkeypatch):
    from statsmodels.regression.mixed_linear_model import MixedLM

    def fail(self, **_):
        raise np.linalg.LinAlgError("Singular matrix")

    monkeypatch.setattr(MixedLM, "fit", fail)
    with pytest.raises(DataError, match=r"^statsmodels gave up on these data: Singular matrix$"):
        STATSMODELS.fit(GroupData.from_arrays(*balanced()))


class Spread:
    """A result of statsmodels at a spread of exactly 0, where its own predictions fail."""

    cov_re = np.zeros((1, 1))
    fe_params = bse_fe = np.array([0.0])
    scale, llf, converged = 1.0, float("nan"), True

    @property
    def random_effects(self):
        raise ValueError("Cannot predict random effects from singular covariance structure.")


def test_a_spread_of_exactly_0_predicts_every_group_at_the_mean(monkeypatch):
    from statsmodels.regression.mixed_linear_model import MixedLM

    monkeypatch.setattr(MixedLM, "fit", lambda self, **_: Spread())
    data = GroupData.from_arrays(*balanced())
    fit = STATSMODELS.fit(data)
    assert fit.estimate.tolist() == [fit.center] * len(data)
    assert fit.std_error.tolist() == fit.weight.tolist() == [0.0] * len(data)
    assert (value(fit, "log_likelihood"), value(fit, "criterion")) == (None, None)


def test_numbers_that_are_none_are_refused(monkeypatch):
    from statsmodels.regression.mixed_linear_model import MixedLM

    broken = type("Broken", (Spread,), {"scale": float("nan")})
    monkeypatch.setattr(MixedLM, "fit", lambda self, **_: broken())
    with pytest.raises(DataError, match=r"^statsmodels ended with numbers that are none$"):
        STATSMODELS.fit(GroupData.from_arrays(*balanced()))


@pytest.mark.slow
def test_fits_in_threads_leak_no_warning_and_leave_the_filters_alone():
    data = [oracle("dyestuff2"), oracle("chickweight")]
    before = list(warnings.filters), warnings.showwarning
    together = threading.Barrier(4)

    def fit(which):
        together.wait()
        return STATSMODELS.fit(data[which % 2], {"criterion": "ml"})

    every = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        with ThreadPoolExecutor(4) as pool:
            fits = list(pool.map(fit, range(4)))
    finally:
        sys.setswitchinterval(every)
    assert (list(warnings.filters), warnings.showwarning) == before
    for i in range(2):
        assert {tuple(codes(f)) for f in fits[i::2]} == {tuple(codes(fits[i]))}
