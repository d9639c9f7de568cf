"""Lines with fewer values than column names are read with blank last ones, which is said."""

import pytest

from dashboard.ingest import Reading, file_groups, table_groups
from tests.ingest.helpers import means, put, stored

SAID = "1 line with fewer values than column names (line 5): the last ones taken as blank."
CUT = "id;ward;score;note\n1;B;56,8;x\n2;A;57,2;y\n3;B;58,2;z\n4;A;5\n5;A;51,6;\n"


def test_a_line_that_is_cut_in_a_number_is_said(tmp_path):
    """The number is not what was meant, and nothing else shows it."""
    read = file_groups(put(tmp_path, CUT), outcome="score", group="ward")
    assert SAID in read.remarks
    assert means(read.data) == pytest.approx({"A": (57.2 + 5 + 51.6) / 3, "B": 57.5})
    again = table_groups(stored(tmp_path, CUT), outcome="score", group="ward")
    assert SAID in again.remarks


def test_of_many_short_lines_the_first_are_named(tmp_path):
    text = "g,y,note\n" + "a,1,x\n" + "b,2\n" * 5
    (note,) = stored(tmp_path, text).notes
    assert note.startswith("5 lines with fewer values than column names (lines 3, 4, 5, ...)")


def test_whole_lines_and_further_blank_cells_are_not_said(tmp_path):
    assert stored(tmp_path, "g,y,note\na,1,x\nb,2,\n\nb,3,,,\n").notes == ()


def test_stacked_columns_of_short_lines_say_it_too(tmp_path):
    text = "g,t1,t2,t3\na,1,2,3\nb,4,5\nc,6,7,8\n"
    table = stored(tmp_path, text, reading=Reading(stack=("t1", "t2", "t3")))
    assert any("(line 3): the last ones taken as blank" in note for note in table.notes)
