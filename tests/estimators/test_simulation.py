"""Simulated designs: the answer's data to the last digit, the shapes' moments, sizes, spreads, bad input."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimators import PRESETS, Design, DesignError, OptionError, simulate
from estimators.simulation.design import LEAST_SPREAD
from estimators.simulation.effects import SHAPES
from estimators.simulation.simulate import draw_effects
from estimators.simulation.streams import STREAMS, make_stream
from tests.oracles import BUILT_IN, parameter, read_columns, read_json

POST = list(PRESETS)
MANY = 200_000
CENTRAL = 1.4395
"""Up to here a normal needs sums, products and quotients only, which every machine rounds alike."""
SHAPE_VALUES = [
    *((shape, None) for shape in SHAPES),
    *(("t", 8.0), ("skewed", 0.5), ("clusters", 0.0), ("clusters", 0.99), ("sparse", 0.4), ("sparse", 1.0)),
]


# the answer


@pytest.mark.parametrize("name", POST)
def test_presets_draw_the_data_of_the_answer_to_the_last_bit(name):
    drawn, stored = simulate(PRESETS[name].design), read_columns("post", f"{name}.csv")
    assert [drawn.labels[code] for code in drawn.group] == stored["g"]
    found, expected = drawn.outcome, np.array(stored["y"], dtype=float)
    design, effect = drawn.design, drawn.effect[drawn.group]
    error = found - design.mean - effect
    central = np.maximum(np.abs(effect / design.sigma_group), np.abs(error / design.sigma_error)) < CENTRAL
    assert central.sum() > len(found) / 3
    assert np.array_equal(found[central], expected[central])
    assert (np.abs(found - expected) <= 4 * np.spacing(np.abs(found) + np.abs(effect) + np.abs(error))).all()


@pytest.mark.parametrize("name", POST)
def test_presets_have_the_dials_and_the_truth_of_the_answer(name):
    design, truth = PRESETS[name].design, read_json("post", "post.json")[name]
    dials = {"groups": design.groups, "per_group": int(design.per_group), "mean": design.mean}
    dials |= {"sigma_group": design.sigma_group, "sigma_error": design.sigma_error}
    assert dials == {key: truth[key] for key in dials}
    np.testing.assert_allclose(simulate(design).effect, truth["effects"], rtol=1e-11)


@pytest.mark.parametrize("name", POST)
def test_fits_to_the_presets_are_those_of_lm_and_lme4(name):
    data, truth = simulate(PRESETS[name].design).data, read_json("post", "post.json")[name]
    np.testing.assert_allclose(BUILT_IN["ols"].fit(data).estimate, truth["ols"], rtol=1e-11)
    for method in ("reml", "ml"):
        fit = BUILT_IN[method].fit(data)
        np.testing.assert_allclose(fit.estimate, truth[method], rtol=1e-6)
        sigmas = [parameter(fit, "sigma_group"), parameter(fit, "sigma_error")]
        np.testing.assert_allclose(sigmas, truth[f"{method}_sigma"], rtol=1e-6, atol=1e-6)


def test_model_1_lies_on_the_boundary():
    for method in ("reml", "ml"):
        fit = BUILT_IN[method].fit(simulate(PRESETS["model1"].design).data)
        assert parameter(fit, "sigma_group") == 0.0
        assert [f"{value:.4f}" for value in fit.estimate] == ["15.9897"] * 5


def test_the_answers_other_models_do_shrink():
    for name in ("model2", "model3", "model1b"):
        fit = BUILT_IN["reml"].fit(simulate(PRESETS[name].design).data)
        assert parameter(fit, "sigma_group") > 0
        assert np.ptp(fit.estimate) > 1


# shapes


@pytest.mark.slow_cases
@pytest.mark.parametrize("stream", STREAMS)
@pytest.mark.parametrize(("effects", "shape"), SHAPE_VALUES)
def test_every_shape_has_mean_0_and_standard_deviation_sigma_group(effects, shape, stream):
    design = Design(groups=MANY, per_group="1", sigma_group=3.0, effects=effects, shape=shape, mean=50.0)
    drawn = draw_effects(design, make_stream(stream, 20), MANY) / 3.0
    assert abs(drawn.mean()) < 5 / np.sqrt(MANY)
    assert abs(np.mean(drawn**2) - 1) < 5 * np.std(drawn**2) / np.sqrt(MANY)


def test_shapes_have_their_shape():
    def draw(effects, shape):
        return draw_effects(Design(effects=effects, shape=shape), make_stream("numpy", 3), MANY)

    assert np.mean(draw("skewed", 2.0) ** 3) == pytest.approx(2.0, rel=0.05)
    assert np.mean(draw("skewed", 0.5) ** 3) == pytest.approx(0.5, rel=0.1)
    assert np.mean(draw("sparse", 0.1) != 0) == pytest.approx(0.1, abs=0.004)
    assert np.mean(draw("t", 10.0) ** 4) == pytest.approx(4.0, rel=0.05)
    two = draw("clusters", 0.9)
    assert np.mean(np.abs(two)) == pytest.approx(0.9, abs=0.01)
    assert np.mean(np.abs(two) < 0.2) < 0.07


def test_a_shape_without_a_number_takes_its_default():
    for effects, shape in SHAPES.items():
        default = None if shape.parameter is None else shape.parameter.default
        plain, said = Design(effects=effects), Design(effects=effects, shape=default)
        assert np.array_equal(simulate(plain).outcome, simulate(said).outcome)


# the order of the draws


@pytest.mark.parametrize("stream", STREAMS)
def test_effects_are_drawn_first_and_then_the_errors_of_every_row(stream):
    design = Design(groups=3, per_group="2,1,4", mean=7, sigma_group=2, sigma_error=3, seed=8, stream=stream)
    numbers = make_stream(stream, 8).normal(10)
    effect, error = 2 * numbers[:3], 3 * numbers[3:]
    of = np.repeat([0, 1, 2], [2, 1, 4])
    assert np.array_equal(simulate(design).outcome, (7 + effect)[of] + error)
    assert np.array_equal(simulate(design).group, of)


@pytest.mark.parametrize("effects", SHAPES)
@pytest.mark.parametrize("stream", STREAMS)
def test_a_spread_of_0_draws_nothing(stream, effects):
    design = Design(groups=6, per_group="3", effects=effects, seed=-4, stream=stream)
    alike = simulate(replace(design, sigma_group=0.0))
    assert (alike.effect == 0).all()
    assert np.array_equal(alike.outcome, make_stream(stream, -4).normal(18))
    exact = simulate(replace(design, sigma_error=0.0))
    assert np.array_equal(exact.effect, simulate(design).effect)
    assert np.array_equal(exact.outcome, np.repeat(exact.effect, 3))
    nothing = simulate(replace(design, sigma_group=0.0, sigma_error=0.0, mean=5.0))
    assert (nothing.outcome == 5.0).all()


@pytest.mark.parametrize("stream", STREAMS)
def test_skipped_draws_are_those_of_the_model_before(stream):
    first = Design(groups=4, per_group="5", seed=77, stream=stream)
    numbers = make_stream(stream, 77).normal(48)
    second = simulate(replace(first, skip=24))
    assert np.array_equal(second.effect, numbers[24:28])
    assert np.array_equal(second.outcome, second.effect[second.group] + numbers[28:])


def test_the_same_design_gives_the_same_draw_and_another_seed_another():
    design = Design(effects="skewed", per_group="~1-9", stream="r", seed=5)
    assert np.array_equal(simulate(design).outcome, simulate(Design.from_json(design.to_json())).outcome)
    assert not np.array_equal(simulate(design).effect, simulate(replace(design, seed=6)).effect)
    assert not np.array_equal(simulate(design).effect, simulate(replace(design, stream="numpy")).effect)


# what is handed on


@pytest.mark.parametrize("groups", [2, 9, 10, 11, 150])
def test_truth_rows_and_summaries_speak_of_the_same_groups(groups):
    drawn = simulate(Design(groups=groups, per_group="1-5", mean=30, sigma_group=4, sigma_error=0))
    assert drawn.labels == tuple(f"g{j + 1}" for j in range(groups))
    of_label = dict(zip(drawn.labels, zip(drawn.effect, drawn.design.sizes, strict=True), strict=True))
    assert np.array_equal(drawn.true_mean, [30 + of_label[label][0] for label in drawn.data.labels])
    assert drawn.data.n.tolist() == [of_label[label][1] for label in drawn.data.labels]
    np.testing.assert_allclose(drawn.data.mean, drawn.true_mean, rtol=1e-14)
    rows = drawn.data.rows
    assert rows is not None
    assert sorted(rows.outcome.tolist()) == sorted(drawn.outcome.tolist())


# sizes and spreads


@pytest.mark.parametrize(
    ("per_group", "groups", "sizes"),
    [
        ("7", 3, [7, 7, 7]),
        ("2-10", 5, [2, 4, 6, 8, 10]),
        ("2-2", 2, [2, 2]),
        ("3-9", 1, [3]),
        (" 5, 5,20 ", 3, [5, 5, 20]),
        ("one-huge", 4, [500, 2, 2, 2]),
        (6, 2, [6, 6]),
    ],
)
def test_rules_for_the_sizes(per_group, groups, sizes):
    design = Design(groups=groups, per_group=per_group)
    assert design.sizes.tolist() == sizes
    assert design.equal_sizes == (len(set(sizes)) == 1)
    assert len(simulate(design).outcome) == sum(sizes)


def test_sizes_drawn_from_a_range_fill_it_and_follow_the_seed():
    design = Design(groups=4000, per_group="~2-6", seed=3)
    counts = np.bincount(design.sizes, minlength=7)
    assert counts[:2].tolist() == [0, 0]
    assert (np.abs(counts[2:] - 800) < 5 * np.sqrt(800)).all()
    assert np.array_equal(design.sizes, Design(groups=4000, per_group="~2-6", seed=3, mean=9).sizes)
    assert not np.array_equal(design.sizes, replace(design, seed=-3).sizes)


@pytest.mark.parametrize("groups", [2, 3, 20, 501])
@pytest.mark.parametrize("ratio", [1.0, 2.5, 1000.0])
def test_unequal_error_spreads_keep_their_mean_square(groups, ratio):
    spread = Design(groups=groups, sigma_error=3.0, error_ratio=ratio).error_spread
    assert np.mean(spread**2) == pytest.approx(9.0, rel=1e-12)
    assert spread.max() / spread.min() == pytest.approx(ratio, rel=1e-12)
    if ratio > 1:
        assert (np.diff(spread) != 0).all()
        assert len(np.unique(spread)) == groups


def test_one_group_has_the_spread_that_was_asked_for():
    assert Design(groups=1, sigma_error=3.0, error_ratio=50).error_spread.tolist() == pytest.approx([3.0])


def test_rows_spread_as_their_group_does():
    design = Design(groups=3, per_group="40000", sigma_error=2.0, error_ratio=4.0, sigma_group=0.0)
    drawn = simulate(design)
    found = [drawn.outcome[drawn.group == j].std() for j in range(3)]
    np.testing.assert_allclose(found, design.error_spread, rtol=0.02)


# bad input


BAD = [
    ({"groups": 0}, "groups", "from 1 to 1,000,000"),
    ({"groups": 1_000_001}, "groups", "from 1 to 1,000,000"),
    ({"groups": 10**30}, "groups", "from 1 to 1,000,000"),
    ({"groups": 2.5}, "groups", "whole number"),
    ({"groups": "many"}, "groups", "whole number"),
    ({"groups": True}, "groups", "whole number"),
    ({"groups": None}, "groups", "whole number"),
    ({"groups": float("nan")}, "groups", "whole number"),
    ({"mean": float("inf")}, "mean", "a number up to"),
    ({"mean": "x"}, "mean", "a number"),
    ({"mean": 1e71}, "mean", "up to 1e\\+70"),
    ({"sigma_group": -1e-9}, "sigma_group", "0 or more"),
    ({"sigma_group": float("nan")}, "sigma_group", "number"),
    ({"sigma_error": -5}, "sigma_error", "0 or more"),
    ({"sigma_error": float("inf")}, "sigma_error", "number"),
    ({"sigma_error": None}, "sigma_error", "number"),
    ({"error_ratio": 0.99}, "error_ratio", "from 1 to 1000"),
    ({"error_ratio": 1001}, "error_ratio", "from 1 to 1000"),
    ({"effects": "cauchy"}, "effects", "normal, t, skewed, clusters, sparse"),
    ({"effects": "t", "shape": 2.0}, "shape", "above 2"),
    ({"effects": "t", "shape": float("nan")}, "shape", "number"),
    ({"effects": "skewed", "shape": 0}, "shape", "above 0"),
    ({"effects": "clusters", "shape": 1.0}, "shape", "from 0 to 0.999"),
    ({"effects": "sparse", "shape": 0.0}, "shape", "from 0.001 to 1"),
    ({"shape": 3.0}, "shape", "take no number"),
    ({"stream": "julia"}, "stream", "numpy, r"),
    ({"seed": 2**31}, "seed", "2147483647"),
    ({"seed": 1.5}, "seed", "whole number"),
    ({"skip": -1}, "skip", "from 0"),
    ({"sigma_group": 9.9e-101}, "sigma_group", "0 or at least 1e-100"),
    ({"sigma_error": 5e-324}, "sigma_error", "smaller units"),
    ({"per_group": ""}, "per_group", "are written"),
    ({"per_group": "ten"}, "per_group", "are written"),
    ({"per_group": "-5"}, "per_group", "are written"),
    ({"per_group": "0"}, "per_group", "from 1 upwards"),
    ({"per_group": "9-2"}, "per_group", "smaller number first"),
    ({"per_group": "0-4"}, "per_group", "from 1 upwards"),
    ({"per_group": "5,,5", "groups": 3}, "per_group", "whole numbers from 1"),
    ({"per_group": "5,0,5", "groups": 3}, "per_group", "whole numbers from 1"),
    ({"per_group": "5,5,20", "groups": 4}, "per_group", "3 groups, but there are 4"),
    ({"per_group": "999999999999999"}, "per_group", "GB of memory"),
    ({"per_group": "~1-9999999", "groups": 50_000}, "per_group", "GB of memory"),
    ({"per_group": "9" * 5000}, "per_group", "are written"),
]


@pytest.mark.parametrize(("dials", "field", "words"), BAD)
def test_bad_input_is_refused_in_a_sentence_that_names_the_field(dials, field, words):
    with pytest.raises(DesignError, match=words) as refused:
        Design(**dials)
    assert refused.value.field == field
    assert "\n" not in str(refused.value)
    assert isinstance(refused.value, OptionError)


def test_the_limits_themselves_are_allowed():
    for dials in (
        {"sigma_group": 0, "sigma_error": 0},
        {"sigma_group": LEAST_SPREAD, "sigma_error": LEAST_SPREAD},
        {"groups": 1, "per_group": "1"},
        {"groups": 1_000_000, "per_group": "1"},
        {"seed": -(2**31 - 1)},
        {"seed": 2**31 - 1},
        {"mean": -1e70},
        {"error_ratio": 1000},
        {"effects": "t", "shape": 2.0000001},
        {"effects": "sparse", "shape": 1},
    ):
        Design(**dials)


def test_json_with_an_unknown_or_odd_field_is_refused():
    with pytest.raises(DesignError, match="a design has no colour") as refused:
        Design.from_json({"groups": 3, "colour": "red"})
    assert refused.value.field == "colour"
    with pytest.raises(DesignError, match="text"):
        Design.from_json({"effects": ["normal"]})


spreads = st.just(0.0) | st.floats(LEAST_SPREAD, 1e70)
sizes = st.one_of(
    st.integers(1, 500).map(str),
    st.tuples(st.integers(1, 50), st.integers(0, 50)).map(lambda t: f"{t[0]}-{t[0] + t[1]}"),
    st.tuples(st.integers(1, 50), st.integers(0, 50)).map(lambda t: f"~{t[0]}-{t[0] + t[1]}"),
    st.just("one-huge"),
)
shapes = st.sampled_from(
    [("normal", None), ("t", 2.5), ("t", None), ("skewed", 9.5), ("clusters", 0.25), ("sparse", 0.03)]
)
designs = st.builds(
    lambda shape, **dials: Design(effects=shape[0], shape=shape[1], **dials),
    shape=shapes,
    groups=st.integers(1, 300),
    per_group=sizes,
    mean=st.floats(-1e70, 1e70),
    sigma_group=spreads,
    sigma_error=spreads,
    error_ratio=st.floats(1, 1000),
    seed=st.integers(-(2**31 - 1), 2**31 - 1),
    stream=st.sampled_from(STREAMS),
    skip=st.integers(0, 100),
)


@given(designs)
def test_designs_go_through_json_unchanged(design):
    again = Design.from_json(json.loads(json.dumps(design.to_json(), allow_nan=False)))
    assert again == design
    assert hash(again) == hash(design)
    assert np.array_equal(again.sizes, design.sizes)


@given(designs)
def test_every_design_that_is_allowed_can_be_drawn(design):
    drawn = simulate(design)
    assert np.isfinite(drawn.outcome).all()
    assert len(drawn.data) == design.groups
    assert drawn.data.total == design.sizes.sum() == len(drawn.outcome)
    assert np.isfinite(drawn.true_mean).all()
