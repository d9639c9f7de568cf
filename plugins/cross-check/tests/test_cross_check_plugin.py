"""The distribution as others see it: it registers, conforms, and says what it cannot do."""

import importlib.metadata
import tomllib
from importlib.metadata import EntryPoint
from pathlib import Path

import numpy as np
import pytest

import blupboard_cross_check
import shelf
from cross_check_data import BY_ID, STATSMODELS, balanced, codes, ours, stand_in_for_r, value
from estimators import DataError, GroupData, OptionError, build_registry, check_estimator, compare

CASES = [(name, criterion) for name in BY_ID for criterion in ("reml", "ml")]


@pytest.fixture(autouse=True)
def r(tmp_path, monkeypatch):
    """These tests are about what is around R."""
    stand_in_for_r(tmp_path / "bin", monkeypatch)


def test_its_entry_point_brings_both(monkeypatch):
    text = (Path(__file__).parents[1] / "pyproject.toml").read_text(encoding="utf-8")
    points = tomllib.loads(text)["project"]["entry-points"]["blupboard"]
    found = [EntryPoint(name, module, "blupboard") for name, module in points.items()]
    monkeypatch.setattr(importlib.metadata, "entry_points", lambda **_: found)
    registry = build_registry()
    assert registry.failures == ()
    assert set(BY_ID) == {"statsmodels_mixedlm", "lme4"} <= set(registry)
    assert not set(BY_ID) & {estimator.id for estimator in registry.at_first}


@pytest.mark.slow
@pytest.mark.parametrize(("name", "criterion"), CASES)
def test_it_keeps_to_the_contract(name, criterion):
    check_estimator(BY_ID[name], {"criterion": criterion})


def test_every_public_name_says_what_it_is():
    shelf.check_names_are_explained(blupboard_cross_check)


@pytest.mark.parametrize("name", BY_ID)
def test_every_option_is_explained_and_others_are_refused(name):
    shelf.check_options_are_explained(BY_ID[name])
    with pytest.raises(OptionError, match=f"^{name}.criterion takes one of reml, ml, not 'AIC'$"):
        BY_ID[name].fit(GroupData.from_arrays(*balanced()), {"criterion": "AIC"})


REFUSED = {
    "needs at least 2 groups to tell how much groups differ": ([1.0, 2.0, 4.0], ["a"] * 3),
    "every group has one row, so the spread": (np.arange(6.0), np.arange(6)),
    "all values are equal: there is nothing for ": (np.full(12, 3.5), np.repeat(np.arange(4), 3)),
    "rows do not vary within any group: ": (np.repeat([1.0, 5, 2, 9], 3), np.repeat(np.arange(4), 3)),
}


@pytest.mark.parametrize(("name", "criterion"), CASES)
@pytest.mark.parametrize("words", REFUSED)
def test_what_the_packages_cannot_fit_is_refused_before_they_are_asked(name, criterion, words):
    with pytest.raises(DataError, match=f"^{words}") as refused:
        BY_ID[name].fit(GroupData.from_arrays(*REFUSED[words]), {"criterion": criterion})
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("name", BY_ID)
def test_published_summaries_have_no_rows_to_hand_over(name):
    with pytest.raises(DataError, match=r"^needs the rows themselves"):
        BY_ID[name].fit(GroupData.from_estimates("abc", [1, 2, 4], [1, 1, 1]))


@pytest.mark.slow
@pytest.mark.parametrize("name", BY_ID)
@pytest.mark.parametrize(
    ("scale", "shift", "slack"),
    [(1e-12, 0.0, 0.0), (1e120, 0.0, 0.0), (1.0, 1e9, 1e-6), (-3.0, 7.0, 0.0)],
)
def test_answers_move_with_the_units(name, scale, shift, slack):
    outcome, group = balanced()
    before = BY_ID[name].fit(GroupData.from_arrays(outcome, group))
    after = BY_ID[name].fit(GroupData.from_arrays(scale * outcome + shift, group))
    size = abs(scale)
    bound = (1e-6 + slack) * size
    np.testing.assert_allclose(after.estimate, scale * before.estimate + shift, rtol=0, atol=bound)
    np.testing.assert_allclose(after.std_error, size * before.std_error, rtol=1e-5)
    np.testing.assert_allclose(after.weight, before.weight, rtol=1e-5)
    assert value(after, "sigma_group") == pytest.approx(size * value(before, "sigma_group"), rel=1e-5)
    rows = len(outcome) - 1
    expected = value(before, "log_likelihood") - rows * np.log(size)
    assert value(after, "log_likelihood") == pytest.approx(expected, rel=1e-9, abs=1e-6)
    assert value(after, "criterion") == -2 * value(after, "log_likelihood")


@pytest.mark.slow
@pytest.mark.parametrize(("name", "criterion"), CASES)
def test_estimates_follow_from_weights_and_these_from_the_sigmas(name, criterion):
    rng = np.random.default_rng(4)
    group = np.repeat(np.arange(25), rng.integers(1, 30, 25))
    data = GroupData.from_arrays(rng.standard_normal(25)[group] + rng.standard_normal(len(group)), group)
    fit = BY_ID[name].fit(data, {"criterion": criterion})
    pulled = fit.center + fit.weight * (data.mean - fit.center)
    np.testing.assert_allclose(fit.estimate, pulled, rtol=0, atol=1e-12)
    conditional = np.sqrt(1 - fit.weight) * value(fit, "sigma_group")
    np.testing.assert_allclose(fit.std_error, conditional, rtol=1e-9)
    curve = BY_ID[name].weight_curve(fit, data.n.astype(float))
    np.testing.assert_allclose(curve, fit.weight, rtol=1e-12)
    assert value(fit, "icc") == pytest.approx(BY_ID[name].weight_curve(fit, np.ones(1))[0], rel=1e-12)
    np.testing.assert_allclose(fit.std_error, ours(criterion, data).std_error, rtol=1e-4)


@pytest.mark.slow_cases
@pytest.mark.parametrize("name", BY_ID)
def test_each_fit_says_who_computed_it_and_which_standard_error_it_has(name):
    note = BY_ID[name].fit(GroupData.from_arrays(*balanced())).notes[-1]
    assert (note.code, note.severity) == ("conditional_std_error", "info")
    assert note.text.startswith(
        "From statsmodels 0." if name.startswith("stats") else "From lme4 0.0 on R 0.0."
    )
    assert "Its standard errors are conditional" in note.text


@pytest.mark.slow
@pytest.mark.parametrize("name", BY_ID)
def test_nothing_is_printed(name, capfd):
    BY_ID[name].fit(GroupData.from_arrays(*balanced()))
    assert capfd.readouterr() == ("", "")


@pytest.mark.slow
def test_importing_it_imports_nothing_heavy():
    heavy = ("statsmodels", "pandas", "scipy.stats", "scipy.optimize", "plotly", "dash")
    shelf.check_import_is_light(blupboard_cross_check, heavy)


@pytest.mark.slow
def test_they_stand_beside_the_built_ins():
    data = GroupData.from_arrays(*balanced())
    comparison = compare(data, {**build_registry(entry_points=False), **BY_ID}, level=0.9)
    assert comparison.failed == ()
    low, high = comparison["statsmodels_mixedlm"].interval
    wider_low, wider_high = comparison["reml"].interval
    assert ((wider_low < low) & (high < wider_high)).all()


def test_rows_in_any_order_give_the_same_answer():
    outcome, group = balanced()
    order = np.random.default_rng(1).permutation(len(group))
    one = STATSMODELS.fit(GroupData.from_arrays(outcome, group))
    other = STATSMODELS.fit(GroupData.from_arrays(outcome[order], group[order]))
    np.testing.assert_allclose(other.estimate, one.estimate, rtol=0, atol=1e-13)
    assert codes(one) == codes(other) == []
