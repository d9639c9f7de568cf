"""The distribution as others see it: it registers, conforms, and says what it cannot do."""

import importlib.metadata
import tomllib
from importlib.metadata import EntryPoint
from pathlib import Path

import numpy as np
import pytest

import blupboard_empirical_bayes
import shelf
from empirical_bayes_data import BY_ID, published
from estimators import DataError, GroupData, build_registry, check_estimator, compare
from shelf import codes

OTHER_OPTIONS = [
    ("sure", {"center": "free"}),
    ("limited_translation", {"limit": 0.0}),
    ("limited_translation", {"limit": 1e9}),
    ("robust_eb", {"weights": "equal"}),
    ("robust_eb", {"kurtosis": "unrestricted"}),
]


def with_defaults(estimator, defaults):
    """The same method with other defaults, so that the conformance check sees them."""

    class Other(type(estimator)):
        @classmethod
        def make_options(cls, given=None):
            return super().make_options(defaults if given is None else given)

    return Other()


def test_its_entry_point_brings_all_its_estimators(monkeypatch):
    text = (Path(__file__).parents[1] / "pyproject.toml").read_text(encoding="utf-8")
    points = tomllib.loads(text)["project"]["entry-points"]["blupboard"]
    found = [EntryPoint(name, module, "blupboard") for name, module in points.items()]
    monkeypatch.setattr(importlib.metadata, "entry_points", lambda **_: found)
    registry = build_registry()
    assert registry.failures == ()
    assert set(BY_ID) == {"morris", "sure", "limited_translation", "robust_eb"}
    assert set(BY_ID) <= set(registry)
    assert registry.source("morris").name == "empirical-bayes"


@pytest.mark.slow
@pytest.mark.parametrize("name", BY_ID)
def test_it_keeps_to_the_contract(name):
    check_estimator(BY_ID[name])


@pytest.mark.slow
@pytest.mark.parametrize(("name", "options"), OTHER_OPTIONS)
def test_it_keeps_to_the_contract_with_other_options(name, options):
    check_estimator(with_defaults(BY_ID[name], options))


def test_every_public_name_says_what_it_is():
    shelf.check_names_are_explained(blupboard_empirical_bayes)


@pytest.mark.parametrize("name", BY_ID)
def test_every_option_is_explained(name):
    shelf.check_options_are_explained(BY_ID[name])


@pytest.mark.parametrize(
    ("name", "least"), [("morris", 4), ("sure", 2), ("limited_translation", 4), ("robust_eb", 3)]
)
def test_too_few_groups_are_refused_and_enough_are_not(name, least):
    y = np.array([1.0, 2.5, 4.0, 3.0, 9.0, 8.0, 5.5, 6.0])
    group = np.repeat(np.arange(4), 2)
    enough = group < least
    BY_ID[name].fit(GroupData.from_arrays(y[enough], group[enough]))
    short = group < least - 1
    with pytest.raises(DataError, match=f"^needs at least {least} groups"):
        BY_ID[name].fit(GroupData.from_arrays(y[short], group[short]))


@pytest.mark.parametrize("name", BY_ID)
def test_one_row_in_each_group_is_refused(name):
    with pytest.raises(DataError, match="cannot be told apart"):
        BY_ID[name].fit(GroupData.from_arrays(np.arange(6.0), np.arange(6)))


@pytest.mark.parametrize("name", BY_ID)
def test_equal_values_have_a_mean_and_no_weight(name):
    fit = BY_ID[name].fit(GroupData.from_arrays(np.full(12, 3.5), np.repeat(np.arange(4), 3)))
    assert codes(fit) == ["all_equal"]
    assert fit.estimate.tolist() == [3.5] * 4
    assert fit.center == 3.5
    assert fit.weight is None
    assert fit.std_error is None


@pytest.mark.parametrize("name", BY_ID)
def test_groups_without_spread_within_keep_their_means(name):
    means = [1.0, 5.0, 2.0, 9.0]
    fit = BY_ID[name].fit(GroupData.from_arrays(np.repeat(means, 3), np.repeat(np.arange(4), 3)))
    assert codes(fit) == ["no_spread_within"]
    assert fit.estimate.tolist() == means
    assert fit.weight.tolist() == [1.0] * 4
    assert BY_ID[name].weight_curve(fit, np.array([1.0, 2.0])) is None


@pytest.mark.parametrize("name", BY_ID)
def test_equal_means_of_published_summaries_are_put_at_their_mean(name):
    fit = BY_ID[name].fit(published([7.0] * 5, [1.0, 2.0, 3.0, 1.0, 2.0]))
    np.testing.assert_allclose(fit.estimate, 7.0, rtol=0, atol=1e-12)
    assert 0 <= fit.weight.min() <= fit.weight.max() < 1


@pytest.mark.slow
def test_importing_it_imports_nothing_heavy():
    heavy = ("scipy.optimize", "scipy.stats", "pandas", "dash")
    shelf.check_import_is_light(blupboard_empirical_bayes, heavy)


def test_they_stand_beside_the_built_ins():
    rng = np.random.default_rng(3)
    group = np.repeat(np.arange(12), rng.integers(2, 20, 12))
    data = GroupData.from_arrays(rng.standard_normal(12)[group] + rng.standard_normal(len(group)), group)
    methods = {**build_registry(entry_points=False), **BY_ID}
    comparison = compare(data, methods, level=0.9)
    assert {r.estimator_id for r in comparison.results if r.fit is None} == set()


@pytest.mark.parametrize("name", ["morris", "sure", "robust_eb"])
def test_the_weight_curve_runs_through_the_weights(name):
    rng = np.random.default_rng(4)
    group = np.repeat(np.arange(25), rng.integers(1, 30, 25))
    data = GroupData.from_arrays(rng.standard_normal(25)[group] + rng.standard_normal(len(group)), group)
    fit = BY_ID[name].fit(data)
    assert np.ptp(fit.weight) > 0.1
    curve = BY_ID[name].weight_curve(fit, data.n.astype(float))
    np.testing.assert_allclose(curve, fit.weight, rtol=1e-12)
    known = published([1, 2, 5, 7, 30], [1.0, 0.5, 1.0, 2.0, 3.0])
    fit = BY_ID[name].fit(known)
    np.testing.assert_allclose(BY_ID[name].weight_curve(fit, known.information), fit.weight, rtol=1e-12)
