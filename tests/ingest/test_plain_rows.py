"""Plain files are summed in one pass; what is not plain is judged cell by cell, with the same answer."""

import csv
import io
from contextlib import suppress
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.ingest import (
    ModelColumns,
    Reading,
    RowFilter,
    UnreadableFile,
    file_groups,
    judge_rows,
    plain_parquet,
    plain_text,
    sum_plain_rows,
)
from estimators import DataError
from tests.ingest.helpers import MANY, lines, put, put_parquet

PLAIN = "g,y\na,1.25\nb,2.5\na,3e0\nb,4.\na,.5\n"


IRREGULAR = {
    "no number": lines([*MANY, ("a", "n.n.")]),
    "infinity": lines([*MANY, ("a", "inf")]),
    "beyond doubles": lines([*MANY, ("a", "1e999")]),
    "hexadecimal": lines([*MANY, ("a", "0x1F")]),
    "no number beside missing ones": lines([*MANY, ("a", "NA"), ("a", "n.n."), ("a", "")]),
    "not a number with a sign": lines([*MANY, ("a", "-nan")]),
    "a word beside thousands": 'g;y\na;"1,250"\nb;NA\na;3\n',
    "a point for a missing one beside points in doubt": lines(
        [*[("a", ".")] * 20, ("b", "1.250"), ("a", "2.500"), ("a", "3")]
    ),
    "nothing but missing ones": lines([("a", ""), ("b", "NA"), ("", "1.5")]),
    "a comma as thousands": 'g;y\na;"1,250"\nb;980\na;3\n',
    "a decimal comma": "g;y\na;1,25\nb;2,5\na;3,75\n",
    "a point that may set thousands apart": lines([("a", "1.250"), ("b", "2.500"), ("a", "3")]),
    "a percent sign": lines([("a", "12%"), ("b", "13%")]),
    "a quote in the middle": lines([*MANY, ('3" nut', "1.5")]),
    "a row that is too short": lines(MANY) + "a\n",
    "a row that is too long": lines(MANY) + "a,1.5,2\n",
    "spaces for separators": "g y\na 1.5\nb 2.5\n",
    "one row far from all others": lines([*MANY, ("a", "1e9")]),
    "another script": lines([*MANY, ("a", "\u0663")]),
}


@pytest.mark.slow_cases
@pytest.mark.parametrize("kind", IRREGULAR)
def test_what_is_not_plain_is_judged(kind, tmp_path, one_pass, small_pieces):
    with suppress(DataError, UnreadableFile):
        file_groups(put(tmp_path, IRREGULAR[kind]), outcome="y", group="g")
    assert one_pass == [None]


def test_a_whole_number_that_a_double_would_round_is_still_refused(tmp_path, one_pass, small_pieces):
    path = put(tmp_path, lines([*MANY, ("a", "9007199254740993")]))
    with pytest.raises(DataError, match="9007199254740993"):
        file_groups(path, outcome="y", group="g")
    assert one_pass == [None]


@pytest.mark.slow_cases
@pytest.mark.parametrize(
    "asked",
    [
        {"reading": Reading(missing=("-3",))},
        {"reading": Reading(decimal=".")},
        {"reading": Reading(labels="trimmed")},
        {"reading": Reading(fill_down=True)},
        {"rows": RowFilter(exclude=("b",))},
        {"beside": ModelColumns(adjust=("x",))},
    ],
)
def test_what_is_asked_about_cells_is_done_cell_by_cell(asked, tmp_path, one_pass):
    rows = [f"{g},{y},{x}" for x, (g, y) in enumerate([("a", 1.5), ("b", 2), ("a", 3), ("b", 5), ("a", 4)])]
    file_groups(put(tmp_path, "\n".join(["g,y,x", *rows])), outcome="y", group="g", **asked)
    assert one_pass == [None]


REGULAR = {
    "as programs write it": PLAIN,
    "whole numbers": lines([(g, i) for i, (g, _) in enumerate(MANY)]),
    "whole numbers beside a column with points": "g,y,x\n" + "".join(f"a,{i},{i}.5\n" for i in range(50)),
    "all in quotes": "".join(f'"{g}","{y}"\r\n' for g, y in [("g", "y"), *MANY]),
    "quotes within": lines([*MANY, ('"a ""b"", c"', "1.5"), ('"two\nlines"', "2.5")]),
    "old line ends and blank lines": lines(MANY).replace("\n", "\r\n\r\n"),
    "tabs": lines(MANY).replace(",", "\t"),
    "semicolons and points": lines(MANY).replace(",", ";"),
    "a mark of its encoding": "\ufeff" + lines(MANY),
    "lines above": "# a remark\n" + lines(MANY),
    "labels as they stand": lines(
        [(" a ", "1.5"), ("a", "2"), ("NA", "3.25"), ("\u00e9", "1"), ("a ", "2.5")]
    ),
    "spaces around numbers": lines([("a", " 1.5"), ("b", "+2.5\t"), ("a", "3.5 ")]),
    "groups without spread": lines([(g, 3.5) for g, _ in MANY]),
    "a code": lines([*MANY, ("a", "-999"), ("b", "-999"), ("b", "999")]),
    "the largest is like a code": lines([*MANY, ("a", "99")]),
    "far from zero": lines([(g, f"{1e9 + i / 8}") for i, (g, _) in enumerate(MANY)]),
    "far apart": lines([(g, f"{10.0 ** (i % 7) + i / 8}") for i, (g, _) in enumerate(MANY)]),
}


@pytest.mark.parametrize("kind", REGULAR)
def test_what_is_plain_is_summed_in_one_pass(kind, tmp_path, one_pass):
    read = file_groups(put(tmp_path, REGULAR[kind]), outcome="y", group="g")
    assert one_pass == [read]


@pytest.mark.slow_cases
@pytest.mark.parametrize("kind", REGULAR)
def test_in_one_piece_as_judged(kind, tmp_path):
    file_groups(put(tmp_path, REGULAR[kind]), outcome="y", group="g")


@pytest.mark.slow_cases
@pytest.mark.parametrize("kind", REGULAR)
def test_in_many_pieces_as_judged(kind, tmp_path, small_pieces):
    file_groups(put(tmp_path, REGULAR[kind]), outcome="y", group="g")


PARQUET = {
    "text and doubles": {"g": ["b", "a", "b", "\u00e9"], "y": [1.5, 2.25, -1e9, 4]},
    "categories": {"g": pa.array(["b", "a", "b"]).dictionary_encode(), "y": pa.array([1, 2, 3], pa.int8())},
    "whole numbers": {"g": pa.array([3, -1, 3], pa.int64()), "y": pa.array([1.1, 2, 3], pa.float32())},
    "a category that no row has": {
        "g": pa.DictionaryArray.from_arrays(pa.array([0, 2, 0]), pa.array(["a", " ", "b"])),
        "y": [1.5, 2, 4],
    },
    "a missing number": {"g": ["a", "b", "a"], "y": [1.5, None, 2]},
    "a missing whole number": {"g": ["a", "b", "a"], "y": pa.array([1, None, 2], pa.int32())},
    "not a number": {"g": ["a", "b", "a", "a"], "y": [1.5, float("nan"), 2, None]},
    "a missing label": {"g": ["a", None, "a"], "y": [1.5, 2, 2]},
    "a missing label of a whole number": {"g": pa.array([1, None, 1], pa.int64()), "y": [1.5, 2, None]},
    "a blank label": {"g": ["a", "", "a", "\u2003"], "y": [1.5, 2, 2, float("nan")]},
    "a missing category": {
        "g": pa.array(["a", None, "a", "b"]).dictionary_encode(),
        "y": [1.5, 2, 4, None],
    },
}
NOT_PLAIN = {
    "an infinite one": {"g": ["a", "b", "a"], "y": [1.5, float("inf"), 2]},
    "labels both missing and blank": {"g": ["a", None, "a", ""], "y": [1.5, 2, 2, 3]},
    "numbers as text": {"g": ["a", "b"], "y": ["1.5", "2"]},
    "truth values": {"g": ["a", "b"], "y": [True, False]},
    "labels of fractions": {"g": [1.0, 2.5], "y": [1.5, 2]},
    "decimals": {"g": ["a", "b"], "y": pa.array([Decimal("1.5"), Decimal("2")])},
    "names with points": {"g": ["a", "b"], "y": [1.5, 2], "a.b": [1, 2]},
}


@pytest.fixture
def in_place(monkeypatch):
    """Tables of any number of rows are summed by DuckDB where they lie."""
    for module in (sum_plain_rows, judge_rows, plain_parquet):
        monkeypatch.setattr(module, "ROWS_HELD", 0)


@pytest.mark.parametrize("kind", PARQUET)
def test_typed_columns_are_summed_as_they_are(kind, tmp_path, one_pass):
    path = put_parquet(tmp_path, PARQUET[kind])
    read = file_groups(path, outcome="y", group="g")
    assert one_pass == [read]


def test_few_typed_rows_of_many_pieces_come_out_as_judged(tmp_path):
    labels = pa.chunked_array([["a", None, "b"], ["c", "a", None]]).dictionary_encode()
    table = pa.table({"g": labels, "y": [1.5, 2, None, 3, float("nan"), None]})
    path = tmp_path / "pieces.parquet"
    pq.write_table(table, path, row_group_size=2)
    file_groups(path, outcome="y", group="g")


@pytest.mark.parametrize("kind", PARQUET)
def test_few_typed_rows_come_out_as_judged(kind, tmp_path):
    file_groups(put_parquet(tmp_path, PARQUET[kind]), outcome="y", group="g")


@pytest.mark.slow_cases
@pytest.mark.parametrize("kind", NOT_PLAIN)
def test_other_columns_are_judged(kind, tmp_path, one_pass):
    file_groups(put_parquet(tmp_path, NOT_PLAIN[kind]), outcome="y", group="g")
    assert one_pass == [None]


NUMBERS = [1.5, 2.0, 4.0, 4.0, 3.5, -2.0]
LABELS = ["a", "b", "a", "\u00e9", "b", "a"]
NAN, INF = float("nan"), float("inf")
IN_PLACE = {
    "far from zero": {"g": LABELS, "y": [1e9 + y / 1024 for y in NUMBERS]},
    "far apart": {"g": LABELS, "y": [1e12, 5.0, 1e12 + 1, -1e9, 5.25, 1e12 + 2]},
    "no spread far from zero": {"g": LABELS, "y": [1e9 + 0.1] * 6},
    "missing numbers": {"g": LABELS, "y": [1.5, None, 4.0, None, 3.5, None]},
    "not numbers": {"g": LABELS, "y": [1.5, NAN, 4.0, NAN, 3.5, 1.0]},
    "infinite ones": {"g": LABELS, "y": [1.5, INF, 4.0, -INF, 3.5, INF]},
    "each cause": {
        "g": [None, "b", " ", "\u00e9", "c", "a", "b"],
        "y": [1.5, NAN, 4.0, -INF, None, 2.0, 3.0],
    },
    "missing labels": {"g": ["a", None, "a", "", "\u2003", "b"], "y": NUMBERS},
    "missing and not a number": {"g": [None, "a", "a", None, "b", "b"], "y": [NAN, 1.0, 2.0, INF, 3.0, 4.5]},
    "merged cells": {"g": ["a", None, None, "b", None, None], "y": NUMBERS},
    "a code": {"g": LABELS * 2, "y": [*NUMBERS, -999, -999, *NUMBERS[:4]]},
    "one row far from all others": {"g": LABELS * 4, "y": [*NUMBERS * 3, *NUMBERS[:5], 1e9]},
    "all equal": {"g": LABELS, "y": [0.1] * 6},
    "decimals": {"g": LABELS, "y": pa.array([Decimal(f"{y}0") for y in NUMBERS])},
    "decimals of 30 digits": {
        "g": LABELS,
        "y": pa.array([Decimal(f"{i}.123456789012345678901234567") for i in range(6)]),
    },
    "small whole numbers": {"g": LABELS, "y": pa.array([1, 2, 3, 250, 5, 255], pa.uint8())},
    "large whole numbers": {"g": LABELS, "y": pa.array([2**53 - 1, 1, 2, 3, 4, 5], pa.uint64())},
    "fractions beyond whole doubles": {
        "g": LABELS,
        "y": pa.array([Decimal(f"{2**53 + i}.5") for i in range(6)]),
    },
    "floats": {"g": LABELS, "y": pa.array([1.1, 2.2, 3.3, NAN, 5.5, 1e30], pa.float32())},
    "labels of whole numbers": {"g": pa.array([3, -1, 3, None, 10, -1], pa.int32()), "y": NUMBERS},
    "categories": {"g": pa.array(LABELS).dictionary_encode(), "y": NUMBERS},
    "a category that no row has": PARQUET["a category that no row has"],
}


def test_the_few_rows_with_an_outcome_are_kept(tmp_path, monkeypatch, one_pass):
    for module in (sum_plain_rows, judge_rows, plain_parquet):
        monkeypatch.setattr(module, "ROWS_HELD", 4)
    read = file_groups(put_parquet(tmp_path, IN_PLACE["missing numbers"]), outcome="y", group="g")
    assert one_pass == [read]
    assert read.data.require_rows().outcome.tolist() == [1.5, 4.0, 3.5]


AS_OURS = {"label": LABELS, "outcome": NUMBERS, "cause": NUMBERS, "line": LABELS, "rowid": NUMBERS}
COPIED = {
    "names that differ in capitals": {"g": LABELS, "y": NUMBERS, "Y": NUMBERS},
    "numbers as text": {"g": LABELS, "y": list(map(str, NUMBERS))},
    "labels of fractions": {"g": NUMBERS, "y": NUMBERS},
    "no number": {"g": LABELS, "y": [NAN, NAN, None, INF, NAN, NAN]},
}


@pytest.mark.slow_cases
@pytest.mark.parametrize("kind", IN_PLACE)
def test_many_typed_rows_are_judged_where_they_lie(kind, tmp_path, one_pass, in_place):
    read = file_groups(put_parquet(tmp_path, IN_PLACE[kind]), outcome="y", group="g")
    assert one_pass == [read]


@pytest.mark.parametrize(("outcome", "group"), [("outcome", "label"), ("cause", "label"), ("rowid", "line")])
def test_columns_called_as_ours_are_not_mixed_up(outcome, group, tmp_path, one_pass, in_place):
    read = file_groups(put_parquet(tmp_path, AS_OURS), outcome=outcome, group=group)
    assert one_pass == [read]


@pytest.mark.slow_cases
@pytest.mark.parametrize("kind", COPIED)
def test_what_duckdb_may_take_otherwise_is_copied(kind, tmp_path, one_pass, in_place):
    with suppress(DataError):
        file_groups(put_parquet(tmp_path, COPIED[kind]), outcome="y", group="g")
    assert one_pass == [None]


@pytest.mark.slow_cases
@pytest.mark.parametrize("small", [0, 4 << 20], ids=["on disk", "in memory"])
def test_a_typed_whole_number_that_a_double_would_round_is_refused(
    small, tmp_path, one_pass, in_place, monkeypatch
):
    monkeypatch.setattr("dashboard.ingest.engine.SMALL_BYTES", small)
    path = put_parquet(tmp_path, {"g": LABELS, "y": pa.array([2**53 + 1, 1, 2, 3, 4, 5], pa.int64())})
    with pytest.raises(DataError, match="9007199254740993"):
        file_groups(path, outcome="y", group="g")
    assert one_pass == [None]


@pytest.mark.slow
def test_a_path_is_no_pattern(tmp_path, one_pass, in_place):
    """DuckDB would read all files that match, and take g=1 for a column."""
    for folder in ("g=1", "*", "[ab]"):
        (tmp_path / folder).mkdir()
        path = put_parquet(tmp_path / folder, IN_PLACE["far apart"])
        file_groups(path, outcome="y", group="g")
    assert one_pass == [None] * 3


CELL = st.one_of(
    st.floats(-1e3, 1e3), st.floats(1e9, 1e9 + 1), st.sampled_from([None, NAN, INF, -INF, -999.0, 0.0, -0.0])
)


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(rows=st.lists(st.tuples(st.sampled_from(["a", "b", " a", "", None, "\u2003"]), CELL), min_size=1))
def test_any_typed_table_is_as_judged(tmp_path_factory, rows):
    labels, numbers = zip(*rows, strict=True)
    columns = {"g": pa.array(labels, pa.string()), "y": pa.array(numbers, pa.float64())}
    path = put_parquet(tmp_path_factory.mktemp("typed"), columns)
    with pytest.MonkeyPatch.context() as patch:
        for module in (sum_plain_rows, judge_rows, plain_parquet):
            patch.setattr(module, "ROWS_HELD", 0)
        with suppress(DataError):
            file_groups(path, outcome="y", group="g")


NUMBER = st.one_of(
    st.integers(-(10**6), 10**6).map(str),
    st.floats(-1e6, 1e6).map(repr),
    st.decimals(-100, 2000, places=3).map(str),
    st.sampled_from(["99", "-999", "1.250", " 7", "+3.5", "4.", ".5", "1e3", "-0", "0099.5"]),
)
ODD = st.sampled_from(
    ["", "NA", "-", ".", "1e400", "inf", "nan", "0x10", "1,5", "1.2.3", "5 %", "2 e3", "12e", "x"]
)
LABEL = st.text(st.sampled_from("ab ,;\"'\n\r\u00e9\u200912"), max_size=4)


@pytest.mark.slow
@settings(max_examples=80, deadline=None)
@given(
    rows=st.lists(st.tuples(LABEL, st.one_of(NUMBER, NUMBER, NUMBER, ODD), LABEL), min_size=1, max_size=40),
    delimiter=st.sampled_from(",;\t|"),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    quoting=st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
    piece=st.integers(16, 200),
    held=st.integers(0, 40),
)
def test_any_table_is_as_judged(tmp_path_factory, rows, delimiter, end, quoting, piece, held):
    file = io.StringIO(newline="")
    csv.writer(file, delimiter=delimiter, lineterminator=end, quoting=quoting).writerows(
        [("g", "y", "note"), *rows]
    )
    path = put(tmp_path_factory.mktemp("plain"), file.getvalue())
    with pytest.MonkeyPatch.context() as patch:
        for name in ("FIRST_BYTES", "PIECE_BYTES"):
            patch.setattr(plain_text, name, piece)
        for module in (sum_plain_rows, judge_rows):
            patch.setattr(module, "ROWS_HELD", held)
        with suppress(DataError, UnreadableFile):
            file_groups(path, outcome="y", group="g")


@pytest.mark.slow
def test_rows_are_fetched_when_they_are_asked_for(tmp_path, small_pieces):
    data = file_groups(put(tmp_path, lines(MANY)), outcome="y", group="g").data
    rows = data.require_rows()
    assert data.labels[rows.group].tolist() == [g for g, _ in MANY]
    assert rows.outcome.tolist() == [float(y) for _, y in MANY]
