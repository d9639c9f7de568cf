"""``blupboard simulate``, and the dials that it shares with ``blupboard risk``."""

from __future__ import annotations

import re

import numpy as np
import pytest

from dashboard.cli.simulate import simulate_command
from estimators import PRESETS, Design, simulate
from tests.oracles import read_columns, read_json


def written(done):
    """Labels, y and true means of a simulated file."""
    assert done.out.startswith("group,y,true_mean\n")
    assert done.out.endswith("\n")
    rows = done.rows
    return [r["group"] for r in rows], [float(r["y"]) for r in rows], [float(r["true_mean"]) for r in rows]


def expected(design):
    drawn = simulate(design)
    labels = [drawn.labels[j] for j in drawn.group]
    return labels, drawn.outcome.tolist(), (design.mean + drawn.effect)[drawn.group].tolist()


# help


@pytest.mark.parametrize(
    ("command", "options"),
    [
        (
            "simulate",
            "--groups --per-group --mean --sigma-group --sigma-error --effects --error-ratio --seed --stream "
            "--preset --output",
        ),
        (
            "risk",
            "--groups --per-group --mean --sigma-group --sigma-error --effects --error-ratio --estimator "
            "--option --level --replicates --seed --sweep --format --output --plugins-dir",
        ),
    ],
)
def test_every_option_is_in_the_help(blupboard, command, options):
    done = blupboard(command, "--help")
    assert (done.code, done.err) == (0, "")
    for option in options.split():
        assert f"{option} " in done.out or f"{option}\n" in done.out


def test_the_help_tells_the_defaults_that_hold():
    said = {p.name: re.search(r"\[default: (\S+)\]", p.help or "") for p in simulate_command.params}
    dials = {name: found[1] for name, found in said.items() if found}
    assert set(dials) == set(Design().to_json()) - {"shape", "skip"}
    for name, default in dials.items():
        assert type(getattr(Design(), name))(default) == getattr(Design(), name)


# simulate


@pytest.mark.parametrize("name", PRESETS)
def test_presets_write_the_data_of_the_answer(blupboard, name):
    done = blupboard("simulate", "--preset", name)
    assert (done.code, done.err) == (0, "")
    labels, y, truth = written(done)
    stored, post = read_columns("post", f"{name}.csv"), read_json("post", "post.json")[name]
    assert labels == stored["g"]
    np.testing.assert_allclose(y, np.array(stored["y"], dtype=float), rtol=1e-13)
    effect = dict(zip(labels, truth, strict=True))
    assert [effect[f"g{j + 1}"] - 16 for j in range(5)] == pytest.approx(post["effects"], rel=1e-9)


def test_what_simulate_writes_compare_fits_as_the_answer_printed_it(blupboard, tmp_path):
    file = tmp_path / "model1.csv"
    assert blupboard("simulate", "--preset", "model1", "--output", file).raw == b""
    done = blupboard("compare", file, "--outcome", "y", "--group", "group")
    lines = [line.split() for line in done.out.splitlines()]
    (header,) = (line for line in lines if line[:1] == ["group"])
    column = header.index("reml")
    assert [line[column] for line in lines if line and line[0] in {"g1", "g2", "g3", "g4", "g5"}] == [
        "15.9897"
    ] * 5


@pytest.mark.parametrize(
    ("arguments", "design"),
    [
        ((), Design()),
        (("--groups", "3", "--per-group", "2"), Design(groups=3, per_group="2")),
        (("--per-group", "5,1,20"), Design(groups=3, per_group="5,1,20")),
        (("--per-group", "5, 1, 20", "--groups=3"), Design(groups=3, per_group="5,1,20")),
        (("--per-group", "2-40"), Design(per_group="2-40")),
        (("--per-group", "~2-40", "--seed=-7"), Design(per_group="~2-40", seed=-7)),
        (("--per-group", "one-huge"), Design(per_group="one-huge")),
        (("--mean=-5",), Design(mean=-5)),
        (("--mean", "-5"), Design(mean=-5)),
        (("--sigma-group", "0", "--sigma-error", "2.5"), Design(sigma_group=0, sigma_error=2.5)),
        (("--effects", "t:3"), Design(effects="t", shape=3)),
        (("--effects", "skewed"), Design(effects="skewed")),
        (("--effects", "clusters:0.5"), Design(effects="clusters", shape=0.5)),
        (("--effects", "sparse:0.2", "--stream", "r"), Design(effects="sparse", shape=0.2, stream="r")),
        (("--error-ratio", "5", "--stream", "numpy"), Design(error_ratio=5)),
    ],
)
def test_dials_give_the_rows_of_their_design_to_the_last_digit(blupboard, arguments, design):
    done = blupboard("simulate", *arguments)
    assert (done.code, done.err) == (0, "")
    assert written(done) == expected(design)


@pytest.mark.slow
def test_many_rows_arrive_whole_in_a_file_and_on_stdout(blupboard, tmp_path):
    arguments = ("simulate", "--groups", "700", "--per-group", "300")
    printed = blupboard(*arguments)
    done = blupboard(*arguments, "--output", tmp_path / "many.csv")
    assert (done.code, done.raw, done.err) == (0, b"", "")
    assert (tmp_path / "many.csv").read_bytes() == printed.raw
    assert printed.raw.count(b"\n") == 210_001
    assert written(printed) == expected(Design(groups=700, per_group="300"))


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("--groups", "5"), ["--groups"]),
        (("--seed", "1673", "--stream", "r"), ["--seed", "--stream"]),
        (("--mean=0", "--sigma-group=0", "--per-group=5"), ["--mean", "--sigma-group", "--per-group"]),
        (("--effects", "t", "--error-ratio", "1"), ["--effects", "--error-ratio"]),
    ],
)
def test_a_preset_takes_no_dials_beside_it(refused, arguments, named):
    sentence = refused("simulate", "--preset", "model2", *arguments)
    assert f"--preset model2 fixes {', '.join(named)}:" in sentence


BAD_DIALS = [
    (("--sigma-group=-1",), "--sigma-group: the spread between groups is 0 or more"),
    (("--sigma-error", "inf"), "--sigma-error: the spread within groups is a number"),
    (("--mean", "nan"), "--mean: the mean is a number"),
    (("--mean", "x"), "'--mean': 'x' is not a valid float"),
    (("--groups", "0"), "--groups: give from 1 to 1,000,000 groups"),
    (("--groups", "1" + "0" * 30), "--groups: give from 1 to 1,000,000 groups"),
    (("--groups", "2.5"), "not a valid integer"),
    (("--per-group", "0"), "--per-group: rows per group go from 1 upwards"),
    (("--per-group", "ten"), "--per-group: rows per group are written"),
    (("--per-group", "1,2", "--groups", "3"), "--per-group: the list names the rows of 2 groups"),
    (("--per-group", "1,,2"), "--per-group: a list of rows"),
    (
        ("--per-group", "99999999", "--groups", "100"),
        "--per-group: 9,999,999,900 rows would take about 596 GB",
    ),
    (("--effects", "odd"), "--effects: effects are one of normal, t, skewed"),
    (("--effects", "t:2"), "--effects: degrees of freedom: above 2"),
    (("--effects", "t:"), "--effects: the number of the effects' shape is a number"),
    (("--effects", "normal:1"), "--effects: normal effects take no number"),
    (("--error-ratio", "0.5"), "--error-ratio: largest over smallest"),
    (("--seed", "2147483648"), "seed takes a whole number from -2147483647 to 2147483647"),
]


@pytest.mark.parametrize(("arguments", "words"), BAD_DIALS)
@pytest.mark.parametrize("command", ["simulate", "risk"])
def test_a_dial_out_of_its_bounds_is_refused_in_a_sentence(refused, command, arguments, words):
    assert words in refused(command, *arguments)


def test_names_that_are_none_are_refused(refused, tmp_path):
    assert "--preset is one of model1, model2, model3, model1b" in refused("simulate", "--preset", "model9")
    assert "--stream: the stream is one of numpy, r" in refused("simulate", "--stream", "julia")
    for command in ("simulate", "risk"):
        assert "is a directory" in refused(command, "--output", tmp_path)
        assert "nowhere" in refused(command, "--output", tmp_path / "nowhere" / "out.csv")
