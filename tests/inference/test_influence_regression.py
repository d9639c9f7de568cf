"""What single groups do beside covariates: against the data without the group, reduced and fitted anew."""

from __future__ import annotations

import numpy as np
import pytest

from estimators import DataError, GroupData, leave_one_out
from estimators.methods.regression import fit_regression
from tests.inference.oracles import answers, names_of
from tests.oracles import BUILT_IN, parameter, read_columns


def rows_of(name, adjust, explained_by, weights=None):
    """How to make the groups of some of the rows (N,), how many there are, and their groups."""
    columns = {
        key: np.array(values) for key, values in read_columns("inference", "data", f"{name}.csv").items()
    }
    y, group = columns["y"].astype(float), columns["group"]

    def some(kept):
        return GroupData.from_arrays(
            y[kept],
            group[kept],
            adjust={key: columns[key][kept] for key in adjust},
            explained_by={key: columns[key][kept] for key in explained_by},
            weights=None if weights is None else columns[weights][kept].astype(float),
        )

    return some, group


def meta(name):
    """The same of published estimates."""
    columns = {
        key: np.array(values) for key, values in read_columns("inference", "data", f"{name}.csv").items()
    }
    terms = answers("G", name)["terms"][1:]
    names = dict.fromkeys(term.split("=")[0] for term in terms)
    y, error = columns["y"].astype(float), columns["se"].astype(float)

    def some(kept):
        data = GroupData.from_estimates(columns["group"][kept], y[kept], error[kept])
        return data.explained_by(columns["group"][kept], {key: columns[key][kept] for key in names})

    return some, columns["group"]


CASES = {
    "corn": rows_of("corn", ("corn_pix", "soy_pix"), ()),
    "gasoline": rows_of("gasoline", ("endpoint",), ("vapor",)),
    "orthodont": rows_of("orthodont", ("age",), ("Sex",)),
    "days": rows_of("sleepstudy_days", ("Days",), ()),
    "vapor": rows_of("gasoline", (), ("vapor",)),
    "weighted": rows_of("corn_weighted", ("corn_pix", "soy_pix"), (), "weight"),
    "weighted vapor": rows_of("gasoline", (), ("vapor",), "endpoint"),
    **{name: meta(name) for name in names_of("G") if name != "milk"},
}


def deviation(data, j, found, method):
    """A group's own mean minus what coefficients expect of it, over its standard deviation, and mu."""
    fit = BUILT_IN[method].fit(found, {"std_error": "prediction"})
    model, terms = fit_regression(found, method), data.covariates
    kept = [terms.terms.index(c.term) for c in fit.coefficients[1:]]
    raw = (terms.origin + terms.unit * terms.mean[j])[kept]
    average = (terms.origin + terms.unit * terms.row_mean)[kept]
    beta = np.array([c.estimate for c in fit.coefficients])
    other = found.covariates
    place = np.concatenate([[1.0], (raw - other.origin[kept]) / other.unit[kept] - other.row_mean[kept]])
    error = (
        model.sigma_error**2 / data.information[j] if data.known_variance is None else data.known_variance[j]
    )
    spread = model.sigma_group**2 + error + model.std_error(place[None])[0] ** 2
    off = data.mean[j] - beta @ [1.0, *raw]
    return off / np.sqrt(spread), beta @ [1.0, *average], fit


@pytest.mark.slow_cases
@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("method", ["reml", "ml"])
def test_leaving_a_group_out_is_fitting_the_others(name, method):
    some, group = CASES[name]
    data = some(np.ones(len(group), dtype=bool))
    found, fit = leave_one_out(data, method), BUILT_IN[method].fit(data)
    assert found.all_sigma_group == pytest.approx(parameter(fit, "sigma_group"), rel=1e-12)
    np.testing.assert_allclose(found.all_coefficients, [c.estimate for c in fit.coefficients], rtol=1e-12)
    for j, label in enumerate(data.labels):
        residual, mu, other = deviation(data, j, some(group != label), method)
        scale = max(found.all_sigma_group, float(np.std(data.centered_mean)))
        assert found.sigma_group[j] == pytest.approx(parameter(other, "sigma_group"), abs=1e-9 * scale)
        if found.icc is not None:
            assert found.icc[j] == pytest.approx(parameter(other, "icc"), abs=1e-9)
        assert found.mu[j] == pytest.approx(mu, abs=1e-9 * scale)
        assert found.residual[j] == pytest.approx(residual, abs=1e-9)
        pairs = [(c.estimate, c.std_error) for c in other.coefficients]
        np.testing.assert_allclose(found.coefficients[j], [one for one, _ in pairs], rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(found.coefficient_errors[j], [one for _, one in pairs], rtol=1e-9)


def test_a_large_offset_and_rows_that_stand_for_several_lose_nothing():
    random = np.random.default_rng(3)
    group, times = np.repeat(np.arange(9), 4), random.integers(1, 4, 36)
    age = 50.0 + 5.0 * random.standard_normal(9)[group] + random.standard_normal(36)
    y = age + random.standard_normal(9)[group] + random.standard_normal(36)
    every = np.repeat(np.arange(36), times)
    plain = GroupData.from_arrays(y[every], group[every], adjust={"age": age[every]})
    moved = GroupData.from_arrays(
        y + 1e6, group, adjust={"age": age + 1e6}, weights=times, weight_kind="frequency"
    )
    found, wanted = leave_one_out(moved), leave_one_out(plain)
    np.testing.assert_allclose(found.sigma_group, wanted.sigma_group, rtol=1e-8)
    np.testing.assert_allclose(found.mu - 1e6, wanted.mu, rtol=1e-8)
    np.testing.assert_allclose(found.residual, wanted.residual, atol=1e-8)
    np.testing.assert_allclose(found.coefficients[:, 1], wanted.coefficients[:, 1], rtol=1e-8)


@pytest.mark.slow
def test_the_others_are_what_statsmodels_fits():
    from statsmodels.regression.mixed_linear_model import MixedLM

    columns = read_columns("inference", "data", "gasoline.csv")
    y, x, group = (np.array(columns[key]) for key in ("y", "endpoint", "group"))
    data = GroupData.from_arrays(y, group, adjust={"endpoint": x})
    found = leave_one_out(data)
    for j, label in enumerate(data.labels[:3]):
        kept = group != label
        design = np.column_stack([np.ones(kept.sum()), x[kept].astype(float)])
        fit = MixedLM(y[kept].astype(float), design, group[kept]).fit(reml=True)
        np.testing.assert_allclose(found.coefficients[j], fit.fe_params, rtol=1e-4)
        assert found.sigma_group[j] == pytest.approx(np.sqrt(fit.cov_re[0, 0]), rel=1e-3)


def test_what_cannot_be_left_out_is_refused_or_has_no_numbers():
    y, group, x = [1.0, 2, 1, 5, 2, 6, 3, 4], list("aabbccdd"), [1.0, 1, 1, 1, 2, 2, 3, 3]
    found = leave_one_out(GroupData.from_arrays(y, group, explained_by={"x": x}))
    assert not np.isnan(found.mu).any()
    alone = leave_one_out(GroupData.from_arrays(y, group, explained_by={"x": [1.0] * 6 + [3.0] * 2}))
    assert alone.alone.tolist() == [False, False, False, True]
    assert np.isnan(alone.coefficients).all(axis=1).tolist() == [False, False, False, True]
    needed = leave_one_out(GroupData.from_arrays(y[:6], group[:6], explained_by={"x": x[:2] + x[4:8]}))
    assert np.isnan(needed.sigma_group).any()
    many = np.repeat(np.arange(501), 2)
    with pytest.raises(DataError, match="at most 500 groups, and these are 501"):
        leave_one_out(
            GroupData.from_arrays(np.sin(many) + np.arange(1002) % 2, many, explained_by={"x": many})
        )


@pytest.mark.slow_cases
@pytest.mark.parametrize("seed", [12, 28, 68, 110, 116, 125, 135])
def test_what_only_one_group_has_is_not_estimated_without_it(seed):
    """Of small groups, in which levels and whole covariates go with a group."""
    random = np.random.default_rng(seed)
    groups = int(random.integers(4, 10))
    group = np.repeat(np.arange(groups), random.integers(1, 7, groups))
    rows = len(group)
    y = random.standard_normal(groups)[group] * random.choice([0, 0.5, 3]) + random.standard_normal(rows)
    adjust = {"x": random.standard_normal(rows), "z": np.where(random.random(rows) < 0.2, "a", "b")}
    kind, beds = np.array(list("uvw"))[random.integers(0, 3, groups)], random.integers(0, 4, groups) * 1.0
    explained = {"kind": kind[group], "beds": beds[group]}

    def some(kept):
        parts = ({name: values[kept] for name, values in given.items()} for given in (adjust, explained))
        return GroupData.from_arrays(y[kept], group[kept], adjust=next(parts), explained_by=next(parts))

    try:
        found = leave_one_out(some(np.ones(rows, dtype=bool)))
    except DataError:
        pytest.skip("too few groups for so many covariates")
    for j in range(groups):
        try:
            model = fit_regression(some(group != j), "reml")
        except DataError:
            assert np.isnan(found.sigma_group[j])
            continue
        assert found.sigma_group[j] == pytest.approx(model.sigma_group, rel=1e-7, abs=1e-10)
        assert (model.rows.terms != found.terms) == bool(found.alone[j])
