"""``blupboard compare --inference`` and ``blupboard select``: what they print, and what they refuse."""

from __future__ import annotations

import csv
import io

import numpy as np
import pytest

from dashboard.cli.selection_output import count_text
from dashboard.samples import SAMPLES
from estimators import bootstrap, group_ranks
from tests.commands import DYESTUFF, ROLES
from tests.inference.oracles import answers, groups_of
from tests.oracles import BUILT_IN


def inference(blupboard, *arguments):
    done = blupboard("compare", DYESTUFF, *ROLES, "--format", "json", "--inference", *arguments)
    assert (done.code, done.err) == (0, "")
    return {fit["estimator"]: fit.get("inference") for fit in done.json["fits"]}


def test_inference_stands_in_every_fit_that_has_it(blupboard):
    found = inference(blupboard, "--top", "3")
    assert found["james_stein"] is found["grand_mean"] is None
    assert set(found["reml"]["heritability"]) == {"plot", "entry_mean", "cullis", "accuracy"}
    assert set(found["ols"]) == {"least_difference", "ranks", "rank_sets"}
    assert set(found["reml"]) == {"spreads", "tests", "heritability", "least_difference", "ranks"}
    spreads, want = found["reml"]["spreads"], answers("B", "dyestuff")
    assert spreads["level"] == 0.95
    for name, interval in want["REML"]["profile_0.95"].items():
        assert spreads["profile"][name]["ends"] == pytest.approx(interval["ends"], rel=1e-9)
    exact = spreads["exact"]["icc"]
    assert [exact["low"], exact["high"]] == pytest.approx(want["exact_0.95"]["wald_exact"]["icc"], rel=1e-9)
    tests = found["reml"]["tests"]
    assert tests["f"]["df"] == [5, 24]
    assert tests["likelihood_ratio"]["p"] == pytest.approx(answers("C", "dyestuff")["RLRT"]["p_exact"])
    joint = answers("D", "dyestuff")["reml_posterior_joint"]
    assert [line["p_top"] for line in found["reml"]["ranks"]] == pytest.approx(joint["p_top3"], rel=1e-9)
    sets = answers("D", "dyestuff")["mrsw_marginal_95"]["stepdown"]
    assert [line["lower"] for line in found["ols"]["rank_sets"]["marginal"]] == sets["lower"]
    assert found["ols"]["rank_sets"]["draws"] > 1000


@pytest.mark.slow
def test_lower_is_better_turns_ranks_and_sets(blupboard):
    plain, turned = inference(blupboard), inference(blupboard, "--lower-is-better")
    assert "p_top" not in plain["ols"]["ranks"][0]
    for method in ("ols", "reml"):
        low, high = (
            np.array([line["expected_rank"] for line in f[method]["ranks"]]) for f in (plain, turned)
        )
        np.testing.assert_allclose(low, 7 - high, rtol=1e-9)
    before, after = (found["ols"]["rank_sets"]["marginal"] for found in (plain, turned))
    assert [line["lower"] for line in before] == [7 - line["upper"] for line in after]


def test_ranks_are_columns_of_csv(blupboard):
    done = blupboard("compare", DYESTUFF, *ROLES, "--format", "csv", "--inference", "--top", "2")
    lines = list(csv.DictReader(io.StringIO(done.out)))
    found = group_ranks(BUILT_IN["reml"].fit(groups_of("dyestuff")).joint, top=2)
    reml = [line for line in lines if line["estimator"] == "reml"]
    assert [float(line["expected_rank"]) for line in reml] == found.expected.tolist()
    assert [int(line["rank_high"]) for line in reml] == found.high.tolist()
    assert {line["p_best"] for line in lines if line["estimator"] == "james_stein"} == {""}


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--inference",), "see --format"),
        (("--top", "3"), "goes with --inference"),
        (("--inference", "--format", "json", "--top", "9"), "at most all 6 groups"),
    ],
)
def test_what_does_not_go_together_is_refused(blupboard, arguments, sentence):
    done = blupboard("compare", DYESTUFF, *ROLES, *arguments)
    assert done.code == 2
    assert sentence in done.err


def test_second_order_is_a_choice(blupboard):
    by_flag = blupboard("compare", DYESTUFF, *ROLES, "--std-error", "second_order", "--format", "json").json
    by_option = blupboard(
        "compare", DYESTUFF, *ROLES, "--option", "reml.std_error=second_order", "--format", "json"
    ).json
    fits = [{fit["estimator"]: fit for fit in found["fits"]}["reml"] for found in (by_flag, by_option)]
    want = answers("A", "dyestuff")["REML"]["info_reml"]["se"]
    for fit in fits:
        assert [line["std_error"] for line in fit["groups"]] == pytest.approx(want, rel=1e-12)


def test_select_answers_the_three_questions(blupboard):
    done = blupboard("select", DYESTUFF, *ROLES, "--top", "2", "--lambda", "0.25", "--format", "json")
    assert (done.code, done.err) == (0, "")
    found = done.json
    assert found["estimator"] == "reml"
    assert [line["group"] for line in found["best"]] == ["E", "C"]
    assert found["expected_correct"] == pytest.approx(sum(line["p_top"] for line in found["best"]))
    want = answers("J", "dyestuff")["by_lambda"]["0.25"]
    assert [line["grade"] for line in found["grades"]] == want["grade"]
    assert found["discordance"] == pytest.approx(want["discordance"], rel=1e-9)
    assert found["bound"] == pytest.approx(want["gain"], rel=1e-9)
    assert found["confidence_set"] == ["E", "C"]
    named = {line["group"]: line["called"] for line in found["above"]}
    assert [group for group, called in named.items() if called] == ["C", "E"] or named["E"]


@pytest.mark.slow
def test_select_takes_a_share_and_another_criterion(blupboard):
    asked = ("select", DYESTUFF, *ROLES, "--error-rate", "0.2", "--format", "json")
    share = blupboard(*asked, "--top", "33%", "--criterion", "local").json
    count = blupboard(*asked, "--top", "2").json
    assert (share["criterion"], count["criterion"], count["error_rate"]) == ("local", "tail", 0.2)
    p_top = {line["group"]: line["p_top"] for line in count["best"]}
    assert {line["group"]: line["p_top"] for line in share["best"]} == p_top
    assert [line["called"] for line in share["best"]] == [p >= 0.8 for p in p_top.values()]
    assert all(line["called"] == (line["probability"] >= 0.8) for line in share["above"])
    asked = ("compare", DYESTUFF, *ROLES, "--inference", "--format", "json", "--top")
    by_share, by_count = (blupboard(*asked, top).json for top in ("33%", "2"))
    assert by_share == by_count
    assert by_share["top"] == 2


def test_select_by_level_means_against_a_value(blupboard):
    done = blupboard(
        "select", DYESTUFF, *ROLES, "--estimator", "ols", "--threshold", "1550", "--format", "json"
    )
    above = {line["group"]: line["probability"] for line in done.json["above"]}
    assert above["E"] > 0.98 > above["C"] > above["F"]
    assert "best" not in done.json


@pytest.mark.parametrize("layout", ["table", "csv"])
def test_select_for_reading(blupboard, layout):
    done = blupboard("select", DYESTUFF, *ROLES, "--top", "2", "--format", layout)
    assert done.code == 0
    assert "may_be_best" in done.out
    assert len(done.out.splitlines()) >= 7


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--threshold", "high"), "a number or mean"),
        (("--threshold", "nan"), "a finite number, not nan"),
        (("--threshold=-inf",), "a finite number, not -inf"),
        (("--lambda", "0.2", "--discordance", "0.1"), "not both"),
        (("--lambda", "2"), "between 0 and 1"),
        (("--error-rate", "0"), "between 0 and 1"),
        (("--top", "7"), "at most all 6 groups"),
        (("--top", "0%"), "a share above 0"),
        (("--top", "many"), "a number of groups, or a share"),
        (("--estimator", "james_stein"), "no joint distribution"),
    ],
)
def test_questions_that_have_no_answer_are_refused(blupboard, arguments, sentence):
    done = blupboard("select", DYESTUFF, *ROLES, *arguments)
    assert done.code == 2
    assert sentence in done.err


def test_select_for_reading_names_some_of_many_and_shows_no_control_characters(blupboard, tmp_path):
    lines = [f"G{j},{0.5 * (-1) ** j},1" for j in range(29)]
    (tmp_path / "many.csv").write_text("\n".join(["study,effect,se", "\x1b[31mred,0.6,1", *lines]))
    done = blupboard("select", str(tmp_path / "many.csv"), "--estimator", "ols", "--error-rate", "0.4")
    assert "\x1b" not in done.out
    assert "The best is among: \N{REPLACEMENT CHARACTER}[31mred, " in done.out
    assert " and 10 more." in done.out
    assert count_text(165.3, 2) == "165"
    assert [count_text(value) for value in (0.97234, 73.52, 1234.5)] == ["0.972", "73.5", "1,234"]


@pytest.mark.parametrize(("rate", "said"), [("0.025", "2.5%"), ("0.001", "0.1%"), ("0.07", "7%")])
def test_select_says_the_error_rate_that_was_asked_for(blupboard, rate, said):
    """It said 3% of 2.5, and called .1 under 1%."""
    done = blupboard("select", DYESTUFF, *ROLES, "--error-rate", rate)
    assert f"a chance of an error of at most {said}:" in done.out


def test_select_says_that_a_spread_of_nought_ranks_nobody(blupboard):
    done = blupboard("select", SAMPLES["dyestuff2"].file, *ROLES, "--estimator", "reml")
    assert done.code == 2
    assert "nothing can be ranked: REML BLUP: it estimates the spread between groups as 0" in done.err
    assert "could be fitted" not in done.err


def test_select_says_by_which_method_where_no_spread_was_found(blupboard):
    done = blupboard("select", SAMPLES["dyestuff2"].file, *ROLES, "--format", "json")
    assert done.code == 0
    assert done.json["estimator"] == "ols"
    assert "no method that pulls to a centre can rank these groups" in done.err


def test_lower_is_better_turns_the_plain_ranks(blupboard):
    plain, turned = (
        blupboard("compare", DYESTUFF, *ROLES, "--format", "json", *flags).json
        for flags in ((), ("--lower-is-better",))
    )
    assert (plain["lower_is_better"], turned["lower_is_better"]) == (False, True)
    for before, after in zip(plain["fits"], turned["fits"], strict=True):
        assert [g["rank"] for g in after["groups"]] == [7 - g["rank"] for g in before["groups"]]


@pytest.mark.slow
def test_what_intervals_cover_stands_beside_them_where_it_is_asked_for(blupboard, refused):
    found = inference(blupboard, "--calibrate")
    assert "calibration" not in (found["james_stein"] or {})
    reml = found["reml"]["calibration"]
    assert [point["where"] for point in reml["at"]] == ["estimate", "low", "high"]
    assert reml["worst"] in reml["at"]
    assert (reml["level"], reml["draws"]) == (0.95, 2000)
    assert "2,000 draws at each of 3 spreads" in reml["text"]
    assert found["ols"]["calibration"]["worst_at_zero"] is None
    assert "--calibrate goes with" in refused("compare", DYESTUFF, *ROLES, "--calibrate")


def test_errors_by_the_bootstrap_stand_beside_where_they_are_asked_for(blupboard, refused):
    asked = ("compare", DYESTUFF, *ROLES, "--inference", "--format", "json", "--estimator", "reml")
    done = blupboard(*asked, "--estimator", "grand_mean", "--bootstrap")
    fits = {fit["estimator"]: fit.get("inference") for fit in done.json["fits"]}
    drawn = fits["reml"]["bootstrap"]
    found = bootstrap(groups_of("dyestuff"), BUILT_IN["reml"])
    assert drawn == found.to_dict(groups_of("dyestuff"), 0.95)
    assert [line["group"] for line in drawn["groups"]] == list("ABCDEF")
    assert not (fits["grand_mean"] or {}).get("bootstrap")
    assert "Grand mean estimates no spread between groups" in done.err
    assert "--bootstrap goes with" in refused("compare", DYESTUFF, *ROLES, "--bootstrap")


def test_checks_on_the_model_stand_beside_the_fits(blupboard, refused):
    done = blupboard("compare", DYESTUFF, *ROLES, "--format", "json", "--checks", "--estimator", "reml")
    checks = done.json["checks"]
    assert checks.pop("not_checked") == {}
    assert set(checks) == {"normal", "residuals", "spread", "influence", "outlying", "rows"}
    assert [line["group"] for line in checks["influence"]["without"]] == list("ABCDEF")
    assert all(checks[name]["text"].endswith(".") for name in checks)
    assert "--checks goes with" in refused("compare", DYESTUFF, *ROLES, "--checks")
    assert "--checks goes with" in refused("compare", "unread.csv", "--checks")


@pytest.mark.slow
def test_draws_in_other_processes_give_the_same_numbers(blupboard, refused):
    asked = ("compare", DYESTUFF, *ROLES, "--estimator", "reml", "--inference", "--format", "json")
    drawn = (*asked, "--bootstrap", "--calibrate")
    there = blupboard(*drawn, "--workers", 2)
    assert (there.code, there.err) == (0, "")
    assert there.json == blupboard(*drawn).json
    assert refused(*asked, "--workers", 2) == "--workers and --dask go with --calibrate and --bootstrap"


def test_ranks_that_cannot_be_computed_cost_nothing_else(blupboard, tmp_path):
    table = tmp_path / "studies.csv"
    table.write_text("study,estimate,std_error\na,0.1,0.3\nb,0.5,0.2\nc,0.9,1e-13\nd,0.2,0.25\n")
    why = "standard errors differ too much in size for ranks to be computed"
    done = blupboard("compare", table, "--inference", "--format", "json")
    found = {fit["estimator"]: fit.get("inference") for fit in done.json["fits"]}
    assert found["reml"]["ranks_refused"] == why
    assert "spreads" in found["reml"]
    tidy = blupboard("compare", table, "--inference", "--format", "csv")
    assert f"REML BLUP: no ranks, {why}" in tidy.err
    assert tidy.out.startswith("estimator,group,")
