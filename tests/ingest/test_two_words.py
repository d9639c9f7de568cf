"""An outcome of two words counts as 1 and 0, which is said and can be chosen; digits make no word."""

import json

import pandas as pd
import polars as pl
import pyreadstat
import pytest

from dashboard.ingest import Reading, UnreadableFile, file_groups, guess_roles, store_table, table_groups
from estimators import DataError, GroupData
from tests.ingest.helpers import means, put, put_parquet, stored


def text_of(cells):
    return "y,g\n" + "".join(f'"{cell}",{"ab"[i % 2]}\n' for i, cell in enumerate(cells))


@pytest.mark.slow_cases
@pytest.mark.parametrize(
    ("cells", "one", "zero"),
    [
        (["yes", "no"], "yes", "no"),
        (["Y", "N"], "Y", "N"),
        (["dead", "alive"], "dead", "alive"),
        (["survived", "died"], "died", "survived"),
        (["pass", "fail"], "pass", "fail"),
        (["F", "M"], "M", "F"),
        (["case", "control"], "case", "control"),
        (["TRUE", "FALSE"], "TRUE", "FALSE"),
        (["apple", "pear"], "pear", "apple"),
    ],
)
def test_which_word_counts_as_1(tmp_path, cells, one, zero):
    cells = [cells[0], cells[1], cells[0], f" {cells[0].swapcase()} ", "NA", ""]
    right = {"a": float(cells[0] == one), "b": 0.5}
    sentence = f"y: `{one}` counts as 1 and `{zero}` as 0, so that means are shares of `{one}`"
    read = file_groups(put(tmp_path, text_of(cells)), outcome="y", group="g")
    assert means(read.data) == right
    assert read.data.dropped.missing_outcome == read.data.dropped.total == 2
    assert read.reading.event.lower() == one.lower()
    assert read.remarks[0].lower() == sentence.lower()
    for frame in (pd.DataFrame, pl.DataFrame):
        data = GroupData.from_frame(frame({"y": cells, "g": list("ababab")}), outcome="y", group="g")
        assert means(data) == right
        assert data.notation.sentence("y").lower() == sentence.lower()


def test_the_event_can_be_chosen(tmp_path):
    path = put(tmp_path, text_of(["pass", "fail", "pass", "pass"]))
    read = file_groups(path, outcome="y", group="g", reading=Reading(event="FAIL"))
    assert means(read.data) == {"a": 0.0, "b": 0.5}
    assert Reading.from_json(json.loads(json.dumps(read.reading.to_json()))).event == "fail"
    frame = pd.read_csv(path)
    assert means(GroupData.from_frame(frame, outcome="y", group="g", event="fail")) == {"a": 0.0, "b": 0.5}


def test_codes_of_two_numbers_take_an_event(tmp_path):
    path = put(tmp_path, text_of(["1", "2", "2", "2"]))
    read = file_groups(path, outcome="y", group="g", reading=Reading(event="2"))
    assert means(read.data) == {"a": 0.5, "b": 1.0}


@pytest.mark.parametrize("values", [[1, 2, 2, 2], [1.0, 2.0, 2.0, 2.0], [True, False, False, False]])
@pytest.mark.parametrize("rows", [1, 5_000])
def test_codes_that_are_numbers_by_type_take_an_event(tmp_path, values, rows):
    path = put_parquet(tmp_path, {"g": ["a", "a", "b", "b"] * rows, "y": values * rows})
    event = "false" if values[1] is False else "2"
    read = file_groups(path, outcome="y", group="g", reading=Reading(event=event))
    assert means(read.data) == {"a": 0.5, "b": 1.0}
    assert "counts as 1" in read.remarks[0]
    with pytest.raises(DataError, match="cannot be what counts as 1"):
        file_groups(path, outcome="y", group="g", reading=Reading(event="3"))


@pytest.mark.parametrize("kind", ["dta", "sav"])
def test_codes_with_labels_take_a_label_for_the_event(tmp_path, kind):
    frame = pd.DataFrame({"g": ["a", "a", "a", "b", "b"], "y": [1.0, 2.0, 2.0, 2.0, float("nan")]})
    path = tmp_path / f"data.{kind}"
    getattr(pyreadstat, f"write_{kind}")(
        frame, str(path), variable_value_labels={"y": {1: "alive", 2: "dead"}}
    )
    table = store_table(path, name=path.name, target=tmp_path / "stored.parquet")
    for event, right in (("Dead", {"a": 2 / 3, "b": 1.0}), ("alive", {"a": 1 / 3, "b": 0.0})):
        read = file_groups(path, outcome="y", group="g", reading=Reading(event=event))
        again = table_groups(table, outcome="y", group="g", reading=read.reading)
        assert means(read.data) == means(again.data) == pytest.approx(right)
        assert read.remarks == again.remarks
        assert read.data.dropped.missing_outcome == 1
    two = file_groups(path, outcome="y", group="g", reading=Reading(event="2"))
    assert means(two.data) == pytest.approx({"a": 2 / 3, "b": 1.0})
    assert means(file_groups(path, outcome="y", group="g").data) == pytest.approx({"a": 5 / 3, "b": 2.0})
    with pytest.raises(DataError, match="holds `alive`, `dead`"):
        file_groups(path, outcome="y", group="g", reading=Reading(event="lost"))


@pytest.mark.parametrize("event", ["maybe", "passed", ""])
def test_an_event_that_is_none_of_two_words_is_refused(tmp_path, event):
    path = put(tmp_path, text_of(["pass", "fail", "pass", "absent" if event == "maybe" else "fail"]))
    with pytest.raises((DataError, UnreadableFile), match="cannot be what counts as 1"):
        file_groups(path, outcome="y", group="g", reading=Reading(event=event))
    with pytest.raises(DataError, match="as the outcome holds numbers"):
        GroupData.from_frame(
            pd.DataFrame({"y": [1.0, 2.0], "g": ["a", "b"]}), outcome="y", group="g", event="a"
        )


@pytest.mark.parametrize("cells", [["<0.5", "<0.2"], ["1:30", "2:30"], ["2024-01-05", "2024-01-06"]])
def test_what_holds_digits_is_no_word(tmp_path, cells):
    with pytest.raises(DataError, match="2 not a number"):
        file_groups(put(tmp_path, text_of(cells)), outcome="y", group="g")


def test_a_stored_column_of_two_words_can_be_the_outcome(tmp_path):
    """Both are found wherever they stand, and are no outcome beside a third or a digit."""
    rows = [("no", "a", "x1", "u")] * 2500 + [("yes", "b", "x2", "v"), ("yes", "b", "x1", "w")]
    table = stored(tmp_path, "y,g,digit,three\n" + "".join(",".join(row) + "\n" for row in rows))
    y = table.column("y")
    assert (y.not_outcome, y.notation.one, y.notation.zero) == (None, "yes", "no")
    assert table.column("digit").not_outcome is not None
    assert table.column("three").not_outcome is not None
    assert guess_roles(table, group="g").outcome == "y"
    assert means(table_groups(table, outcome="y", group="g").data) == {"a": 0.0, "b": 1.0}
