"""A batch of replicates fitted at once gives what single fits give, whatever stands beside what."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from estimators import ConformanceError, Estimator, GroupFit, build_registry, check_estimator, option
from estimators.contract.batch import BatchFit, GroupBatch
from estimators.data.groups import GroupData
from estimators.errors import DataError
from estimators.fitting.compare import run
from estimators.fitting.fit_many import fit_many
from estimators.methods import variance_components
from estimators.methods.profile import Profile
from estimators.methods.variance_components import find_brackets
from tests.oracles import BUILT_IN, read_data, set_names

AGREEMENT = 1e-10
EQUAL = [10] * 20
UNEQUAL = [2, 3, 3, 40, 1, 17, 8, 2, 25, 11, 1, 5]
ONE_HUGE = [2000, 1, 1, 2]
FIRST_ORDER = [{"std_error": "prediction"}, {"std_error": "conditional"}]
METHODS = [
    pytest.param(name, options, id="-".join([name, *options.values()]))
    for name in BUILT_IN
    for options in ([{}, *FIRST_ORDER] if name in ("reml", "ml") else [{}])
]


def draw(sizes, replicates, between, within=1.0, seed=0, origin=0.0):
    rng, n = np.random.default_rng(seed), np.array(sizes)
    shape = (replicates, len(n))
    mean = between * rng.standard_normal(shape) + within / np.sqrt(n) * rng.standard_normal(shape)
    ss_within = 2.0 * within**2 * rng.standard_gamma((n - 1) / 2.0, shape)
    return batch_of(n, mean, ss_within, origin)


def batch_of(n, mean, ss_within, origin=0.0):
    return GroupBatch([f"g{i}" for i in range(len(n))], n, origin, mean, ss_within)


def worst_difference(name, batch, options=None):
    """The largest difference of a batch to single fits: in units of the replicate's spread, or relative."""
    many, worst = fit_many(BUILT_IN[name], batch, options), 0.0
    for r in range(len(batch)):
        single = run(batch[r], BUILT_IN[name], options, 0.95)
        assert single.message == many.failures.get(r)
        one = single.fit
        if one is None:
            assert np.isnan(many.estimate[r]).all()
            continue
        assert one.df == many.df
        scale = max(np.ptp(batch.centered_mean[r]), np.sqrt(batch.ss_within[r].max())) or 1.0
        for quantity in ("estimate", "std_error", "weight"):
            unit = 1.0 if quantity == "weight" else scale
            worst = max(worst, difference(getattr(one, quantity), getattr(many, quantity), r, unit))
        for key in {*one.parameters, *many.parameters}:
            value = one.parameters[key].value if key in one.parameters else None
            unit = 1.0 if key == "icc" else scale
            if key in ("criterion", "log_likelihood"):
                unit = 1.0 if value is None else max(1.0, abs(value))
            worst = max(worst, difference(value, many.parameters.get(key), r, unit))
    return worst


def offenders(name, batches, options):
    """Of batches by case those whose answers are not those of single fits, and by how much."""
    found = {}
    for case, batch in batches.items():
        try:
            worst = worst_difference(name, batch, options)
        except AssertionError as error:
            found[case] = str(error)
        else:
            if not worst < AGREEMENT:
                found[case] = worst
    return found


def difference(one, many, replicate, unit):
    if one is None:
        assert many is None or np.isnan(many[replicate]).all()
        return 0.0
    found = float(np.max(np.abs(one - many[replicate])) / unit)
    assert not np.isnan(found)
    return found


@pytest.mark.slow_cases
@pytest.mark.parametrize(("name", "options"), METHODS)
def test_a_batch_gives_what_single_fits_give(name, options):
    batches = {
        (str(sizes), between): draw(sizes, 6, between)
        for sizes in (EQUAL, UNEQUAL, ONE_HUGE, [4, 4], [1, 2], [7, 7, 7])
        for between in (0.0, 0.1, 1.0, 1e5)
    }
    assert offenders(name, batches, options) == {}


@pytest.mark.parametrize(("name", "options"), METHODS)
def test_awkward_replicates_are_answered_beside_ordinary_ones(name, options):
    batches = {str(sizes): awkward(sizes) for sizes in (EQUAL, UNEQUAL, ONE_HUGE)}
    assert offenders(name, batches, options) == {}


def awkward(sizes):
    """Everything equal, nothing within, nothing between, spreads of all sizes, and ordinary ones."""
    drawn = draw(sizes, 14, 1.0, origin=5.0)
    mean, ss_within = drawn.centered_mean.copy(), drawn.ss_within.copy()
    mean[0], ss_within[0] = 3.0, 0.0
    mean[1], ss_within[1] = 0.0, 0.0
    ss_within[2] = 0.0
    mean[3] = 1.5
    mean[4, 1:] = mean[4, 0]
    for replicate, scale in ((5, 1e-30), (6, 1e-120), (7, 1e-200)):
        ss_within[replicate] *= scale
    for replicate, scale in ((8, 1e-9), (9, 1e40)):
        mean[replicate] *= scale
    for replicate, scale in ((10, 1e-12), (11, 1e150), (12, 1e-140)):
        mean[replicate] *= scale
        ss_within[replicate] *= scale**2
    return batch_of(drawn.n, mean, ss_within, 5.0)


@pytest.mark.parametrize(("name", "options"), METHODS)
def test_far_from_zero_nothing_is_lost(name, options):
    batches = {str(sizes): draw(sizes, 8, 1.0, origin=1e9) for sizes in (EQUAL, UNEQUAL)}
    assert offenders(name, batches, options) == {}


@pytest.fixture(scope="module")
def neighbours():
    """By data set a batch of itself and of five whose means are moved a little."""
    batches = {}
    for dataset in set_names():
        data = read_data("sets", f"{dataset}.csv")
        nearby = 1.0 + 1e-3 * np.random.default_rng(3).standard_normal((6, len(data)))
        nearby[0] = 1.0
        mean, ss_within = data.centered_mean * nearby, np.tile(data.ss_within, (6, 1))
        batches[dataset] = batch_of(data.n, mean, ss_within, data.origin)
    return batches


@pytest.mark.slow_cases
@pytest.mark.parametrize(("name", "options"), METHODS)
def test_data_sets_with_known_answers_and_their_neighbours(name, options, neighbours):
    assert offenders(name, neighbours, options) == {}


@pytest.mark.parametrize(
    ("sizes", "refused"),
    [
        ([5], ["reml", "ml", "james_stein"]),
        ([1], ["reml", "ml", "james_stein"]),
        ([5, 5, 5], ["james_stein"]),
    ],
    ids=str,
)
def test_what_refuses_a_replicate_refuses_them_all_in_the_same_words(sizes, refused):
    batch = draw(sizes, 3, 1.0)
    for name, estimator in BUILT_IN.items():
        assert worst_difference(name, batch) < AGREEMENT
        assert set(fit_many(estimator, batch).failures) == ({0, 1, 2} if name in refused else set())


@pytest.mark.parametrize("groups", [2, 5])
def test_groups_of_one_row_each(groups):
    batch = draw([1] * groups, 3, 1.0)
    for name, estimator in BUILT_IN.items():
        assert worst_difference(name, batch) < AGREEMENT
        assert bool(fit_many(estimator, batch).failures) == (name in ("reml", "ml", "james_stein"))
    assert fit_many(BUILT_IN["ols"], batch).interval() is None


@pytest.mark.parametrize(("name", "options"), METHODS)
def test_neighbours_make_no_difference(name, options):
    differs = []
    for sizes in (EQUAL, UNEQUAL, ONE_HUGE):
        batch = awkward(sizes)
        together = fit_many(BUILT_IN[name], batch, options).estimate
        for r in range(len(batch)):
            (alone,) = fit_many(BUILT_IN[name], batch.take(np.arange(len(batch)) == r), options).estimate
            scale = max(np.ptp(batch.centered_mean[r]), np.sqrt(batch.ss_within[r].max()))
            if not np.allclose(alone, together[r], rtol=1e-12, atol=1e-12 * scale, equal_nan=True):
                differs.append((sizes, r))
    assert differs == []


@pytest.mark.parametrize("name", BUILT_IN)
def test_no_replicate_of_a_built_in_is_fitted_alone(name, monkeypatch):
    monkeypatch.setattr(type(BUILT_IN[name]), "_fit", lambda self, data, options: pytest.fail("fitted alone"))
    for sizes in (EQUAL, UNEQUAL):
        assert not fit_many(BUILT_IN[name], awkward(sizes)).failures


@pytest.mark.parametrize(("name", "options"), METHODS)
def test_intervals_are_those_of_single_fits(name, options):
    batch = draw(UNEQUAL, 4, 1.0)
    many = fit_many(BUILT_IN[name], batch, options).interval(0.8)
    for r in range(4):
        one = BUILT_IN[name].fit(batch[r], options).interval(0.8)
        if one is None:
            assert many is None
        else:
            np.testing.assert_allclose([end[r] for end in many], one, rtol=0, atol=AGREEMENT)


@pytest.mark.parametrize("name", ["reml", "ml"])
@pytest.mark.parametrize("excess", [0.0, 1e-12, 1e-10, 1e-8, 1e-6])
def test_a_spread_between_groups_just_above_what_sampling_explains(name, excess):
    """With equal sizes sigma_group^2 is sigma_error^2 times (MSB / MSW - 1) / n, however little that is."""
    n, j = 4, 6
    mean = np.arange(1.0, 21.0)[:, None] / 7.0 * np.array([-2.0, -1.0, 0.0, 0.0, 1.0, 2.0])
    between = n * np.square(mean).sum(axis=1) / (j - 1 if name == "reml" else j)
    within = between * (n - 1) / (1.0 + excess)
    batch = batch_of([n] * j, mean, np.tile(within[:, None], j))
    many = fit_many(BUILT_IN[name], batch).parameters
    for r in range(len(batch)):
        one = BUILT_IN[name].fit(batch[r]).parameters
        for sigma_group, sigma_error in (
            (many["sigma_group"][r], many["sigma_error"][r]),
            (one["sigma_group"].value, one["sigma_error"].value),
        ):
            assert (sigma_group / sigma_error) ** 2 == pytest.approx(excess / n, rel=1e-2, abs=0.0)


@pytest.mark.parametrize("method", ["reml", "ml"])
def test_two_minima_so_close_that_the_grid_steps_over_both_are_seen(method, monkeypatch):
    """As rows vary more, one of the two vanishes; shortly before, a cell of the grid must be looked into."""
    data = read_data("sets", "edge_twominima_a.csv")
    factor_of_root = root_factors(data, method, np.geomspace(1e-4, 1e3, 200_001))
    inner = factor_of_root[1:-1]
    last = inner[(inner > factor_of_root[:-2]) & (inner > factor_of_root[2:])].max()
    factors = last * (1.0 - np.geomspace(1e-4, 1e-2, 40))
    batch = batch_of(
        data.n, np.tile(data.centered_mean, (40, 1)), factors[:, None] * data.ss_within, data.origin
    )
    profile = Profile.of(batch.scaled(), method)
    above = factor_of_root > factors[:, None]
    expected = (above[:, :-1] & ~above[:, 1:]).sum(axis=1).tolist()
    assert min(expected) > 0
    stepped_over = 0
    for shift in 10.0 ** (np.arange(4) / 96):  # wherever the places of the grid fall
        monkeypatch.setattr(variance_components, "LOWEST_RATIO", 1e-6 * shift)
        found = find_brackets(profile, profile.score_at_zero()).of
        assert np.bincount(found, minlength=40).tolist() == expected
        with monkeypatch.context() as without:
            without.setattr(variance_components, "_near_misses", lambda *given: iter(()))
            stepped_over += len(found) - len(find_brackets(profile, profile.score_at_zero()).of)
    assert stepped_over > 0


def root_factors(data, method, ratio):
    """By what the sum of squares within must be multiplied for the score to be 0 at each ratio (G,)."""
    w = data.n / (1.0 + np.outer(ratio, data.n))
    total = w.sum(axis=1)
    squares = (data.centered_mean - (w @ data.centered_mean / total)[:, None]) ** 2
    rising, m = total, data.total
    if method == "reml":
        rising, m = total - (w**2).sum(axis=1) / total, data.total - 1
    return (m * (w**2 * squares).sum(axis=1) / rising - (w * squares).sum(axis=1)) / data.ss_within.sum()


# The contract's check looks at batches too


@dataclass(frozen=True)
class Share:
    share: float = option(0.5, label="Share", minimum=0, maximum=1)


class Half(Estimator):
    id = "half"
    label = "Half way"
    summary = "Half way to the middle."
    Options = Share

    def _fit(self, data, options):
        if len(data) < 2:
            raise DataError("needs at least 2 groups")
        middle = data.mean.mean()
        estimate = middle + options.share * (data.mean - middle)
        return GroupFit(
            estimate,
            np.full(len(data), 2.0),
            np.full(len(data), options.share),
            parameters={"sigma_group": 3.0, "mu": middle, "icc": None},
        )

    def _fit_many(self, batch, options):
        return self.answer(batch, options.share)

    def answer(self, batch, share):
        middle = batch.mean.mean(axis=1, keepdims=True)
        estimate = middle + share * (batch.mean - middle)
        spread = {"sigma_group": np.full(len(batch), 3.0)}
        return BatchFit(
            estimate, np.full_like(estimate, 2.0), np.full_like(estimate, share), parameters=spread
        )


def half(answer):
    return type("Variant", (Half,), {"answer": answer})()


def but(**replaced):
    """Half's answer with some of its parts replaced."""

    def answer(self, batch, share):
        fit = Half.answer(self, batch, share)
        names = ("estimate", "std_error", "weight", "parameters")
        return BatchFit(**{name: getattr(fit, name) for name in names} | replaced)

    return answer


WRONG = {
    "estimate": (
        lambda self, batch, share: BatchFit(batch.mean),
        "(ordinary)",
        "estimate, std_error, weight",
    ),
    "one mean for all replicates": (
        lambda self, batch, share: BatchFit(share * batch.mean + (1 - share) * batch.mean.mean()),
        "(groups far apart)",
        "estimate",
    ),
    "no standard errors": (but(std_error=None), "(ordinary)", "std_error, lower end of the interval"),
    "no weights": (but(weight=None), "(equal values)", "weight"),
    "degrees of freedom": (
        but(df=3.0),
        "(ordinary)",
        ": lower end of the interval, upper end of the interval;",
    ),
    "shape": (lambda self, batch, share: BatchFit(batch.mean[0]), "(ordinary)", "estimate has shape"),
    "raises": (lambda self, batch, share: 1 / 0, "(ordinary)", "ZeroDivisionError"),
    "no spread": (but(parameters={}), "(ordinary)", ": parameter sigma_group;"),
    "another spread": (
        but(parameters={"sigma_group": np.full(5, 4.0)}),
        "(equal values)",
        ": parameter sigma_group;",
    ),
    "a number where there is none": (
        but(parameters={"sigma_group": np.full(5, 3.0), "icc": np.zeros(5)}),
        "(ordinary)",
        ": parameter icc;",
    ),
    "fails": (but(failures={3: "no"}), "(equal values)", "failure ('no' in place of None)"),
}


def test_a_batch_that_agrees_conforms():
    check_estimator(Half())
    check_estimator(half(lambda self, batch, share: None))


@pytest.mark.parametrize("fault", WRONG)
def test_a_batch_that_does_not_agree_is_told_what_to_mend(fault):
    answer, where, what = WRONG[fault]
    with pytest.raises(ConformanceError) as told:
        check_estimator(half(answer))
    problems = [problem for problem in told.value.problems if where in problem]
    assert problems
    assert all("_fit_many does not give what _fit gives" in p and what in p for p in problems), problems
    assert "or leave it out" in str(told.value)


@pytest.mark.parametrize("name", build_registry(entry_points=False))
def test_the_built_ins_offer_batches(name):
    assert type(BUILT_IN[name])._fit_many is not Estimator._fit_many


def test_the_variance_of_a_mean_is_that_of_each_replicate():
    group = np.repeat(np.arange(3), [2, 3, 5])
    rows = np.random.default_rng(3).standard_normal((4, 10))
    singles = [GroupData.from_arrays(y, group) for y in rows]
    batch = GroupBatch(
        singles[0].labels, singles[0].n, 0.0,
        np.stack([s.mean for s in singles]), np.stack([s.ss_within for s in singles]),
    )  # fmt: skip
    np.testing.assert_allclose(batch.sampling_variance, [s.sampling_variance for s in singles], rtol=1e-12)
    alone = GroupBatch(["a", "b"], [1, 1], 0.0, [[1.0, 2.0]], [[0.0, 0.0]])
    assert alone.sampling_variance is None
