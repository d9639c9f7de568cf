"""``blupboard risk``, clause by clause: what it prints, writes and exits with."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import subprocess
import sys

import pytest
from distributed import LocalCluster

from estimators import Design, Loss, RiskStudy, Sweep, build_registry, run_risk
from tests.commands import ROOT, program
from tests.oracles import BUILT_IN
from tests.waiting import PATIENCE

BUILT_IN_IDS = list(BUILT_IN)
SMALL = ("risk", "--groups", "6", "--per-group", "4", "--replicates", "60")


def study_of(**more):
    return RiskStudy(
        **{
            "design": Design(groups=6, per_group="4"),
            "estimators": tuple(build_registry(entry_points=False).values()),
            "replicates": 60,
            **more,
        }
    )


def test_json_holds_the_report_with_every_digit(blupboard):
    done = blupboard(*SMALL, "--format", "json", "--sweep", "ratio=0.2:5:3")
    assert (done.code, done.err) == (0, "")
    answer, report = done.json, run_risk(study_of(sweep=Sweep("ratio", 0.2, 5, 3))).to_dict()
    assert answer.pop("seconds") > 0
    del report["seconds"]
    assert answer == json.loads(json.dumps(report))
    assert [e["estimator"] for e in answer["estimators"]] == BUILT_IN_IDS
    for measure in (
        *("mse", "relative_mse", "bias", "coverage"),
        *("mean_width", "best_found", "rank_correlation"),
    ):
        assert {measure, f"{measure}_mcse"} <= set(answer["estimators"][0])
    assert answer["estimators"][3]["coverage"] is None
    assert [point["value"] for point in answer["sweep"]] == [0.2, pytest.approx(1.0), 5.0]
    assert answer["crossings"]


def test_csv_has_a_line_for_every_point_and_estimator(blupboard):
    done = blupboard(*SMALL, "--format", "csv", "--sweep", "n=1:9:3")
    assert done.code == 0
    rows = done.rows
    report = run_risk(study_of(sweep=Sweep("n", 1, 9, 3)))
    points = (report.base, *report.sweep)
    assert [(row["dial"], row["value"]) for row in rows[:: len(BUILT_IN)]] == [
        ("n", "" if point.value is None else str(point.value)) for point in points
    ]
    assert [row["estimator"] for row in rows] == BUILT_IN_IDS * 4
    for row, (point, risk) in zip(rows, ((p, e) for p in points for e in p.estimators), strict=True):
        for name, measured in risk.measures.items():
            for column, value in ((name, measured.value), (f"{name}_mcse", measured.mcse)):
                assert (float(row[column]) if row[column] else None) == value, column
        assert float(row["theory_lower"]) == point.theory.lower
        assert int(row["failed"]) == risk.failed
    reasons = done.err.splitlines()
    assert len(reasons) == 3
    assert reasons[0].startswith(
        "blupboard: REML BLUP: not fitted in 60 of 180 replicates of the sweep: every"
    )


@pytest.mark.slow
def test_without_a_sweep_the_dial_is_empty(blupboard):
    rows = blupboard(*SMALL, "--format", "csv").rows
    assert {(row["dial"], row["value"]) for row in rows} == {("", "")}
    assert len(rows) == len(BUILT_IN)


def test_the_table_reads_well(blupboard):
    done = blupboard("risk", "--groups", "12", "--replicates", "200", "--mean=-5", "--seed", "9")
    assert (done.code, done.err) == (0, "")
    lines = done.out.splitlines()
    assert lines[0] == "12 groups of 10 rows, mean -5, sigma_group 1, sigma_error 1, normal effects"
    assert lines[1].startswith("200 replicates, seed 9, intervals at level 0.95")
    (header,) = (line for line in lines if "mse" in line)
    assert header.split() == ["mse", "relative_mse", "bias", "best_found", "rank_correlation"]
    labels = [e.label for e in BUILT_IN.values()]
    at = lines.index(header)
    assert all(line.startswith(label) for line, label in zip(lines[at + 1 :], labels, strict=False))
    report = run_risk(
        RiskStudy(Design(groups=12, mean=-5.0), tuple(BUILT_IN.values()), replicates=200, seed=9)
    )
    mse, line = report.base["reml"]["mse"], lines[at + 1 + BUILT_IN_IDS.index("reml")]
    value, error = line.removeprefix("REML BLUP").split("±")[:2]
    assert float(value) == pytest.approx(mse.value, abs=mse.mcse / 10)
    assert float(error.split()[0]) == pytest.approx(mse.mcse, rel=0.05)
    assert any(line.split()[-5:] == ["0.1", "1", "-", "-", "-"] for line in lines if "theory: level" in line)
    assert any("theory: Bayes risk" in line and "0.09091" in line for line in lines)
    assert any(
        line.startswith("Grand mean: all its estimates, or all true means, are equal in 200")
        for line in lines
    )
    assert max(map(len, lines[: at + len(labels) + 3])) < 120


def test_methods_are_compared_by_another_loss(blupboard):
    asked = ("risk", "--groups", "8", "--replicates", "60", "--loss", "top:25%", "--sweep", "ratio=0.2:2:3")
    found = blupboard(*asked, "--format", "json").json
    assert found["loss"] == {"id": "top:25%", "label": "Missed among the best 25%"}
    report = run_risk(study_of(loss=Loss.parse("top:2"), design=Design(groups=8), replicates=60))
    for line in found["estimators"]:
        assert line["loss"] == report.base[line["estimator"]]["loss"].value
        assert line["relative_mse"] == report.base[line["estimator"]]["relative_mse"].value
    table = blupboard(*asked).out
    assert "loss top:25%: missed among the best 25%;" in table
    assert "top:25% at ratio" in table
    assert "relative_loss" in table
    assert len({line.count(",") for line in blupboard(*asked, "--format", "csv").out.splitlines()}) == 1


def test_the_table_is_split_by_size_where_sizes_differ(blupboard):
    lines = blupboard(*SMALL[:3], "--per-group", "2,2,2,9,9,30", "--replicates", "50").out.splitlines()
    heads = [line for line in lines if re.match(r"\w+ in ", line)]
    assert [line.split()[0] for line in heads] == ["mse", "bias", "coverage", "mean_width"]
    assert re.split(r"\s{2,}", heads[0])[1:] == ["3 groups of 2", "2 groups of 9", "1 group of 30"]


def test_the_table_of_a_sweep_shows_curves_lines_and_crossings(blupboard):
    done = blupboard(*SMALL[:5], "--replicates", "400", "--sweep", "ratio=0.1:3:4", "--effects", "skewed:3")
    lines = done.out.splitlines()
    (at,) = (i for i, line in enumerate(lines) if line.startswith("mse at ratio"))
    assert lines[at].endswith("theory: level means  theory: best linear rule")
    assert [line.split()[0] for line in lines[at + 1 : at + 5]] == ["0.1", "0.3107", "0.9655", "3"]
    assert [line.split()[-2] for line in lines[at + 1 : at + 5]] == ["0.25"] * 4
    crossing = (
        r"Below ratio \S+ \(\S+ to \S+\) closer to the truth: Grand mean; "
        r"above it: the groups' own means"
    )
    assert sum(re.fullmatch(crossing, line) is not None for line in lines) == 1
    assert "skewed:3 effects" in lines[0]


def test_numbers_follow_the_seed_and_the_level(blupboard):
    def coverage(*more):
        return blupboard(*SMALL, "--estimator", "ols", "--format", "json", *more).json["estimators"][0][
            "coverage"
        ]

    assert coverage() == coverage("--seed", "1") != coverage("--seed", "2")
    assert coverage("--level", "0.5") < coverage() < coverage("--level", "0.999")


def test_the_named_estimators_take_part_with_their_options(blupboard):
    arguments = (
        *SMALL,
        "--estimator",
        "reml",
        "--estimator",
        "ols",
        "--estimator",
        "reml",
        "--format",
        "json",
    )
    plain = blupboard(*arguments).json["estimators"]
    assert [e["estimator"] for e in plain] == ["reml", "ols"]
    other = blupboard(*arguments, "--option", "reml.std_error=conditional").json["estimators"]
    assert other[0]["mean_width"] < plain[0]["mean_width"]
    assert other[1] == plain[1]


PLUGIN = """
from estimators import DataError, Estimator, GroupFit, hookimpl

class Moody(Estimator):
    id, label, summary = "moody", "Moody", "Now and then."

    def _fit(self, data, options):
        if data.mean[0] > 0:
            raise DataError("the first group\\nis too good")
        return GroupFit(data.mean)

@hookimpl
def register_estimators():
    return [Moody()]
"""


def test_plugins_take_part_and_their_failures_are_shown(blupboard, tmp_path):
    (tmp_path / "moody.py").write_text(PLUGIN)
    arguments = (*SMALL, "--plugins-dir", tmp_path)
    answer = blupboard(*arguments, "--format", "json").json["estimators"][-1]
    assert (answer["estimator"], answer["replicates"] + answer["failed"]) == ("moody", 60)
    assert 10 < answer["failed"] < 50
    assert answer["failures"] == [{"reason": "the first group\nis too good", "count": answer["failed"]}]
    sentence = f"Moody: not fitted in {answer['failed']} of 60 replicates: the first group is too good"
    assert sentence in blupboard(*arguments).out.splitlines()
    done = blupboard(*arguments, "--format", "csv")
    assert done.err == f"blupboard: {sentence}\n"
    assert done.rows[-1]["failed"] == str(answer["failed"])


def test_output_goes_to_a_file(blupboard, tmp_path):
    for layout in ("table", "csv"):
        printed = blupboard(*SMALL, "--format", layout)
        done = blupboard(*SMALL, "--format", layout, "--output", tmp_path / "out")
        assert (done.code, done.raw, done.err) == (0, b"", "")
        assert (tmp_path / "out").read_bytes() == printed.raw


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--replicates", "0"), "ask for 1 to 100,000,000 replicates"),
        (("--replicates", "many"), "not a valid integer"),
        (("--level", "1"), "the interval level lies between 0 and 1"),
        (("--estimator", "nonsense"), "there is no estimator 'nonsense'"),
        (("--option", "reml"), "--option is written ID.NAME=VALUE"),
        (("--option", "reml.size=3"), "reml has no option size"),
        (("--estimator", "ols", "--option", "reml.std_error=conditional"), "reml is not among ols"),
        (("--sweep", "ratio"), "a sweep is written DIAL=FROM:TO:POINTS"),
        (("--sweep", "mean=1:2:3"), "a sweep turns one of ratio"),
        (("--sweep", "n=1:5:3", "--per-group", "2-3"), "--sweep n=1:5:3: n can only be swept"),
        (("--sweep", "groups=1:1e9:3"), "--sweep groups=1:1e9:3: give from 1 to 1,000,000 groups"),
        (
            ("--sweep", "ratio=1:2:3", "--sigma-error", "0"),
            "--sweep ratio=1:2:3: the ratio can only be swept",
        ),
        (("--format", "parquet"), "'parquet' is not one of"),
        (("--loss", "mood"), "a loss is one of squared,"),
        (("--loss", "top:many"), "the best are a whole number of groups, or a share as in 10%"),
        (("--loss", "top:0%"), "a share above 0"),
        (("--loss", "rank:3"), "a loss is written"),
        (("--loss", "threshold:inf"), "threshold takes a number"),
        (("--loss", "top:21", "--groups", "20"), "more groups as best than there are"),
    ],
)
def test_a_study_that_cannot_be_is_refused_in_a_sentence(refused, arguments, words):
    assert words in refused("risk", *arguments)


def test_when_nothing_can_be_fitted_the_reason_is_told(refused):
    sentence = refused("risk", "--groups", "3", "--estimator", "james_stein", "--replicates", "5")
    assert sentence == "no estimator could be fitted: James–Stein: needs at least 4 groups"
    sentence = refused(
        "risk", "--per-group", "1", "--replicates", "5", "--estimator", "reml", "--estimator", "ml"
    )
    assert sentence.startswith("no estimator could be fitted: REML BLUP, ML BLUP: every group has one row")


# in a process of its own


@pytest.mark.slow
def test_a_process_says_nothing_but_its_answer():
    done = program("risk", "--replicates", "20", "--format", "json")
    assert done.err == ""
    assert len(done.json["estimators"]) >= 5
    done = program("simulate", "--preset", "model3")
    assert (done.err, done.out.count("\n")) == ("", 26)


def at_a_terminal(*arguments):
    """A command whose stderr is a terminal, and that terminal's other end."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "dashboard.cli", *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=theirs,
        env={**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm"},
    )
    os.close(theirs)
    return process, ours


def said(terminal, until=None):
    """What is written to a terminal up to some words, or to its end."""
    text = b""
    while until is None or until not in text:
        try:
            more = os.read(terminal, 4096)
        except OSError:
            more = b""
        if not more:
            break
        text += more
    return text.decode()


@pytest.mark.slow
def test_a_bar_moves_where_someone_watches():
    process, terminal = at_a_terminal("risk", "--groups", "300", "--replicates", "2000", "--format", "json")
    text = said(terminal)
    out, _ = process.communicate(timeout=PATIENCE)
    os.close(terminal)
    assert process.returncode == 0
    assert json.loads(out)["replicates"] == 2000
    shares = [int(share) for share in re.findall(r"(\d+)%", text)]
    assert shares == sorted(shares)
    assert shares[-1] == 100
    assert len(set(shares)) > 2


@pytest.mark.slow
def test_an_interrupt_ends_it_at_once_and_cleanly():
    process, terminal = at_a_terminal("risk", "--groups", "300", "--replicates", "200000")
    said(terminal, until=b"1%")
    process.send_signal(signal.SIGINT)
    text = said(terminal)
    out, _ = process.communicate(timeout=PATIENCE)
    os.close(terminal)
    assert process.returncode == 130
    assert out == b""
    assert "Traceback" not in text


@pytest.mark.slow
def test_the_scorecard_of_a_method(blupboard, refused):
    done = blupboard("scorecard", "ols", "--replicates", "10", "--ranked", "2", "--format", "json")
    assert (done.code, done.err) == (0, "")
    assert (done.json["estimator"], done.json["seed"], done.json["level"]) == ("ols", 1, 0.95)
    assert {"mse", "regret_mcse", "coverage_by_size", "ranking"} <= set(done.json["scenarios"][0])
    table = blupboard("scorecard", "james_stein", "--replicates", "10", "--ranked", "2").out
    assert "rank_coverage" not in table
    assert "Two clusters of groups" in table
    assert "there is no estimator 'x'" in refused("scorecard", "x")


def test_a_study_can_start_from_a_scenario(blupboard, refused):
    done = blupboard(
        "risk", "--scenario", "heavy_tails", "--groups", "6", "--replicates", "5", "--estimator", "ols"
    )
    assert "6 groups of 2-20 rows, mean 0, sigma_group 1, sigma_error 2, t:3 effects" in done.out
    again = blupboard("risk", "--scenario", "heavy_tails", "--effects", "normal", "--replicates", "5")
    assert "normal effects" in again.out
    assert "two_clusters" in refused("risk", "--scenario", "sizes_follow")


OWN = (
    "from estimators import Estimator, GroupFit, hookimpl\n"
    "class Own(Estimator):\n"
    "    id, label, summary, citation = 'own', 'Own', 'The mean itself.', ''\n"
    "    def _fit(self, data, options):\n"
    "        return GroupFit(data.mean)\n"
    "@hookimpl\n"
    "def register_estimators():\n"
    "    return [Own()]\n"
)


@pytest.mark.slow
def test_workers_give_the_same_numbers_with_a_plugin_in_a_file_too(blupboard, shelf):
    asked = (*SMALL, "--estimator", "own", "--estimator", "reml", "--format", "json")
    one, two = (blupboard(*asked, "--plugins-dir", shelf(own=OWN), "--workers", number) for number in (1, 2))
    assert (two.code, two.err) == (0, "")
    assert {**two.json, "seconds": 0} == {**one.json, "seconds": 0}


@pytest.fixture(scope="module")
def cluster():
    """Started before a test of commands hides the entry points, among which Dask finds its own parts."""
    with LocalCluster(
        n_workers=1,
        threads_per_worker=1,
        processes=False,
        protocol="tcp",
        host="127.0.0.1",
        dashboard_address=None,
    ) as started:
        yield started


@pytest.mark.slow
def test_a_dask_cluster_gives_the_same_numbers(cluster, blupboard):
    asked = (*SMALL, "--format", "json")
    there = blupboard(*asked, "--dask", cluster.scheduler_address)
    assert there.code == 0
    assert {**there.json, "seconds": 0} == {**blupboard(*asked).json, "seconds": 0}


def test_workers_and_a_cluster_are_refused_where_they_cannot_be(refused, monkeypatch):
    assert refused(*SMALL, "--workers", 2, "--dask", "tcp://127.0.0.1:1").startswith(
        "--workers and --dask stand in place of each other"
    )
    monkeypatch.setattr("dashboard.cli.worker_flags.CONNECT_SECONDS", 0.2)
    assert refused(*SMALL, "--dask", "tcp://127.0.0.1:1").startswith(
        "there is no Dask scheduler at tcp://127.0.0.1:1"
    )
    monkeypatch.setitem(sys.modules, "distributed", None)
    assert "pip install 'blupboard[cluster]'" in refused(*SMALL, "--dask", "tcp://127.0.0.1:1")
