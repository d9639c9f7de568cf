"""Hints at what may be amiss with a file: the change that each offers mends it."""

import pytest

from dashboard.ingest import Reading, RowFilter, file_groups
from tests.ingest.helpers import means, put


@pytest.mark.parametrize("end", ["", '"\nb,8'])
def test_a_cell_that_holds_whole_lines_hints_at_a_quotation_mark_that_stands_for_itself(tmp_path, end):
    path = put(tmp_path, f'g,y\na,1\nb,2\nb,3\na,"4\na,5\nb,6{end}\n')
    read = file_groups(path, outcome="y", group="g")
    (hint,) = [hint for hint in read.hints if hint.code == "open_quote"]
    assert hint.flags == "--quote none"
    reading, _ = hint.applied(Reading(), RowFilter())
    again = file_groups(path, outcome="y", group="g", reading=reading)
    assert not again.hints
    assert means(again.data) == {"a": 3.0, "b": 13 / 3 if end else 11 / 3}


def test_a_text_of_two_lines_is_no_such_cell(tmp_path):
    read = file_groups(put(tmp_path, 'g,y\na,"1\n2"\n"b\nc",2\na,3\n"b\nc",4\n'), outcome="y", group="g")
    assert [hint.code for hint in read.hints] == []
