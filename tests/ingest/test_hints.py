"""Hints at what may be amiss with a file: the change that each offers mends it."""

import shlex

import pytest

from dashboard.ingest import Reading, RowFilter, file_groups
from dashboard.words.reading import hint_action
from tests.ingest.helpers import means, put, stored


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


@pytest.mark.parametrize("mark", ["\u200b", "\ufeff", "\u200e"])
def test_labels_that_differ_in_a_mark_that_cannot_be_seen_are_hinted_at(tmp_path, mark):
    path = put(tmp_path, f"g,y\na,1\n{mark}a,3\nb,5\n")
    read = file_groups(path, outcome="y", group="g")
    (hint,) = read.hints
    code = f"[U+{ord(mark):04X}]"
    assert f"only in spaces or marks that cannot be seen, such as `a` and `{code}a`: 3 gr" in hint.sentence
    reading, rows = hint.applied(Reading(), RowFilter())
    again = file_groups(path, outcome="y", group="g", reading=reading, rows=rows)
    assert (means(again.data), again.hints) == ({"a": 2, "b": 5}, ())


def test_marks_that_join_letters_are_parts_of_labels(tmp_path):
    text = "g,y\n\U0001f469\u200d\U0001f52c,1\n\U0001f469\U0001f52c,3\n"
    assert file_groups(put(tmp_path, text), outcome="y", group="g").hints == ()


@pytest.mark.parametrize(
    ("code", "rows"), [("-9", 8), ("-99.9", 8), ("999.99", 8), ("9999.9", 8), ("9997", 8), ("-9", 2000)]
)
def test_codes_of_one_digit_and_with_decimals_are_hinted_at(tmp_path, code, rows):
    text = "g,y\n" + "".join(f"s{i % 4},{i % 11 + 1}.5\n" for i in range(rows)) + f"s1,{code}\ns2,{code}\n"
    (hint,) = file_groups(put(tmp_path, text), outcome="y", group="g").hints
    assert (hint.code, hint.flags) == ("missing_code", f"--missing {code}")


@pytest.mark.parametrize("first", [94, 995])
def test_numbers_that_run_on_through_what_codes_are_written_as_are_none(tmp_path, first):
    text = "g,y\n" + "".join(f"s{i % 2},{first + i}\n" for i in range(8))
    assert file_groups(put(tmp_path, text), outcome="y", group="g").hints == ()


def test_a_mean_below_a_column_is_hinted_at_with_what_stands_beside_it(tmp_path):
    text = "g,y\na,1\na,3\nb,5\nb,7\nMean,4\nSD,2.58\nN,4\n"
    read = file_groups(put(tmp_path, text), outcome="y", group="g")
    assert [(hint.code, hint.exclude) for hint in read.hints] == [
        ("total_group", "Mean"),
        ("total_group", "N"),
        ("total_group", "SD"),
    ]
    rows = RowFilter()
    for hint in read.hints:
        _, rows = hint.applied(Reading(), rows)
    again = file_groups(put(tmp_path, text), outcome="y", group="g", rows=rows)
    assert (means(again.data), again.hints) == ({"a": 2, "b": 6}, ())


def test_groups_called_like_statistics_are_groups_without_a_total(tmp_path):
    text = "g,y\nN,1\nS,3\nE,5\nMin,7\nMean,9\n"
    assert file_groups(put(tmp_path, text), outcome="y", group="g").hints == ()


LEDGER = "Konto;Betrag;Soll/Haben-Kennzeichen\n" + "".join(
    f"{(4400, 8400, 1200)[i % 3]};{100 + 7 * i},50;{'SH'[i % 2]}\n" for i in range(24)
)


@pytest.mark.parametrize(
    ("names", "marks"),
    [
        ("Soll/Haben-Kennzeichen", "SH"),
        ("S/H", "SH"),
        ("Debit/Credit", "DC"),
        ("side", ("Debit", "Credit")),
        ("Sens", "DC"),
        ("sign", "+-"),
    ],
)
def test_amounts_whose_sign_stands_in_another_column_are_hinted_at(blupboard, tmp_path, names, marks):
    text = "account,amount," + names + "\n"
    text += "".join(f"a{i % 3},{100 + 7 * i}.5,{marks[i % 4 > 1]}\n" for i in range(24))
    path = put(tmp_path, text)
    read = file_groups(path, outcome="amount", group="account")
    (hint,) = read.hints
    assert (hint.code, hint.flags) == ("sign_beside", f"--where {shlex.quote(f'{names}={marks[0]}')}")
    assert hint_action(hint) == f"Keep {marks[0]} only"
    reading, rows = hint.applied(Reading(), RowFilter())
    again = file_groups(path, outcome="amount", group="account", reading=reading, rows=rows)
    assert (again.data.total, again.hints) == (12, ())
    done = blupboard("compare", path, "--outcome", "amount", "--group", "account")
    assert f'"{names}" says by `{marks[0]}` and `{marks[1]}` its sign' in done.err + done.out


def test_the_sides_of_a_ledger_are_told_of_a_stored_table_too(tmp_path):
    table = stored(tmp_path, LEDGER)
    assert [column.name for column in table.signs] == ["Soll/Haben-Kennzeichen"]
    read = file_groups(put(tmp_path, LEDGER), outcome="Betrag", group="Konto")
    assert [hint.code for hint in read.hints] == ["sign_beside"]


@pytest.mark.parametrize(
    "text",
    [
        "g,y,size\n" + "a,5,S\nb,7,H\n" * 4,  # two letters that are no sides
        "g,y,S/H\n" + "a,5,S\nb,-7,H\n" * 4,  # amounts with their sign
        "g,y,S/H\n" + "a,5,S\nb,7,S\n" * 4,  # one side
        "S/H,y,g\n" + "S,5,a\nH,7,b\n" * 4,  # the sides are the groups
    ],
)
def test_other_columns_hold_no_signs(tmp_path, text):
    group = text.split(",")[0]
    assert file_groups(put(tmp_path, text), outcome="y", group=group).hints == ()
