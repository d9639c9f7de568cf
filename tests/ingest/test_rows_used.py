"""The rows as used are the rows that the groups were reduced from, in the order of the file."""

import csv
import io
import random
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.dialects import table as dialect_table
from dashboard.ingest import Condition, Reading, RowFilter, UnreadableFile, file_groups, store_table
from dashboard.ingest.reduce import reduce_table
from dashboard.ingest.rows_used import ROWS_AT_A_TIME, rows_used
from dashboard.ingest.two_columns import file_columns, table_columns
from dashboard.scripts.rows_csv import COLUMNS, rows_csv, rows_file_name
from estimators import DataError, GroupData
from tests.ingest.helpers import put

ROLES = {"outcome": "y", "group": "g"}
EXPLICIT = Reading(encoding="utf-8", delimiter=",", quote='"', decimal=".", thousands="", header=1)
"""How the file is written, so that labels such as `a;b;c` are not taken for columns."""
LABEL = st.text(
    st.one_of(
        st.characters(exclude_categories=["Cs"], exclude_characters="\x00"),
        st.sampled_from(" ,;\t|\"'\\\r\n#.01"),
    ),
    max_size=8,
)
NUMBER = st.one_of(
    st.sampled_from(["", "NA", "x", "1,250", "\u22125", "12%", " 7 ", "1e400"]),
    st.floats(-1e100, 1e100).map(repr),
    st.integers(-(10**6), 10**6).map(str),
)


def as_csv(columns):
    return b"".join(rows_csv(rows_used(columns)))


def assert_the_same_groups(text, data, folder):
    """The file of rows, read by Python's csv and by blupboard, has the groups of `data`."""
    head, *lines = csv.reader(io.StringIO(text.decode("utf-8"), newline=""))
    assert tuple(head) == COLUMNS
    rows = data.require_rows()
    used = zip(data.labels[rows.group].tolist(), rows.outcome.tolist(), strict=True)
    assert sorted((label, float(value)) for label, value in lines) == sorted(used)
    frame = {"g": [label for label, _ in lines], "y": [float(value) for _, value in lines]}
    path = put(folder, text, "rows.csv")
    again = file_groups(path, outcome="outcome", group="group", reading=EXPLICIT).data
    for other in (GroupData.from_arrays(frame["y"], np.array(frame["g"], dtype=object)), again):
        assert other.labels.tolist() == data.labels.tolist()
        assert other.n.tolist() == data.n.tolist()
        assert other.dropped.total == 0
        size = np.abs(rows.outcome).max()
        assert np.abs(other.mean - data.mean).max() <= 1e-14 * size
        assert np.allclose(other.ss_within, data.ss_within, rtol=1e-9, atol=0)


@pytest.mark.slow
@settings(deadline=None, max_examples=15)
@given(
    st.lists(st.tuples(LABEL, NUMBER), min_size=1, max_size=25),
    st.sampled_from([None, "exact", "trimmed", "folded"]),
    st.booleans(),
    st.sampled_from([(), ("-999",), ("7", "x", "a")]),
)
def test_groups_reduced_from_the_rows_are_those_of_the_file(
    tmp_path_factory, rows, labels, fill_down, missing
):
    folder = tmp_path_factory.mktemp("rows")
    text = io.StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows([("g", "y"), *rows])
    path = put(folder, text.getvalue())
    reading = Reading(labels=labels, fill_down=fill_down, missing=missing, delimiter=",")
    try:
        data = file_groups(path, **ROLES, reading=reading).data
    except (DataError, UnreadableFile) as refusal:
        with pytest.raises(type(refusal), match=re.escape(str(refusal))):
            as_csv(file_columns(path, **ROLES, reading=reading))
        return
    assert_the_same_groups(as_csv(file_columns(path, **ROLES, reading=reading)), data, folder)


@pytest.mark.slow
@settings(deadline=None, max_examples=8)
@given(st.integers(0, 2**32))
def test_any_dialect_becomes_plain_rows(tmp_path_factory, seed):
    folder, made = tmp_path_factory.mktemp("dialect"), dialect_table(random.Random(seed))
    path = put(folder, made.text.encode(made.encoding))
    try:
        data = file_groups(path, **ROLES).data
    except (DataError, UnreadableFile):
        return
    assert_the_same_groups(as_csv(file_columns(path, **ROLES)), data, folder)


@pytest.mark.slow
def test_a_stored_table_and_its_file_have_the_same_rows(tmp_path):
    text = "g;y;year\nA ;1,5;2024\na;2,5;2024\nB;-999;2024\nB;1.250,0;2024\nB;4;2023\nTotal;9;2024\n"
    path = put(tmp_path, text)
    reading = Reading(labels="folded", missing=("-999",))
    rows = RowFilter(("Total",), (Condition("year", "=", "2024"),))
    given_ = {**ROLES, "reading": reading, "rows": rows}
    table = store_table(path, name="data.csv", target=tmp_path / "stored.parquet")
    straight = as_csv(file_columns(path, **given_))
    assert straight == as_csv(table_columns(table, **given_))
    assert straight == b"group,outcome\r\nA,1.5\r\nA,2.5\r\nB,1250.0\r\n"
    assert reduce_table(table, **given_).n.tolist() == [2, 1]


@pytest.mark.slow
def test_long_files_come_in_pieces_and_in_order(tmp_path):
    count = 2 * ROWS_AT_A_TIME + 5
    path = put(tmp_path, "g,y\n" + "".join(f"G {i % 7} ,{i}\n" for i in range(count)))
    for labels in ("exact", "trimmed"):
        reading = Reading(labels=labels)
        pieces = list(rows_used(file_columns(path, **ROLES, reading=reading)))
        assert [len(piece) for piece in pieces[:2]] == [ROWS_AT_A_TIME] * 2
        assert [value for piece in pieces for _, value in piece] == list(range(count))
        assert pieces[0][0][0] == ("G 0 " if labels == "exact" else "G 0")


@pytest.mark.parametrize(
    ("name", "rows"), [("a.csv", "a-rows.csv"), ("my.data.xlsx", "my.data-rows.csv"), ("x", "x-rows.csv")]
)
def test_the_file_is_called_after_the_file_that_the_rows_are_of(name, rows):
    assert rows_file_name(name) == rows


@pytest.mark.parametrize("mark", ["\ufeff", "\u200b"])
def test_a_label_of_marks_that_cannot_be_seen_stays_one(tmp_path, mark):
    """It is none without them: its row was no part of the groups, but one of the rows as used."""
    path = put(tmp_path, f'"g","y"\n"a","1"\n"{mark}","2"\n"a","3"\n')
    reading = Reading(labels="trimmed", delimiter=",")
    data = file_groups(path, **ROLES, reading=reading).data
    assert (data.labels.tolist(), data.total) == (["a", mark], 3)
    assert as_csv(file_columns(path, **ROLES, reading=reading)).count(b"\r\n") == 4
