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
