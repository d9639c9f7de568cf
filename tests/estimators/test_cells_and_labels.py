"""Odd cells and labels by every way in: each row is used or counted under one cause, and text stays text."""

from __future__ import annotations

import datetime
from decimal import Decimal

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimators import DataError, DroppedRows, GroupData, compare
from estimators.data.labels import text_order


def test_every_row_left_out_is_counted_once_under_one_cause():
    y = [
        1.0,
        None,
        float("nan"),
        float("inf"),
        "abc",
        "abc",
        2.0,
        "-",
        " NA ",
        "1e400",
        10**400,
        "3",
        "1_000",
    ]
    g = ["a", "a", "a", "a", "a", None, "", "a", "a", "a", "a", "a", "a"]
    data = GroupData.from_arrays(np.array(y, dtype=object), g)
    assert data.dropped == DroppedRows(missing_outcome=4, missing_group=2, not_a_number=2, not_finite=3)
    assert (data.rows_read, data.total, data.n.tolist(), data.mean.tolist()) == (13, 2, [2], [2.0])
    assert data.rows_read == data.total + data.dropped.total


@pytest.mark.parametrize("word", ["NA", "na", "N/A", "NaN", "nan", "null", "NULL", ".", "-", "", "   "])
def test_words_for_a_missing_outcome(word):
    for column in (["1", word], np.array(["1", word]), np.array([1.0, word], dtype=object)):
        assert GroupData.from_arrays(column, ["a", "a"]).dropped == DroppedRows(missing_outcome=1)


@pytest.mark.parametrize("missing", [None, pd.NA, pd.NaT, float("nan"), Decimal("nan"), np.float32("nan")])
def test_objects_that_stand_for_a_missing_outcome_or_label(missing):
    cells = np.array([1.0, missing], dtype=object)
    assert GroupData.from_arrays(cells, ["a", "a"]).dropped == DroppedRows(missing_outcome=1)
    labels = np.array(["a", missing], dtype=object)
    assert GroupData.from_arrays([1.0, 2.0], labels).dropped == DroppedRows(missing_group=1)


def test_cells_of_every_kind_of_number():
    given = np.array([Decimal("1.5"), np.int8(2), True, "4e0", b"5", 6], dtype=object)
    assert GroupData.from_arrays(given, list("abcdef")).mean.tolist() == [1.5, 2.0, 1.0, 4.0, 5.0, 6.0]
    masked = np.ma.masked_array([1.0, 2.0], mask=[False, True])
    assert GroupData.from_arrays(masked, ["a", "a"]).dropped == DroppedRows(missing_outcome=1)
    masked = np.ma.masked_array([1, 2], mask=[False, True])
    assert GroupData.from_arrays([1.0, 2.0], masked).dropped == DroppedRows(missing_group=1)
    for dtype in (np.float16, np.float32, np.longdouble, np.uint8, np.bool_):
        assert GroupData.from_arrays(np.array([0, 1], dtype=dtype), list("ab")).mean.tolist() == [0.0, 1.0]


def test_a_longer_float_past_double_range_is_not_finite():
    y = np.array(["1e400", "1"], dtype=np.longdouble)
    assert GroupData.from_arrays(y, list("ab")).dropped == DroppedRows(not_finite=1)


@pytest.mark.parametrize(
    ("y", "g", "sentence"),
    [
        ([1.0, 2.0], ["a"], "2 outcomes and 1 group labels"),
        ([[1.0, 2.0]], ["a"], "the outcome has 2 dimensions"),
        ([1.0], np.array([["a"]]), "the group has 2 dimensions"),
        (np.array(["2020-01-01"], dtype="M8[D]"), ["a"], "give numbers"),
        ([1j], ["a"], "give numbers"),
        ([], [], "no row to look at"),
        (
            [None, "x"],
            ["a", "b"],
            "none of the 2 rows can be used: 0 without a group, 1 without an outcome, 1 not",
        ),
    ],
)
def test_what_cannot_be_reduced_is_refused_in_one_sentence(y, g, sentence):
    with pytest.raises(DataError, match=sentence):
        GroupData.from_arrays(y, g)
    with pytest.raises(DataError, match=sentence):
        GroupData.from_chunks([(y, g)])


# Labels


TEXTS = [
    "=1+1",
    "<b>x</b>",
    'a,"b"',
    "01",
    "1",
    "1.0",
    "NA",
    "none",
    "é",
    "日本",
    "x" * 10_000,
    "a\nb",
    " a ",
    "\ud800",
]


def test_labels_of_any_text_are_kept_as_they_are():
    data = GroupData.from_arrays(np.arange(len(TEXTS), dtype=float), TEXTS)
    assert sorted(TEXTS) == data.labels.tolist()
    assert data.mean.tolist() == [float(TEXTS.index(label)) for label in data.labels]
    assert compare(data, ["ols"]).tidy()["group"].tolist() == data.labels.tolist()


def test_nan_is_missing_where_parquet_notes_extremes_that_are_numbers(tmp_path):
    path = tmp_path / "nan.parquet"
    pq.write_table(pa.table({"y": [1.0, float("nan"), 3.0, float("inf"), None], "g": list("aabbb")}), path)
    for frame in (duckdb.connect().read_parquet(str(path)), pl.scan_parquet(path)):
        data = GroupData.from_frame(frame, outcome="y", group="g")
        assert (data.n.tolist(), data.mean.tolist()) == ([1, 1], [1.0, 3.0])
        assert data.dropped == DroppedRows(missing_outcome=2, not_finite=1)


@pytest.mark.slow_cases
@pytest.mark.parametrize("blank", ["", " ", "\t", "\u00a0", None])
def test_a_blank_label_is_missing_in_every_engine(blank):
    table = pa.table({"y": [1.0, 2.0, 3.0], "g": pa.array(["a", blank, "NA"], pa.string())})
    for frame in (table, pl.from_arrow(table).lazy(), duckdb.connect().from_arrow(table), table.to_pandas()):
        data = GroupData.from_frame(frame, outcome="y", group="g")
        assert data.labels.tolist() == ["NA", "a"]
        assert data.dropped == DroppedRows(missing_group=1)


@pytest.mark.parametrize(
    ("labels", "texts"),
    [
        ([3, 1, 2, 1], ["1", "2", "3"]),
        ([-(2**62), 2**62, 5, 5], ["-4611686018427387904", "4611686018427387904", "5"]),
        (np.array([-128, 127, 5, 5], dtype=np.int8), ["-128", "127", "5"]),
        (
            np.array([2**64 - 1, 2**64 - 2, 2**64 - 1, 2**64 - 1], dtype=np.uint64),
            [str(2**64 - 2), str(2**64 - 1)],
        ),
        (np.array([7, 9, 9, 7]), ["7", "9"]),
        ([1.5, 0.0, -0.0, 1.5], ["0.0", "1.5"]),
        (np.array([True, False, True, True]), ["False", "True"]),
        ([1, 1.0, True, "1"], ["1", "1.0", "True"]),
        ([b"x", b"\xff", "x", b"x"], ["\\xff", "x"]),
        (
            np.array(["2020-01-02", "2020-01-01"] * 2, dtype="M8[D]"),
            ["2020-01-01", "2020-01-02"],
        ),
        (pd.Series(["b", "a", "b", "a"], dtype="category"), ["a", "b"]),
        (pd.Series(["b", "a", "b", "a"], dtype="str"), ["a", "b"]),
        (pd.Series([1, 2, 1, 2], dtype="Int64"), ["1", "2"]),
        (pl.Series(["b", "a", "b", "a"]), ["a", "b"]),
        (pa.chunked_array([["b", "a"], ["b", "c"]]), ["a", "b", "c"]),
        (pa.chunked_array([["b", "a"], ["b", "c"]]).dictionary_encode(), ["a", "b", "c"]),
        ([["u"], ["v"], ["u"], ["v"]], ["['u']", "['v']"]),
        (pa.array([["u"], ["v"], ["u"], ["v"]]), ["['u']", "['v']"]),
    ],
)
def test_labels_of_any_type_become_text(labels, texts):
    data = GroupData.from_arrays([1.0, 2.0, 3.0, 4.0], labels)
    assert data.labels.tolist() == texts
    assert data.total == 4
    np.testing.assert_allclose(np.bincount(data.rows.group, data.rows.outcome) / data.n, data.mean)


DAY = datetime.date(2020, 1, 1)
INSTANT = datetime.datetime(2020, 1, 1, 3, 4, 5)
OUTCOMES = {
    "float": [1.0, float("nan"), None, float("inf"), 3.5, 2.5],
    "int": [1, 2, None, 4, 5, 6],
    "bool": [True, False, None, True, True, False],
    "decimal": [Decimal("1.10"), None, None, Decimal("3.30"), Decimal("4.40"), Decimal("5.50")],
    "small": pa.array([1, 2, 3, 4, 5, 250], pa.uint8()),
}
KEYS = {
    "text": ["a", "a", " ", None, "b", "NA"],
    "int": [1, 1, 2, None, 10, 10],
    "float": [1.0, 1.5, float("nan"), None, 1e20, -0.0],
    "bool": [True, False, None, True, True, False],
    "date": [DAY, DAY, None, DAY, DAY.replace(year=2021), DAY],
    "instant": pa.array(
        [INSTANT, INSTANT, None, INSTANT, INSTANT.replace(year=2021), INSTANT], pa.timestamp("us")
    ),
    "decimal": [Decimal("1.10"), Decimal("1.10"), None, Decimal("3.30"), Decimal("4.40"), Decimal("5.50")],
    "category": pa.array(["a", "a", " ", None, "b", "NA"]).dictionary_encode(),
}


@pytest.mark.slow_cases
@pytest.mark.parametrize(
    ("outcome", "key"), [*((name, "text") for name in OUTCOMES), *(("float", name) for name in KEYS)]
)
def test_every_engine_reads_every_type_alike(outcome, key):
    table = pa.table({"y": OUTCOMES[outcome], "g": KEYS[key]})
    want = GroupData.from_frame(table, outcome="y", group="g")
    assert want.rows_read == 6
    for frame in (
        pl.from_arrow(table),
        pl.from_arrow(table).lazy(),
        duckdb.connect().from_arrow(table),
        table.to_pandas(types_mapper=pd.ArrowDtype),
    ):
        got = GroupData.from_frame(frame, outcome="y", group="g")
        assert got.labels.tolist() == want.labels.tolist()
        assert got.n.tolist() == want.n.tolist()
        assert (got.rows_read, got.dropped) == (want.rows_read, want.dropped)
        np.testing.assert_allclose(got.mean, want.mean, rtol=1e-15)
        np.testing.assert_allclose(np.bincount(got.rows.group, got.rows.outcome) / got.n, want.mean)


def test_a_text_outcome_is_read_in_memory_and_refused_where_it_is_lazy():
    frame = pl.DataFrame({"y": ["1", "x", "."], "g": ["a", "a", "a"]})
    dropped = GroupData.from_frame(frame, outcome="y", group="g").dropped
    assert dropped == DroppedRows(not_a_number=1, missing_outcome=1)
    with pytest.raises(DataError, match="turn it into numbers first"):
        GroupData.from_frame(frame.lazy(), outcome="y", group="g")


def test_wrong_columns_are_named():
    frame = pd.DataFrame({"y": [1.0], " y": [1.0], "g": ["a"]})
    with pytest.raises(DataError, match="no column 'Y' for the outcome; the columns are 'y', ' y', 'g'"):
        GroupData.from_frame(frame, outcome="Y", group="g")
    with pytest.raises(DataError, match="choose two different columns"):
        GroupData.from_frame(frame, outcome="y", group="y")


def test_rows_that_the_caller_left_out_are_counted_with_the_rest():
    frame = pd.DataFrame({"y": [1.0, None], "g": ["a", "a"]})
    before = DroppedRows(not_a_number=3)
    data = GroupData.from_frame(frame, outcome="y", group="g", already_dropped=before)
    assert data.dropped == DroppedRows(missing_outcome=1, not_a_number=3)
    assert data.rows_read == 5


@given(
    st.lists(st.text("a\0\u00e9\ud800\U0001f600 z", max_size=4), min_size=1, unique=True),
    st.sampled_from(["", "g" * 9]),
)
def test_labels_stand_in_the_order_of_their_code_points(texts, before):
    labels = [before + text for text in texts]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("estimators.data.labels.MANY", 1)
        assert [labels[k] for k in text_order(labels)] == sorted(labels)


def test_many_labels_are_sorted_whether_they_differ_in_few_bytes_or_in_many():
    few = [f"group {(7919 * i) % 30_011:05}" for i in range(30_011)]
    many = [f"{text[::-1]} {text} {i}" for i, text in enumerate(few)]
    for labels in (few, many, [*few[:-1], "é"]):
        assert [labels[k] for k in text_order(labels)] == sorted(labels)


def test_a_category_that_no_row_has_is_no_group():
    kind = pd.CategoricalDtype(["z", "b", "a", "never"])
    frame = pd.DataFrame({"y": [1.0, 2.0, np.nan], "g": pd.Series(["b", "a", "z"], dtype=kind)})
    for table in (frame, pa.Table.from_pandas(frame), pl.from_pandas(frame)):
        data = GroupData.from_frame(table, outcome="y", group="g")
        assert data.labels.tolist() == ["a", "b"]
        assert data.unused_labels == ("z",)


def test_a_dictionary_may_hold_a_value_twice_or_none_at_all():
    values = pa.DictionaryArray.from_arrays(pa.array([0, 1, 2, 3, None]), pa.array(["b", "a", None, "b"]))
    data = GroupData.from_frame(
        pa.table({"y": [1.0, 2.0, 3.0, 4.0, 5.0], "g": values}), outcome="y", group="g"
    )
    assert dict(zip(data.labels, data.n, strict=True)) == {"a": 1, "b": 2}
    assert data.dropped == DroppedRows(missing_group=2)


def test_categories_read_as_their_values_would():
    days = pd.to_datetime(["2020-02-01", "2020-01-01", "2020-02-01"])
    plain, codes = (
        GroupData.from_frame(pd.DataFrame({"y": [1.0, 2.0, 3.0], "g": column}), outcome="y", group="g")
        for column in (days, days.astype("category"))
    )
    assert plain.labels.tolist() == codes.labels.tolist() == ["2020-01-01 00:00:00", "2020-02-01 00:00:00"]
