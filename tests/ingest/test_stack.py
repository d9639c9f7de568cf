"""Wide tables: columns that are stacked give the rows that the long table would have."""

import pyarrow as pa
import pytest

from dashboard.ingest import Reading, UnreadableFile, file_groups, guess_roles, reduce_file, table_groups
from dashboard.ingest.stack_names import places_to_stack, run_of
from tests.ingest.helpers import means, put, put_parquet, stored

WIDE = "rep,North,South,East\n1,1.5,2.5,3\n2,1.7,,4.25\n3,<0.5,2.25,5\n"
RIGHT = {"North": 1.6, "South": 2.375, "East": 12.25 / 3}


def groups(folder, content, *stack, outcome="value", group="column", name="data.csv"):
    return file_groups(put(folder, content, name), outcome=outcome, group=group, reading=Reading(stack=stack))


@pytest.mark.parametrize("stack", [("North,South,East",), ("North:East",), ("North", " South , East ")])
def test_columns_become_groups_with_their_names(tmp_path, stack):
    read = groups(tmp_path, WIDE, *stack)
    assert means(read.data) == pytest.approx(RIGHT)
    assert read.reading.stack == ("North", "South", "East")
    assert read.data.rows_read == 9
    assert [(o.cause, [(e.line, e.text) for e in o.examples]) for o in read.data.left_out] == [
        ("missing_outcome", [(3, "")]),
        ("not_a_number", [(4, "<0.5")]),
    ]
    assert '3 columns stacked ("North", "South", "East")' in read.remarks[0]


def test_what_is_not_stacked_is_kept_for_roles_and_conditions(tmp_path):
    times = "subject,arm,t1,t2,t3\ns1,a,1,2,3\ns2,b,4,,6\ns3,a,7,8,10.5\n"
    assert means(groups(tmp_path, times, "t1:t3", group="subject").data) == {"s1": 2, "s2": 5, "s3": 8.5}
    stack = Reading(stack=("t1,t2,t3",))
    table = stored(tmp_path, times, reading=stack)
    assert [column.name for column in table.columns] == ["subject", "arm", "column", "value"]
    assert means(table_groups(table, outcome="value", group="arm").data) == {"a": 31.5 / 6, "b": 5}
    assert guess_roles(table).pair == ("value", "subject")


def test_every_column_of_numbers_is_one_word(tmp_path):
    """Columns that read as numbers in their notation, whatever else stands in the file."""
    text = 'plot;note;A;B\np1;x;"1,5";"2,5"\np2;y;"1.250,5";"980"\n'
    assert means(groups(tmp_path, text, "numeric").data) == {"A": 626, "B": 491.25}


def test_typed_columns_keep_every_digit(tmp_path):
    columns = {"id": ["u", "v"], "a": pa.array([1, 4], pa.int64()), "b": pa.array([0.1, 1 / 3])}
    path = put_parquet(tmp_path, columns)
    data = reduce_file(path, outcome="value", group="column", reading=Reading(stack=("a,b",)))
    assert means(data) == pytest.approx({"a": 2.5, "b": 1.3 / 6}, rel=1e-15)


def test_a_file_that_has_columns_of_those_names_keeps_them(tmp_path):
    text = "column,value,A,B\nx,1,2,3\ny,4,5,6\n"
    data = groups(tmp_path, text, "A:B", outcome="value_", group="column_").data
    assert means(data) == {"A": 3.5, "B": 4.5}


def test_codes_that_are_kept_go_by_their_labels(tmp_path):
    import pandas as pd
    import pyreadstat

    frame = pd.DataFrame({"arm": [1.0, 2.0], "x": [1.5, 2.5], "z": [3.5, 4.5]})
    path = tmp_path / "wide.sav"
    pyreadstat.write_sav(frame, path, variable_value_labels={"arm": {1.0: "new", 2.0: "old"}})
    data = reduce_file(path, outcome="value", group="arm", reading=Reading(stack=("x", "z")))
    assert means(data) == {"new": 2.5, "old": 3.5}


def test_lines_of_a_file_with_blank_ones_are_those_that_an_editor_counts(tmp_path):
    text = "A,B\n1,2\n\n\n3,x\n5,6\n"
    read = groups(tmp_path, text, "A", "B")
    assert [(e.line, e.text) for o in read.data.left_out for e in o.examples] == [(5, "x")]


@pytest.mark.parametrize(
    ("stack", "sentence"),
    [
        (("Nort",), 'has no column "Nort": did you mean "North"'),
        (("North",), 'two or more are needed, and there is only "North"'),
        (("North:Eats",), 'has no column "North:Eats"'),
        ((",",), "there is no column"),
    ],
)
def test_what_cannot_be_stacked_is_said(tmp_path, stack, sentence):
    with pytest.raises(UnreadableFile, match=r"data\.csv") as refusal:
        groups(tmp_path, WIDE, *stack)
    assert sentence in str(refusal.value)


def test_names_with_commas_and_colons_are_names():
    names = ["a:b", "a", "b", "c, d", "numeric"]
    assert places_to_stack(["a:b", "c, d"], names, list, "f") == (0, 3)
    assert places_to_stack(['"c, d",b'], names, list, "f") == (2, 3)
    assert places_to_stack(['"a:b:c, d"'], names, list, "f") == (0, 1, 2, 3)
    assert places_to_stack(["b:numeric"], names, list, "f") == (2, 3, 4)
    assert places_to_stack(["numeric", "a"], names, list, "f") == (1, 4)


@pytest.mark.parametrize("wanted", [["a", "c, d", "e"], ["a", "b:x", "c, d", "e", "f"], ["f", "a"]])
def test_names_written_short_mean_the_same_columns(wanted):
    names = ["a", "b:x", "c, d", "e", "f"]
    short = run_of(wanted, names)
    assert [names[place] for place in places_to_stack([short], names, list, "f")] == sorted(wanted)
