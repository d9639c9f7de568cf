"""Streams of random numbers: R's to its digits, numpy's as documented.

``python -m tests.estimators.test_streams [HOW MANY]`` compares with the installed R on fresh seeds, and with
``--store`` writes anew the numbers of R that the tests read.
"""

from __future__ import annotations

import csv
import io
import pickle
import subprocess
import sys
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimators.errors import OptionError
from estimators.simulation.r_stream import BLOCK, RStream, normal_quantile
from estimators.simulation.seeds import LARGEST_SEED
from estimators.simulation.streams import STREAMS, NumpyStream, make_stream
from tests.oracles import read_columns, read_json
from tests.waiting import PATIENCE

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "tests" / "data" / "r_streams"
STORED = FOLDER / "draws.csv"
SPREAD = [
    *(0, 1, 42, 1673, 123456789, 2**31 - 2, LARGEST_SEED, -1, -2, -1673, -(2**31 - 2), -LARGEST_SEED),
    *np.random.default_rng(20).integers(-LARGEST_SEED, LARGEST_SEED, 20, endpoint=True).tolist(),
]
CENTRAL = 1.4395
"""Up to here a normal needs sums, products and quotients only, which every machine rounds alike."""
DRAWN = {
    "runif": lambda stream, _: stream.uniform(710),
    "rnorm": lambda stream, _: stream.normal(710),
    "mixed": lambda stream, _: np.concatenate([stream.normal(3), stream.uniform(3), stream.normal(3)]),
    "qgamma": lambda stream, shape: stream.gamma(shape, 1000),
    "qt": lambda stream, df: stream.student_t(df, 1000),
}
POST = ("model1", "model2", "model3", "model1b")

seeds = st.integers(-LARGEST_SEED, LARGEST_SEED)
names = st.sampled_from(STREAMS)


def read_draws(text):
    """R's numbers by (seed, call): positions and values."""
    found = {}
    for row in csv.DictReader(io.StringIO(text)):
        positions, values = found.setdefault((int(row["seed"]), row["call"]), ([], []))
        positions.append(float(row["position"]))
        values.append(float(row["value"]))
    return {key: (np.array(positions), np.array(values)) for key, (positions, values) in found.items()}


@cache
def stored():
    return read_draws(STORED.read_text(encoding="utf-8"))


def assert_normals_equal(got, expected):
    np.testing.assert_allclose(got, expected, rtol=1e-12, atol=0)
    central = np.abs(expected) < CENTRAL
    assert np.array_equal(got[central], expected[central])


def assert_as_in_r(draws, seed, call):
    positions, expected = draws[seed, call]
    kind, _, parameter = call.partition(" ")
    drawn = DRAWN[kind](RStream(seed), float(parameter or "nan"))
    got = drawn[positions.astype(int) - 1]
    if kind == "runif":
        assert np.array_equal(got, expected)
    elif kind in ("rnorm", "mixed"):
        assert_normals_equal(got, expected)
    else:
        np.testing.assert_allclose(got, expected, rtol=1e-12, atol=1e-14)


CALLS = ("runif", "rnorm", "mixed", *(f"qgamma {s}" for s in ("0.1", "0.5", "4", "100")))
CALLS += tuple(f"qt {df}" for df in ("1", "2.1", "4.5", "30"))


def test_all_that_is_stored_is_compared():
    assert set(stored()) == {(seed, call) for seed in SPREAD for call in CALLS} | {(0, "qnorm"), (0, "zero")}


@pytest.mark.parametrize("call", CALLS)
def test_numbers_are_those_of_r(call):
    others = {}
    for seed in SPREAD:
        try:
            assert_as_in_r(stored(), seed, call)
        except AssertionError as error:
            others[seed] = str(error)
    assert others == {}


def test_quantiles_are_those_of_r_in_every_branch():
    probability, expected = stored()[0, "qnorm"]
    assert min(probability) < 1e-17
    np.testing.assert_allclose(normal_quantile(probability), expected, rtol=1e-14, atol=0)


def test_a_probability_rounded_to_one_has_a_finite_quantile():
    assert normal_quantile(np.array([1.0])) == normal_quantile(np.array([np.nextafter(1.0, 0.0)]))


def test_a_zero_word_gives_the_smallest_uniform_of_r():
    stream = RStream(1)
    state = stream._twister.state
    state["state"]["key"][1:3] = 0, 1
    state["state"]["pos"] = 1
    stream._twister.state = state
    assert np.array_equal(stream.uniform(2), stored()[0, "zero"][1])


def test_the_four_models_of_the_post_drawn_in_sequence_from_one_seed():
    stream = RStream(1673)
    truth = read_json("post", "post.json")
    for name in POST:
        model = truth[name]
        size = model["groups"] * model["per_group"]
        effects = model["sigma_group"] * stream.normal(model["groups"])
        errors = model["sigma_error"] * stream.normal(size)
        y = model["mean"] + np.repeat(effects, model["per_group"]) + errors
        columns = read_columns("post", f"{name}.csv")
        assert columns["g"] == [
            f"g{j + 1}" for j in range(model["groups"]) for _ in range(model["per_group"])
        ]
        np.testing.assert_allclose(effects, model["effects"], rtol=1e-11)
        np.testing.assert_allclose(y, np.array(columns["y"], dtype=float), rtol=1e-12, atol=0)


@given(names, seeds, st.sampled_from(["normal", "uniform"]), st.lists(st.integers(0, 700), max_size=6))
def test_drawing_in_pieces_gives_what_drawing_at_once_gives(name, seed, kind, counts):
    stream = make_stream(name, seed)
    pieces = [getattr(stream, kind)(count) for count in counts]
    assert [(p.shape, p.dtype) for p in pieces] == [((count,), np.float64) for count in counts]
    at_once = getattr(make_stream(name, seed), kind)(sum(counts))
    assert np.array_equal(np.concatenate([*pieces, []]), at_once)


@pytest.mark.parametrize("name", STREAMS)
def test_many_numbers_are_drawn_as_few_are(name):
    stream = make_stream(name, -7)
    pieces = [stream.normal(count) for count in (1, BLOCK, 2, BLOCK - 1)]
    assert np.array_equal(np.concatenate(pieces), make_stream(name, -7).normal(2 * BLOCK + 2))


@given(names, seeds)
def test_every_number_is_finite_and_inside_its_range(name, seed):
    stream = make_stream(name, seed)
    uniform, gamma = stream.uniform(500), stream.gamma(2.5, 500)
    assert np.all((uniform > 0) & (uniform < 1))
    assert np.all((gamma > 0) & np.isfinite(gamma))
    assert np.all(np.isfinite(stream.normal(500)))
    assert np.all(np.isfinite(stream.student_t(3.0, 500)))
    assert all(
        a.dtype == np.float64 and a.shape == (500,) for a in (uniform, gamma, stream.student_t(3, 500))
    )


@pytest.mark.parametrize("seed", [3, -3])
@pytest.mark.parametrize("name", STREAMS)
@pytest.mark.parametrize(
    ("kind", "parameters", "mean", "variance", "fourth"),
    [
        ("uniform", (), 1 / 2, 1 / 12, 1 / 80),
        ("normal", (), 0, 1, 3),
        ("gamma", (4.0,), 4, 4, 72),
        ("student_t", (10.0,), 0, 10 / 8, 3 * 100 / 48),
    ],
)
def test_mean_and_variance_are_those_of_the_distribution(
    name, seed, kind, parameters, mean, variance, fourth
):
    count = 100_000
    drawn = getattr(make_stream(name, seed), kind)(*parameters, count)
    assert abs(drawn.mean() - mean) < 4.5 * np.sqrt(variance / count)
    assert abs(drawn.var() - variance) < 4.5 * np.sqrt((fourth - variance**2) / count)


def test_numpy_seeds_are_those_of_default_rng():
    for seed, entropy in (
        (0, 0),
        (1673, 1673),
        (LARGEST_SEED, LARGEST_SEED),
        (-5, [5, 1]),
        (-1673, [1673, 1]),
    ):
        stream, generator = NumpyStream(seed), np.random.default_rng(entropy)
        assert np.array_equal(stream.normal(9), generator.standard_normal(9))
        assert np.array_equal(stream.uniform(9), generator.random(9))
        assert np.array_equal(stream.gamma(2.5, 9), generator.standard_gamma(2.5, 9))
        assert np.array_equal(stream.student_t(4, 9), generator.standard_t(4, 9))


@pytest.mark.slow_cases
@pytest.mark.parametrize("name", STREAMS)
def test_seeds_near_each_other_and_of_either_sign_draw_different_numbers(name):
    first = [
        make_stream(name, seed).normal(1)[0] for seed in (*range(-300, 301), -LARGEST_SEED, LARGEST_SEED)
    ]
    assert len(set(first)) == len(first)


def test_a_zero_of_numpy_is_moved_inside():
    class Zeros:
        def random(self, count):
            return np.zeros(count)

    stream = NumpyStream(1)
    stream._generator = Zeros()
    assert np.all(stream.uniform(3) == 2.0**-54)


@pytest.mark.parametrize("name", STREAMS)
def test_a_stream_travels_to_another_process_where_it_stands(name):
    stream = make_stream(name, 8)
    stream.normal(5)
    other = pickle.loads(pickle.dumps(stream))
    assert np.array_equal(stream.normal(700), other.normal(700))


@pytest.mark.parametrize("name", STREAMS)
@pytest.mark.parametrize("seed", [2**31, -(2**31), 2**70, 1.5, 3.0, float("nan"), "7", None, True])
def test_a_seed_that_is_none_is_refused_in_one_sentence(name, seed):
    with pytest.raises(
        OptionError, match=r"^seed takes a whole number from -2147483647 to 2147483647, not [^\n]+$"
    ):
        make_stream(name, seed)


@pytest.mark.parametrize("name", STREAMS)
def test_numbers_of_numpy_are_seeds_too(name):
    drawn = make_stream(name, np.int32(-9)).normal(3)
    assert np.array_equal(drawn, make_stream(name, -9).normal(3))


def test_an_unknown_stream_is_refused_in_one_sentence():
    with pytest.raises(OptionError, match=r"^stream takes one of numpy, r, not 'R'$"):
        make_stream("R", 1)


@pytest.mark.parametrize("name", STREAMS)
@pytest.mark.parametrize("value", [0, -1.0, float("inf"), float("nan"), "many", None])
def test_a_shape_or_df_that_is_not_positive_is_refused(name, value):
    stream = make_stream(name, 1)
    with pytest.raises(OptionError, match=r"^shape takes a number above 0, not "):
        stream.gamma(value, 3)
    with pytest.raises(OptionError, match=r"^df takes a number above 0, not "):
        stream.student_t(value, 3)


@pytest.mark.slow
def test_normals_are_drawn_without_scipy():
    code = (
        "import sys; from estimators.simulation.streams import STREAMS, make_stream;"
        "[(s.normal(9), s.uniform(9)) for s in (make_stream(n, 1) for n in STREAMS)];"
        "print([m for m in sys.modules if m.startswith('scipy.special')])"
    )
    command = [sys.executable, "-c", code]
    ran = subprocess.run(command, capture_output=True, text=True, check=True, timeout=PATIENCE, cwd=ROOT)
    assert ran.stdout.strip() == "[]"


def ask_r(wanted):
    """What the installed R draws, as CSV text."""
    command = ["Rscript", "--vanilla", str(FOLDER / "draws.R"), *map(str, wanted)]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=600).stdout


def main(arguments):
    if arguments == ["--store"]:
        STORED.write_text(ask_r(SPREAD), encoding="utf-8")
        return
    count = int(arguments[0]) if arguments else 200
    fresh = np.random.default_rng().integers(-LARGEST_SEED, LARGEST_SEED, count, endpoint=True).tolist()
    draws = read_draws(ask_r(fresh))
    for seed in fresh:
        for call in CALLS:
            assert_as_in_r(draws, seed, call)
    print(f"{len(fresh)} fresh seeds: all numbers are those of R")


if __name__ == "__main__":
    main(sys.argv[1:])
