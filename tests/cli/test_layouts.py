"""The layouts of ``blupboard compare``: JSON, CSV, Parquet and the table, each exactly of its shape."""

from __future__ import annotations

import csv
import json
import math

import pyarrow.parquet as pq
import pytest
from click import ClickException

from dashboard.cli import json_output, output
from dashboard.cli.stdout import write_answer
from dashboard.ingest import reduce_file
from dashboard.samples import SAMPLES
from estimators import TIDY_COLUMNS, build_registry, compare
from tests.commands import BUILT_IN_IDS, DYESTUFF, PARAMETERS, ROLES

GROUP_FIELDS = list(TIDY_COLUMNS[1:])
COMPARED = ["data", "left_out", "lower_is_better", "fits"]
"""The keys of a comparison; behind them comes how the file was read."""


def test_json_is_exactly_of_its_shape(blupboard):
    done = blupboard("compare", DYESTUFF, *ROLES, "--format", "json")
    assert (done.code, done.err) == (0, "")
    answer = done.json
    assert list(answer) == [*COMPARED, "kind", "roles", "reading", "remarks", "hints"]
    assert (answer["left_out"], answer["remarks"], answer["hints"]) == ([], [], [])
    assert answer["roles"] == {
        "outcome": "Yield",
        "group": "Batch",
        "guessed": False,
        "why": "both were named",
    }
    assert answer["data"] == {
        "rows": 30,
        "used": 30,
        "dropped": {"missing_outcome": 0, "missing_group": 0, "not_a_number": 0, "not_finite": 0},
        "groups": 6,
    }
    assert [fit["estimator"] for fit in answer["fits"]] == BUILT_IN_IDS
    for fit in answer["fits"]:
        assert list(fit) == ["estimator", "label", "status", "message", "parameters", "notes", "groups"]
        assert (fit["status"], fit["message"], fit["notes"]) == ("ok", None, [])
        assert list(fit["parameters"])[: len(PARAMETERS)] == PARAMETERS
        assert all(value is None or math.isfinite(value) for value in fit["parameters"].values())
        assert [line["group"] for line in fit["groups"]] == list("ABCDEF")
        assert all(list(line) == GROUP_FIELDS for line in fit["groups"])


def test_json_holds_the_numbers_with_every_digit_and_null_where_there_is_none(blupboard):
    answer = blupboard("compare", DYESTUFF, *ROLES, "--format", "json").json
    comparison = compare(
        reduce_file(DYESTUFF, outcome="Yield", group="Batch"),
        list(build_registry(entry_points=False).values()),
    )
    assert {name: answer[name] for name in COMPARED} == comparison.to_dict()
    fits = {fit["estimator"]: fit for fit in answer["fits"]}
    assert fits["reml"]["parameters"]["mu"] == pytest.approx(1527.5, rel=1e-12)
    assert fits["reml"]["parameters"]["sigma_group"] == pytest.approx(42.000602, rel=1e-6)
    assert fits["ols"]["parameters"]["mu"] is None
    assert fits["james_stein"]["groups"][0]["std_error"] is None
    assert fits["james_stein"]["groups"][0]["conf_low"] is None


def test_json_of_a_failed_fit(blupboard, file):
    done = blupboard("compare", file("g,y\na,1\na,2\n"), "--outcome", "y", "--group", "g", "--format", "json")
    assert done.code == 0
    by_status = {fit["estimator"]: fit for fit in done.json["fits"]}
    status = {name: fit["status"] for name, fit in by_status.items()}
    assert list(status) == BUILT_IN_IDS
    assert {"ols": "ok", "reml": "failed", "ml": "failed", "james_stein": "failed"}.items() <= status.items()
    failed = by_status["reml"]
    assert (failed["parameters"], failed["groups"], failed["notes"]) == (None, [], [])
    assert "at least 2 groups" in failed["message"]


def test_json_holds_notes(blupboard):
    done = blupboard("compare", SAMPLES["dyestuff2"].file, *ROLES, "--format", "json", "--estimator", "reml")
    (fit,) = done.json["fits"]
    assert all(list(note) == ["code", "severity", "text"] for note in fit["notes"])
    found = [(note["code"], note["severity"]) for note in fit["notes"]]
    assert found == [("sigma_group_zero", "warning"), ("second_order_zero", "info")]


def test_csv_holds_the_tidy_columns(blupboard):
    done = blupboard("compare", DYESTUFF, *ROLES, "--format", "csv")
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines()[0] == ",".join(TIDY_COLUMNS)
    assert [row["estimator"] for row in done.rows] == [name for name in BUILT_IN_IDS for _ in range(6)]
    registry = build_registry(entry_points=False)
    columns = compare(reduce_file(DYESTUFF, outcome="Yield", group="Batch"), registry).columns()
    for name in TIDY_COLUMNS[3:]:
        read = [float(row[name]) if row[name] else None for row in done.rows]
        assert read == columns[name]
    assert {row["std_error"] for row in done.rows if row["estimator"] == "james_stein"} == {""}


def test_parquet_holds_the_tidy_columns(blupboard, tmp_path):
    target = tmp_path / "out.parquet"
    done = blupboard("compare", DYESTUFF, *ROLES, "--format", "parquet", "--output", target)
    assert (done.code, done.raw, done.err) == (0, b"", "")
    written = pq.read_table(target)
    assert written.column_names == list(TIDY_COLUMNS)
    types = {field.name: str(field.type) for field in written.schema}
    assert (types.pop("estimator"), types.pop("group"), types.pop("n")) == ("string", "string", "int64")
    assert set(types.values()) == {"double"}
    registry = build_registry(entry_points=False)
    columns = compare(reduce_file(DYESTUFF, outcome="Yield", group="Batch"), registry).columns()
    assert written.to_pydict() == columns


def test_json_in_pieces_is_that_of_the_whole(blupboard, file, monkeypatch):
    path = file('g,y\n"a\nb",1\n"a\nb",2.5\nÉ"",1e9\nÉ"",3e-7\nd,4\nd,5\ne,1\n')
    wanted = ("compare", path, "--outcome", "y", "--group", "g", "--format", "json", "--inference")
    whole = blupboard(*wanted)
    for groups in (1, 3):
        monkeypatch.setattr(json_output, "PIECE", groups)
        assert blupboard(*wanted).raw == whole.raw
    as_written = json.dumps(whole.json, ensure_ascii=False, indent=1) + "\n"
    assert as_written.encode() == whole.raw
    data = reduce_file(path, outcome="y", group="g")
    fits = compare(data, build_registry(entry_points=False)).to_dict()["fits"]
    assert [fit["groups"] for fit in whole.json["fits"]][: len(fits)] == [fit["groups"] for fit in fits]


def test_a_csv_of_many_groups_is_that_of_few(blupboard, file, monkeypatch):
    path = file('g,y\n"=a,b",1\n"=a,b",2.5\n"c ""c",1e9\n"c ""c",3e-7\nd,4\nd,5\n')
    wanted = ("compare", path, "--outcome", "y", "--group", "g", "--format", "csv", "--inference")
    few = blupboard(*wanted)
    monkeypatch.setattr(output, "MANY_GROUPS", 0)
    many = blupboard(*wanted)
    assert many.rows == few.rows
    assert many.raw.count(b"\r") == 0
    assert b'\nols,"=a,b",2,1.75,' in many.raw


def test_parquet_is_not_printed(refused):
    assert "--output" in refused("compare", DYESTUFF, *ROLES, "--format", "parquet")


def test_the_table_reads_well(blupboard):
    done = blupboard("compare", SAMPLES["dyestuff2"].file, *ROLES)
    lines = done.out.splitlines()
    assert lines[0] == "30 of 30 rows in 6 groups"
    header = next(line for line in lines if line.startswith("group"))
    assert header.split() == ["group", "n", "raw_mean", *BUILT_IN_IDS]
    assert [line.split()[:3] for line in lines if line.startswith("C ")] == [["C", "5", "7.5212"]]
    assert any(line.startswith("REML BLUP: The group means lie no further apart") for line in lines)
    assert max(map(len, lines[: lines.index(header) + 7])) < 120


def test_the_table_tells_groups_far_from_zero_apart(blupboard, file):
    rows = "".join(
        f"{g},{1e9 + base + step}\n" for g, base in (("a", 0), ("b", 0.5), ("c", 1)) for step in (0, 0.1)
    )
    done = blupboard("compare", file("g,y\n" + rows), "--outcome", "y", "--group", "g", "--estimator", "ols")
    assert [line.split()[-1] for line in done.out.splitlines()[-3:]] == [
        "1000000000.05",
        "1000000000.55",
        "1000000001.05",
    ]


def test_the_table_keeps_labels_on_one_line_and_short(blupboard, file):
    text = 'g,y\n"two\nlines\x1b[31m",1\n' + "x" * 10_000 + ",2\n"
    done = blupboard("compare", file(text), "--outcome", "y", "--group", "g", "--estimator", "ols")
    assert "\x1b" not in done.out
    labels = [line for line in done.out.splitlines() if line.startswith(("two", "xxx"))]
    assert [len(line.split("  ")[0]) for line in labels] == [len("two\nlines\x1b[31m"), 40]


def test_output_goes_to_a_file(blupboard, tmp_path):
    for layout in ("table", "csv", "json"):
        printed = blupboard("compare", DYESTUFF, *ROLES, "--format", layout)
        done = blupboard("compare", DYESTUFF, *ROLES, "--format", layout, "--output", tmp_path / "out")
        assert (done.code, done.raw) == (0, b"")
        assert (tmp_path / "out").read_bytes() == printed.raw


LABELS = [
    "01",
    "1",
    "001",
    "1.0",
    "NA",
    "=1+1",
    "+1",
    '"',
    'say "hi"',
    "a,b",
    "a\nb",
    "<b>x</b>",
    " a",
    "a ",
    "Ωü🎲",
    "-",
]


def test_labels_are_exact_in_csv_json_and_parquet(blupboard, tmp_path):
    path = tmp_path / "labels.csv"
    with path.open("w", newline="", encoding="utf-8") as handle:
        writer = csv.writer(handle)
        writer.writerow(["label", "y"])
        writer.writerows([label, value] for value, label in enumerate(LABELS * 2))
    wanted = ["compare", path, "--outcome", "y", "--group", "label", "--estimator", "ols"]
    assert [row["group"] for row in blupboard(*wanted, "--format", "csv").rows] == sorted(LABELS)
    (fit,) = blupboard(*wanted, "--format", "json").json["fits"]
    assert [line["group"] for line in fit["groups"]] == sorted(LABELS)
    blupboard(*wanted, "--format", "parquet", "--output", tmp_path / "out.parquet")
    assert pq.read_table(tmp_path / "out.parquet")["group"].to_pylist() == sorted(LABELS)


@pytest.mark.slow
def test_what_is_left_out_is_counted_everywhere(blupboard, file):
    path = file("g,y\na,1\na,2\nb,3\nb,NA\nb,-\n,4\nb,what\nb,1e999\n")
    wanted = ["compare", path, "--outcome", "y", "--group", "g"]
    data = blupboard(*wanted, "--format", "json").json["data"]
    dropped = {"missing_outcome": 2, "missing_group": 1, "not_a_number": 1, "not_finite": 1}
    assert data == {"rows": 8, "used": 3, "dropped": dropped, "groups": 2}
    words = [
        "3 of 8 rows in 2 groups",
        "2 rows left out, missing outcome: `NA` (line 5), `-` (line 6)",
        "1 row left out, missing group: blank (line 7)",
        "1 row left out, not a number: `what` (line 8)",
        "1 row left out, not finite: `1e999` (line 9)",
    ]
    assert blupboard(*wanted).out.splitlines()[:5] == words
    done = blupboard(*wanted, "--format", "csv")
    assert done.err.splitlines()[:5] == [f"blupboard: {line}" for line in words]
    assert "James–Stein: left out, needs at least 4 groups" in done.err


def test_an_answer_that_fails_leaves_the_file_that_is_there(tmp_path):
    def pieces():
        raise ClickException("not today")
        yield b""

    kept = tmp_path / "out.csv"
    kept.write_bytes(b"before")
    with pytest.raises(ClickException, match="not today"):
        write_answer(pieces(), kept)
    assert kept.read_bytes() == b"before"
