"""Whatever a table holds and however it is written: the same labels and numbers, every row accounted for."""

import csv
import io
import re
from collections import Counter

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from dashboard.ingest import reduce_file
from tests.ingest.helpers import put, read_or_refused, rows_of

pytestmark = pytest.mark.slow

LABEL = st.text(
    st.one_of(
        st.characters(exclude_categories=["Cs"], exclude_characters="\x00"),
        st.sampled_from(" ,;\t|\"'\\\r\n#.01"),
    ),
    max_size=8,
)
DIALECTS = st.fixed_dictionaries(
    {
        "delimiter": st.sampled_from(",;\t|"),
        "lineterminator": st.sampled_from(["\n", "\r\n", "\r"]),
        "quoting": st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL, csv.QUOTE_NONNUMERIC]),
    }
)


def written(rows, dialect) -> str:
    """The rows in a dialect; all quoted where Python would leave a line end bare."""
    if any(end in str(cell) for row in rows for cell in row for end in "\r\n"):
        dialect = {**dialect, "quoting": csv.QUOTE_ALL}
    file = io.StringIO(newline="")
    csv.writer(file, **dialect).writerows(rows)
    return file.getvalue()


@given(
    st.lists(st.tuples(LABEL, st.integers(-(10**6), 10**6), LABEL), min_size=1, max_size=30),
    DIALECTS,
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_any_text_in_any_dialect_is_read_back_exactly(tmp_path_factory, rows, dialect, encoding):
    folder = tmp_path_factory.mktemp("dialect")
    text = written([("group", "value", "note"), *rows], dialect)
    path = put(folder, text.encode(encoding))
    table, refusal = read_or_refused(folder, path.read_bytes())
    if table is None:
        # control characters in bulk make a file that is no text
        assert "no table in plain text" in refusal
        return
    assert [(row[0], row[1], row[2]) for row in rows_of(table)] == [(g, str(y), n) for g, y, n in rows]
    usable = Counter(g for g, _, _ in rows if g and not g.isspace())
    assume(usable)
    data = reduce_file(path, outcome="value", group="group")
    assert dict(zip(data.labels, data.n, strict=True)) == usable
    assert data.dropped.missing_group == len(rows) - usable.total()


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused_in_one_sentence(tmp_path_factory, content):
    folder = tmp_path_factory.mktemp("junk")
    table, refusal = read_or_refused(folder, content)
    assert (table is None) == refusal.endswith(".")
    assert "\n" not in refusal


CELL = st.sampled_from(
    [
        "a",
        "1",
        "2.5",
        "",
        " ",
        '"',
        "'",
        ",",
        ";",
        "\t",
        "|",
        "\n",
        "\r\n",
        "\r",
        "#",
        "x y",
        "NA",
        "-",
        "1,5",
    ]
)


@given(st.lists(CELL, max_size=60).map("".join))
def test_any_arrangement_of_the_usual_signs_is_read_whole_or_refused(tmp_path_factory, text):
    folder = tmp_path_factory.mktemp("signs")
    text = "g,y\na,1\nb,2\n" + text
    table, refusal = read_or_refused(folder, text)
    if table is None:
        assert "\n" not in refusal
        return
    said = re.findall(
        r"(\d+) lines? (above the column names|below the table) left out", " ".join(table.notes)
    )
    left = {place.split()[0]: int(number) for number, place in said}
    lines = [line for line in re.split(r"\r\n|\r|\n", text) if line.strip()]
    written = lines[left.get("above", 0) + 1 : len(lines) - left.get("below", 0)]
    kept = "".join(cell or "" for row in rows_of(table) for cell in row)
    assert [sign for sign in kept if sign in "ax"] == [sign for sign in "".join(written) if sign in "ax"]
