"""Workbooks, files of statistics programs, R, Arrow and JSON: right numbers, labels and sentences."""

import datetime as dt
import gzip
import json

import numpy as np
import pandas as pd
import pyreadstat
import pytest
import rdata

from dashboard.ingest import UnreadableFile, reduce_file
from tests.ingest.helpers import both_ways, means, read_or_refused, rows_of, stored
from tests.ingest.made_files import FOR_R, FRAME, KINDS, LABELS, MEANS, VALUES, bytes_of
from tests.ingest.sas_files import SasColumn, sas_file


@pytest.mark.slow_cases
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_gives_the_exact_doubles_whatever_the_file_is_called(tmp_path, kind):
    content = KINDS[kind](tmp_path)
    data = both_ways(tmp_path, content, name="upload")
    assert sorted(data.rows.outcome.tolist()) == sorted(VALUES)
    assert means(data) == pytest.approx(MEANS, rel=1e-12)
    if not content.startswith(b"\x1f\x8b"):  # R packs its own
        packed = both_ways(tmp_path, gzip.compress(content), name="upload.gz")
        assert means(packed) == means(data)


@pytest.mark.slow_cases
@pytest.mark.parametrize("kind", ["por", "xpt", "xpt 5"])
def test_kinds_with_numbers_of_their_own_are_as_exact_as_their_library(tmp_path, kind):
    frame = pd.DataFrame({"G": LABELS, "Y": [0.5, 2.25, -3, 4.125, 5, 1000]})
    save = {
        "por": lambda p: pyreadstat.write_por(frame, p),
        "xpt": lambda p: pyreadstat.write_xport(frame, p, file_format_version=8),
        "xpt 5": lambda p: pyreadstat.write_xport(frame, p, file_format_version=5),
    }[kind]
    data = both_ways(tmp_path, bytes_of(save, tmp_path, kind), outcome="Y", group="G", name="upload")
    assert means(data) == {"a": -1.25, "b": 3.1875, "c": 502.5}


def test_a_file_of_sas_gives_what_another_reader_finds_and_its_missing_values_are_missing(tmp_path):
    y = [0.1 + i / 7 for i in range(297)] + [".", "A", "_"]
    days = [float(22_000 + i % 5) for i in range(300)]
    school = ["Nord", "Süd", "Ost"] * 100
    columns = (SasColumn("school", school), SasColumn("y", y), SasColumn("day", days, "DATE"))
    content = sas_file(columns)
    path = tmp_path / "pupils.sas7bdat"
    path.write_bytes(content)
    theirs = pd.read_sas(path, encoding="utf-8").groupby("school")["y"].agg(["size", "count", "mean"])
    data = both_ways(tmp_path, content, group="school", name="upload")
    assert means(data) == pytest.approx(theirs["mean"].to_dict(), rel=1e-14)
    assert dict(zip(data.labels.tolist(), data.n.tolist(), strict=True)) == theirs["count"].to_dict()
    assert data.dropped.missing_outcome == 3
    by_day = both_ways(tmp_path, content, group="day", name="upload")
    assert by_day.labels.tolist() == [f"2020-03-{26 + i}" for i in range(5)]


# codes with labels


LABELLED = pd.DataFrame({"school": [1.0, 2, 1, 9, 3], "dead": [0.0, 1, 1, 0, 1], "y": [1.0, 2, 3, 4, 5]})
CODES = {"school": {1: "St. Mary", 2: "Other", 3: "Other", 9: "no answer"}, "dead": {0: "alive", 1: "dead"}}


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["sav", "dta"])
def test_codes_are_numbers_as_the_outcome_and_labels_as_the_group(tmp_path, kind):
    save = {
        "sav": lambda p: pyreadstat.write_sav(LABELLED, p, variable_value_labels=CODES),
        "dta": lambda p: pyreadstat.write_dta(
            LABELLED.astype({"school": int}), p, variable_value_labels=CODES
        ),
    }[kind]
    content = bytes_of(save, tmp_path, kind)
    labels = means(both_ways(tmp_path, content, group="school", name="upload"))
    assert labels == {"St. Mary": 2.0, "Other (2)": 2.0, "Other (3)": 5.0, "no answer": 4.0}
    assert (
        means(both_ways(tmp_path, content, outcome="dead", group="school", name="upload"))["St. Mary"] == 0.5
    )
    assert means(both_ways(tmp_path, content, group="dead", name="upload")) == {"alive": 2.5, "dead": 10 / 3}


def test_what_spss_declares_missing_is_missing(tmp_path):
    save = lambda p: pyreadstat.write_sav(  # noqa: E731
        LABELLED, p, variable_value_labels=CODES, missing_ranges={"school": [9], "y": [{"lo": 5, "hi": 9}]}
    )
    data = both_ways(tmp_path, bytes_of(save, tmp_path, "x.sav"), group="school", name="upload")
    assert means(data) == {"St. Mary": 2.0, "Other (2)": 2.0}
    assert (data.dropped.missing_group, data.dropped.missing_outcome) == (1, 1)


def test_extended_missing_values_of_stata_are_missing(tmp_path):
    frame = pd.DataFrame({"g": ["a", "a", "b"], "y": [1.0, "a", 3.0]})
    save = lambda p: pyreadstat.write_dta(frame, p, missing_user_values={"y": ["a"]})  # noqa: E731
    data = both_ways(tmp_path, bytes_of(save, tmp_path, "x.dta"), name="upload")
    assert means(data) == {"a": 1.0, "b": 3.0}
    assert data.dropped.missing_outcome == 1


def test_rows_come_in_batches(tmp_path, monkeypatch):
    monkeypatch.setattr("dashboard.ingest.kinds.statistics_files._BATCH_CELLS", 4)
    content = bytes_of(lambda p: pyreadstat.write_sav(FRAME, p), tmp_path, "x.sav")
    assert means(both_ways(tmp_path, content, name="upload")) == pytest.approx(MEANS, rel=1e-12)


# R


def r_text(text):
    """A string as R's ASCII format spells it: its length, then its characters, blanks escaped."""
    spelled = text.replace(" ", "\\040")
    return f"262153\n{len(text)}\n{spelled}"


def ascii_rds():
    """saveRDS(data.frame(g = factor(...), day = as.Date(...), n = c(1L, NA, 3L), y = ...), ascii = TRUE)."""
    symbol = lambda name: f"1\n{r_text(name)}"  # noqa: E731
    texts = lambda *names: "\n".join([f"16\n{len(names)}", *map(r_text, names)])  # noqa: E731
    factor = "\n".join(
        [
            "781\n3\n1\n2\n1",
            "1026",
            symbol("levels"),
            texts("Lyon", "Nice"),
            "1026",
            symbol("class"),
            texts("factor"),
            "254",
        ]
    )
    day = "\n".join(["782\n3\n19727\nNA\n19728", "1026", symbol("class"), texts("Date"), "254"])
    count = "13\n3\n1\nNA\n3"
    y = "14\n3\n0.1\n2.5\n0.3"
    names = "\n".join(["1026", symbol("names"), texts("g", "day", "n", "y")])
    frame = "\n".join(["1026", symbol("class"), texts("tbl_df", "tbl", "data.frame")])
    rows = "\n".join(["1026", symbol("row.names"), "13\n2\nNA\n-3", "254"])
    return "\n".join(
        ["A\n3\n262657\n197888\n5\nUTF-8\n787\n4", factor, day, count, y, names, frame, rows, ""]
    )


def test_factors_dates_and_missing_values_of_r(tmp_path):
    table = stored(tmp_path, gzip.compress(ascii_rds().encode()), name="x.rds")
    assert [column.name for column in table.columns] == ["g", "day", "n", "y"]
    first = dt.date(2024, 1, 5)
    assert rows_of(table) == [
        ("Lyon", first, 1, 0.1),
        ("Nice", None, None, 2.5),
        ("Lyon", first + dt.timedelta(1), 3, 0.3),
    ]


def test_a_workspace_of_several_data_frames(tmp_path):
    other = FOR_R.assign(y=FOR_R.y * 2)
    (path := tmp_path / "x.RData").write_bytes(
        bytes_of(
            lambda p: rdata.write_rda(p, {"one": FOR_R, "two": other, "k": np.array([1.0])}), tmp_path, "x"
        )
    )
    said = []
    first = reduce_file(path, outcome="y", group="g", say=said.append)
    assert means(first) == pytest.approx(MEANS, rel=1e-12)
    assert said == ['Read the data frame "one", one of 2.']
    second = reduce_file(path, outcome="y", group="g", sheet="two")
    assert means(second)["a"] == pytest.approx(2 * MEANS["a"], rel=1e-12)


# JSON


def test_fields_that_come_late_or_hold_lists(tmp_path):
    lines = [
        '{"g": "a", "y": 1}',
        "",
        '{"g": "a", "y": null, "k": [1]}',
        '{"y": 4.5, "g": "b", "late": true}',
    ]
    table = stored(tmp_path, "\n".join(lines), name="x.jsonl")
    names = {column.name: column for column in table.columns}
    assert list(names) == ["g", "y", "k", "late"]
    assert "lists" in names["k"].not_outcome
    assert [row[:2] for row in rows_of(table)] == [("a", 1.0), ("a", None), ("b", 4.5)]


def test_whole_numbers_of_any_length_stay_what_they_are(tmp_path):
    records = [{"g": 2**53 + i, "y": y} for i, y in enumerate([1, 2.5, 2, 3])] * 2
    assert [row[0] for row in rows_of(stored(tmp_path, json.dumps(records)))] == [r["g"] for r in records]


@pytest.mark.parametrize(
    "text",
    [
        '{"g": ["a", "b", "b"], "y": [1, 2.5, null]}',
        '{\n "g": ["a", "b", "b"],\n "y": [1, 2.5, null]\n}',
        '{"g": {"0": "a", "1": "b", "2": "b"}, "y": {"0": 1, "1": 2.5, "2": null}}',  # pandas, by columns
        '{"0": {"g": "a", "y": 1}, "1": {"g": "b", "y": 2.5}, "2": {"g": "b", "y": null}}',  # by index
        '{"x1": {"g": "a", "y": 1}, "x2": {"g": "b", "y": 2.5}, "x3": {"g": "b"}}',
        '{"data": [{"g": "a", "y": 1}, {"g": "b", "y": 2.5}, {"g": "b"}]}',
        '{"columns": ["g", "y"], "index": [0, 1, 2], "data": [["a", 1], ["b", 2.5], ["b", null]]}',
        '[["g", "y"], ["a", 1], ["b", 2.5], ["b", null]]',
        '["g", "y"]\n["a", 1]\n["b", 2.5]\n["b", null]\n',
    ],
)
def test_one_object_may_hold_a_table(tmp_path, text):
    table = stored(tmp_path, text)
    assert [column.name for column in table.columns] == ["g", "y"]
    assert (rows_of(table), table.notes) == ([("a", 1.0), ("b", 2.5), ("b", None)], ())


def test_fields_of_inner_objects_are_columns(tmp_path):
    lines = [{"site": {"name": "a", "at": {"x": 1}}, "y": 1}, {"site": {"name": "b"}, "y": 2.5, "k": {}}]
    table = stored(tmp_path, "\n".join(map(json.dumps, lines)))
    assert [column.name for column in table.columns] == ["site.name", "site.at.x", "y", "k"]
    assert [row[:3] for row in rows_of(table)] == [("a", 1, 1.0), ("b", None, 2.5)]
    with pytest.raises(UnreadableFile, match=r'two fields called "a\.b"'):
        stored(tmp_path, '{"a": {"b": 1}, "a.b": 2}')


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32"])
def test_json_in_another_unicode_is_json(tmp_path, encoding):
    text = json.dumps([{"g": "Malmö", "y": 1.5}, {"g": "Åbo", "y": 2}], ensure_ascii=False)
    assert rows_of(stored(tmp_path, text.encode(encoding))) == [("Malmö", 1.5), ("Åbo", 2.0)]


def test_a_web_page_in_another_unicode_is_no_table(tmp_path):
    with pytest.raises(UnreadableFile, match="web page"):
        stored(tmp_path, "<html><table><tr><td>g,y</td></tr>\na,1\n</table></html>".encode("utf-16"))


def test_what_stands_beside_a_list_of_records_is_said(tmp_path):
    table = stored(tmp_path, '{"n": 2, "rows": [{"g": "a", "y": 1}, {"g": "b", "y": 2.5}], "next": null}')
    assert rows_of(table) == [("a", 1.0), ("b", 2.5)]
    assert table.notes == ('The rows are those of "rows"; "n", "next" beside it left out.',)


REFUSED = {
    "not records": ('[{"g": 1}, 2]', "not a list of objects"),
    "lists without names": ("[[1, 2], [3, 4]]", "nor of lists with the names first"),
    "uneven lists": ('[["g", "y"], ["a"]]', "nor of lists with the names first"),
    "uneven columns": ('{\n "g": ["a"],\n "y": [1, 2]\n}', "neither one object a line nor a list of objects"),
    "two tables": ('{"a": [{"g": 1}], "b": [{"g": 1}]}', "neither one object a line nor a list of objects"),
    "broken line": ('{"g": "a", "y": 1}\n{"g": "b" "y": 1}', "Line 2 of data.csv is not valid JSON"),
    "other line": ('{"g": "a", "y": 1}\n[1, 2]', r"Line 2 of data.csv holds \"\[1, 2\]\", not an object"),
    "field twice": ('[{"g": "a", "y": 1, "y": 2}]', '"y" comes twice in an object'),
    "field twice in a line": (
        '{"g": "a"}\n{"g": "a", "y": 1, "y": 2}',
        'Line 2 .*"y" comes twice in an object',
    ),
    "no record": ("[]", "holds no records"),
    "broken": ('[{"g": "a", "y": 1}, ', "not valid JSON"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_json_that_is_no_table_is_refused_in_a_sentence(tmp_path, what):
    text, sentence = REFUSED[what]
    with pytest.raises(UnreadableFile, match=sentence):
        stored(tmp_path, text)


@pytest.mark.slow_cases
@pytest.mark.parametrize("kind", KINDS)
def test_damaged_files_are_refused_in_a_sentence(tmp_path, kind):
    content = KINDS[kind](tmp_path)
    for damaged in (content[: len(content) * 2 // 3], content[:64] + bytes(40) + content[104:]):
        table, refusal = read_or_refused(tmp_path, damaged)
        if table is None:
            assert refusal.startswith(("data.csv ", "Line ", "The first line "))
            assert "\n" not in refusal
        else:
            assert table.rows <= len(LABELS)  # rows may be missing at the end, never more, and never a crash
