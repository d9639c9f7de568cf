"""Tables of very many columns, and those in which each column seems to be a group of its own."""

import random

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dashboard.ingest import Reading, UnreadableFile, guess_roles, reduce_file, store_table
from dashboard.ingest.roles import stackable_columns
from dashboard.ingest.stack_names import places_to_stack
from tests.ingest.helpers import noise, put, stored, table_of


def test_a_wide_table_is_profiled_as_a_narrow_one_is(tmp_path, monkeypatch):
    cells = ["7", "2.5", "-1e3", "", "1.234", "x", "NA", "1,5", "+3", " 4"]
    plain = [["1", "2", "30"], ["0.5", "2", ""], ["1e3", ".5", "7."], ["", "", ""]]
    kinds = [["a", "a", "b"], *plain, cells[:3], cells[4:7], cells[7:]]
    names = [f"c{i}" for i in range(len(kinds))]
    lines = [",".join(names), *(",".join(f'"{cell}"' for cell in row) for row in zip(*kinds, strict=True))]
    narrow = stored(tmp_path, "\n".join(lines) + "\n")
    monkeypatch.setattr("dashboard.ingest.profile.WIDE", 1)
    assert stored(tmp_path, "\n".join(lines) + "\n").columns == narrow.columns


def test_odd_columns_of_a_wide_table_are_profiled_as_those_of_a_narrow_one(tmp_path, monkeypatch):
    pool = ["yes", "no", "Yes ", "NA", "", " ", "-", ".", "1e5", "12%", "€5", "(3.5)", "2024-01-02", "3.1.24"]
    pool += [
        "1,250",
        "1.250",
        "-0.5",
        "−0.5",
        "٣",
        "inf",
        "x" * 70,
        "true",
        "5 mg",
        "6 mg",
        "A1",
        "\u00a07",
        "0",
    ]
    draw = random.Random(7)
    columns = [draw.choices(draw.sample(pool, draw.randint(1, 5)), k=12) for _ in range(120)]
    text = "\n".join(";".join(f'"{cell}"' for cell in row) for row in zip(*columns, strict=True))
    text = ";".join(f"c{i}" for i in range(len(columns))) + "\n" + text + "\n"
    narrow = stored(tmp_path, text)
    monkeypatch.setattr("dashboard.ingest.profile.WIDE", 1)
    monkeypatch.setattr("dashboard.ingest.wide_values._VALUES_AT_ONCE", 100)
    assert stored(tmp_path, text).columns == narrow.columns


def test_a_wide_table_of_typed_numbers_is_profiled_as_a_narrow_one_is(tmp_path, monkeypatch):
    nan, inf = float("nan"), float("inf")
    columns = {
        "g": pa.array(["a", "a", "b", "b", "c"]),
        "shares": pa.array([0.1, None, 0.1, 2.5, 1e300]),
        "signs": pa.array([0.0, -0.0, 0.0, nan, 1e-7]),
        "far": pa.array([nan, inf, -inf, 1e16, 123456789.125]),
        "blank": pa.array([None] * 5, pa.float64()),
        "all nan": pa.array([nan] * 5),
        "short": pa.array([0.1, 16777216.0, None, 0.1, 3.0], pa.float32()),
        "whole": pa.array([7, 7, 7, 8, 9]),
        "holes": pa.array([-(2**63), None, 2**63 - 1, 3, 3]),
        "unsigned": pa.array([2**64 - 1, 0, 1, None, 1], pa.uint64()),
        "tiny": pa.array([1, 2, 3, 4, 5], pa.int8()),
        "none": pa.array([None] * 5, pa.int32()),
        "day": pa.array([1, 2, 3, 4, None], pa.date32()),
        "moment": pa.array([1, 1, 10**15, None, 7], pa.timestamp("us")),
        "zoned": pa.array([1, 1, 10**15, None, 7], pa.timestamp("ms", "Europe/Berlin")),
        "flag": pa.array([True, None, False, True, True]),
        "money": pa.array([1, None, 3, 3, 12345], pa.int64()).cast(pa.decimal128(21, 2)),
        "much": pa.array([1, 2, 3, 3, 12345], pa.int64()).cast(pa.decimal256(60, 2)),
        "text": pa.array(["x", " ", None, "y", "x"], pa.large_string()),
        "kind": pa.array(["x", "yes", None, "yes", "no"]).dictionary_encode(),
        "list": pa.array([[1], [2], None, [1], []]),
    }
    path = tmp_path / "typed.parquet"
    pq.write_table(pa.table(columns), path)
    narrow = store_table(path, name="typed.parquet", target=tmp_path / "narrow").columns
    monkeypatch.setattr("dashboard.ingest.profile.WIDE", 1)
    assert store_table(path, name="typed.parquet", target=tmp_path / "wide").columns == narrow
    assert {c.name: c.distinct for c in narrow if c.name in ("shares", "signs", "far", "holes")} == {
        "shares": 3,
        "signs": 3,
        "far": 4,
        "holes": 3,
    }


def test_a_table_of_measurements_only_has_no_group_to_guess(tmp_path):
    table = stored(tmp_path, "x,y\n" + "".join(f"{v},{i}\n" for i, v in enumerate(noise(30))))
    assert guess_roles(table).pair == ("x", "y")


@pytest.mark.slow_cases
@pytest.mark.parametrize(
    "text",
    [
        "A,B\n1.5,2.25\n3.5,4.75\n2.5,1.25\n",
        "A,B,C\n1.5,2.25,7\n3.5,4.75,9\n2.5,1.25,3\n",
        "subject,A,B,C\ns1,1.5,2.25,7\ns2,3.5,4.75,9\ns3,2.5,1.25,3\n",
        "A;B\n1,5;2,25\n3,5;4,75\n",
    ],
)
def test_a_column_for_each_group_is_told_with_how_to_stack_it(tmp_path, text):
    table = stored(tmp_path, text)
    assert stackable_columns(table) == tuple(name for name in ("A", "B", "C") if table.column(name))
    assert guess_roles(table).pair == ("A", None)
    path = put(tmp_path, text)
    with pytest.raises(UnreadableFile, match=r'if each column is a group \("A", "B".* --stack A[:,][BC]\.'):
        reduce_file(path, outcome="value", group="group")
    stacked = reduce_file(
        path, outcome="value", group="column", reading=Reading(stack=stackable_columns(table))
    )
    assert stacked.labels.tolist() == list(stackable_columns(table))


def test_columns_that_are_called_alike_but_for_a_number_or_letter_are_offered_though_their_values_repeat(
    tmp_path,
):
    marks = [[i + 1, f"p{i}", *(1 + i * k % 5 for k in (1, 2, 3, 4))] for i in range(60)]
    header = ["row", "pupil", "q1", "q2", "q3", "q4"]
    assert stackable_columns(table_of(tmp_path, header, marks)) == ("q1", "q2", "q3", "q4")
    other = ["row", "pupil", "age", "marks", "hours", "q4"]
    assert stackable_columns(table_of(tmp_path, other, marks)) == ()
    raters = ["row", "essay", *(f"Rater {letter}" for letter in "ABCD")]
    assert stackable_columns(table_of(tmp_path, raters, marks)) == tuple(raters[2:])
    years = ["row", "country", "1960", "1961 ", "1962", "1963"]
    assert stackable_columns(table_of(tmp_path, years, marks)) == tuple(years[2:])
    flagged = [[*row[:2], *(f"{v} p" if row[0] % 2 else f"{v} " for v in row[2:-1]), ": "] for row in marks]
    flagged[1][-1] = flagged[2][-1] = "2"
    flagged[0][-1] = "2 b"
    eurostat = table_of(tmp_path, [*years[:2], "1961 ", "1962 ", "1963 ", "1964 "], flagged)
    assert stackable_columns(eurostat) == ("1961 ", "1962 ", "1963 ", "1964 ")
    assert places_to_stack(["1961 :1964 "], [c.name for c in eurostat.columns], list, "x") == (2, 3, 4, 5)
    constant = [[*row, "births"] for row in marks]
    assert stackable_columns(table_of(tmp_path, [*header, "indicator"], constant)) == tuple(header[2:])
    in_classes = [[row[0], f"class {row[0] % 4}", *row[2:]] for row in marks]
    assert stackable_columns(table_of(tmp_path, header, in_classes)) == ()


@pytest.mark.parametrize(
    ("header", "rows", "wide"),
    [
        ("row,A,B,C", [[1, 1.5, 2.5, 3.5], [2, 1.7, 2.7, 3.9], [3, 1.1, 2.1, 3.3]], ("A", "B", "C")),
        ("plot,A,B", [[1, 31, 12], [2, 25, 40], [3, 18, 7]], ("A", "B")),
        ("school,arm,y", [["s1", "a", 1.5], ["s2", "b", 2.5], ["s3", "a", 3.5]], ()),
    ],
)
def test_rows_numbers_are_not_stacked_and_labels_make_a_table_long(tmp_path, header, rows, wide):
    lines = [",".join(map(str, row)) for row in rows]
    assert stackable_columns(stored(tmp_path, "\n".join([header, *lines]))) == wide


@pytest.mark.slow_cases
@pytest.mark.parametrize(
    "text",
    [
        "g,y\na,1.5\nb,2.5\nc,3.5\n",
        "g,y\n1,1.5\n2,2.5\n3,3.5\n",
        "site,y,x\na,1.5,0.3\na,2.5,0.4\nb,3.5,0.7\n",
        "subject,y,x,z\n1,1.5,0.3,0.11\n1,2.5,0.4,0.12\n2,3.5,0.7,0.13\n",
        "player,hits,bats\np1,3,10\np2,4,11\np3,5,12\n",
        "g,y\na,1\n",
    ],
)
def test_usable_tables_are_not_taken_for_wide_ones(tmp_path, text):
    assert stored(tmp_path, text).rows == text.count("\n") - 1


def employment(sectors=8, months=120):
    """A row a month and a column of whole numbers a sector, a few of which come again."""
    draw = random.Random(11)
    return [
        [
            f"{2006 + i // 12}-{1 + i % 12:02d}-01",
            *(draw.randrange(400) + 900 * k for k in range(1, sectors + 1)),
        ]
        for i in range(months)
    ]


def test_whole_numbers_that_come_again_by_chance_are_no_groups_of_a_time_series(blupboard, tmp_path):
    sectors = ("mining", "construction", "durables", "trade", "utilities", "finance", "leisure", "change")
    table = table_of(tmp_path, ["month", *sectors], employment())
    assert any(80 < table.column(name).distinct < 108 for name in sectors)
    assert stackable_columns(table) == sectors
    assert guess_roles(table).pair == (sectors[0], None)
    done = blupboard("compare", tmp_path / "made.csv")
    assert done.code == 2
    assert "if each column is a group" in done.err


def test_numbers_of_nearly_all_rows_are_no_group_unless_something_says_so(blupboard, tmp_path):
    """Two quantities over time are no columns to stack, and neither tells groups."""
    table = table_of(tmp_path, ["month", "population", "output"], [row[:3] for row in employment(3)])
    assert guess_roles(table).group is None
    done = blupboard("compare", tmp_path / "made.csv")
    assert done.code == 2
    assert "name it with --group" in done.err
    assert "--stack" in done.err
    assert guess_roles(table_of(tmp_path, ["date", "temp"], [row[:2] for row in employment(2)])).group is None
    coded = [[row[1] % 101 * 7, row[2]] for row in employment(3)]
    assert guess_roles(table_of(tmp_path, ["hospital", "output"], coded)).group == "hospital"


def test_numbers_of_a_time_series_that_come_again_tell_no_groups(tmp_path):
    draw = random.Random(12)
    rows = [[f"2012-{1 + i // 28:02d}-{1 + i % 28:02d}", draw.randrange(60) / 2, draw.randrange(90)]
            for i in range(336)]  # fmt: skip
    table = table_of(tmp_path, ["date", "temp_max", "bikes"], rows)
    assert table.column("temp_max").distinct < 168
    assert guess_roles(table).group is None
    weather = [[*row, ["rain", "sun", "fog"][i * i % 3]] for i, row in enumerate(rows)]
    assert (
        guess_roles(table_of(tmp_path, ["date", "temp_max", "bikes", "weather"], weather)).group == "weather"
    )
    months = [[*row, i // 28 + 1] for i, row in enumerate(rows)]
    assert guess_roles(table_of(tmp_path, ["date", "temp_max", "bikes", "month"], months)).group == "month"
