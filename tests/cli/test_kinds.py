"""``blupboard compare --kind``: summaries, counts and rates from the file to the answer."""

from __future__ import annotations

import numpy as np
import pytest

from estimators import GroupData, build_registry, compare, own_intervals
from tests.commands import DYESTUFF, ROLES
from tests.oracles import FOLDER, read_columns, read_json

MEANS = "school,mean,sd,n\nA,10,2,5\nB,12,3,8\nC,9,1.5,4\nD,14,2.5,6\n"
COUNTS = "ward,deaths,cases\nA,9,41\nB,3,20\nC,0,12\nD,7,30\n"
RATES = "pump;failures;hours\n1;5;94,32\n2;0;15,72\n3;14;125,76\n"
ESTIMATES = "trial,yi,vi\n1,-0.9,0.33\n2,-1.6,0.19\n3,-1.3,0.42\n4,-1.4,0.02\n5,-0.2,0.05\n"
REGISTRY = build_registry(entry_points=False)
GIVEN = {
    "means": (MEANS, ["--mean", "mean", "--sd", "sd", "--n", "n", "--group", "school"]),
    "counts": (COUNTS, ["--events", "deaths", "--trials", "cases", "--group", "ward"]),
    "rates": (RATES, ["--events", "failures", "--exposure", "hours", "--group", "pump"]),
    "estimates": (ESTIMATES, ["--estimate", "yi", "--variance", "vi", "--group", "trial"]),
}
MADE = {
    "means": GroupData.from_means("ABCD", [10, 12, 9, 14], [5, 8, 4, 6], sd=[2, 3, 1.5, 2.5]),
    "counts": GroupData.from_counts("ABCD", [9, 3, 0, 7], [41, 20, 12, 30]),
    "rates": GroupData.from_rates("123", [5, 0, 14], [94.32, 15.72, 125.76]),
    "estimates": GroupData.from_estimates(
        "12345", [-0.9, -1.6, -1.3, -1.4, -0.2], variance=[0.33, 0.19, 0.42, 0.02, 0.05]
    ),
}


@pytest.mark.slow_cases
@pytest.mark.parametrize("kind", GIVEN)
def test_a_kind_of_summaries_gives_what_python_gives(blupboard, file, kind):
    text, flags = GIVEN[kind]
    done = blupboard("compare", file(text), "--kind", kind, *flags, "--format", "json")
    assert (done.code, done.err) == (0, "")
    expected = compare(MADE[kind], REGISTRY).to_dict()
    answer = {name: done.json[name] for name in expected}
    for fit in answer["fits"]:
        assert (fit.pop("heterogeneity", None) is not None) <= (kind in {"estimates", "rates"})
    assert answer == expected
    assert done.json["kind"] == kind
    columns = {flag[2:]: column for flag, column in zip(flags[::2], flags[1::2], strict=True)}
    assert done.json["roles"] == {**columns, "guessed": False, "why": "all were named"}
    without = blupboard("compare", file(text), *flags, "--format", "json")
    assert without.json == done.json  # the columns say it


THOUSANDS = {
    "commas": 'ward,deaths,cases\nA,5,"1,100"\nB,6,"1,200"\nC,4,900\nD,9,"2,000"\n',
    "points": "ward;deaths;cases\nA;5;1.100\nB;6;1.200\nC;4;900\nD;9;2.000\n",
}


@pytest.mark.parametrize("marks", THOUSANDS)
def test_counts_are_whole_so_that_marks_before_three_digits_set_thousands_apart(blupboard, file, marks):
    done = blupboard("compare", file(THOUSANDS[marks]), "--format", "json")
    assert (done.code, done.json["kind"]) == (0, "counts")
    means = {group["group"]: group["raw_mean"] for group in done.json["fits"][0]["groups"]}
    assert means == pytest.approx({"A": 5 / 1100, "B": 6 / 1200, "C": 4 / 900, "D": 9 / 2000})
    assert "is read as 1100" in done.json["remarks"][0]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('ward,deaths,cases\nA,5,"1,000"\nB,6,"2,000"\nC,4,900\n', "say which mark is the decimal one"),
        ("g,mean,sd,n\nA,5,1,10.5\nB,6,1,12\nC,7,2,12\n", "must be whole"),
        ("g,mean,sd,n\nA,5,1,n/a\nB,6,1,12\nC,7,2,12\n", "1 of 3 lines cannot be used"),
        ("study,yi,vi\nA,0.5,0.01\nB,0.3,0\nC,0.2,0.02\n", "must be finite and above 0"),
        ("ward,deaths,cases\nA,5,4\nB,6,20\nC,4,20\n", "more events than trials"),
    ],
)
def test_lines_that_look_like_summaries_and_cannot_be_are_no_rows_without_a_word(
    refused, blupboard, file, text, problem
):
    sentence = refused("compare", file(text))
    assert "look like summaries" in sentence
    assert problem in sentence
    assert "--kind rows" in sentence
    assert blupboard("compare", file(text), "--kind", "rows", "--format", "json").json["kind"] == "rows"


def test_rows_say_that_they_are_rows(blupboard, file):
    rows = file("g,y\na,1\na,2\nb,3\nb,5\n")
    done = blupboard("compare", rows, "--kind", "rows", "--outcome", "y", "--group", "g", "--format", "json")
    assert done.json["kind"] == "rows"
    assert done.json["roles"] == {"outcome": "y", "group": "g", "guessed": False, "why": "both were named"}


def test_counts_are_their_rows_of_0_and_1(blupboard, file):
    rows = "".join(
        f"{g},{int(i < y)}\n" for g, y, n in (("A", 9, 41), ("B", 3, 20), ("C", 0, 12)) for i in range(n)
    )
    one = blupboard("compare", file("g,y\n" + rows), "--outcome", "y", "--group", "g", "--format", "csv")
    flags = GIVEN["counts"][1]
    two = blupboard("compare", file(COUNTS, "c.csv"), *flags, "--exclude", "D", "--format", "csv")
    assert len(one.rows) == len(two.rows) > 0
    for mine, other in zip(one.rows, two.rows, strict=True):
        for name, value in mine.items():
            if name in ("estimator", "group") or not value:
                assert other[name] == value
            else:
                np.testing.assert_allclose(float(other[name]), float(value), rtol=1e-12, atol=1e-13)


def test_estimates_may_say_how_many_rows_they_rest_on(blupboard, file):
    """It was refused: --n is not for estimates."""
    trials = file("trial,yi,se,N\nb,1.5,0.5,40\na,2.5,0.25,\nc,0.5,0.4,70\n")
    named = ("--kind", "estimates", "--estimate", "yi", "--se", "se", "--group", "trial")
    plain = blupboard("compare", trials, *named, "--format", "csv").rows
    with_n = blupboard("compare", trials, *named, "--n", "N", "--format", "csv").rows
    assert [row.pop("n") for row in with_n[:3]] == ["", "40", "70"]
    assert [row["estimate"] for row in with_n] == [row["estimate"] for row in plain]
    fit = blupboard("compare", trials, *named, "--n", "N", "--format", "json").json["fits"][0]
    assert [group["n"] for group in fit["groups"]] == [None, 40, 70]
    assert "published_se" in (out := blupboard("compare", trials, *named, "--n", "N").out)
    assert ["b", "0.5", "40", "1.5"] in [line.split()[:4] for line in out.splitlines()]
    short = blupboard(
        "compare", trials, "--estimate", "yi", "--n", "N", "--group", "trial", "--format", "csv"
    )
    assert short.rows[1]["n"] == "40"
    low = file("trial,yi,se,N\nb,1.5,0.5,40.5\na,2.5,0.25,9\n")
    assert "must be whole" in blupboard("compare", low, *named, "--n", "N").err


def test_the_label_column_is_guessed_and_said(blupboard, file):
    done = blupboard("compare", file(COUNTS), "--events", "deaths", "--trials", "cases", "--format", "json")
    assert done.err == 'blupboard: guessed --group "ward": every line has a label of its own there\n'
    assert (done.json["roles"]["group"], done.json["roles"]["guessed"]) == ("ward", True)


@pytest.mark.slow
def test_a_line_that_cannot_be_used_is_left_out_under_one_cause(blupboard, file):
    text = (
        "g,mean,sd,n\na,1,2,3\nb,2,,1\nc,NA,x,3\nd,4,what,5\ne,,,0\nf,5,1,many\n,6,1,2\ng,7,1,1e999\nh,8,,2\n"
    )
    flags = ["--mean", "mean", "--sd", "sd", "--n", "n", "--group", "g"]
    done = blupboard("compare", file(text), *flags, "--format", "json")
    assert [(c["cause"], c["rows"], c.get("detail"), c["examples"]) for c in done.json["left_out"]] == [
        ("missing_outcome", 2, "in mean", [{"line": 4, "text": "NA"}, {"line": 6, "text": ""}]),
        ("missing_group", 1, None, [{"line": 8, "text": ""}]),
        ("not_a_number", 1, "in n", [{"line": 7, "text": "many"}]),
        ("not_finite", 1, "in n", [{"line": 9, "text": "1e999"}]),
        ("missing_outcome", 1, "in sd", [{"line": 10, "text": ""}]),
        ("not_a_number", 1, "in sd", [{"line": 5, "text": "what"}]),
    ]
    dropped = {"missing_outcome": 3, "missing_group": 1, "not_a_number": 2, "not_finite": 1}
    assert done.json["data"] == {"rows": 4 + 7, "used": 4, "dropped": dropped, "groups": 2}
    table = blupboard("compare", file(text), *flags).out
    assert table.startswith("2 published means of 4 rows\n")
    assert "1 row left out, not a number in n: `many` (line 7)" in table


def test_no_trial_and_no_exposure_are_nothing_to_see(blupboard, file):
    counts = file(COUNTS + "E,0,0\n")
    done = blupboard("compare", counts, *GIVEN["counts"][1], "--format", "json")
    (cause,) = done.json["left_out"]
    assert (cause["cause"], cause["detail"], cause["examples"]) == (
        "missing_outcome",
        "in cases",
        [{"line": 6, "text": "0"}],
    )
    assert done.json["data"]["groups"] == 4


@pytest.mark.slow
def test_the_caveat_of_rates_is_said(blupboard, file):
    text, flags = GIVEN["rates"]
    said = "The variance of each rate is taken as the pooled rate over its exposure"
    assert blupboard("compare", file(text), *flags, "--format", "json").json["remarks"][-1].startswith(said)
    assert said in blupboard("compare", file(text), *flags, "--format", "csv").err
    table = blupboard("compare", file(text), *flags).out
    assert table.startswith("19 events in an exposure of 235.8 of 3 groups\n")
    assert said in table


@pytest.mark.slow_cases
@pytest.mark.parametrize(
    ("text", "flags", "words"),
    [
        (COUNTS + "E,5,3\n", GIVEN["counts"][1], 'group "E" has more events than trials: 5 of 3'),
        (COUNTS, ["--events", "cases", "--trials", "deaths", "--group", "ward"], 'group "C" has 0'),
        (COUNTS + "E,1,0\n", GIVEN["counts"][1], 'trials must be whole and at least 1: group "E" has 0'),
        (COUNTS + "A,1,2\n", GIVEN["counts"][1], 'a label appears twice ("A")'),
        (COUNTS + "E,1.5,2\n", GIVEN["counts"][1], 'whole and at least 0: group "E" has 1.5'),
        (MEANS + "E,1,-2,3\n", GIVEN["means"][1], 'not below 0: group "E" has -2'),
        (ESTIMATES + "6,1,-2\n", GIVEN["estimates"][1], 'above 0: group "6" has -2'),
        (
            "g,y,t\na,0,1\nb,0,2\n",
            ["--events", "y", "--exposure", "t", "--group", "g"],
            "no event in any group",
        ),
        (
            "g,a,b\nx,1,2\ny,2,3\n",
            ["--kind", "counts", "--events", "a"],
            "For counts say which column holds the trials",
        ),
        (
            "g,a,b\nx,1,2\ny,2,3\n",
            ["--kind", "means"],
            "holds the mean and the n and the sd or variance or se",
        ),
        (MEANS, [*GIVEN["means"][1], "--se", "sd"], "one of sd and se is enough"),
        (COUNTS, ["--events", "deaths", "--trials", "deaths"], "cannot be both the events and trials"),
        (COUNTS, [*GIVEN["counts"][1], "--outcome", "deaths"], "--outcome is for rows"),
        (COUNTS, ["--events", "deaths"], "--events alone do not say what a line is: add --kind"),
        (COUNTS, ["--kind", "rows", "--events", "deaths"], "--events is for summaries"),
        (COUNTS, ["--kind", "means", "--events", "deaths"], "--events is not for means"),
        (COUNTS, ["--events", "Deaths", "--trials", "cases"], 'did you mean "deaths"'),
        (COUNTS, ["--events", "deaths", "--trials", "cases", "--group", "cases"], "are both"),
        (
            "g,y,n\na,5%,40\nb,9%,50\n",
            ["--events", "y", "--trials", "n", "--group", "g"],
            "holds percent, but events are",
        ),
        (
            'g,y,n\na,5,"12,000"\nb,9,"15,000"\n',
            ["--events", "y", "--trials", "n", "--group", "g"],
            "say which mark is",
        ),
        ("a,y,n\nx,1,5\nx,2,5\n", ["--events", "y", "--trials", "n"], "name one with --group"),
    ],
)
def test_what_cannot_be_is_refused_in_one_sentence(refused, file, text, flags, words):
    assert words in refused("compare", file(text), *flags)


def test_groups_of_summaries_can_be_selected(blupboard, file):
    done = blupboard("select", file(ESTIMATES), *GIVEN["estimates"][1], "--estimator", "reml")
    assert done.code == 0
    assert "5" in done.out


@pytest.mark.slow
def test_a_clear_kind_is_taken_and_said(blupboard, file):
    done = blupboard("compare", file(COUNTS), "--format", "json")
    flags = '--kind counts --events "deaths" --trials "cases" --group "ward"'
    assert done.err.startswith(f"blupboard: guessed {flags}: ")
    assert (done.json["kind"], done.json["roles"]["guessed"]) == ("counts", True)
    named = blupboard("compare", file(COUNTS), *GIVEN["counts"][1], "--format", "json").json
    assert done.json["fits"] == named["fits"]
    of_kind = blupboard("compare", file(COUNTS), "--kind", "counts", "--format", "json")
    assert of_kind.json["fits"] == named["fits"]
    assert 'guessed --events "deaths" --trials "cases"' in of_kind.err


@pytest.mark.parametrize("flags", [["--outcome", "deaths"], ["--kind", "rows"]])
def test_a_clear_kind_is_rows_once_that_is_said(blupboard, file, flags):
    assert blupboard("compare", file(COUNTS), *flags, "--format", "json").json["kind"] == "rows"


def test_what_may_be_rows_is_rows(blupboard, file):
    text = "hospital,year,deaths,cases\n" + "".join(f"{h},{y},{y % 5},9\n" for h in "AB" for y in range(4))
    done = blupboard("compare", file(text), "--format", "json")
    assert (done.json["kind"], done.json["roles"]["group"]) == ("rows", "hospital")


def test_there_are_no_rows_behind_summaries_to_print(blupboard, refused, file):
    assert "are taken for counts" in refused("rows", file(COUNTS))
    named = blupboard("rows", file(COUNTS), "--outcome", "deaths", "--group", "ward")
    assert named.out.splitlines()[:2] == ["group,outcome", "A,9.0"]


@pytest.mark.slow
def test_own_shares_and_rates_have_intervals_of_their_own(blupboard, file):
    done = blupboard("compare", file(COUNTS), *GIVEN["counts"][1], "--format", "json", "--level", "0.9")
    low, high = own_intervals(MADE["counts"], 0.9)["wilson"]
    assert [line["group"] for line in done.json["own_intervals"]] == list("ABCD")
    wilson = [(line["wilson"]["low"], line["wilson"]["high"]) for line in done.json["own_intervals"]]
    assert wilson == list(zip(low.tolist(), high.tolist(), strict=True))
    rates = blupboard("compare", file(RATES), *GIVEN["rates"][1], "--format", "json").json
    assert list(rates["own_intervals"][0]) == ["group", "exact"]
    means = blupboard("compare", file(MEANS), *GIVEN["means"][1], "--format", "json").json
    assert "own_intervals" not in means


def test_ratios_with_their_intervals_are_the_logarithms_with_their_errors(blupboard, file, refused):
    stored = read_json("inference", "E_meta", "bcg.json")
    columns = read_columns(FOLDER / "inference" / "data" / "bcg.csv")
    y, z = np.array([float(v) for v in columns["y"]]), 1.6448536269514722
    se = np.array([float(v) for v in columns["se"]])
    lines = zip(columns["group"], np.exp(y), np.exp(y - z * se), np.exp(y + z * se), strict=True)
    text = "trial,RR,low90,high90\n" + "".join(
        f'"{g}",{r!r},{a!r},{b!r}\n' for g, *rab in lines for r, a, b in [map(float, rab)]
    )
    ratios = file(text)
    done = blupboard("compare", ratios, "--estimator", "reml", "--format", "json")
    assert (
        'guessed --kind estimates --estimate "RR" --low "low90" --high "high90" --group "trial"' in done.err
    )
    (fit,) = done.json["fits"]
    assert np.allclose(fit["parameters"]["mu"], stored["REML"]["mu"], rtol=1e-10)
    found = {group["group"]: group["estimate"] for group in fit["groups"]}
    assert np.allclose([found[name] for name in stored["group"]], stored["REML"]["blup"], rtol=1e-9)
    (said,) = done.json["remarks"]
    assert said == (
        'Standard errors are told by "low90" and "high90", taken for the ends of 90% intervals of the normal '
        'distribution: their distance by 3.29, of the logarithms, as "RR" holds ratios.'
    )
    named = ["--estimate", "RR", "--low", "low90", "--group", "trial"]
    assert 'guessed --high "high90"' in blupboard("compare", ratios, *named, "--format", "json").err
    without = file("trial,RR,low90\na,1,0.5\nb,2,1\n")
    assert "For estimates say which column holds the high." in refused("compare", without, *named)
    mixed = [*named, "--high", "high90", "--se", "RR"]
    assert "name either it or the low and the high" in refused("compare", ratios, *mixed)


@pytest.mark.slow
def test_estimates_that_are_logarithms_are_given_as_ratios_too(blupboard):
    stored = read_json("inference", "E_meta", "bcg.json")
    file, answer = FOLDER / "inference" / "data" / "bcg.csv", stored["REML"]
    flags = ["--estimate", "y", "--se", "se", "--group", "group", "--estimator", "reml", "--scale", "ratio"]
    (fit,) = blupboard("compare", file, *flags, "--format", "json").json["fits"]
    mu = fit["ratios"]["mu"]
    assert np.allclose(
        np.log([mu["estimate"], mu["low"], mu["high"]]), [answer["mu"], *answer["ci"]], rtol=1e-11
    )
    further = fit["ratios"]["prediction_interval"]
    wanted = answer["prediction_interval_t_k_minus_2"]
    assert np.allclose(np.log([further["low"], further["high"]]), wanted, rtol=1e-10)
    by_group = {line["group"]: line["estimate"] for line in fit["ratios"]["groups"]}
    assert np.allclose(np.log([by_group[name] for name in stored["group"]]), answer["blup"], rtol=1e-10)
    rows = blupboard("compare", file, *flags, "--format", "csv").rows
    assert all(np.isclose(float(r["ratio_low"]), np.exp(float(r["conf_low"]))) for r in rows)
    assert all(np.isclose(float(r["raw_ratio"]), np.exp(float(r["raw_mean"]))) for r in rows)
    table = blupboard("compare", file, *flags).out
    assert "As ratios" in table
    moderated = (FOLDER / "inference" / "data" / "bcg_ablat.csv", *flags, "--explained-by", "ablat")
    (fit,) = blupboard("compare", *moderated, "--format", "json").json["fits"]
    for ratio, one in zip(fit["ratios"]["coefficients"], fit["coefficients"], strict=True):
        assert ratio["term"] == one["term"]
        found = np.log([ratio["estimate"], ratio["low"], ratio["high"]])
        assert np.allclose(found, [one["estimate"], one["low"], one["high"]], rtol=1e-12)
    slope = fit["ratios"]["coefficients"][1]
    line = f"{slope['estimate']:.6g} {slope['low']:.4g} to {slope['high']:.4g}"
    assert line in blupboard("compare", *moderated).out
    assert " tau " in table
    refused = blupboard("compare", DYESTUFF, *ROLES, "--scale", "ratio")
    assert (
        refused.err == "blupboard: --scale ratio takes published estimates, which are logarithms of ratios\n"
    )
