"""A plain table with some of its text changed: what is read is what stands there, or something is said."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.ingest import UnreadableFile, file_groups
from estimators import DataError
from tests.ingest.helpers import put

pytestmark = pytest.mark.slow

ROWS = [
    (i + 1, "ABC"[i * 5 % 7 % 3], f"{(i * 37 % 23) - 4}.{i % 10}", ["ok", "", "x y"][i % 3])
    for i in range(12)
]
MARKS = "0123456789.,;-+\"' \t\n%eE()abcZ/\\|:=_<>\u00a0\u2212"
CHANGES = st.lists(
    st.tuples(
        st.sampled_from(["put", "insert", "cut", "drop", "end line", "repeat line", "lose line"]),
        st.floats(0, 1, exclude_max=True),
        st.sampled_from(MARKS),
    ),
    min_size=1,
    max_size=3,
)


def changed(text: str, how: str, where: float, mark: str) -> str:
    """A text with one change at that share of its length."""
    i = int(where * len(text))
    lines = text.split("\n")
    j = text.count("\n", 0, i)
    if how == "put":
        return text[:i] + mark + text[i + 1 :]
    if how == "insert":
        return text[:i] + mark + text[i:]
    if how == "drop":
        return text[:i] + text[i + 1 :]
    if how == "cut":
        return text[:i]
    if how == "end line":
        k = text.find("\n", i)
        return text[:i] if k < 0 else text[:i] + text[k:]
    return "\n".join([*lines[: j + (how == "repeat line")], *lines[j + (how == "lose line") :]])


def plain_reading(text: str, delimiter: str) -> tuple[dict[str, list[float]], int] | None:
    """Numbers by label as Python's csv and float have them, and how many rows neither takes as they are.

    None where the line of names has changed, or lacks one as R writes it above the names of rows.
    """
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    rows = [row for row in rows if len(row) > 1 or "".join(row).strip()]
    if (
        len(rows) < 2
        or len(rows[0]) != len(rows[1])
        or rows[0].count("ward") != 1
        or rows[0].count("score") != 1
    ):
        return None
    width, g, y = len(rows[0]), rows[0].index("ward"), rows[0].index("score")
    found: dict[str, list[float]] = {}
    odd = 0
    for row in rows[1:]:
        cells = [*row[:width], *(cell for cell in row[width:] if cell.strip())]
        try:
            if len(cells) != width or not row[g].strip() or "_" in row[y]:
                raise ValueError
            found.setdefault(row[g], []).append(float(row[y].strip().replace("\u2212", "-")))
        except ValueError:
            odd += 1
    return found, odd


@given(CHANGES, st.sampled_from(",;\t"), st.booleans())
def test_numbers_of_a_changed_text_are_those_that_stand_there_or_something_is_said(
    tmp_path_factory, changes, delimiter, quoted
):
    file = io.StringIO(newline="")
    quoting = csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL
    writer = csv.writer(file, delimiter=delimiter, quoting=quoting, lineterminator="\n")
    writer.writerows([("id", "ward", "score", "note"), *ROWS])
    text = file.getvalue()
    for change in changes:
        text = changed(text, *change)
    path = put(tmp_path_factory.mktemp("changed"), text)
    try:
        read = file_groups(path, outcome="score", group="ward")
    except (UnreadableFile, DataError):
        return
    data, found = read.data, plain_reading(text, delimiter)
    if found is None or data.dropped.total or read.remarks or read.hints:
        return
    right, odd = found
    got = {label: (n, n * mean) for label, n, mean in zip(data.labels, data.n, data.mean, strict=True)}
    assert got == {g: (len(some), pytest.approx(sum(some))) for g, some in right.items()}
    assert odd == 0
