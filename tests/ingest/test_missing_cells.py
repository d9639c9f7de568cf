"""Plain files with missing cells are summed in one pass too, with the rows that were left out as judged."""

import pytest

from dashboard.ingest import file_groups, label_codes, plain_text
from tests.ingest.helpers import MANY, lines, put

WORDS = ("", "NA", "n/a", "NaN", "NULL", ".", "-", "na", " NA ", "\tnull", "\u2003", "Null", "nA")
BLANKS = ("", " ", "\t", "\u2003", "\u00a0 ")
MISSING = {
    **{f"{word!r} as outcome": lines([*MANY[:9], ("a", word), *MANY]) for word in WORDS},
    **{f"{blank!r} as label": lines([*MANY[:9], (blank, "1.5"), *MANY]) for blank in BLANKS},
    "outcomes in quotes": lines([*MANY, ("a", '""'), ("b", '"NA"'), ("a", '" . "')]),
    "both": lines([*MANY[:9], ("", ""), ("a", ""), ("", "2.5"), *MANY]),
    "the first row": lines([("a", ""), *MANY]),
    "a label in the first row": lines([("", "1.5"), *MANY]),
    "the last row": lines([*MANY, ("", "NA")]),
    "the last row without an end": lines([*MANY, ("a", "")])[:-1],
    "every word, again and again": lines([*zip("abcdefghijklm", WORDS, strict=True), *MANY] * 7),
    "a word for the first time far below": lines([*[("a", ""), *MANY] * 6, ("a", "-"), ("b", "NULL")]),
    "most": lines([(g, y if i % 10 == 3 else "") for i, (g, y) in enumerate(MANY)]),
    "most labels": lines([(g if i % 10 == 3 else "", y) for i, (g, y) in enumerate(MANY)]),
    "merged cells": lines([(g if i % 3 == 0 else "", i) for i, (g, _) in enumerate(MANY)]),
    "merged cells that begin blank": lines([(g if i % 3 else "", i) for i, (g, _) in enumerate(MANY)]),
    "groups without an outcome": lines([*MANY, ("z", "NA"), ("x", ""), ("x", "-"), ("y", "."), ("a", "NA")]),
    "whole numbers": lines([(g, i if i % 4 else ".") for i, (g, _) in enumerate(MANY)]),
    "a point among certain ones": lines([("a", "."), ("b", "1.250"), ("a", "2.5"), ("b", "3.125")]),
    "a code beside": lines([*MANY, ("a", "-999"), ("", "-999"), ("b", "-999"), ("b", "")]),
    "blank lines and quotes over two": lines(
        [("a", ""), *MANY[:5], ('"two\nlines"', "NA"), ("", "1"), *MANY]
    ).replace("site 3", "\nsite 3"),
    "old line ends": lines([*MANY, ("a", ""), *MANY, ("", "NA")]).replace("\n", "\r\n"),
    "lines above": "# a remark\n\n" + lines([*MANY, ("a", ""), ("", "NA")]),
    "words as labels": lines([*MANY, ("NA", "1.5"), (".", "NA"), ("-", "2.5")]),
    "rows of nothing": lines([*MANY[:9], ("", ""), *MANY, ("", "")]),
}


@pytest.mark.parametrize("kind", MISSING)
def test_missing_cells_are_passed_over_in_one_pass(kind, tmp_path, one_pass):
    read = file_groups(put(tmp_path, MISSING[kind]), outcome="y", group="g")
    assert one_pass == [read]
    assert read.data.dropped.total > 0


@pytest.mark.slow_cases
@pytest.mark.parametrize("kind", MISSING)
def test_in_one_piece_as_judged(kind, tmp_path):
    file_groups(put(tmp_path, MISSING[kind]), outcome="y", group="g")


@pytest.mark.slow_cases
@pytest.mark.parametrize("kind", MISSING)
def test_in_many_pieces_as_judged(kind, tmp_path, small_pieces, monkeypatch):
    for module in (plain_text, label_codes):
        monkeypatch.setattr(module, "ROWS_HELD", 0)
    file_groups(put(tmp_path, MISSING[kind]), outcome="y", group="g")


def test_what_is_left_out_is_counted_and_shown(tmp_path, one_pass, small_pieces):
    rows = [("a", "1"), ("b", ""), ("", "7"), ("a", "NA"), ("a", "3"), ("c", ""), ("", ""), ("b", "5")]
    rows += [("c", "n/a"), ("a", "2"), ("b", ""), ("a", ""), (" ", "4"), ("a", ""), ("b", "NA")]
    read = file_groups(put(tmp_path, "\n" + lines(rows)), outcome="y", group="g")
    assert one_pass == [read]
    data = read.data
    assert (data.labels.tolist(), data.n.tolist(), data.mean.tolist()) == (["a", "b"], [3, 1], [2, 5])
    assert (data.rows_read, data.total, data.unused_labels) == (15, 4, ("c",))
    assert (data.dropped.missing_outcome, data.dropped.missing_group, data.dropped.total) == (8, 3, 11)
    outcome, label = ([(e.line, e.text) for e in cause.examples] for cause in data.left_out)
    assert outcome == [(4, ""), (6, "NA"), (8, ""), (11, "n/a"), (17, "NA")]
    assert label == [(5, ""), (9, ""), (15, " ")]
