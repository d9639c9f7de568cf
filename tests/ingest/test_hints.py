"""Hints at what may be amiss with a file: the change that each offers mends it."""

import pytest

from dashboard.ingest import Reading, RowFilter, file_groups
from dashboard.words.reading import hint_action
from tests.ingest.helpers import means, put


@pytest.mark.slow_cases
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


@pytest.mark.slow_cases
@pytest.mark.parametrize(("mark", "cell"), [('"', '""""'), ("〃", "〃"), ("do.", "do."), ("Dto.", "Dto.")])
def test_ditto_marks_hint_at_the_label_above(tmp_path, mark, cell):
    path = put(tmp_path, f"g,y\nA,12\n{cell},13\nB,14\n{cell},15\n")
    read = file_groups(path, outcome="y", group="g")
    assert means(read.data) == {"A": 12, "B": 14, mark: 14}
    (hint,) = read.hints
    assert (hint.code, hint_action(hint)) == ("ditto_mark", f"Read {mark} as the label above")
    reading, _ = hint.applied(Reading(), RowFilter())
    again = file_groups(path, outcome="y", group="g", reading=reading)
    assert (means(again.data), again.hints) == ({"A": 12.5, "B": 14.5}, ())


def test_subtotals_of_a_pivot_table_are_hinted_at_one_by_one_and_then_the_grand_total(tmp_path):
    lines = ["g,y", "A,1", "A,2", "A Total,3", "B,3", "B,4", "Total B,3.5", "Grand Total,19", "Total C,9"]
    path = put(tmp_path, "\n".join(lines) + "\n")
    read = file_groups(path, outcome="y", group="g")
    assert [hint.exclude for hint in read.hints] == ["A Total", "Total B", "Grand Total"]
    assert read.hints[1].sentence == (
        'The group "Total B" holds 3.5, which is the mean of "B" (3.5), and may be no group'
    )


def test_what_databases_write_for_no_value_is_hinted_at_among_labels(tmp_path):
    read = file_groups(put(tmp_path, "g,y\nA,1\nA,2\n\\N,4\n\\N,5\n"), outcome="y", group="g")
    assert [(hint.code, hint.missing) for hint in read.hints] == [("missing_label", "\\N")]
