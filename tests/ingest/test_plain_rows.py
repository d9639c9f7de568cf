"""Plain files are summed in one pass; what is not plain is judged cell by cell, with the same answer."""

import csv
import io
from contextlib import suppress
from decimal import Decimal

import pyarrow as pa
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
from tests.ingest.agreement import IN_ONE_PASS
from tests.ingest.helpers import put, put_parquet

PLAIN = "g,y\na,1.25\nb,2.5\na,3e0\nb,4.\na,.5\n"


@pytest.fixture
def small_pieces(monkeypatch):
    """A file of a few lines is then read in several pieces, by several workers, and not held."""
    for name in ("FIRST_BYTES", "PIECE_BYTES"):
        monkeypatch.setattr(plain_text, name, 48)
    for module in (sum_plain_rows, judge_rows):
        monkeypatch.setattr(module, "ROWS_HELD", 3)


@pytest.fixture
def one_pass(monkeypatch):
    """What each file came to in one pass; None where its rows had to be judged."""
    came = []

    def noted(found):
        came.append(IN_ONE_PASS(found))
        return came[-1]

    monkeypatch.setattr("dashboard.ingest.reduce._plain_groups", noted)
    return came


def lines(rows, start="g,y\n"):
    return start + "".join(f"{g},{y}\n" for g, y in rows)


MANY = [(f"site {i % 7}", f"{i / 8}") for i in range(100)]
IRREGULAR = {
    "a blank outcome": lines([*MANY, ("a", "")]),
    "a word for a missing one": lines([*MANY, ("a", "NA")]),
    "no number": lines([*MANY, ("a", "n.n.")]),
    "infinity": lines([*MANY, ("a", "inf")]),
    "beyond doubles": lines([*MANY, ("a", "1e999")]),
    "hexadecimal": lines([*MANY, ("a", "0x1F")]),
    "a blank label": lines([*MANY, ("", "1.5")]),
    "a label of spaces": lines([*MANY, ("\u2003", "1.5")]),
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


@pytest.mark.parametrize("kind", IRREGULAR)
def test_what_is_not_plain_is_judged(kind, tmp_path, one_pass, small_pieces):
    with suppress(UnreadableFile):
        file_groups(put(tmp_path, IRREGULAR[kind]), outcome="y", group="g")
    assert one_pass == [None]


def test_a_whole_number_that_a_double_would_round_is_still_refused(tmp_path, one_pass, small_pieces):
    path = put(tmp_path, lines([*MANY, ("a", "9007199254740993")]))
    with pytest.raises(DataError, match="9007199254740993"):
        file_groups(path, outcome="y", group="g")
    assert one_pass == [None]


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


@pytest.mark.parametrize("kind", REGULAR)
def test_in_one_piece_as_judged(kind, tmp_path):
    file_groups(put(tmp_path, REGULAR[kind]), outcome="y", group="g")


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
}
NOT_PLAIN = {
    "a missing number": {"g": ["a", "b", "a"], "y": [1.5, None, 2]},
    "not a number": {"g": ["a", "b", "a"], "y": [1.5, float("nan"), 2]},
    "an infinite one": {"g": ["a", "b", "a"], "y": [1.5, float("inf"), 2]},
    "a missing label": {"g": ["a", None, "a"], "y": [1.5, 2, 2]},
    "a blank label": {"g": ["a", "", "a"], "y": [1.5, 2, 2]},
    "a missing category": {
        "g": pa.array(["a", None, "a"]).dictionary_encode(),
        "y": [1.5, 2, 4],
    },
    "numbers as text": {"g": ["a", "b"], "y": ["1.5", "2"]},
    "truth values": {"g": ["a", "b"], "y": [True, False]},
    "labels of fractions": {"g": [1.0, 2.5], "y": [1.5, 2]},
    "decimals": {"g": ["a", "b"], "y": pa.array([Decimal("1.5"), Decimal("2")])},
    "names with points": {"g": ["a", "b"], "y": [1.5, 2], "a.b": [1, 2]},
}


@pytest.mark.parametrize("kind", PARQUET)
def test_typed_columns_are_summed_as_they_are(kind, tmp_path, one_pass, monkeypatch):
    monkeypatch.setattr(plain_parquet, "PIECE_ROWS", 2)
    path = put_parquet(tmp_path, PARQUET[kind])
    read = file_groups(path, outcome="y", group="g")
    assert one_pass == ([None] if kind == "a category that no row has" else [read])


@pytest.mark.parametrize("kind", PARQUET)
@pytest.mark.parametrize("held", [0, 100])
def test_and_come_out_as_judged(kind, held, tmp_path, monkeypatch):
    monkeypatch.setattr(plain_parquet, "PIECE_ROWS", 2)
    for module in (sum_plain_rows, judge_rows):
        monkeypatch.setattr(module, "ROWS_HELD", held)
    file_groups(put_parquet(tmp_path, PARQUET[kind]), outcome="y", group="g")


@pytest.mark.parametrize("kind", NOT_PLAIN)
def test_other_columns_are_judged(kind, tmp_path, one_pass):
    file_groups(put_parquet(tmp_path, NOT_PLAIN[kind]), outcome="y", group="g")
    assert one_pass == [None]


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


@settings(max_examples=150, deadline=None)
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


def test_rows_are_fetched_when_they_are_asked_for(tmp_path, small_pieces):
    data = file_groups(put(tmp_path, lines(MANY)), outcome="y", group="g").data
    rows = data.require_rows()
    assert data.labels[rows.group].tolist() == [g for g, _ in MANY]
    assert rows.outcome.tolist() == [float(y) for _, y in MANY]
