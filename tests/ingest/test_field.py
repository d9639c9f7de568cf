"""Files as people have them: each is read right, or refused or hinted at in words that say what to do."""

import csv
from pathlib import Path

import pyarrow as pa
import pytest

from dashboard.ingest import Reading, RowFilter, file_groups, reduce_table, store_table
from estimators import DataError, GroupData
from tests.ingest.helpers import means

FIELD = Path(__file__).parent.parent / "data" / "field"
RIGHT = {
    "semicolon_us_thousands": ("income", "branch", {"North": 1190, "South": 1000, "East": 1673.75}),
    "us_thousands_whole": (
        "income",
        "branch",
        {"East": 1673.75, "North": 1190, "South": 1000, "West": 795},
    ),
    "french_nbsp": ("montant", "ville", {"Lyon": 1069.70, "Nice": 1514.6125, "Metz": 790.9125}),
    "unicode_minus": ("change", "site", {"A": -0.575, "B": 1.3, "C": -1.275}),
    "accounting_negatives": ("profit", "store", {"A": -13.75, "B": 67.475, "C": -118.975}),
    "sheets_decimal_comma": ("kg", "shop", {"A": 1.115, "B": 2.575, "C": 3.05}),
    "percent_all": ("rate", "ward", {"W1": 12, "W2": 65 / 3, "W3": 28 / 3}),
    "currency": ("price", "shop", {"S1": 37.25 / 3, "S2": 21.7, "S3": 9.4}),
    "inner_quotes": ("len", "size", {'1/2" nut': 8, '3/4" bolt': 5, "O'Ring": 2.5}),
    "mysql_backslash": ("len", "size", {'3" bolt': 5, '5" nut': 8, "ring": 2.5}),
    "header_trailing_space": ("days ", "ward", {"A": 5, "B": 8, "C": 2.5}),
    "header_nbsp": ("Length of stay", "ward", {"A": 5, "B": 8, "C": 2.5}),
    "long_first_row": ("days", "ward", {"A": 1, "B": 8, "C": 2.5}),
    "space_before_quote": ("avg", "team", {"Reds": 0.288, "Cubs": 0.256, "Mets": 0.299}),
    "fullwidth_digits": ("点", "店", {"A": 13, "B": 21, "C": 15.5}),
    "r_na_group": ("y", "clinic", {"a": 1.35, "b": 2.6, "NA": 8.9, "c": 2.05}),
    "qualtrics_three_headers": ("Q1", "school", {"North": 35 / 3, "South": 20 / 3, "East": 18}),
}
SAID = {
    "semicolon_us_thousands": "income: `1,250` is read as 1250; "
    "with a decimal comma it would be another number",
    "french_nbsp": "montant: `1\u202f234,50` is read as 1234.5",
    "accounting_negatives": "profit: `(45.00)` is read as -45",
    "percent_all": "rate: `12%` is read as 12",
    "currency": "price: `$12.50` is read as 12.5",
}
CHANGED = {
    "merged_cells": (
        ("score", "school"),
        ["--fill-down"],
        {"North": 37 / 3, "South": 55 / 3, "East": 9},
    ),
    "missing_code_999": (
        ("score", "clinic"),
        ["--missing", "-999"],
        {"K1": 70.75, "K2": 194 / 3, "K3": 80.2, "K4": 72.5},
    ),
    "total_row": (("Days", "Ward"), ["--exclude", "Total"], {"A": 5, "B": 8, "C": 3}),
    "label_spaces": (
        ("los", "hospital"),
        ["--labels", "folded"],
        {"St Mary": 4.6, "Mercy": 7.2, "General": 5.5},
    ),
    "mac_roman": (
        ("y", "ville"),
        ["--encoding", "mac_roman"],
        {"Orléans": 4.35, "Nîmes": 6.85, "Bézier": 5.3},
    ),
}


def compared(blupboard, name, outcome, group, *flags):
    roles = ("--outcome", outcome, "--group", group, "--estimator", "ols")
    done = blupboard("compare", FIELD / f"{name}.csv", *roles, "--format", "json", *flags)
    assert done.code == 0, done.err
    answer = done.json
    return {g["group"]: g["raw_mean"] for g in answer["fits"][0]["groups"]}, answer


@pytest.mark.slow_cases
@pytest.mark.parametrize("name", RIGHT)
def test_read_right(blupboard, tmp_path, name):
    outcome, group, right = RIGHT[name]
    found, answer = compared(blupboard, name, outcome, group)
    assert found == pytest.approx(right, rel=1e-12)
    assert answer["remarks"] == ([SAID[name]] if name in SAID else answer["remarks"])
    path = FIELD / f"{name}.csv"
    table = store_table(path, name=path.name, target=tmp_path / "t.parquet")
    assert means(reduce_table(table, outcome=outcome, group=group)) == pytest.approx(right, rel=1e-12)


@pytest.mark.parametrize("name", sorted({*RIGHT} - {"inner_quotes", "mysql_backslash", "space_before_quote",
                                                    "header_nbsp", "long_first_row"}))  # fmt: skip
def test_the_same_text_in_a_frame_reads_alike(name):
    outcome, group, right = RIGHT[name]
    with (FIELD / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        delimiter = ";" if ";" in file.readline() else ","
        file.seek(0)
        rows = list(csv.DictReader(file, delimiter=delimiter))
    frame = pa.table({column: [row[column] for row in rows] for column in (outcome, group)})
    data = GroupData.from_frame(frame, outcome=outcome, group=group)
    assert means(data) == pytest.approx(right, rel=1e-12)


@pytest.mark.slow_cases
@pytest.mark.parametrize("name", CHANGED)
def test_right_once_it_is_said_how(blupboard, name):
    (outcome, group), flags, right = CHANGED[name]
    found, _ = compared(blupboard, name, outcome, group, *flags)
    assert found == pytest.approx(right, rel=1e-12)


def test_what_is_below_detection_is_left_out_and_shown(blupboard):
    _, answer = compared(blupboard, "below_detection", "conc", "well")
    (cause,) = answer["left_out"]
    assert (cause["cause"], cause["rows"], answer["data"]["dropped"]["not_a_number"]) == (
        "not_a_number",
        9,
        9,
    )
    assert cause["examples"][0] == {"line": 2, "text": "<0.5"}
    table = blupboard("compare", FIELD / "below_detection.csv", "--outcome", "conc", "--group", "well").out
    assert "9 rows left out, not a number: `<0.5` (line 2)" in table


def test_more_header_lines_are_left_out_and_shown(blupboard):
    _, answer = compared(blupboard, "qualtrics_three_headers", "Q1", "school")
    assert answer["data"]["used"] == 9
    assert [example["line"] for example in answer["left_out"][0]["examples"]] == [2, 3]


def test_whole_numbers_beyond_two_to_the_53_are_refused_with_what_to_do(blupboard):
    done = blupboard("compare", FIELD / "ns_timestamps.csv", "--outcome", "ns", "--group", "server")
    assert done.code != 0
    assert "subtract a constant" in done.err
    with (FIELD / "ns_timestamps.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for kind in (str, int):
        frame = pa.table({"y": [kind(row["ns"]) for row in rows], "g": [row["server"] for row in rows]})
        with pytest.raises(DataError, match="subtract a constant"):
            GroupData.from_frame(frame, outcome="y", group="g")


def test_the_reading_as_used_is_part_of_the_json(blupboard):
    _, answer = compared(blupboard, "french_nbsp", "montant", "ville")
    assert answer["reading"] == {
        "encoding": "UTF-8", "delimiter": ";", "quote": '"', "decimal": ",", "thousands": " ", "header": 1,
        "skip_rows": 0, "comment": None, "sheet": None, "missing": [], "stack": [], "labels": "exact",
        "fill_down": False, "event": None,
    }  # fmt: skip


@pytest.mark.slow
def test_a_reading_that_was_used_gives_the_same_again():
    for name, (outcome, group, right) in RIGHT.items():
        read = file_groups(FIELD / f"{name}.csv", outcome=outcome, group=group)
        again = Reading.from_json(read.reading.to_json())
        if name == "mysql_backslash":
            continue  # what escapes quotes is found, never said
        second = file_groups(FIELD / f"{name}.csv", outcome=outcome, group=group, reading=again)
        assert means(second.data) == pytest.approx(right, rel=1e-12), name


def test_rows_that_are_left_out_on_request_are_no_part_of_dropped():
    path = FIELD / "total_row.csv"
    rows = RowFilter.from_flags({"exclude": ["Total"], "where": ["Patient!=p1", "Days>=3"]})
    data = file_groups(path, outcome="Days", group="Ward", rows=rows).data
    assert means(data) == {"A": 5.5, "B": 8.0, "C": 3.5}
    assert (data.rows_read, data.dropped.total) == (7, 0)
    found = [(cause.cause, cause.rows, cause.detail) for cause in data.left_out]
    assert found == [("excluded_group", 1, ""), ("where", 1, "Patient!=p1"), ("where", 1, "Days>=3")]


HINTS = {
    "merged_cells": (("score", "school"), "merged_cells", "--fill-down"),
    "missing_code_999": (("score", "clinic"), "missing_code", "--missing -999"),
    "total_row": (("Days", "Ward"), "total_group", "--exclude Total"),
    "label_spaces": (("los", "hospital"), "similar_labels", "--labels folded"),
    "mac_roman": (("y", "ville"), "encoding", "--encoding mac_roman"),
    "r_na_group": (("y", "clinic"), "missing_label", "--missing NA"),
}


@pytest.mark.slow_cases
@pytest.mark.parametrize("name", HINTS)
def test_a_hint_says_what_is_amiss_and_its_change_mends_it(name):
    (outcome, group), code, flags = HINTS[name]
    read = file_groups(FIELD / f"{name}.csv", outcome=outcome, group=group)
    (hint,) = read.hints
    assert (hint.code, hint.flags) == (code, flags)
    reading, rows = hint.applied(Reading(), RowFilter())
    again = file_groups(FIELD / f"{name}.csv", outcome=outcome, group=group, reading=reading, rows=rows)
    assert again.hints == ()
    if name in CHANGED:
        assert means(again.data) == pytest.approx(CHANGED[name][2], rel=1e-12)


@pytest.mark.slow_cases
@pytest.mark.parametrize("name", sorted({*RIGHT} - {"r_na_group", "qualtrics_three_headers"}))
def test_nothing_is_hinted_at_where_nothing_is_amiss(name):
    outcome, group, _ = RIGHT[name]
    assert file_groups(FIELD / f"{name}.csv", outcome=outcome, group=group).hints == ()


def test_one_far_row_and_another_outcome_are_hinted_at(tmp_path):
    path = tmp_path / "data.csv"
    path.write_text("g,y,died\na,1,0\na,2,1\nb,3,0\nb,4,1\na,2,0\nb,3,1\nb,5000,0\n")
    far, binary = file_groups(path, outcome="y", group="g").hints
    assert far.code == "far_row"
    assert "5000 (line 8)" in far.sentence
    assert "the mean is 2.5 rather than 716.4" in far.sentence
    _, rows = far.applied(Reading(), RowFilter())
    assert means(file_groups(path, outcome="y", group="g", rows=rows).data)["b"] == pytest.approx(10 / 3)
    assert (binary.code, binary.outcome) == ("binary_outcome", "died")
