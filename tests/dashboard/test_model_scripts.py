"""Scripts of comparisons with covariates or weights run in R and in Python, and come to the page's numbers.

What R printed is stored with the digest of its script, as in test_r_code; ``python -m
tests.dashboard.test_model_scripts`` writes it anew where R and lme4 are.
"""

from __future__ import annotations

import contextlib
import io
import warnings
from dataclasses import replace
from functools import cache
from hashlib import sha256

import numpy as np
import pytest

from dashboard.ingest import Reading, RowFilter
from estimators.data.frames import ModelColumns
from tests.dashboard.exported import Case, export, worst_differences
from tests.dashboard.test_model_columns import MODELS, WARDS
from tests.dashboard.test_r_code import NEAR, STORED, read
from tests.oracles import BUILT_IN
from tests.scripts import r_with_lme4, run_r, store_r_answers

METHODS = tuple(BUILT_IN[name] for name in ("ols", "reml", "ml"))
"""Those that have code."""
FOLDER = STORED / "models"
DIGESTS = FOLDER / "scripts.sha256"


def wards(model, **chosen):
    return Case(WARDS, True, "wards.csv", "days", "ward", model=model, **chosen)


def alike():
    """Wards that differ by no more than the age of their patients."""
    random = np.random.default_rng(1)
    lines = [
        f"{ward},{age:.2f},{0.1 * age + random.normal():.3f},{random.uniform(0.5, 2):.2f}"
        for ward in "ABCDEF"
        for age in random.normal(60, 9, 8)
    ]
    return "\n".join(["ward,age,days,w", *lines]) + "\n"


def one_of_a_kind(last):
    """The wards all in one country and of one size, and a column more of this name."""
    head, *lines = WARDS.splitlines()
    random = np.random.default_rng(4)
    more = [f"{line},NL,20,{random.normal():.3f}" for line in lines]
    return "\n".join([f"{head},country,beds,{last}", *more]) + "\n"


def with_options(**options):
    return {"options": {"reml": options, "ml": options}}


def awkward():
    """Wards as other programs do not read them: quotes, commas as decimal marks, codes of missing values.

    A covariate and the weights have the names that the rows as used give to their first columns.
    """
    head, *lines = (line.split(",") for line in WARDS.splitlines())
    names = {"type": "group", "w": "outcome"}
    rows = [";".join(names.get(name, name) for name in head)]
    for ward, kind, age, *others, days in lines:
        rows.append(
            ";".join([f'"{ward}; {kind}"', f'"{kind}"', age or "-9", *others, days.replace(".", ",")])
        )
    return "\n".join(rows) + "\n"


AWKWARD = ModelColumns(
    adjust=("age", "code"),
    explained_by=("group",),
    categorical=("code",),
    weights="outcome",
    curves=(("age", "spline3"),),
)
CASES = {
    **{name: wards(model) for name, model in MODELS.items()},
    "prediction": wards(MODELS["both"], settings=with_options(std_error="prediction")),
    "conditional": wards(MODELS["precision"], settings=with_options(std_error="conditional")),
    "group_level": wards(ModelColumns(adjust=("age", "type"))),
    "polynomial": wards(ModelColumns(adjust=("age", "sex"), curves=(("age", "poly3"),))),
    "awkward": Case(
        awkward(), False, "wards.csv", "days", "ward", model=AWKWARD, reading=Reading(missing=("-9",))
    ),
    "awkward_frequency": Case(
        awkward(),
        False,
        "wards.csv",
        "days",
        "ward",
        model=ModelColumns(weights="outcome", weight_kind="frequency"),
    ),
    "quoted": Case(
        WARDS.replace("acute", '"acute"'), False, "wards.csv", "days", "ward", model=MODELS["both"]
    ),
    "excluded": wards(MODELS["adjusted"], rows=RowFilter(exclude=("C",)), settings={"level": 0.8}),
    "one_of_a_kind": Case(
        one_of_a_kind('"age, term 2"'),
        False,
        "wards.csv",
        "days",
        "ward",
        model=ModelColumns(
            adjust=("age", "beds", "age, term 2"),
            explained_by=("country", "type"),
            curves=(("age", "poly2"),),
        ),
    ),
    "nothing_differs": Case(
        one_of_a_kind("x"), True, "wards.csv", "days", "ward", model=ModelColumns(adjust=("country", "beds"))
    ),
    "boundary": Case(
        alike(), True, "wards.csv", "days", "ward", model=ModelColumns(adjust=("age",), weights="w")
    ),
}


@cache
def exported(name):
    return export(CASES[name], METHODS)


def prepare(name, folder):
    exported(name).place(folder)
    (folder / "script.R").write_text(exported(name).scripts.r, encoding="utf-8")
    return folder


def digest(name):
    return sha256(exported(name).scripts.r.encode()).hexdigest()


def assert_ours(name, tidy, parameters):
    worst = worst_differences(exported(name).comparison, tidy, parameters)
    assert max(worst.values()) < NEAR, worst


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_the_script_is_the_one_that_r_ran_and_r_came_to_our_numbers(name):
    ran = {case: found for found, case in map(str.split, DIGESTS.read_text(encoding="utf-8").splitlines())}
    assert digest(name) == ran[name], "python -m tests.dashboard.test_model_scripts lets R run it anew"
    assert_ours(name, read(FOLDER / f"{name}.csv"), read(FOLDER / f"{name}.parameters.csv"))


@pytest.mark.slow
def test_a_spread_of_0_is_among_the_cases():
    results = exported("boundary").comparison.succeeded[1:]
    found = [result.fit.parameters["sigma_group"].value for result in results]
    assert found == [0, 0]


@pytest.mark.slow
def test_r_comes_to_them_again_where_r_is(tmp_path):
    if r_with_lme4() is None:
        return
    folders = {name: prepare(name, tmp_path / name) for name in CASES}
    run_r(tmp_path, list(folders.values()))
    for name, folder in folders.items():
        assert_ours(name, read(folder / "tidy.csv"), read(folder / "parameters.csv"))


@pytest.mark.slow
def test_other_covariates_stop_the_script_where_r_is(tmp_path):
    if r_with_lme4() is None:
        return
    folder = prepare("both", tmp_path / "both")
    (folder / "wards.csv").write_text(WARDS.replace("acute", "long"), encoding="utf-8")
    with pytest.raises(AssertionError, match="contrasts"):
        run_r(tmp_path, [folder])


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_statsmodels_comes_to_our_numbers(name, tmp_path, monkeypatch):
    found = exported(name)
    found.place(tmp_path)
    monkeypatch.chdir(tmp_path)
    space: dict[str, object] = {}
    with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exec(found.scripts.statsmodels, space)
    done = space["parameters"]["estimator"].tolist()
    weighs = found.comparison.data.weights is not None
    assert done == (["ols"] if weighs else ["ols", "reml", "ml"])
    methods = [method for method in METHODS if method.id in done]
    case = replace(CASES[name], settings={}) if weighs else CASES[name]
    worst = worst_differences(export(case, methods).comparison, space["tidy"], space["parameters"])
    assert max(worst.values()) < 1e-5, worst
    if weighs and found.comparison["reml"].fit is not None:
        assert "# REML BLUP: has no code for statsmodels" in found.scripts.statsmodels


@pytest.mark.slow
def test_terms_that_cannot_be_told_apart_leave_other_programs_out():
    lines = [line.split(",") for line in WARDS.splitlines()]
    twice = "\n".join(",".join([*cells, "half" if k == 0 else cells[2]]) for k, cells in enumerate(lines))
    case = Case(f"{twice}\n", True, "wards.csv", "days", "ward", model=ModelColumns(adjust=("age", "half")))
    script = export(case, METHODS).scripts.r
    assert "# REML BLUP: has no R code" in script
    assert 'keep("ols"' in script


if __name__ == "__main__":
    kept = {".csv": "tidy.csv", ".parameters.csv": "parameters.csv"}
    store_r_answers(FOLDER, CASES, prepare, kept)
    DIGESTS.write_text("".join(f"{digest(name)}  {name}\n" for name in CASES), encoding="utf-8")
