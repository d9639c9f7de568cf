"""Separated thousands: the marks are those that read most cells; what may be either is left out."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.ingest import Reading, Table, file_groups
from estimators import GroupData
from tests.ingest.helpers import both_ways, means, put, stored


def column_of(folder, cells, delimiter):
    """The values of the cells of one column by cell, those that are no number left out; both ways to read."""
    rows = "".join(f'g{i}{delimiter}"{cell}"\n' for i, cell in enumerate(cells))
    data = both_ways(folder, f"g{delimiter}y\n{rows}")
    read = dict(zip(data.labels[data.rows.group].tolist(), data.rows.outcome.tolist(), strict=True))
    assert data.dropped.not_a_number == data.dropped.total == len(cells) - len(read)
    column = stored(folder, f"g{delimiter}y\n{rows}").column("y")
    assert column.numbers == len(read)
    return {cell: read[f"g{i}"] for i, cell in enumerate(cells) if f"g{i}" in read}


@pytest.mark.slow
@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
@pytest.mark.parametrize(
    ("cells", "values"),
    [
        (["1.009,07", "999,5"], [1009.07, 999.5]),
        (["1.234.567,8", "-1.234,", "1,5"], [1234567.8, -1234.0, 1.5]),
        (["1.234", "912,5"], [1234.0, 912.5]),
        (["1.234", "912,5", "7,25"], [1234.0, 912.5, 7.25]),
        (["1.234", "2.345", "3.456", "1.013,5"], [1234.0, 2345.0, 3456.0, 1013.5]),
        (["1.234.567", "912,5", "3"], [1234567.0, 912.5, 3.0]),
        (["1.234", "12.5", "912,5", "7,25", "8,5"], [None, None, 912.5, 7.25, 8.5]),
        (["912,5", "7,5", "1 234,5", "1.23,5", "12.34.567,8", "1.2345,6", "0.123,4", "1234.567,8"],
         [912.5, 7.5, 1234.5, None, None, None, None, None]),
        (["912,5", "2e1"], [912.5, 20.0]),
    ],
)  # fmt: skip
def test_beside_decimal_commas(tmp_path, delimiter, cells, values):
    expected = {cell: value for cell, value in zip(cells, values, strict=True) if value is not None}
    assert column_of(tmp_path, cells, delimiter) == expected


@pytest.mark.slow
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize(
    ("cells", "values"),
    [
        (["1,013.5", "2"], [1013.5, 2.0]),
        (["1,234,567.8", "+1,234.", "1"], [1234567.8, 1234.0, 1.0]),
        (["1,234,567", "3"], [1234567.0, 3.0]),
        (["1,234", "912.5", "3.5"], [1234.0, 912.5, 3.5]),
        (["1,234", "1,013.5"], [1234.0, 1013.5]),
        (["1,234", "1,234,567"], [1234.0, 1234567.0]),
        (["1,234", "12,75", "912.5", "1.5", "2.5"], [None, None, 912.5, 1.5, 2.5]),
        (["912.5", "1.009,07", "1.234.567", "3.5", "1,23.5", "1,2345.6", "0,123.4", "12,34,567"],
         [912.5, None, None, 3.5, None, None, None, 1234567.0]),
    ],
)  # fmt: skip
def test_beside_decimal_points(tmp_path, delimiter, cells, values):
    expected = {cell: value for cell, value in zip(cells, values, strict=True) if value is not None}
    assert column_of(tmp_path, cells, delimiter) == expected


@pytest.mark.slow_cases
@pytest.mark.parametrize("other", ["3", "2e5", "1.567"])
def test_a_comma_between_commas_sets_thousands_apart_where_nothing_else_tells(tmp_path, other):
    assert column_of(tmp_path, ["1,234", other, "1"], ",") == {"1,234": 1234.0, other: float(other), "1": 1.0}


@pytest.mark.slow_cases
@pytest.mark.parametrize(
    ("delimiter", "cells", "values"),
    [
        (";", ["1,250", "980"], [1250, 980]),
        (";", ["1.250", "980"], [1250, 980]),
        (";", ["1,250", "2,375"], [1.25, 2.375]),
        (";", ["1.250", "2.375"], [1.25, 2.375]),
        (",", ["7.125", "7"], [7.125, 7]),
        ("\t", ["7.125", "7"], [7.125, 7]),
        (",", ["1,250", "2,375"], [1250, 2375]),
    ],
)
def test_what_decides_between_two_readings_of_all_cells(tmp_path, delimiter, cells, values):
    assert column_of(tmp_path, cells, delimiter) == dict(zip(cells, values, strict=True))


@pytest.mark.slow_cases
@pytest.mark.parametrize(("beside", "value"), [("3,5", 1.25), ("3.5", 1250.0)])
def test_the_other_columns_of_a_file_show_its_decimal_mark(tmp_path, beside, value):
    data = both_ways(tmp_path, f"g;y;z\na;1,250;{beside}\nb;980;{beside}\n")
    assert means(data) == {"a": value, "b": 980.0}


def test_labels_keep_their_separators(tmp_path):
    rows = 'g,y,n\n"1,013.5",1,k\n1013.5,2,k\n"1,234",3,k\n"1.234,5","1,234.5",k\n'
    data = both_ways(tmp_path, rows)
    assert means(data) == {"1,013.5": 1.0, "1013.5": 2.0, "1,234": 3.0, "1.234,5": 1234.5}


def test_whole_columns_are_told_with_thousands(tmp_path):
    assert stored(tmp_path, 'g,y\na,"1,234,567"\na,"1,234"\nb,12\n').column("y").whole
    assert not stored(tmp_path, 'g,y\na,"1,234,567"\na,"1,234.5"\nb,12\n').column("y").whole


def test_the_notation_survives_being_kept(tmp_path):
    table = stored(tmp_path, 'g,y\na,"1,234"\nb,12.5\nb,2\n')
    assert table.column("y").notation.thousands == ","
    assert Table.from_json(table.to_json(), table.path) == table


AMOUNTS = st.integers(-(10**14), 10**14).map(lambda cents: cents / 100)


@pytest.mark.slow
@settings(max_examples=3, deadline=None)
@given(st.lists(AMOUNTS, min_size=1, max_size=30))
def test_formatted_amounts_come_back_exactly(tmp_path_factory, amounts):
    folder = tmp_path_factory.mktemp("amounts")
    texts = [f"{x:,.2f}" for x in amounts]
    expected = dict(zip(texts, amounts, strict=True))
    assert column_of(folder, texts, ",") == expected
    german = {text.translate(str.maketrans(",.", ".,")): value for text, value in expected.items()}
    assert column_of(folder, list(german), ";") == german


@pytest.mark.slow_cases
@pytest.mark.parametrize("delimiter", [",", "\t", "|"])
@pytest.mark.parametrize(
    ("cells", "example"),
    [
        (["7", "7.125", "6.980"], "7.125"),
        (["980", "1.250", "."], "1.250"),
        (["980", "1.250", "12.5"], None),
        (["980", "1.250", "0.500"], None),
        (["980", "1250", ".", "NA"], None),
    ],
)
def test_points_that_may_set_thousands_apart_are_said(tmp_path, delimiter, cells, example):
    """Both readings give every cell a number: the convention decides, and the choice is shown."""
    text = f"g{delimiter}y\n" + "".join(f"a{delimiter}{cell}\n" for cell in cells)
    path = put(tmp_path, text)
    read = file_groups(path, outcome="y", group="g")
    data = GroupData.from_frame(pd.DataFrame({"g": "a", "y": cells}), outcome="y", group="g")
    said = (
        [] if example is None else [f"y: `{example}` is read as {float(example):.15g}; with a decimal comma"]
    )
    assert [remark.partition(" it would")[0] for remark in read.remarks] == said
    assert (data.notation.sentence("y") or "").partition(" it would")[0] == "".join(said)
    assert read.data.mean.tolist() == data.mean.tolist()
    if example is not None:
        other = file_groups(path, outcome="y", group="g", reading=Reading(decimal=","))
        assert other.data.mean > 100


@pytest.mark.slow_cases
@pytest.mark.parametrize("delimiter", [",", ";"])
@pytest.mark.parametrize(
    ("cells", "said"),
    [
        (["12%", "30%"], "`12%` is read as 12"),
        (["%12", "%30"], "`%12` is read as 12"),
        (["45-", "12"], "`45-` is read as -45"),
        (["( 45 )", "12"], "`( 45 )` is read as -45"),
        (["12 kg", "15 kg"], "`12 kg` is read as 12"),
        (["EUR 12", "EUR 15"], "`EUR 12` is read as 12"),
        (["$1,250.5", "$7", "($3)"], "`$1,250.5` is read as 1250.5 and `($3)` as -3"),
        (["1 250", "1,250", "7"], "`1 250` is read as 1250 and `1,250` as 1.25"),
    ],
)
def test_what_is_taken_off_is_said_where_no_number_has_a_decimal_mark(tmp_path, delimiter, cells, said):
    text = f"g{delimiter}y\n" + "".join(f'a{delimiter}"{cell}"\n' for cell in cells)
    assert file_groups(put(tmp_path, text), outcome="y", group="g").remarks == (f"y: {said}",)
    data = GroupData.from_frame(pd.DataFrame({"g": "a", "y": cells}), outcome="y", group="g")
    assert data.notation.sentence("y") == f"y: {said}"


def test_a_flag_on_every_number_is_no_unit(tmp_path):
    path = put(tmp_path, "g,y\na,5.1*\na,5.0*\nb,3\n")
    assert file_groups(path, outcome="y", group="g").data.dropped.not_a_number == 2
