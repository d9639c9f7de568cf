"""Quotes that stand for themselves, and those of lines that are cut."""

import pytest

from dashboard.ingest import UnreadableFile, file_groups
from tests.ingest.helpers import means, put

INCHES = 'id,g,y\n1,pipe 2",5\n\n2,rod,6\n3,pipe 2",7\n4,rod,9\n\n5,rod 3",8\n'


def test_marks_of_inches_are_read_where_lines_are_blank(tmp_path):
    """Such a mark ends no value, so that the lines of rows cannot be told by quotes."""
    read = file_groups(put(tmp_path, INCHES + "6,rod,x\n"), outcome="y", group="g")
    assert means(read.data) == {'pipe 2"': 6, "rod": 7.5, 'rod 3"': 8}
    (left,) = read.data.left_out
    assert left.examples[0].line == 9


@pytest.mark.parametrize("cut", ['"1\n', '"1\n\n'])
def test_a_quoted_line_that_is_cut_is_refused_with_its_number(tmp_path, cut):
    """The quote that begins the next line ends the value of this one, so that its row would be lost."""
    rows = [f'"{i}","{"AB"[i % 2]}","{i}.5"\n' for i in range(9)]
    text = '"id","g","y"\n' + "".join([*rows[:4], cut, *rows[5:]])
    with pytest.raises(UnreadableFile, match=r"Line [67] of data.csv has text after a closing quote"):
        file_groups(put(tmp_path, text), outcome="y", group="g")
