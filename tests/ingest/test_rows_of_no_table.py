"""A second table below the first, and rows of units or questions right below the names: left out and said."""

import pytest

from dashboard.ingest import file_groups
from tests.ingest.helpers import means, put
from tests.ingest.made_files import xlsx

TABLE = "g,y\na,1\na,2\nb,3\nb,5\n"
WIDE = "g,x,y,z\na,7,1,k\na,8,2,l\nb,9,3,k\nb,9,5,l\n"
RIGHT = {"a": 1.5, "b": 4.0}


def as_sheet(text, folder):
    """The same rows in a workbook, numbers as numbers."""
    rows = [
        [float(c) if c.replace(".", "").isdigit() else c for c in line.split(",")]
        for line in text.split("\n")
    ]
    width = max(map(len, rows))
    return xlsx([[cell or None for cell in row] + [None] * (width - len(row)) for row in rows], folder)


def read(folder, text, kind):
    content = text if kind == "csv" else as_sheet(text, folder)
    return file_groups(put(folder, content, f"data.{kind}"), outcome="y", group="g")


@pytest.mark.slow_cases
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize(
    ("text", "line", "names"),
    [
        (TABLE + "\ng,n\na,2\nb,2\n", 7, "g n"),
        (TABLE + "\n\nSummary of all\nunit,mean\na,1.5\nb,4\n", 9, "unit mean"),
        (TABLE.replace("b,3", "\n" * 120 + "b,3") + "\ng,n\na,2\nb,2\n", 127, "g n"),
        (TABLE + "\nlabel,average\na,1.5\nb,4\n", 7, "label average"),
        (TABLE + "\nlabel,mean,sd\nc,1.5,1\nd,4,1\n", 7, "label mean sd"),
        (WIDE + "\nward,n\na,2\nb,2\n", 7, "ward n"),
        (WIDE + ",,,\nward,n,days,note\nc,1.5,1,\nd,2,1,ok\n", 7, "ward n days note"),
    ],
)
def test_a_second_table_is_left_out_and_said(tmp_path, kind, text, line, names):
    found = read(tmp_path, text, kind)
    assert means(found.data) == RIGHT
    what = "line" if kind == "csv" else "row"
    assert any(f'names in {what} {line} ("{names}")' in r for r in found.remarks)


@pytest.mark.slow_cases
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize(
    ("more", "right"),
    [
        ("\na,6\nb,1\n", {"a": 3.0, "b": 3.0}),  # rows behind a blank line
        ("\nc,refused\na,6\na,1\n", {"a": 2.5, "b": 4.0}),  # a row without a number
        ("\ng,y\na,6\nb,1\n", {"a": 3.0, "b": 3.0}),  # the same names again
        ("\nc,none\nd,7\n", RIGHT | {"d": 7.0}),
        ("\nlabel,mean\n", RIGHT),  # names of nothing
    ],
)
def test_rows_that_may_go_on_are_read(tmp_path, kind, more, right):
    found = read(tmp_path, TABLE + more, kind)
    assert means(found.data) == right
    assert not any("second table" in remark for remark in found.remarks)


def test_names_within_quotes_are_no_second_table(tmp_path):
    text = 'g,y,said\na,1,"so:\n\ng,n,k\nc,7,8"\na,2,\nb,3,\nb,5,\n'
    assert means(read(tmp_path, text, "csv").data) == RIGHT


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("count", [1, 2, 3])
def test_units_and_questions_below_the_names_are_left_out_and_said(tmp_path, kind, count):
    first, *body = WIDE.splitlines()
    more = ["id,How long?,How much?,why", "Ward,cm,kg/m,", '{x},{"y"},{z},{w}'][:count]
    found = read(tmp_path, "\n".join([first, *(more if kind == "xlsx" else map(quoted, more)), *body]), kind)
    assert means(found.data) == RIGHT
    assert found.data.dropped.total == 0
    assert any(
        f"{count} {'line' if kind == 'csv' else 'row'}" in r and "below the column names" in r
        for r in found.remarks
    )


def quoted(line):
    return ",".join('"' + cell.replace('"', '""') + '"' for cell in line.split(","))


@pytest.mark.parametrize(
    "row",
    [
        "c,<1,ND,k",  # begins as a number
        "a,ND,none,m",  # its label comes again
        "c,ND,7,m",  # holds a number
        "c,ND,,m",  # above one column of numbers only
        "c,NA,NA,m",
    ],
)
def test_a_row_that_may_hold_data_is_never_left_out_as_units(tmp_path, row):
    first, *body = WIDE.splitlines()
    found = read(tmp_path, "\n".join([first, row, *body]), "csv")
    assert found.data.rows_read == 5
    assert not any("below the column names" in remark for remark in found.remarks)


def test_names_and_years_stand_below_what_the_world_bank_puts_above(tmp_path):
    body = "".join(
        f'"{c}","{c[:1]}","Life, total","X",{i}.5,{i + 1},,\r\n'
        for i, c in enumerate(["Aruba", "Benin", "Chad", "Togo"])
    )
    text = '\ufeff"Data Source","Indicators",\r\n\r\n"Last Updated Date","2024-06-28",\r\n\r\n'
    text += '"Country Name","Country Code","Indicator","Code","2021","2022","2023",\r\n'
    found = file_groups(put(tmp_path, text + body), outcome="2021", group="Country Name")
    assert means(found.data) == {"Aruba": 0.5, "Benin": 1.5, "Chad": 2.5, "Togo": 3.5}
    assert any(r.startswith("2 lines above the column names left out") for r in found.remarks)


def test_what_describes_a_logger_stands_above_names_and_units(tmp_path):
    head = '"TOA5","Met","CR1000","12345","CPU:met.CR1","9999"\r\n"TIME","N","Site","Air","RH"\r\n'
    units = '"TS","RN","","Deg C","%"\r\n"","","","Avg","Smp"\r\n'
    body = "".join(f'"2024-05-01 0{i}:00",{i},"{"ab"[i % 2]}",{i}.5,{i + 40}\r\n' for i in range(6))
    found = file_groups(put(tmp_path, head + units + body), outcome="Air", group="Site")
    assert means(found.data) == {"a": 2.5, "b": 3.5}
    assert found.remarks[0] == (
        '1 line above the column names left out: "TOA5 Met CR1000 12345 CPU:met.CR1 9999" (line 1).'
    )
    assert found.remarks[1].startswith("2 lines below the column names left out")
