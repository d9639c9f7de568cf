"""Which text files other programs read alike: never one that they do not."""

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.ingest import (
    ALL_ROWS,
    AS_FOUND,
    Condition,
    Reading,
    RowFilter,
    UnreadableFile,
    reduce_table,
    store_table,
)
from dashboard.ingest.written_plainly import reads_alike
from estimators import DataError
from tests.ingest.helpers import put

PLAIN = "g,y\na,1.5\nb,2\na,NA\n,7\nb,-1e3\n"


def alike(folder, content, reading=AS_FOUND, rows=ALL_ROWS):
    path = put(folder, content)
    table = store_table(path, name="data.csv", target=folder / "stored.parquet", reading=reading)
    chosen = {"outcome": "y", "group": "g", "reading": reading, "rows": rows}
    data = reduce_table(table, **chosen)
    return reads_alike(table, data, **chosen), data


@pytest.mark.slow_cases
@pytest.mark.parametrize(
    "content",
    [
        PLAIN,
        PLAIN.rstrip("\n"),
        PLAIN.replace("\n", "\r\n"),
        "\ufeff" + PLAIN,
        PLAIN.replace(",", "\t"),
        PLAIN.replace(",", "|"),
        PLAIN + "Ωé, 12 \n#x,3\n",
        PLAIN + "b,twelve\n",
    ],
)
def test_plain_files_are(tmp_path, content):
    assert alike(tmp_path, content)[0]


@pytest.mark.slow_cases
@pytest.mark.parametrize(
    "content",
    [
        PLAIN.replace("a,1.5", '"a",1.5'),
        PLAIN.replace("a,1.5", "a\\b,1.5"),
        PLAIN.replace("\n", "\r"),
        PLAIN.replace("g,y", "g, y ").replace("g, y ", "g ,y").replace("g ,y", "g,y,"),
        "# remark\n" + PLAIN,
        "sep=,\n" + PLAIN,
        PLAIN.replace("\na,NA", "\n\na,NA"),
        PLAIN + "c\n",
        PLAIN + "c,8,\n",
        PLAIN + "\u00a0,8\n",
        PLAIN + "c,\u22125\n",
        PLAIN + "c,1e400\n",
        PLAIN.encode("utf-16"),
        (PLAIN + "é,3\n").encode("latin-1"),
        "g;y\na;1.250\nb;980\na;1.500\nb;2.750\n",
        "g,y\n'a',1\n'b',2\n",
    ],
)
def test_others_are_not(tmp_path, content):
    try:
        found, _ = alike(tmp_path, content)
    except (UnreadableFile, DataError):
        return
    assert not found or content == "g,y\n'a',1\n'b',2\n"


@pytest.mark.slow
def test_what_is_said_of_the_reading_has_to_be_said_elsewhere_too(tmp_path):
    assert alike(tmp_path, PLAIN, rows=RowFilter(("a",)))[0]
    assert alike(tmp_path, PLAIN, Reading(labels="exact", delimiter=","))[0]
    assert not alike(tmp_path, PLAIN, rows=RowFilter((), (Condition("g", "=", "a"),)))[0]
    for reading in (Reading(missing=("2",)), Reading(labels="folded"), Reading(fill_down=True)):
        assert not alike(tmp_path, PLAIN, reading)[0]


LABEL = st.text(
    st.one_of(st.characters(exclude_categories=["Cs"]), st.sampled_from(" ,;\t\"'\\#a1")), max_size=5
)
NUMBER = st.sampled_from(
    ["1", "-2.5", " 3 ", "1e3", "", "NA", "1,5", "x", "0x10", "1e400", "1_000", "inf", "-"]
)


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(LABEL, NUMBER), min_size=2, max_size=12), st.sampled_from(",;\t"))
def test_what_is_read_alike_is_split_at_every_delimiter(tmp_path_factory, rows, delimiter):
    """The simplest reader of all: lines, split at every delimiter, numbers by Python's float."""
    text = "\n".join(delimiter.join(row) for row in [("g", "y"), *rows]) + "\n"
    try:
        found, data = alike(tmp_path_factory.mktemp("plain"), text)
    except (UnreadableFile, DataError, UnicodeError):
        return
    if not found:
        return
    lines = [line.split(delimiter) for line in io.StringIO(text, newline="").read().split("\n")[1:-1]]
    assert all(len(line) == 2 for line in lines)
    assert lines == list(csv.reader(text.split("\n")[1:-1], delimiter=delimiter))
    used = [
        (label, float(number))
        for label, number in lines
        if label.strip(" \t") and number.strip(" \t")[:1] in "+-.0123456789" and _is_plain(number)
    ]
    kept = data.require_rows()
    assert sorted(used) == sorted(zip(data.labels[kept.group], kept.outcome.tolist(), strict=True))


def _is_plain(number):
    try:
        return float(number) not in (float("inf"), float("-inf")) and "_" not in number
    except ValueError:
        return False
