"""Which rows a condition keeps: numbers, dates and text, and what is missing."""

import pandas as pd
import pyreadstat
import pytest

from dashboard.ingest import RowFilter, UnreadableFile, file_groups, store_table, table_groups
from dashboard.ingest.reading import Condition
from tests.ingest.helpers import put

TEXT = """g,y,iso,points,sex,n,money
a,1,2024-01-05,05.01.2024,x,10,"1,250"
a,2,2024-10-05,05.10.2024,X ,9,980
b,3,2023-12-31,31.12.2023,y,100,"2,000"
b,4,,,,,
b,5,2024-2-15,15.2.2024,NA,NA,NA
"""


@pytest.mark.slow_cases
@pytest.mark.parametrize(
    ("condition", "kept"),
    [
        ("iso>=2024-02-01", [2, 5]),
        ("iso<2024-01-01", [3]),
        ("iso=2024-01-05", [1]),
        ("points>05.01.2024", [2, 5]),
        ("points<=2024-02-15", [1, 3, 5]),
        ("sex=x", [1]),
        ("sex!=x", [2, 3, 4, 5]),
        ("n>9", [1, 3]),
        ("n<a", [5]),
        ("sex>=X", [1, 2, 3]),
        ("n!=10", [2, 3, 4, 5]),
        ("n=", [4]),
        ("n=NA", [5]),
        ("money>=1250", [1, 3]),
        ("money=1,250", [1]),
    ],
)
def test_rows_that_a_condition_keeps(tmp_path, condition, kept):
    where = RowFilter(where=(Condition.parse(condition),))
    data = file_groups(put(tmp_path, TEXT), outcome="y", group="g", rows=where).data
    assert sorted(data.require_rows().outcome) == kept
    assert sum(cause.rows for cause in data.left_out) == 5 - len(kept)


@pytest.mark.parametrize(
    ("written", "parts"),
    [
        (" y <= 3 ", ("y", "<=", "3")),
        ("==1", ("=", "=", "1")),
        ("a b!=", ("a b", "!=", "")),
        ("y=<5", ("y", "=", "<5")),
        ("y" + " " * 100_000 + ">1", ("y", ">", "1")),
    ],
)
def test_a_condition_has_its_first_operator_behind_a_name(written, parts):
    found = Condition.parse(written)
    assert (found.column, found.operator, found.value) == parts


@pytest.mark.parametrize("written", ["=1", " =1", "", "y" + " " * 100_000], ids=len)
def test_text_without_an_operator_behind_a_name_is_no_condition(written):
    with pytest.raises(UnreadableFile, match="is no condition: write"):
        Condition.parse(written)


def test_a_date_that_may_begin_with_its_day_or_its_month_is_refused(tmp_path):
    where = RowFilter(where=(Condition.parse("points>05/01/2024"),))
    with pytest.raises(UnreadableFile, match="not clear: write the date"):
        file_groups(put(tmp_path, TEXT), outcome="y", group="g", rows=where)


@pytest.mark.parametrize(
    ("condition", "kept"),
    [("g=North", [1, 2]), ("g!=North", [3, 4]), ("g=1", [1, 2]), ("g>1", [3, 4]), ("sex=f", [1, 4])],
)
@pytest.mark.parametrize("of_table", [False, True])
def test_codes_fulfil_a_condition_by_their_labels_too(tmp_path, condition, kept, of_table):
    frame = pd.DataFrame({"g": [1, 1, 2, 2], "sex": [2, 1, 1, 2], "y": [1.0, 2, 3, 4]})
    labels = {"g": {1: "North", 2: "South"}, "sex": {1: "m", 2: "f"}}
    path = tmp_path / "x.dta"
    pyreadstat.write_dta(frame, path, variable_value_labels=labels)
    where = RowFilter(where=(Condition.parse(condition),))
    if of_table:
        table = store_table(path, name="x.dta", target=tmp_path / "stored.parquet")
        data = table_groups(table, outcome="y", group="g", rows=where).data
    else:
        data = file_groups(path, outcome="y", group="g", rows=where).data
    assert sorted(data.require_rows().outcome) == kept


SLASHED = {
    "us": ["1/5/2024", "6/30/2024", "12/31/2023 9:05 PM", "", "6/4/2024 0:00"],
    "gb": ["05/01/24", "30-06-24", "31/12/23 21:05", "NA", "04/06/24"],
}
"""The same moments with the month and with the day first."""


@pytest.mark.parametrize("column", SLASHED)
@pytest.mark.parametrize(
    ("operator", "dates", "kept"),
    [
        (">", ("6/4/2024", "4/6/2024", "2024-06-04", "04.06.2024"), [2]),
        ("<=", ("01/05/24", "05/01/2024", "2024-1-5", "5.1.2024"), [1, 3]),
        (">", ("12/31/2023", "31/12/2023", "2023-12-31", "31.12.2023"), [1, 2, 3, 5]),
    ],
)
def test_dates_between_slashes_go_by_the_order_of_their_column(tmp_path, column, operator, dates, kept):
    body = "".join(f"{'ab'[i % 2]},{i + 1},{cell}\n" for i, cell in enumerate(SLASHED[column]))
    path = put(tmp_path, "g,y,when\n" + body)
    month_first, day_first, *others = dates
    for date in (month_first if column == "us" else day_first, *others):
        rows = RowFilter(where=(Condition("when", operator, date),))
        data = file_groups(path, outcome="y", group="g", rows=rows).data
        assert sorted(data.require_rows().outcome) == kept


def test_dates_between_slashes_of_which_no_day_tells_the_order_are_refused(tmp_path):
    path = put(tmp_path, "g,y,when\na,1,1/5/2024\nb,2,6/7/2024\n")
    for date in ("2024-06-01", "1/6/2024", "13/6/2024"):
        rows = RowFilter(where=(Condition("when", ">", date),))
        with pytest.raises(UnreadableFile, match="not clear"):
            file_groups(path, outcome="y", group="g", rows=rows)
