"""What counts as a number, as missing and as a label; every row is used or counted under one cause."""

import datetime as dt
import decimal
import math
import random
import struct

import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.ingest import UnreadableFile, file_groups, reduce_file
from estimators import DataError, DroppedRows, GroupData
from tests.ingest.helpers import both_ways, means, put, put_parquet, rows_of, stored


def outcome_of(folder, cell, delimiter=","):
    """What one cell counts as beside two plain numbers: its value, or the cause it is left out for."""
    quoted = '"' + cell.replace('"', '""') + '"'
    data = both_ways(folder, f"g{delimiter}y\nx{delimiter}{quoted}\nz{delimiter}1\nz{delimiter}2\n")
    assert data.rows_read == 3
    if "x" in data.labels:
        assert data.dropped.total == 0
        return means(data)["x"]
    assert data.dropped.total == 1
    return next(cause for cause, rows in vars(data.dropped).items() if rows)


@pytest.mark.slow_cases
@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("1e5", 1e5),
        ("1E+05", 1e5),
        ("-2.5e-3", -2.5e-3),
        (".5", 0.5),
        ("5.", 5.0),
        ("+3", 3.0),
        ("  7 ", 7.0),
        ("\t7\u00a0", 7.0),
        ("\u20037\u3000\n", 7.0),
        ("007", 7.0),
        ("-0", 0.0),
        ("1e-400", 0.0),
        ("9007199254740991", 9007199254740991.0),
        ("9007199254740993.0", 9007199254740992.0),
        ("٣", 3.0),
        ("\u22127", -7.0),
        ("1 000", 1000.0),
        ("1,234", 1234.0),
        ("12,75", 12.75),
        ("1.234,56", 1234.56),
        ("(7)", -7.0),
        ("7-", -7.0),
    ],
)
def test_numbers(tmp_path, cell, value):
    assert outcome_of(tmp_path, cell) == pytest.approx(value, rel=0)


@pytest.mark.slow
@pytest.mark.parametrize(
    "word", ["", " ", "\t", "NA", "na", "N/A", "n/a", "NaN", "nan", "NULL", "null", ".", "-", " Na "]
)
def test_words_for_missing(tmp_path, word):
    assert outcome_of(tmp_path, word) == "missing_outcome"


@pytest.mark.slow_cases
@pytest.mark.parametrize(
    "cell", ["inf", "-Inf", "+INFINITY", "Infinity", "1e400", "-1e309", "1" * 400, " inf "]
)
def test_what_is_past_a_double_is_not_finite(tmp_path, cell):
    assert outcome_of(tmp_path, cell) == "not_finite"


@pytest.mark.slow
@pytest.mark.parametrize(
    "cell",
    [
        "1_000", "0x1F", "true", "abc", "1e", "1e1_0", "--1", "+-1", "-(1)", "(1", "1 00", "1,23,4",
        "1.2.3", "12%", "$5", "1:30", "<0.5", "5.1 b",
        "1d", "e5", "..", "--", "n.a.", "none", "-NaN", "1x", "2024-01-02", "1/2",
        "'1",
    ],
)  # fmt: skip
def test_what_is_no_number(tmp_path, cell):
    assert outcome_of(tmp_path, cell) == "not_a_number"


def test_causes_are_counted_once_and_the_group_is_looked_at_first(tmp_path):
    cells = ["a,1", "a,2", ",x", " \t,NA", '"",inf', "b,x", "b,NA", "b,", "b,1e999", "b,-", "c,3"]
    data = both_ways(tmp_path, "g,y\n" + "\n".join(cells) + "\n")
    assert data.dropped == DroppedRows(missing_outcome=3, missing_group=3, not_a_number=1, not_finite=1)
    assert (data.rows_read, data.total, list(data.labels)) == (11, 3, ["a", "c"])


@pytest.mark.slow
def test_what_a_later_row_holds_is_never_lost(tmp_path):
    rows = "".join(f"a,{i}\n" for i in range(200_000))
    data = both_ways(tmp_path, "g,y\n" + rows + "a,oops\nb,1.5\n01,2\n")
    assert (data.rows_read, data.dropped.not_a_number, list(data.labels)) == (200_003, 1, ["01", "a", "b"])


def test_no_usable_row_says_why(tmp_path):
    path = put(tmp_path, "g,y\na,x\n,2\nb,NA\nb,inf\n")
    with pytest.raises(
        DataError, match="none of the 4 rows can be used: 1 without a group, 1 without an outcome"
    ):
        reduce_file(path, outcome="y", group="g")


LABELS = [
    "01", "1", "001", "1.0", "1e0", "NA", "nan", "null", "-", ".", "true", "True", " a", "a ", "a", "  a  ",
    "A", "=1+1", "+1", "@SUM(A1)", "<b>x</b>", "é", "e\u0301", "日本", "😀", "a,b", 'a"b', '"', "'",
    "a;b", "a\tb", "a\nb",
    "\\", "\\N", "2024-01-01", "x" * 10_000, "\u200b", "\ufeff", "\x1b", "None", "#N/A", "0",
]  # fmt: skip


def test_labels_are_kept_exactly(tmp_path):
    rows = "".join('"' + label.replace('"', '""') + f'",{i}\n' for i, label in enumerate(LABELS))
    data = both_ways(tmp_path, "g,y\n" + rows)
    assert means(data) == {label: float(i) for i, label in enumerate(LABELS)}


def test_labels_stay_text_where_all_look_like_numbers(tmp_path):
    data = both_ways(tmp_path, "g,y\n" + "01,1\n1,2\n001,3\n1.0,4\n+1,5\n1e0,6\n 1,7\n" * 2)
    assert list(data.labels) == sorted(["01", "1", "001", "1.0", "+1", "1e0", " 1"])


@pytest.mark.slow
def test_numbers_are_rounded_as_python_rounds_them(tmp_path):
    rng = random.Random(7)
    texts = []
    while len(texts) < 20_000:
        value = struct.unpack("d", rng.randbytes(8))[0]
        digits = "".join(rng.choices("0123456789", k=17))
        place = rng.randrange(18)
        texts += [repr(value), f"{value:.17g}"] if 1e-140 < abs(value) < 1e140 else []
        texts += [f"{digits[:place]}.{digits[place:]}", f"{digits}e{rng.randint(-100, 100)}"]
    texts = [text for text in texts if not (text.lstrip("-").isdigit() and abs(int(text)) >= 2**53)]
    path = put(tmp_path, "g,y\n" + "".join(f"{i},{text}\n" for i, text in enumerate(texts)))
    data = reduce_file(path, outcome="y", group="g")
    rows = data.rows
    assert rows is not None
    read = {data.labels[place]: value for place, value in zip(rows.group, rows.outcome, strict=True)}
    assert [text for i, text in enumerate(texts) if read[str(i)] != float(text)] == []


@pytest.mark.slow
@given(
    st.lists(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e150, max_value=1e150), min_size=1)
)
def test_any_double_comes_back_bit_for_bit(tmp_path_factory, values):
    folder = tmp_path_factory.mktemp("doubles")
    path = put(folder, "g,y\n" + "".join(f"{i},{value!r}\n" for i, value in enumerate([0.0, 1.0, *values])))
    rows = reduce_file(path, outcome="y", group="g").rows
    assert sorted(map(math.fabs, rows.outcome)) == sorted(map(math.fabs, [0.0, 1.0, *values]))


def test_rows_come_back_after_the_files_are_gone_from_the_engine(tmp_path):
    data = both_ways(tmp_path, "g,y\na,1\nb,NA\nb,2\na,4\n")
    assert sorted(zip(data.labels[data.rows.group], data.rows.outcome, strict=True)) == [
        ("a", 1),
        ("a", 4),
        ("b", 2),
    ]


@pytest.mark.slow
@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_decimal_commas(tmp_path, delimiter):
    text = "g,y,l\na,1;5,1;5\na,2;25,01\nb,3,1.5\nb,1;2e1,1\nc,1;234,x\n".replace(",", delimiter).replace(
        ";", ","
    )
    if delimiter == ";":
        text = "g;y;l\na;1,5;1,5\na;2,25;01\nb;3;1.5\nb;1,2e1;1\nc;1,234;x\n"
    assert means(both_ways(tmp_path, text)) == {"a": 1.875, "b": 7.5, "c": 1.234}
    assert list(both_ways(tmp_path, text, group="l").labels) == ["01", "1", "1,5", "1.5", "x"]


def test_a_decimal_comma_is_said(tmp_path):
    table = stored(tmp_path, "g;y\na;1,5\nb;2,25\n")
    assert (table.decimal_comma, table.column("y").notation.decimal) == (True, ",")
    assert not stored(tmp_path, "g;y\na;1.5\nb;2.25\n").decimal_comma


@pytest.mark.slow_cases
@pytest.mark.parametrize(
    ("lines", "left", "kept"),
    [
        (["a;12,-", "a;-1,5", "b;9,50-", "b;8,–"], ["12,-", "9,50-", "8,–"], {"a": -1.5}),
        (["a;1.234,–", "a;800,00", "b;9,50", "b;8,-"], ["1.234,–", "8,-"], {"a": 800, "b": 9.5}),
        (["a;kr 12,-", "a;kr 13,00", "b;kr 9,50", "b;kr 8,-"], ["kr 12,-", "kr 8,-"], {"a": 13, "b": 9.5}),
        (["a;12,5-", "a;13-", "b;,5-", "b;1.000,25 -"], [], {"a": -12.75, "b": -500.375}),
        (["a;\xad5", "a;6", "b;7\xad", "b;8"], ["\xad5", "7\xad"], {"a": 6, "b": 8}),
    ],
)
def test_a_dash_for_no_cents_is_no_minus_and_a_soft_hyphen_may_be_one(tmp_path, lines, left, kept):
    data = both_ways(tmp_path, "\n".join(["g;y", *lines]) + "\n")
    assert means(data) == kept
    assert [e.text for cause in data.left_out for e in cause.examples] == left
    g, y = zip(*(line.split(";") for line in lines), strict=True)
    again = GroupData.from_frame(pl.DataFrame({"g": g, "y": y}), outcome="y", group="g")
    assert means(again) == kept


@pytest.mark.slow_cases
@pytest.mark.parametrize(
    ("cells", "said"),
    [
        (["1", "１２", "١٣"], "y: `１２` is read as 12"),
        (["1.5", "२.५", "3"], "y: `२.५` is read as 2.5"),
        (["1.234,5", "１２", "7,5"], "y: `1.234,5` is read as 1234.5 and `１２` as 12"),
        (["1", "١٢٫٥", "3"], "y: `١٢٫٥` is read as 12.5"),
        (["1", "2²", "3"], None),
    ],
)
def test_digits_of_other_scripts_are_said_by_example(tmp_path, cells, said):
    lines = [f"{group};{cell}" for cell in cells for group in "ab"]
    read = file_groups(put(tmp_path, "\n".join(["g;y", *lines]) + "\n"), outcome="y", group="g")
    assert read.remarks == (() if said is None else (said,))
    frame = pl.DataFrame({"g": [line[0] for line in lines], "y": [line[2:] for line in lines]})
    notation = GroupData.from_frame(frame, outcome="y", group="g").notation
    assert notation.sentence("y") == said


def test_semicolons_with_points_are_read_with_points(tmp_path):
    assert means(both_ways(tmp_path, "g;y\na;1.5\nb;2.25\n")) == {"a": 1.5, "b": 2.25}


def test_between_commas_too_the_marks_are_those_that_read_most_cells(tmp_path):
    data = both_ways(tmp_path, 'g,y\na,"1,234"\na,"12,75"\nb,3\n')
    assert (means(data), data.dropped.total) == ({"a": 6.992, "b": 3}, 0)
    assert data.notation.sentence("y") == "y: `1,234` is read as 1.234"


def test_with_tabs_commas_before_three_digits_set_thousands_apart_and_that_is_said(tmp_path):
    data = both_ways(tmp_path, "g\ty\na\t1,234\na\t2,345\nb\t3\n")
    assert (means(data), data.dropped.total) == ({"a": 1789.5, "b": 3}, 0)
    assert "`1,234` is read as 1234; with a decimal comma" in data.notation.sentence("y")


@pytest.mark.parametrize("cell", ["9007199254740993", "-9007199254740993", "9,007,199,254,740,993"])
def test_whole_numbers_that_a_double_rounds_are_refused_with_what_to_do(tmp_path, cell):
    with pytest.raises(DataError, match=f"such as {cell}, which are rounded.*subtract a constant"):
        reduce_file(put(tmp_path, f'g,y\na,1\nb,"{cell}"\n'), outcome="y", group="g")
    with pytest.raises(DataError, match="subtract a constant"):
        GroupData.from_frame(pa.table({"g": ["a", "b"], "y": ["1", cell]}), outcome="y", group="g")
    put_parquet(tmp_path, {"g": ["a", "b"], "y": [1, int(cell.replace(",", ""))]})
    with pytest.raises(DataError, match="subtract a constant"):
        reduce_file(tmp_path / "data.parquet", outcome="y", group="g")


def test_thousands_in_a_column_keep_its_comma_from_being_a_decimal_one(tmp_path):
    data = both_ways(tmp_path, "g;y\na;1,234\na;1,234,567\nb;3\nb;2.5\n")
    assert (means(data), data.dropped.total) == ({"a": (1234 + 1234567) / 2, "b": 2.75}, 0)


@pytest.mark.slow
def test_typed_columns_are_used_as_they_are(tmp_path):
    columns = {
        "float": [0.1, float("nan"), None, float("inf"), 2.5],
        "integer": pa.array([1, 2, None, 4, 5], pa.int64()),
        "unsigned": pa.array([2**52, 2, 3, 4, 5], pa.uint64()),
        "decimal": pa.array(
            [decimal.Decimal("0.1"), None, decimal.Decimal("3.30"), decimal.Decimal(4), decimal.Decimal(5)]
        ),
        "boolean": [True, False, None, True, True],
        "single": pa.array([0.1, 0.2, 0.3, 0.4, 0.5], pa.float32()),
        "text": ["1", " 2,5", "x", "NA", "1e999"],
        "category": pa.array(["u", "v", "u", None, " "]).dictionary_encode(),
        "day": [dt.date(2024, 1, day) for day in (1, 2, 1, 2, 1)],
        "list": [[1], [2], [3], [4], [5]],
        "struct": [{"a": 1}] * 5,
    }
    put_parquet(tmp_path, columns)
    content = (tmp_path / "data.parquet").read_bytes()

    def read(outcome, group="day"):
        return both_ways(tmp_path, content, outcome, group, name="data.parquet")

    assert read("float").dropped == DroppedRows(missing_outcome=2, not_finite=1)
    assert means(read("integer")) == {"2024-01-01": 3.0, "2024-01-02": 3.0}
    assert read("unsigned", "integer").mean[0] == 2.0**52
    assert sorted(read("decimal", "integer").rows.outcome) == [0.1, 4.0, 5.0]
    assert means(read("boolean")) == {"2024-01-01": 1.0, "2024-01-02": 0.5}
    assert min(read("single", "integer").rows.outcome) == struct.unpack("f", struct.pack("f", 0.1))[0]
    assert read("text").dropped == DroppedRows(missing_outcome=1, not_a_number=1, not_finite=1)
    assert (list(read("integer", "category").labels), read("integer", "category").dropped.missing_group) == (
        ["u", "v"],
        2,
    )
    assert list(read("integer", "float").labels) == ["0.1", "2.5", "inf"]
    assert list(read("float", "boolean").labels) == ["true"]
    for unusable in ("list", "struct", "day"):
        with pytest.raises(UnreadableFile, match="cannot be the outcome"):
            read(unusable, "category")
    with pytest.raises(UnreadableFile, match="cannot be the group"):
        read("integer", "list")


def test_parquet_names_may_repeat_have_points_or_differ_in_case(tmp_path):
    arrays = [
        pa.array(["a", "b", "a"]),
        pa.array([1, 2, 3]),
        pa.array([4.5, 5, 6]),
        pa.array([[1], [2], [3]]),
    ]
    for names in (["g.x", "y", "Y", "g"], ["g", "y", "y", "l"]):
        put_parquet(tmp_path, pa.table(arrays, names=names))
        table = stored(tmp_path, (tmp_path / "data.parquet").read_bytes())
        assert [row[:3] for row in rows_of(table)] == [("a", 1, 4.5), ("b", 2, 5.0), ("a", 3, 6.0)]
    assert [column.name for column in table.columns] == ["g", "y (column 2)", "y (column 3)", "l"]
