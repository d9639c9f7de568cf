"""What a list of columns is sent: all that is known of a few columns, the names alone of a wide table's."""

import json
from pathlib import Path

from dashboard.ingest import Column, Table
from dashboard.pages.rail import column_options


def table_of(columns):
    found = tuple(
        Column(
            f"gene {i}", "number", 480, 0, ("3.1", "4.5", "12.01"), None, "it holds measurements", stored=i
        )
        for i in range(columns)
    )
    return Table(Path("table.parquet"), "genes.csv", 500, found)


def test_a_few_columns_say_what_they_hold():
    assert column_options(table_of(2), "outcome")[1] == {
        "value": "gene 1",
        "label": "gene 1",
        "facts": "number, 480 different",
        "examples": "3.1, 4.5, 12.01",
    }
    assert column_options(table_of(2), "group")[1]["why_not"] == "it holds measurements"


def test_a_wide_table_sends_names_and_why_they_will_not_do():
    options = column_options(table_of(30_000), "outcome")
    assert [option["value"] for option in options] == [f"gene {i}" for i in range(30_000)]
    assert len(json.dumps(options)) < 60 * 30_000
    assert all(option["disabled"] for option in column_options(table_of(2_000), "group"))
