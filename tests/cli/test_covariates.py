"""``blupboard compare`` with covariates and weights: from the file to the answer."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from estimators import GroupData, build_registry, compare
from tests.oracles import FOLDER, read_columns, read_json

REGISTRY = build_registry(entry_points=False)
DATA = FOLDER / "inference" / "data"
ROWS = """school,score,pre,sex,w,size
A,10,3,f,1,3
A,12,4,m,2,3
A,11,,m,2,3
B,15,5,f,1,5
B,16,7,m,0,5
B,14,5,m,3,5
C,9,2,f,1,2
C,8,3,m,,2
C,7,2,f,2,2
D,20,9,f,2,7
D,22,8,m,1,7
"""
ROLES = ["--outcome", "score", "--group", "school"]


@pytest.mark.slow_cases
@pytest.mark.parametrize(
    ("name", "flags"),
    [
        ("corn", ["--adjust", "corn_pix", "--adjust", "soy_pix"]),
        ("corn_weighted", ["--adjust", "corn_pix", "--adjust", "soy_pix", "--weights", "weight"]),
        ("orthodont", ["--adjust", "age", "--adjust", "Sex"]),
        ("gasoline", ["--adjust", "endpoint", "--adjust", "vapor"]),
    ],
)
def test_a_file_with_covariates_gives_what_50_digits_give(blupboard, name, flags):
    roles = ["--outcome", "y", "--group", "group", "--std-error", "prediction"]
    done = blupboard("compare", DATA / f"{name}.csv", *roles, *flags, "--format", "json")
    assert done.code == 0
    assert all("enters as a number" in line for line in done.err.splitlines())
    expected = read_json("inference", "F_covariates", f"{name}.json")
    for fit in done.json["fits"]:
        if fit["estimator"] not in ("reml", "ml"):
            continue
        answer = expected[fit["estimator"].upper()]
        assert [c["term"] for c in fit["coefficients"]] == expected["terms"]
        for key, want in (("estimate", "beta"), ("std_error", "se_beta")):
            np.testing.assert_allclose([c[key] for c in fit["coefficients"]], answer[want], rtol=1e-12)
        order = [expected["group"].index(line["group"]) for line in fit["groups"]]
        for key, want in (
            ("estimate", "adjusted_mean_at_x_bar"),
            ("std_error", "adjusted_mean_prediction_se"),
        ):
            got = [line[key] for line in fit["groups"]]
            np.testing.assert_allclose(got, np.array(answer[want])[order], rtol=1e-12)


def test_published_estimates_are_explained(blupboard):
    flags = ["--estimate", "y", "--se", "se", "--group", "group", "--explained-by", "major"]
    done = blupboard("compare", DATA / "milk.csv", *flags, "--estimator", "reml", "--format", "json")
    assert (done.code, done.err) == (0, "")
    expected = read_json("inference", "G_fay_herriot", "milk.json")
    [fit] = done.json["fits"]
    assert [c["term"] for c in fit["coefficients"]] == expected["terms"]
    order = [expected["group"].index(line["group"]) for line in fit["groups"]]
    got = [[line[key] for line in fit["groups"]] for key in ("estimate", "std_error")]
    np.testing.assert_allclose(got[0], np.array(expected["REML"]["eblup"])[order], rtol=1e-12)
    np.testing.assert_allclose(np.square(got[1]), np.array(expected["REML"]["mse"])[order], rtol=1e-12)
    assert fit["heterogeneity"]["QE"] == pytest.approx(expected["QE"], rel=1e-12)
    assert fit["heterogeneity"]["tau2"] == pytest.approx(expected["REML"]["tau2"], rel=1e-12)
    assert done.json["roles"]["explained_by"] == ["major"]


@pytest.mark.slow
def test_what_a_row_lacks_is_counted_and_shown_with_its_line(blupboard, file):
    flags = [*ROLES, "--adjust", "pre", "--adjust", "sex", "--weights", "w"]
    done = blupboard("compare", file(ROWS), *flags, "--format", "json")
    assert done.json["data"]["dropped"] == {
        "missing_outcome": 0, "missing_group": 0, "not_a_number": 0, "not_finite": 0,
        "missing_covariate": 1, "missing_weight": 1, "zero_weight": 1,
    }  # fmt: skip
    assert {one["cause"]: one["examples"] for one in done.json["left_out"]} == {
        "missing_covariate": [{"line": 4, "text": "no pre"}],
        "missing_weight": [{"line": 9, "text": ""}],
        "zero_weight": [{"line": 6, "text": "0"}],
    }
    roles = done.json["roles"]
    assert roles["adjust"] == ["pre", "sex"]
    assert (roles["weights"], roles["weight_kind"]) == ("w", "precision")
    table = blupboard("compare", file(ROWS), *flags)
    lines = table.out.splitlines()
    assert "1 row left out, missing covariate: `no pre` (line 4)" in lines
    assert any(line.split()[:1] == ["sex=m"] for line in lines)
    assert "James–Stein: left out, does not handle covariates of the rows, which these data have" in lines


def test_a_covariate_may_be_a_curve(blupboard):
    columns = read_columns("inference", "data", "orthodont.csv")
    roles = ["--outcome", "y", "--group", "group", "--adjust", "age", "--adjust", "Sex"]
    flags = [*roles, "--curve", "age=spline3", "--estimator", "reml", "--format", "json"]
    done = blupboard("compare", DATA / "orthodont.csv", *flags)
    assert (done.code, done.err) == (0, "")
    adjust = {name: columns[name] for name in ("age", "Sex")}
    data = GroupData.from_arrays(columns["y"], columns["group"], adjust=adjust, curves={"age": "spline3"})
    assert done.json["fits"] == compare(data, ["reml"]).to_dict()["fits"]
    terms = [c["term"] for c in done.json["fits"][0]["coefficients"]]
    assert terms == ["(Intercept)", "age", "age bend at 8", "Sex=Male"]
    assert done.json["roles"]["curves"] == {"age": "spline3"}


@pytest.mark.slow
def test_the_rows_as_used_have_the_covariates_and_weights_too(blupboard, file):
    flags = [*ROLES, "--adjust", "pre", "--explained-by", "size", "--weights", "w"]
    done = blupboard("rows", file(ROWS), *flags)
    lines = done.out.replace("\r", "").splitlines()
    assert lines[:3] == ["group,outcome,pre,size,w", "A,10.0,3.0,3.0,1.0", "A,12.0,4.0,3.0,2.0"]
    assert len(lines) == 9
    roles = ["--outcome", "outcome", "--group", "group", *flags[4:], "--format", "json"]
    first = blupboard("compare", file(ROWS), *flags, "--format", "json").json["fits"]
    again = blupboard("compare", file(done.out), *roles).json["fits"]
    assert again == first


def test_numbers_may_be_codes_and_decimals_may_be_commas(blupboard, file):
    text = "g;y;x;block\n" + "".join(
        f"{g};{y};{x};{b}\n"
        for g, y, x, b in (
            ("a", "1,5", "0,25", 10), ("a", "2,5", "1,5", 9), ("a", "2", "0,5", 2), ("b", "3,5", "1,75", 10),
            ("b", "4", "1,25", 2), ("b", "3,25", "0,75", 9), ("c", "1", "0,5", 2), ("c", "2,75", "2,5", 10),
            ("c", "2,25", "1,5", 9),
        )
    )  # fmt: skip
    flags = ["--outcome", "y", "--group", "g", "--adjust", "x", "--adjust", "block", "--categorical", "block"]
    done = blupboard("compare", file(text), *flags, "--estimator", "reml", "--format", "json")
    columns = [line.split(";") for line in text.replace(",", ".").splitlines()[1:]]
    g, y, x, block = zip(*columns, strict=True)
    data = GroupData.from_arrays(y, g, adjust={"x": x, "block": block}, categorical=["block"])
    [expected] = compare(data, ["reml"]).to_dict()["fits"]
    [fit] = done.json["fits"]
    assert [c["term"] for c in fit["coefficients"]] == ["(Intercept)", "x", "block=9", "block=10"]
    assert fit == expected
    assert "codes" not in done.err
    line = blupboard("compare", file(text), *flags[:-2], "--estimator", "reml")
    assert "block has 3 whole numbers and enters as a number" in line.err
    assert 'add --categorical "block"' in line.err


@pytest.mark.slow_cases
@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (["--adjust", "score"], 'Column "score" is named for two things: choose two columns.'),
        (["--adjust", "foo"], 'has no column "foo"'),
        (["--weight-kind", "survey"], "--weight-kind goes with --weights"),
        (["--weights", "pre", "--weight-kind", "frequency", "--adjust", "pre"], "is named for two things"),
        (["--explained-by", "pre"], "'pre' differs between rows of the group 'A'"),
        (["--curve", "pre"], "--curve 'pre': give a covariate and its shape, such as age=poly2"),
        (["--curve", "pre=poly2"], 'Column "pre" is to be a curve, but is none of the covariates'),
        (
            ["--adjust", "pre", "--curve", "pre=poly2", "--curve", "pre =spline3"],
            "'pre' is to be a curve of two shapes, poly2 and spline3: choose one",
        ),
        (["--adjust", "w", "--curve", "w=poly4"], "has 4 different numbers, and poly4 takes 5 at least"),
        (["--categorical", "pre"], 'Column "pre" is to be categorical, but is none of the covariates'),
        (["--weights", "sex"], "the weights are no numbers"),
        (
            ["--weights", "w", "--weight-kind", "survey", "--inference", "--calibrate", "--format", "json"],
            "--calibrate takes groups without survey weights",
        ),
        (
            ["--weights", "w", "--weight-kind", "survey", "--checks", "--format", "json"],
            "--checks takes groups without survey weights",
        ),
        (
            ["--weights", "w", "--weight-kind", "survey", "--inference", "--bootstrap", "--format", "json"],
            "--bootstrap takes groups without survey weights",
        ),
    ],
)
def test_flags_that_do_not_fit_are_refused_in_a_sentence(blupboard, file, flags, said):
    done = blupboard("compare", file(ROWS), *ROLES, *flags)
    assert done.code != 0
    assert said in done.err
    assert done.out == ""


@pytest.mark.slow
def test_a_few_words_among_the_numbers_of_a_covariate_are_refused(blupboard, file):
    flags = [*ROLES, "--adjust", "pre", "--estimator", "reml"]
    text = ROWS.replace("A,12,4", "A,12,n.k.")
    done = blupboard("compare", file(text), *flags)
    assert done.code == 2
    assert "the covariate 'pre' holds numbers and text: 'n.k.'. Name such cells as missing" in done.err
    done = blupboard("compare", file(text), *flags, "--missing", "n.k.", "--format", "json")
    assert done.json["data"]["dropped"]["missing_covariate"] == 2
    done = blupboard("compare", file(text), *flags, "--categorical", "pre", "--format", "json")
    assert "pre=n.k." in [c["term"] for c in done.json["fits"][0]["coefficients"]]


def test_rows_are_what_adjust_is_for(blupboard):
    flags = ["--estimate", "y", "--se", "se", "--group", "group", "--adjust", "major"]
    done = blupboard("compare", DATA / "milk.csv", *flags)
    assert "--adjust is for rows: summaries of groups take --explained-by" in done.err


@pytest.mark.slow
def test_ranks_and_selection_take_covariates(blupboard):
    columns = read_columns("inference", "data", "orthodont.csv")
    roles = ["--outcome", "y", "--group", "group", "--adjust", "age", "--explained-by", "Sex"]
    done = blupboard("compare", DATA / "orthodont.csv", *roles, "--inference", "--format", "json")
    fits = {fit["estimator"]: fit for fit in done.json["fits"]}
    found = fits["reml"]["inference"]
    assert 0.4 < found["spreads"]["exact"]["icc"]["low"] < found["spreads"]["exact"]["icc"]["high"] < 0.8
    assert set(found["spreads"]["profile"]) == {"sigma_group", "sigma_error", "ratio", "icc"}
    assert found["tests"]["f"]["df"] == [25, 80]
    assert len(fits["reml"]["inference"]["ranks"]) == len(set(columns["group"]))
    chosen = blupboard("select", DATA / "orthodont.csv", *roles, "--estimator", "reml", "--format", "json")
    assert chosen.code == 0
    assert len(chosen.json["above"]) == len(set(columns["group"]))


@pytest.mark.slow
def test_what_intervals_cover_is_counted_beside_covariates(blupboard):
    roles = ["--outcome", "y", "--group", "group", "--adjust", "age", "--explained-by", "Sex"]
    flags = ["--estimator", "ols", "--inference", "--calibrate", "--checks", "--format", "json"]
    done = blupboard("compare", DATA / "orthodont.csv", *roles, *flags)
    [fit] = done.json["fits"]
    assert len(done.json["checks"]["normal"]["groups"]) == 27
    assert set(done.json["checks"]["influence"]["without"][0]["coefficients"]) == {
        "(Intercept)",
        "age",
        "Sex=Male",
    }
    assert done.json["checks"]["not_checked"] == {}
    found = fit["inference"]["calibration"]
    assert found["draws"] == 200
    for point in found["at"]:
        assert abs(point["coverage"] - 0.95) < 4 * point["coverage_mcse"]


@pytest.mark.slow
def test_coefficients_have_their_intervals_in_json_and_in_the_table(blupboard):
    roles = ["--outcome", "y", "--group", "group", "--adjust", "age", "--adjust", "Sex", "--level", "0.9"]
    done = blupboard("compare", DATA / "orthodont.csv", *roles, "--estimator", "reml", "--format", "json")
    age = next(c for c in done.json["fits"][0]["coefficients"] if c["term"] == "age")
    assert age["df"] == pytest.approx(80)
    half = stats.t(80).ppf(0.95) * age["std_error"]
    assert [age["low"], age["high"]] == pytest.approx([age["estimate"] - half, age["estimate"] + half])
    table = blupboard("compare", DATA / "orthodont.csv", *roles, "--estimator", "reml").out
    assert f"{age['low']:.4g} to {age['high']:.4g}" in table


def test_fay_and_herriots_estimator_and_what_a_covariate_explains(blupboard):
    """The numbers have tests of their own; here the way from the file to JSON."""
    flags = ["--kind", "estimates", "--estimate", "y", "--se", "se", "--group", "group", "--format", "json"]
    done = blupboard(
        "compare", DATA / "bcg_ablat.csv", *flags, "--explained-by", "ablat", "--estimator", "reml"
    )
    found = done.json["fits"][0]["heterogeneity"]
    assert [round(100 * found[key], 2) for key in ("explained", "I2")] == [75.63, 68.39]
    assert set(found) == {"tau2", "tau2_without", "explained", "I2", "H2", "QE", "df", "p"}


def test_each_groups_own_spread(blupboard):
    columns = read_columns("sets", "insectsprays.csv")
    options = [part for name in ("ols", "reml") for part in ("--option", f"{name}.error_spread=each")]
    done = blupboard(
        "compare", FOLDER / "sets" / "insectsprays.csv", "--outcome", "y", "--group", "group", *options,
        "--estimator", "ols", "--estimator", "reml", "--inference", "--format", "json",
    )  # fmt: skip
    means, predictions = done.json["fits"]
    assert len({round(line["std_error"], 6) for line in means["groups"]}) == len(set(columns["group"]))
    assert predictions["parameters"]["sigma_error"] is None
    assert set(predictions["inference"]["spreads"]["exact"]) == {"sigma_group"}
