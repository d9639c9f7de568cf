"""A file that is read otherwise on the page: hints, chips, the panel; what does not do changes nothing."""

from __future__ import annotations

import io
import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.callbacks.reading import changed, panel_content
from dashboard.ingest import Condition, Reading, RowFilter, UnreadableFile
from dashboard.ingest.first_rows import COLUMNS, ROWS, first_rows
from dashboard.pages import ids
from dashboard.pages.file_reading import MOST_GROUPS, change_chips, reading_notes, with_cells
from dashboard.pages.reading_panel import FOUND, NOTHING, options_of
from dashboard.session.choices import Choices
from dashboard.session.chosen_reading import Before, ChosenReading
from dashboard.session.first_choices import first_choices, held_reading
from dashboard.session.reread import (
    keep_reading,
    read_as_before,
    read_otherwise,
    taken_back,
    with_condition,
    with_hint,
    without_groups,
)
from dashboard.session.sources import SourceControls
from dashboard.session.stored_file import ChosenColumns
from dashboard.words.reading import changes, hint_action
from estimators import DataError
from tests.components import text_of
from tests.dashboard.test_choices import READINGS, TEXT
from tests.dashboard.test_choices import ROWS as FILTERS

MAC = "y,ville\n1,Orléans\n2,Orléans\n3,Nîmes\n5,Nîmes\n6,Bézier\n7,Bézier\n".encode("mac_roman")
CODES = b"clinic,score\nA,71\nA,70.5\nB,-999\nB,64\nB,66\nC,80\nC,81\nTotal,432.5\n"
BEFORES = st.builds(Before, TEXT, READINGS, FILTERS, TEXT, TEXT)


def receive(comparisons, content, name="a.csv"):
    return comparisons.workspace.receive("ann", name, io.BytesIO(content), None)


def read_of(comparisons, chosen):
    return comparisons.source("ann", Choices(chosen, ())).file_groups()


def change(comparisons, chosen, **changes):
    wanted = replace(chosen, **changes)
    return read_otherwise(comparisons, "ann", wanted, wanted.reading, wanted.rows)


@pytest.mark.slow
@given(
    st.builds(
        ChosenReading, TEXT, READINGS, FILTERS, st.lists(TEXT, max_size=2).map(tuple), st.none() | BEFORES
    )
)
def test_what_the_page_holds_of_a_file_comes_back_and_is_of_that_file_only(held):
    given_json = json.loads(json.dumps(held.to_json()))
    assert ChosenReading.from_json(given_json, held.token) == held
    assert ChosenReading.from_json(given_json, held.token + "x") == ChosenReading(held.token + "x")


def test_another_layout_reads_the_file_again_and_guesses_columns_that_have_gone(comparisons):
    dataset = receive(comparisons, b"y;g\n1;k\n2;k\n3;l\n5;l\n7;l\n")
    found = first_choices(comparisons, "ann", dataset.token).source
    read = change(comparisons, found, reading=Reading(header=0, skip_rows=2))
    names = [column.name for column in comparisons.workspace.get("ann", dataset.token).table.columns]
    assert {read.outcome, read.group} == set(names)
    assert not {"y", "g"} & set(names)
    assert read_of(comparisons, read).data.total == 4, "two of the six lines were skipped"


@pytest.mark.slow_cases
@pytest.mark.parametrize(
    ("reading", "rows"),
    [
        (Reading(delimiter="|"), RowFilter()),
        (Reading(encoding="no-such-code"), RowFilter()),
        (Reading(), RowFilter(exclude=("A", "B", "C", "Total"))),
        (Reading(), RowFilter(where=(Condition("no column", "=", "1"),))),
        (Reading(encoding="UTF-8"), RowFilter(where=(Condition("score", ">", "1000"),))),
    ],
)
def test_what_gives_no_groups_is_refused_in_a_sentence_and_changes_nothing(comparisons, reading, rows):
    dataset = receive(comparisons, CODES)
    chosen = ChosenColumns(dataset.token, "score", "clinic")
    with pytest.raises((UnreadableFile, DataError)):
        read_otherwise(comparisons, "ann", chosen, reading, rows)
    assert comparisons.workspace.get("ann", dataset.token) == dataset


def test_each_hint_does_what_it_says_and_can_be_taken_back(comparisons):
    chosen = ChosenColumns(receive(comparisons, CODES).token, "score", "clinic")
    (hint,) = (hint for hint in read_of(comparisons, chosen).hints if hint.missing)
    assert hint_action(hint) == "Read -999 as missing"
    read = change(comparisons, with_hint(chosen, hint))
    used = read_of(comparisons, read)
    assert used.data.dropped.missing_outcome == 1
    assert not [one for one in used.hints if one.key == hint.key]
    (done,) = changes(read.reading, read.rows)
    assert done.words == "-999 is missing"
    assert taken_back(read, done.option, done.value) == chosen


def test_everything_that_is_set_has_a_chip_that_takes_it_back():
    chosen = ChosenColumns(
        "t",
        "y",
        "g",
        Reading("UTF-8", ";", "", ",", ".", 0, 3, "#", "May", ("-9", "x"), "folded", fill_down=True),
        RowFilter(("A", "B"), (Condition("year", ">=", "2024"), Condition("site", "!=", ""))),
    )
    found = changes(chosen.reading, chosen.rows)
    assert len(found) == 17
    assert [change.words for change in found if change.option == "where"] == [
        "Only year ≥ 2024",
        "Only site ≠ blank",
    ]
    for change_made in reversed(found):
        chosen = taken_back(chosen, change_made.option, change_made.value)
    assert chosen == ChosenColumns("t", "y", "g")
    with pytest.raises(ValueError, match="colour"):
        taken_back(chosen, "colour", "")


def test_many_groups_that_were_left_out_are_in_a_fold_and_come_back_at_once():
    plain = ChosenColumns("t", "y", "g")
    labels = [f"s{i}" for i in range(300)]
    chosen = without_groups(without_groups(plain, labels), ["s1"])
    assert chosen.rows.exclude == tuple(labels)
    chips = change_chips(chosen.reading, chosen.rows)
    assert len(chips) == MOST_GROUPS + 1
    assert "295 more groups left out" in text_of(chips[-1])
    assert "Bring all 300 groups back" in text_of(chips[-1])
    assert taken_back(chosen, "exclude_all", "") == plain
    assert with_condition(
        with_condition(plain, Condition("a", "=", "1")), Condition("a", "=", "1")
    ).rows.where == (Condition("a", "=", "1"),)


def test_a_hint_that_was_waved_off_is_not_shown(comparisons):
    chosen = ChosenColumns(receive(comparisons, CODES).token, "score", "clinic")
    read = read_of(comparisons, chosen)
    shown = [text_of(note) for note in reading_notes(read)]
    left = [text_of(note) for note in reading_notes(read, [read.hints[0].key])]
    assert len(left) == len(shown) - 1
    assert reading_notes(None) == []


def test_cells_in_sentences_have_a_type_of_their_own():
    parts = with_cells("2 rows left out: `<0.5` (line 2), `a b` (line 3) and a ` alone")
    assert [text_of(part) for part in parts if not isinstance(part, str)] == ["<0.5", "a b"]
    assert "".join(part if isinstance(part, str) else text_of(part) for part in parts) == (
        "2 rows left out: <0.5 (line 2), a b (line 3) and a ` alone"
    )


@pytest.mark.slow
def test_the_next_file_of_the_same_columns_is_read_alike_where_that_does(comparisons):
    first = receive(comparisons, MAC)
    chosen = ChosenColumns(first.token, "y", "ville")
    read = change(comparisons, chosen, reading=Reading(encoding="mac_roman", missing=("7",)))
    keep_reading(comparisons, "ann", read)

    def opened(content):
        dataset = receive(comparisons, content)
        return read_as_before(comparisons, "ann", first_choices(comparisons, "ann", dataset.token))

    source, held = opened(MAC.replace(b"7", b"8"))
    assert source.reading == held.reading == read.reading
    assert held.before.reading == Reading()
    assert read_of(comparisons, source).data.labels.tolist() == ["Bézier", "Nîmes", "Orléans"]
    assert opened(MAC.replace(b"y,", b"z,"))[0].reading == Reading()
    assert opened(b"y,ville\n7,A\n7,B\n7,B\n7,A\n")[0].reading == Reading(), "no row would be left"
    other = comparisons.workspace.receive("bob", "b.csv", io.BytesIO(MAC), None)
    assert (
        read_as_before(comparisons, "bob", first_choices(comparisons, "bob", other.token))[1].before is None
    )


def test_a_step_on_the_page_keeps_what_it_did_not_touch(comparisons):
    chosen = ChosenColumns(receive(comparisons, CODES).token, "score", "clinic")
    held = ChosenReading(chosen.token, waved_off=("a hint",))
    wanted = replace(chosen, reading=Reading(missing=("-999",)), rows=RowFilter(exclude=("Total",)))
    found = changed(comparisons, "ann", (chosen, wanted), held, with_panel=True)
    after = ChosenReading.from_json(found["reading"], chosen.token)
    assert (after.reading, after.rows, after.waved_off) == (wanted.reading, wanted.rows, ("a hint",))
    assert "6 rows used, 2 left out" in text_of(found["preview"][0])
    again = first_choices(comparisons, "ann", chosen.token)
    assert again.source.reading == Reading(), "nothing is kept before the page has shown it"


def test_the_panel_opens_on_a_file_of_which_nothing_can_be_compared(comparisons):
    dataset = receive(comparisons, CODES)
    chosen = ChosenColumns(
        dataset.token, "score", "clinic", rows=RowFilter(where=(Condition("score", ">", "1e9"),))
    )
    fields, rows = panel_content(comparisons, "ann", chosen)
    assert "Encoding" in str(fields)
    assert "Total" in text_of(rows[1])


def event_list(fields):
    """What the list of words that may count as 1 offers, by value, and its value."""
    (found,) = [
        field
        for fieldset in fields
        for field in fieldset.children[1].children
        if field.id == ids.reading_option("event")
    ]
    return {entry["value"]: entry["label"] for entry in found.data}, found.value


@pytest.mark.slow
def test_which_of_two_words_counts_as_1_is_chosen_in_the_panel(comparisons):
    words = b"seen,clinic\n" + b"".join(
        b"%s,K%d\n" % (w, i % 3) for i, w in enumerate([b"none", b"found"] * 6)
    )
    chosen = ChosenColumns(receive(comparisons, words).token, "seen", "clinic")
    offered, value = event_list(panel_content(comparisons, "ann", chosen)[0])
    one = read_of(comparisons, chosen).reading.event
    assert (offered[value], set(offered) - {value}) == (f"Found: {one}", {"found", "none"})
    for word in ("found", "none"):
        reading = Reading.from_json(options_of({"event": word}))
        assert reading == Reading(event=word)
        wanted = change(comparisons, chosen, reading=reading)
        assert read_of(comparisons, wanted).remarks[0].startswith(f"seen: `{word}` counts as 1")
        assert event_list(panel_content(comparisons, "ann", wanted)[0])[1] == word


def test_another_outcome_is_not_read_by_the_word_that_counts_as_1_in_the_first(comparisons):
    rows = b"".join(b"%s,%d.5,K%d\n" % (w, i, i % 3) for i, w in enumerate([b"none", b"found"] * 6))
    chosen = ChosenColumns(receive(comparisons, b"seen,days,clinic\n" + rows).token, "seen", "clinic")
    wanted = replace(chosen, reading=Reading(event="none", labels="trimmed"))
    page = changed(comparisons, "ann", (chosen, wanted), ChosenReading(chosen.token), with_panel=False)

    def with_outcome(outcome):
        controls = SourceControls(chosen.token, outcome, "clinic", reading=page["reading"])
        return ChosenColumns.from_controls(controls)

    assert with_outcome("days").reading == Reading(labels="trimmed")
    assert len(read_of(comparisons, with_outcome("days")).data) == 3
    assert with_outcome("seen") == wanted
    first = first_choices(comparisons, "ann", chosen.token)
    assert held_reading(first).event_of == first.source.outcome


def test_two_numbers_may_be_words_and_others_have_no_list(comparisons):
    codes = b"code,y,clinic\n" + b"".join(b"%d,%d.5,K%d\n" % (1 + i % 2, i, i % 3) for i in range(12))
    token = receive(comparisons, codes).token
    offered, _ = event_list(panel_content(comparisons, "ann", ChosenColumns(token, "code", "clinic"))[0])
    assert {"1", "2"} < set(offered)
    assert "Counts as 1" not in str(panel_content(comparisons, "ann", ChosenColumns(token, "y", "clinic"))[0])


def test_the_controls_say_a_reading():
    values = {
        "encoding": FOUND,
        "quote": NOTHING,
        "delimiter": "\t",
        "header": 0,
        "skip_rows": "",
        "missing": ["x"],
    }
    values |= {"fill_down": "no", "labels": "trimmed", "thousands": " "}
    assert Reading.from_json(options_of(values)) == Reading(
        quote="", delimiter="\t", header=0, missing=("x",), fill_down=False, labels="trimmed", thousands=" "
    )


@pytest.mark.slow
def test_the_first_rows_are_those_of_the_file_with_their_lines_and_the_columns_that_matter(comparisons):
    wide = ",".join([*(f"c{i}" for i in range(60)), "y", "g"])
    lines = [",".join([*(["1"] * 60), f" {i}.50 ", f"g{i % 3}"]) for i in range(50)]
    table = receive(comparisons, f"# a remark\n{wide}\n".encode() + "\n".join(lines).encode()).table
    rows = first_rows(table, ("y", "g"))
    assert rows.names == (*(f"c{i}" for i in range(COLUMNS)), "y", "g")
    assert (len(rows.cells), rows.columns_left) == (ROWS, 60 - COLUMNS)
    assert rows.numbers[:2] == (3, 4)
    assert [row[-2].strip() for row in rows.cells[:2]] == ["0.50", "1.50"]
