"""Scripts for simulated data: R draws the same rows and fits them alike; Python gives exactly what we do.

The R scripts and what R made of them are stored, so that they are held where R is not. ``python -m
tests.dashboard.test_simulated_code`` writes them anew where R and lme4 are.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import estimators
from dashboard.scene.truth import Closeness, closest
from dashboard.scripts.simulated_code import simulated_python_script, simulated_r_script
from dashboard.scripts.simulated_csv import FILE_NAME, csv_pieces
from estimators import PRESETS, Design, compare, simulate
from estimators.simulation.effects import SHAPES
from tests.oracles import STORED_METHODS
from tests.scripts import r_with_lme4, run_python, run_r, store_r_answers

STORED = Path(__file__).parents[1] / "data" / "simulated_code"
R = Design(groups=6, per_group="8", mean=-3, sigma_group=2.5, sigma_error=1.25, seed=7, stream="r")
CASES = {
    **{name: preset.design for name, preset in PRESETS.items()},
    **{f"effects_{name}": replace(R, effects=name, groups=12) for name in SHAPES},
    "shape_with_a_number": replace(R, effects="t", shape=3.5),
    "range": replace(R, groups=9, per_group="2-12"),
    "list": replace(R, groups=4, per_group="5,5,20,1", seed=-2147483647),
    "drawn_sizes": replace(R, groups=15, per_group="~2-9"),
    "one_huge": replace(R, per_group="one-huge", groups=8),
    "error_ratio": replace(R, error_ratio=4, groups=11, per_group="3-6"),
    "equal_groups": replace(R, sigma_group=0, skip=3),
    "no_errors": replace(R, sigma_error=0, error_ratio=2, effects="skewed"),
    "all_equal": replace(R, sigma_group=0, sigma_error=0),
    "one_group": replace(R, groups=1),
    "numpy": replace(R, stream="numpy", effects="clusters", per_group="2-7", mean=1e6),
    "numpy_many": replace(R, stream="numpy", groups=21, per_group="100"),
}


def drawn(name):
    simulated = simulate(CASES[name])
    return simulated, compare(simulated.data, STORED_METHODS)


def prepare(name, folder):
    """The folder with the script, and with the rows that the page gives away."""
    simulated, comparison = drawn(name)
    folder.mkdir()
    (folder / "script.R").write_text(simulated_r_script(comparison, simulated), encoding="utf-8")
    (folder / FILE_NAME).write_bytes(b"".join(csv_pieces(simulated)))
    return folder


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    """The folder of every case, where R has run its script, if R is there."""
    root = tmp_path_factory.mktemp("r")
    folders = {name: prepare(name, root / name) for name in CASES}
    run_r(root, list(folders.values()))
    return folders


def assert_same(frame, name):
    """What R printed is what we drew, to rounding, and what we fitted, to where lme4 stops."""
    simulated, comparison = drawn(name)
    data = simulated.data
    assert list(dict.fromkeys(frame["estimator"])) == [r.id for r in comparison.succeeded]
    rounding = 1e-14 * np.abs(simulated.outcome).max()
    for result in comparison.succeeded:
        part = frame[frame["estimator"] == result.id]
        assert part["group"].tolist() == data.labels.tolist()
        assert part["n"].tolist() == data.n.tolist()
        assert np.abs(part["true_mean"] - simulated.true_mean).max() <= rounding
        assert np.abs(part["raw_mean"] - data.mean).max() <= rounding
        scale = max(float(np.ptp(data.mean)), 1e-3 * float(np.abs(data.mean).max()))
        assert np.abs(part["estimate"] - result.fit.estimate).max() < 1e-5 * scale, result.id


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_the_r_script_gave_these_data_and_fits(name, ran):
    script = (ran[name] / "script.R").read_text(encoding="utf-8")
    assert script == (STORED / f"{name}.R").read_text(encoding="utf-8")
    assert_same(pd.read_csv(STORED / f"{name}.csv"), name)


@pytest.mark.slow_cases
@pytest.mark.parametrize("name", CASES)
def test_the_r_script_gives_them_again_where_r_is(name, ran):
    if r_with_lme4() is None:
        return
    assert_same(pd.read_csv(ran[name] / "tidy.csv"), name)
    simulated, comparison = drawn(name)
    first, *_ = lines = (ran[name] / "printed.txt").read_text(encoding="utf-8").splitlines()
    assert first == f"{len(simulated.outcome)} rows in {len(simulated.data)} groups"
    assert "conf_low" in lines[1]
    said = sorted(lines[-2].split())
    assert said == sorted(r.id for r in comparison.succeeded)


def test_the_answers_numbers_are_in_what_r_printed():
    post = json.loads((Path(__file__).parents[1] / "data/oracles/post/post.json").read_text())
    for name, truth in post.items():
        found = dict(iter(pd.read_csv(STORED / f"{name}.csv").groupby("estimator")))
        assert found["ols"]["raw_mean"].tolist() == pytest.approx(truth["ols"], rel=1e-11)
        assert found["reml"]["estimate"].tolist() == pytest.approx(truth["reml"], rel=1e-8)
        assert found["ml"]["estimate"].tolist() == pytest.approx(truth["ml"], rel=1e-8)
        effects = found["ols"]["true_mean"] - truth["mean"]
        assert effects.tolist() == pytest.approx(truth["effects"], rel=1e-9)


@pytest.mark.slow
def test_how_a_script_comes_by_the_rows():
    def script(**dials):
        simulated = simulate(Design(**dials))
        return simulated_r_script(compare(simulated.data, ["ols"]), simulated)

    assert "set.seed(1673)\ninvisible(rnorm(30))" in (STORED / "model2.R").read_text()
    assert "rnorm" not in script(groups=20, per_group="100")
    assert "read.csv" not in script(groups=20, per_group="100")
    assert 'read.csv("simulated.csv")' in script(groups=20, per_group="101")
    assert "numpy's" in script(groups=20, per_group="101")
    assert "read.csv" not in script(groups=1_000, per_group="1-2000", stream="r")
    assert "too many to write" in script(groups=2_001, per_group="~1-2000", stream="r")
    assert "rep(3, 5000)" in script(groups=5_000, per_group="3", stream="r")
    assert "rep(c(500, 2), c(1, 4999))" in script(groups=5_000, per_group="one-huge", stream="r")


def test_nothing_is_said_of_closeness_where_nothing_is_fitted():
    simulated = simulate(R)
    assert "distance" not in simulated_r_script(compare(simulated.data, []), simulated)


def python_of(name, folder, **settings):
    simulated = simulate(CASES[name])
    comparison = compare(simulated.data, STORED_METHODS, **settings)
    got, printed = run_python(simulated_python_script(comparison, simulated.design), folder)
    return simulated, comparison, got, printed


@pytest.mark.slow
@pytest.mark.parametrize("name", ["model1", "effects_t", "error_ratio", "one_group", "numpy", "numpy_many"])
def test_the_python_script_gives_exactly_what_is_on_the_page(name, tmp_path):
    options = {"reml": {"std_error": "conditional"}}
    simulated, comparison, got, printed = python_of(name, tmp_path, level=0.8, options=options)
    assert got == json.loads(comparison.tidy().to_json())
    lines = printed.splitlines()
    assert lines[0].split() == list(estimators.TIDY_COLUMNS)
    for result in comparison.failed:
        assert f"{result.label}: {result.message}" in printed
    squares = [(r, np.square(r.fit.estimate - simulated.true_mean)) for r in comparison.succeeded]
    off = [Closeness(r.id, r.label, float(np.sqrt(square.mean()))) for r, square in squares]
    said = dict(line.rsplit(": ", 1) for line in lines[-len(off) :])
    assert said == {c.label: f"{c.error:.6g}" for c in off}
    assert next(iter(said)) in [c.label for c in closest(off)]


@pytest.mark.slow
def test_the_python_script_needs_no_dials_for_the_defaults(tmp_path):
    simulated = simulate(Design())
    comparison = compare(simulated.data, ["ols"])
    script = simulated_python_script(comparison, simulated.design)
    assert "design = Design()\n" in script
    got, _ = run_python(script, tmp_path)
    assert got == json.loads(comparison.tidy().to_json())


def test_the_python_script_finds_plugins_in_their_folders():
    comparison = compare(simulate(R).data, ["ols"])
    script = simulated_python_script(comparison, R, plugins_dirs=['my "plugins"'])
    assert "from estimators import Design, build_registry, compare, simulate" in script
    assert "registry = build_registry(['my \"plugins\"'])" in script
    compile(script, "script", "exec")


if __name__ == "__main__":
    store_r_answers(STORED, CASES, prepare, {".R": "script.R", ".csv": "tidy.csv"})
