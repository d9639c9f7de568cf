"""What workbooks hold besides a clean table: titles, merged cells, dates, errors, sheets, stray cells."""

import datetime as dt
import io
import json
import struct
import zipfile

import numpy as np
import openpyxl
import pandas as pd
import pyreadstat
import pytest
from openpyxl.chart import BarChart, Reference

from dashboard.ingest import (
    Reading,
    UnreadableFile,
    file_groups,
    reduce_file,
    store_table,
    table_groups,
)
from dashboard.ingest.first_rows import first_rows
from dashboard.ingest.kinds import workbook_size
from dashboard.ingest.rows_of_groups import rows_of_groups
from dashboard.ingest.table import Table
from dashboard.ingest.two_columns import file_columns
from tests.ingest.helpers import both_ways, means, put, rows_of, stored
from tests.ingest.made_files import MEANS, ROWS, bytes_of, ods, xls, xlsx, zipped


def test_a_title_above_the_table_blank_rows_and_an_empty_column_beside_it(tmp_path):
    rows = [["Results 2024"], [], [None, "g", "y"], [None, "a", 1], [None, None, None], [None, "a", 2.5]]
    table = stored(tmp_path, xlsx(rows, tmp_path))
    assert [column.name for column in table.columns] == ["g", "y"]
    assert rows_of(table) == [("a", 1.0), ("a", 2.5)]
    assert table.notes == ('2 rows above the column names left out ("Results 2024").',)


@pytest.mark.parametrize(
    ("above", "said"),
    [
        ([["Site", "Nord"], ["Altitude", 120], []], '3 rows above the column names left out ("Site Nord'),
        ([["Report", 2024], []], '2 rows above the column names left out ("Report 2024").'),
        ([["Site", "Nord"], ["By", "us"], []], '3 rows above the column names left out ("Site Nord By us").'),
    ],
)
@pytest.mark.parametrize("names", [["g", "y"], ["g", "y", "n"]])
def test_pairs_above_the_table_are_none_of_its_rows(tmp_path, above, said, names):
    rows = [[label, value, 3][: len(names)] for label, value in ROWS[1:]]
    table = stored(tmp_path, xlsx([*above, names, *rows], tmp_path))
    assert [column.name for column in table.columns] == names
    assert rows_of(table) == list(map(tuple, rows))
    assert table.notes[0].startswith(said)


@pytest.mark.parametrize(
    ("reading", "names", "rows"),
    [
        (Reading(header=5), ["g", "y"], 4),
        (Reading(skip_rows=3), ["g", "y"], 4),
        (Reading(header=6), ["a", "1"], 3),
        (Reading(header=2), ["Site", "Nord"], 6),
        (Reading(header=0, skip_rows=5), ["column 1", "column 2"], 4),
    ],
)
def test_the_row_of_names_is_the_one_that_was_named(tmp_path, reading, names, rows):
    content = [[], ["Site", "Nord"], ["By", "us"], [], ["g", "y"], ["a", 1], ["a", 2.5], ["b", 3], ["b", 4]]
    table = stored(tmp_path, xlsx(content, tmp_path), reading=reading)
    assert ([column.name for column in table.columns], table.rows, table.notes) == (names, rows, ())


def test_rows_beyond_a_sheet_cannot_be_skipped(tmp_path):
    with pytest.raises(UnreadableFile, match="skip fewer"):
        stored(tmp_path, xlsx(ROWS, tmp_path), reading=Reading(skip_rows=50))


def test_two_columns_may_lack_the_name_of_the_first(tmp_path):
    data = both_ways(tmp_path, xlsx([[None, "y"], *ROWS[1:]], tmp_path), group="column 1")
    assert means(data) == pytest.approx(MEANS, abs=1e-12)
    with_title = [[None, "Results"], ["g", "y"], *ROWS[1:]]
    assert means(both_ways(tmp_path, xlsx(with_title, tmp_path))) == pytest.approx(MEANS, abs=1e-12)


def test_two_rows_of_names_are_one_where_cells_of_the_first_are_merged(tmp_path):
    names = [["g", "Plot A", None, "n"], [None, "weight", "height", None]]
    rows = [["a", 1, 10, 3], ["a", 2, 11, 4], ["b", 3, 12, 5]]
    table = stored(tmp_path, xlsx([*names, *rows], tmp_path, merge=("B1:C1", "A1:A2")))
    assert [column.name for column in table.columns] == ["g", "Plot A weight", "Plot A height", "n"]
    assert rows_of(table) == list(map(tuple, rows))
    assert table.notes == ('Two rows of column names read as one, such as "Plot A weight".',)
    deaths = [["g", "Plot", None, "Deaths", None], [None, "weight", "height", "number", "rate"]]
    for title, merge in ((["2024"], "A1:E1"), (["Made", "2025"], "A2:A3")):
        cells = [title, *deaths, *([*row, 0.5] for row in rows)]
        fuller = stored(tmp_path, xlsx(cells, tmp_path, merge=(merge, "B2:C2", "D2:E2")))
        joined = ["g", "Plot weight", "Plot height", "Deaths number", "Deaths rate"]
        assert [column.name for column in fuller.columns] == joined
    titled = xlsx(
        [["2024", None, None], ["g", "y", "z"], ["a", 1, 2], ["b", 3, 4]], tmp_path, merge=("A1:C1",)
    )
    assert [column.name for column in stored(tmp_path, titled).columns] == ["g", "y", "z"]
    for first in (["a", 1, 10, 3], ["a", "n.d.", "n.d.", None]):
        plain = stored(tmp_path, xlsx([names[0], first, *rows], tmp_path, merge=("B1:C1",)))
        assert [column.name for column in plain.columns] == ["g", "Plot A", "column 3", "n"]
        assert plain.rows == 1 + len(rows)


def test_merged_labels_hold_for_all_their_rows_and_merged_numbers_do_not(tmp_path):
    rows = [["g", "y"], ["North", 10], [None, None], [None, 30], ["South", 1], [None, 2]]
    table = stored(tmp_path, xlsx(rows, tmp_path, merge=("A2:A4", "B2:B3", "A5:A6")))
    assert rows_of(table) == [("North", 10), ("North", None), ("North", 30), ("South", 1), ("South", 2)]
    assert table.notes == ('3 blank cells below a merged label filled with it, such as "North".',)


def test_cells_merged_beside_the_table_are_none_of_it(tmp_path):
    rows = [["g", "y"], ["North", 10], ["South", 1], ["South", 2]]
    assert rows_of(stored(tmp_path, xlsx(rows, tmp_path, merge=("D2:D4",)))) == list(map(tuple, rows[1:]))


def test_merged_labels_are_filled_across_batches(tmp_path, monkeypatch):
    monkeypatch.setattr("dashboard.ingest.kinds.sheet_table._BATCH_CELLS", 4)
    rows = [["g", "y"], *([["North", 1]] + [[None, i] for i in range(2, 8)]), ["South", 8], [None, 9]]
    table = stored(tmp_path, xlsx(rows, tmp_path, merge=("A2:A8", "A9:A10")))
    assert rows_of(table) == [("North", i) for i in range(1, 8)] + [("South", 8), ("South", 9)]


@pytest.mark.slow
def test_dates_are_iso_labels_and_whole_numbers_have_no_point(tmp_path):
    day, moment = dt.datetime(2024, 1, 5), dt.datetime(2024, 1, 6, 10, 30)
    rows = [["day", "moment", "school", "y"], [day, moment, 4.0, 1], [day, moment, 12.0, 2.5]]
    content = xlsx(rows, tmp_path)
    for group, labels in {
        "day": ["2024-01-05"],
        "moment": ["2024-01-06 10:30:00"],
        "school": ["12", "4"],
    }.items():
        assert list(both_ways(tmp_path, content, group=group).labels) == labels


def test_a_double_that_is_whole_is_a_label_without_a_point(tmp_path):
    frame = pd.DataFrame({"g": [4.0, np.nan, 2.5, 4.0], "y": [1.0, 2, 3, 4]})
    content = bytes_of(lambda p: pyreadstat.write_sav(frame, p), tmp_path, "x.sav")
    data = both_ways(tmp_path, content)
    assert means(data) == {"2.5": 3.0, "4": 2.5}
    assert data.dropped.missing_group == 1


@pytest.mark.slow
def test_text_among_numbers_is_read_as_in_a_text_file(tmp_path):
    rows = [["g", "y"], ["a", 1.5], ["a", "2.5"], ["b", "<0.5"], ["b", 7], ["b", "1,234.5"], ["a", 1.234]]
    data = both_ways(tmp_path, xlsx(rows, tmp_path))
    assert sorted(data.rows.outcome.tolist()) == [1.234, 1.5, 2.5, 7, 1234.5]
    assert data.dropped.not_a_number == 1


@pytest.mark.parametrize(
    ("cells", "right"),
    [
        ([2.5, "1,5", 3.25, "0,125", 4], [0.125, 1.5, 2.5, 3.25, 4]),
        ([2.5, "1,500", 3.25, 4.5, 4], [2.5, 3.25, 4, 4.5, 1500]),  # sets thousands apart
        ([2.5, "1,5", "x, y", 4.5, 4], [2.5, 4, 4.5]),
    ],
)
def test_numbers_beside_text_with_decimal_commas_are_read_alike(tmp_path, cells, right):
    data = both_ways(tmp_path, xlsx([["g", "y"], *(["a", cell] for cell in cells)], tmp_path))
    assert sorted(data.rows.outcome.tolist()) == right


@pytest.mark.parametrize("in_place", [False, True])
@pytest.mark.parametrize("gap", [False, True])
def test_rows_have_the_numbers_of_their_sheet(tmp_path, monkeypatch, in_place, gap):
    rows = 3
    if in_place:
        monkeypatch.setattr("dashboard.ingest.judge_rows.ROWS_HELD", rows)
    cells = [
        ["Stays"],
        [],
        ["g", "y"],
        ["a", 1],
        *([[]] if gap else []),
        ["b", None],
        *[["a", 2]] * rows,
        ["b", 9],
    ]
    path = put(tmp_path, xlsx(cells, tmp_path), "data.xlsx")
    table = store_table(path, name=path.name, target=tmp_path / "stored.parquet")
    first = [4, 6] if gap else [4, 5]
    for read in (file_groups(path, outcome="y", group="g"), table_groups(table, outcome="y", group="g")):
        assert [e.line for cause in read.data.left_out for e in cause.examples] == [first[1]]
    assert list(first_rows(table).numbers[:2]) == first
    columns = file_columns(path, outcome="y", group="g")
    assert rows_of_groups(columns, ["b"])[0].line.tolist() == [first[1] + rows + 1]


def test_hidden_rows_are_read_and_said(tmp_path):
    book = openpyxl.Workbook()
    for row in ROWS:
        book.active.append(row)
    book.active.auto_filter.ref = "A1:B7"
    for number in (3, 4):
        book.active.row_dimensions[number].hidden = True
    table = stored(tmp_path, bytes_of(book.save, tmp_path, "x.xlsx"))
    assert table.notes == ("2 hidden rows on the sheet read like the others.",)
    assert table.rows == len(ROWS) - 1


def test_formulas_without_a_value_are_said(tmp_path):
    table = stored(tmp_path, xlsx([["g", "y"], ["a", "=1+0.5"], ["a", 2], ["b", 3]], tmp_path))
    assert rows_of(table) == [("a", None), ("a", 2), ("b", 3)]
    assert table.notes == (
        "Formulas that no spreadsheet has calculated are blank: open the file in one and save it again.",
    )


@pytest.mark.parametrize(
    ("cell", "without"),
    [
        ('<c r="A1"><f>B1</f><v></v></c>', True),
        ('<c r="A1"><f>B1</f><v/></c>', True),
        ('<c r="A1"><f t="shared" si="0"/></c>', True),
        ('<x:c r="A1"><x:f>B1</x:f></x:c><x:c r="A2"/>', True),
        ('<c r="A1"><f>B1</f><v>2</v></c>', False),
        ('<c r="A1" t="str"><f>IF(B1,"","x")</f><v></v></c>', False),
        ('<c r="A1" t="s"><v>0</v></c>', False),
    ],
)
def test_a_formula_without_a_value_is_told_from_one_with_empty_text(cell, without):
    assert workbook_size._xlsx_sheet(io.BytesIO(cell.encode()), 1 << 20)[2].uncalculated is without


@pytest.mark.parametrize("damage", ["row ", "<row ", '<row hidden="', '<c t="e', "<c ><f", "<c ><f>"])
def test_a_sheet_of_tags_that_never_end_is_looked_at_in_one_pass(damage):
    sheet = (damage * (4 << 20))[: 1 << 20].encode() + b'<row r="7"'
    size, cells, _ = workbook_size._xlsx_sheet(io.BytesIO(sheet), 1 << 21)
    assert (size, cells) == (len(sheet), 7 * 26)


def test_cells_with_an_error_are_left_out_and_counted(tmp_path):
    rows = [["g", "y"], ["a", 1], ["a", "#DIV/0!"], ["b", "#N/A"], ["b", 3]]
    content = xlsx(rows, tmp_path)
    assert b't="e"' in zipfile.ZipFile(io.BytesIO(content)).read("xl/worksheets/sheet1.xml")
    table = stored(tmp_path, content)
    assert rows_of(table) == [("a", 1), ("a", None), ("b", None), ("b", 3)]
    assert table.notes == ("2 cells with an error such as #DIV/0! or #N/A: left blank.",)


SHEETS = (("Notes", [["read me"]], "visible"), ("Old", [["g", "y"], ["z", 1], ["z", 5]], "hidden"))


@pytest.mark.slow_cases
@pytest.mark.parametrize(
    ("sheet", "groups"), [(None, {"a": 1.5}), ("Old", {"z": 3.0}), ("3", {"z": 3.0}), (" sheet ", {"a": 1.5})]
)
def test_a_sheet_is_chosen_by_name_or_number_or_is_the_first_with_a_table(tmp_path, sheet, groups):
    (path := tmp_path / "data.xlsx").write_bytes(
        xlsx([["g", "y"], ["a", 1], ["a", 2]], tmp_path, more=SHEETS)
    )
    said = []
    data = reduce_file(path, outcome="y", group="g", sheet=sheet, say=said.append)
    assert means(data) == groups
    assert said == [f'Read from sheet "{"Old" if "z" in groups else "Sheet"}", one of 3.']
    table = store_table(path, name="data.xlsx", target=tmp_path / "stored.parquet", sheet=sheet)
    assert table.sheets == ("Sheet", "Notes", "Old")
    assert Table.from_json(json.loads(json.dumps(table.to_json())), table.path) == table


def test_a_sheet_that_is_not_there(tmp_path):
    (path := tmp_path / "data.xlsx").write_bytes(xlsx(ROWS, tmp_path))
    with pytest.raises(UnreadableFile, match='no sheet "2": choose from "Sheet"'):
        reduce_file(path, outcome="y", group="g", sheet="2")
    (path := tmp_path / "data.csv").write_text("g,y\na,1\n")
    with pytest.raises(UnreadableFile, match="has no sheets to choose from"):
        reduce_file(path, outcome="y", group="g", sheet="2")


def test_a_stray_cell_in_the_last_corner_is_refused_before_memory_is_taken(tmp_path):
    book = openpyxl.Workbook()
    for row in ROWS:
        book.active.append(row)
    book.active["XFD1048576"] = 1
    with pytest.raises(UnreadableFile, match="spans more than 20,000,000 cells: delete the rows and columns"):
        stored(tmp_path, bytes_of(book.save, tmp_path, "corner.xlsx"))


def test_a_long_sheet_of_few_columns_is_not_too_large(tmp_path):
    book = openpyxl.Workbook()
    for row in ROWS:
        book.active.append(row)
    book.active["C1048576"] = 1
    content = bytes_of(book.save, tmp_path, "long.xlsx")
    (path := tmp_path / "long.xlsx").write_bytes(content)
    assert workbook_size.refuse_large_sheets(path, "long.xlsx") == {"Sheet": workbook_size.SheetFacts()}


def test_a_filled_row_that_is_repeated_without_end_is_refused(tmp_path):
    content = ods(ROWS)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
    parts["content.xml"] = parts["content.xml"].replace(
        "<table:table-row>", '<table:table-row table:number-rows-repeated="1000000000">'
    )
    with pytest.raises(UnreadableFile, match="spans more than"):
        stored(tmp_path, zipped(parts), name="data.ods")


def test_a_workbook_that_unpacks_without_end_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(workbook_size, "MAX_UNPACKED_BYTES", 1000)
    with pytest.raises(UnreadableFile, match="unpacks to more than"):
        stored(tmp_path, xlsx(ROWS, tmp_path))


@pytest.mark.parametrize("kind", ["xlsx", "xls", "ods"])
def test_a_workbook_without_a_value_says_so(tmp_path, kind):
    content = {"xlsx": lambda: xlsx([], tmp_path), "xls": lambda: xls([], tmp_path), "ods": lambda: ods([])}
    with pytest.raises(UnreadableFile, match=r'without any value: put a table on its sheet "(Sheet|Data)"'):
        stored(tmp_path, content[kind](), f"data.{kind}")


def test_a_sheet_without_a_value_names_another(tmp_path):
    (path := tmp_path / "data.xlsx").write_bytes(xlsx(ROWS, tmp_path, more=[("Blank", [], "visible")]))
    with pytest.raises(
        UnreadableFile, match=r'The sheet "Blank" of data\.xlsx holds no value: choose "Sheet"'
    ):
        reduce_file(path, outcome="y", group="g", sheet="Blank")


def test_a_chart_is_no_sheet_to_choose(tmp_path):
    book = openpyxl.Workbook()
    for row in ROWS:
        book.active.append(row)
    picture = BarChart()
    picture.add_data(Reference(book.active, min_col=2, min_row=1, max_row=3))
    book.create_chartsheet("Picture", 0).add_chart(picture)
    (path := tmp_path / "data.xlsx").write_bytes(bytes_of(book.save, tmp_path, "x.xlsx"))
    assert means(reduce_file(path, outcome="y", group="g")) == pytest.approx(MEANS)
    with pytest.raises(UnreadableFile, match='has no sheet "Picture": choose from "Sheet"'):
        reduce_file(path, outcome="y", group="g", sheet="Picture")
    book.remove(book["Sheet"])
    with pytest.raises(UnreadableFile, match="without a sheet of cells"):
        stored(tmp_path, bytes_of(book.save, tmp_path, "y.xlsx"))


def compound(*streams):
    """The smallest compound file with streams of these names and nothing in them ([MS-CFB] 2.2 to 2.6)."""
    free, end, table = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
    head = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16) + struct.pack("<5H6x", 0x3E, 3, 0xFFFE, 9, 6)
    head += struct.pack("<9I", 0, 1, 1, 0, 4096, end, 0, end, 0) + struct.pack("<109I", 0, *[free] * 108)

    def entry(name, kind, child=free, right=free):
        text = name.encode("utf-16-le") + bytes(2)
        links = struct.pack("<HBB3I", len(text), kind, 1, free, right, child)
        return text.ljust(64, b"\0") + links + bytes(36) + struct.pack("<IQ", end, 0)

    places = [*range(2, len(streams) + 1), free]
    entries = [entry("Root Entry", 5, child=1)]
    entries += [entry(name, 2, right=place) for name, place in zip(streams, places, strict=True)]
    return head + struct.pack("<128I", table, end, *[free] * 126) + b"".join(entries).ljust(512, b"\0")


def test_a_workbook_with_a_password_says_so(tmp_path):
    sentence = "is locked with a password: open it in a spreadsheet, and save it again without one"
    with pytest.raises(UnreadableFile, match=sentence):
        stored(tmp_path, compound("EncryptionInfo", "EncryptedPackage"), "data.xlsx")
    with pytest.raises(UnreadableFile, match="is damaged, or no workbook"):
        stored(tmp_path, compound("WordDocument"), "data.xls")
    # in the older kind a record says so: here in place of one of the same length that says nothing
    old = xls(ROWS, tmp_path).replace(b"\xe1\x00\x02\x00", b"\x2f\x00\x02\x00", 1)
    with pytest.raises(UnreadableFile, match=sentence):
        stored(tmp_path, old, "data.xls")
