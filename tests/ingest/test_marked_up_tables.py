"""Tables of web pages and workbooks in the XML of Excel 2003, both of which programs call .xls."""

import re

import pytest

from dashboard.ingest import Reading, UnreadableFile, reduce_file, store_table
from tests.ingest.helpers import both_ways, means, put, rows_of, stored

RIGHT = {"a": 1.5, "b & c": 4.0}
ROWS = "<tr><td>a<td>1<tr><td>a<td>2<tr><td>b &amp; c<td>3.5<tr><td>b&nbsp;&amp;&#32;c</td><td>4.5</td></tr>"
TABLE = f"<table border=1><tr><th>g</th><th>y</th></tr>{ROWS}</table>"
CAPITALS = re.sub(r"</?\w+", lambda tag: tag[0].upper(), TABLE)


@pytest.mark.slow_cases
@pytest.mark.parametrize(
    "content",
    [
        TABLE,
        f"<html><head><style>td {{ x: <table> }}</style></head><body>{TABLE}</body></html>",
        f'<meta http-equiv="Content-Type" content="text/html; charset=utf-8">\n{TABLE}',
        f'<?xml version="1.0"?>\n<!DOCTYPE html><html><div>{CAPITALS}</div></html>',
        f"<table><tr><td colspan=2>Report of March</td></tr><tr><td>&nbsp;</td></tr>{TABLE[16:]}",
        f"<table><tr><td>{TABLE}</td></tr></table>",
        f"<!-- made by a program --><table><tr><td>1</td><td>2</td></tr><tr><td>3</td></tr></table>{TABLE}",
        TABLE.replace("<td>1", """<td title="1 > 0, y's <td>9">1""").replace(
            "<td>2", "<!--<td>8</td>--><td>2"
        ),
        TABLE.replace("<td>2", "<td><script>7</script><p>2</p>").replace("<td>a<td>1", "<td>\n a\n<td>1"),
    ],
)
def test_the_table_of_a_page_is_read(tmp_path, content):
    assert means(both_ways(tmp_path, content, name="export.xls")) == RIGHT


def test_cells_over_several_rows_hold_for_these_and_numbers_do_not(tmp_path):
    page = """<table><tr><th>g</th><th>y</th><th>z</th></tr>
        <tr><td rowspan="2">a</td><td>1</td><td rowspan="3">7</td></tr><tr><td>2</td></tr>
        <tr><td>b</td><td>3</td></tr><tr><td>b</td><td></td><td>8</td></tr></table>"""
    table = stored(tmp_path, page, name="x.xls")
    assert rows_of(table) == [("a", "1", "7"), ("a", "2", None), ("b", "3", None), ("b", None, "8")]
    assert table.notes == ('1 blank cell below a merged label filled with it, such as "a".',)


def test_one_of_several_tables_is_chosen_by_its_title_or_number(tmp_path):
    second = (
        "<table><caption>Means of <b>wards</b></caption><tr><td>g<td>y<tr><td>k<td>9<tr><td>l<td>8</table>"
    )
    path = put(tmp_path, TABLE + second, "x.html")
    table = store_table(path, name="x.html", target=tmp_path / "stored.parquet")
    assert table.sheets == ("table 1", "Means of wards")
    assert table.notes == ('Read from "table 1", one of 2 tables.',)
    for sheet in ("2", "means of wards"):
        read = reduce_file(path, outcome="y", group="g", reading=Reading(sheet=sheet))
        assert means(read) == {"k": 9.0, "l": 8.0}
    with pytest.raises(UnreadableFile, match='no table "3": choose from'):
        reduce_file(path, outcome="y", group="g", reading=Reading(sheet="3"))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "windows-1252", "utf-16", "mac_roman"])
def test_a_page_says_its_encoding(tmp_path, encoding):
    table = TABLE.replace("<td>a<", "<td>Orléans<")
    page = f'<html><meta charset="{encoding.removesuffix("-sig")}">{table}</html>'
    found = both_ways(tmp_path, page.encode(encoding), name="x.xls")
    assert means(found) == {"Orléans": 1.5, "b & c": 4.0}


@pytest.mark.parametrize(
    "content", ["<html><p>Sign in</p></html>", "<table><tr><td>a</td></tr></table>", "<html>"]
)
def test_a_page_without_a_table_says_what_to_do(tmp_path, content):
    with pytest.raises(UnreadableFile, match="web page without a table of two columns: open it"):
        stored(tmp_path, content)


@pytest.mark.parametrize(
    "content",
    [
        "<td '" + "x>" * 500_000,
        "<!--" * 100_000,
        "<td '" * 100_000,
        "<meta " * 9_000,
        f"<meta charset={' ' * 60_000}>",
        "<table><tr>" + f"<td rowspan={' ' * 900}x>" * 9_000,
    ],
)
def test_a_page_that_never_ends_its_tags_is_refused_soon(tmp_path, content):
    with pytest.raises(UnreadableFile, match="web page without a table"):
        stored(tmp_path, f"<html>{content}")


@pytest.mark.parametrize("row", ["<tr>" + "<td colspan=1000>a" * 300, "<tr><td rowspan=60000>a<td>1" * 500])
def test_a_page_whose_cells_span_more_than_it_has_is_refused(tmp_path, monkeypatch, row):
    monkeypatch.setattr("dashboard.ingest.kinds.web_page.MAX_CELLS", 100_000)
    with pytest.raises(UnreadableFile, match="spans more than 20,000,000 cells"):
        stored(tmp_path, f"<html><table>{row}{'<tr><td>1' * 3}</table>")


def test_a_web_archive_says_what_to_do(tmp_path):
    with pytest.raises(UnreadableFile, match="web archive: open it in a browser"):
        stored(tmp_path, f"MIME-Version: 1.0\nContent-Type: multipart/related\n\n{TABLE}")


BOOK = """<?xml version="1.0"?>
<?mso-application progid="Excel.Sheet"?>
<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"
 xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet" xmlns:html="http://www.w3.org/TR/REC-html40">
 <Worksheet ss:Name="Cover"><Table>
  <Row><Cell><Data ss:Type="String">Cover</Data></Cell></Row></Table></Worksheet>
 <Worksheet ss:Name="Stays"><Table>
  <Row><Cell ss:MergeAcross="2"><Data ss:Type="String">Stays of March</Data></Cell></Row>
  <Row ss:Index="3"><Cell><Data ss:Type="String">g</Data></Cell><Cell><Data ss:Type="String">y</Data></Cell>
   <Cell><Data ss:Type="String">day</Data></Cell></Row>
  <Row><Cell ss:MergeDown="1"><Data ss:Type="String">a</Data></Cell>
   <Cell><Data ss:Type="Number">1.1</Data><Comment><ss:Data>77</ss:Data></Comment></Cell>
   <Cell><Data ss:Type="DateTime">2024-03-01T00:00:00.000</Data></Cell></Row>
  <Row ss:Hidden="1"><Cell ss:Index="2"><Data ss:Type="Number">1e-3</Data></Cell></Row>
  <Row><Cell><Data ss:Type="String">b<html:B> c</html:B></Data></Cell>
   <Cell><Data ss:Type="Error">#N/A</Data></Cell></Row>
  <Row ss:Index="9"><Cell><Data ss:Type="String">b c</Data></Cell>
   <Cell><Data ss:Type="Number">-3</Data></Cell></Row>
 </Table></Worksheet></Workbook>"""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_workbook_in_xml_has_its_numbers_dates_and_merged_labels(tmp_path, encoding):
    content = BOOK.replace('"1.0"?', f'"1.0" encoding="{encoding}"?', 1).encode(encoding)
    table = stored(tmp_path, content, name="x.xls")
    days = [str(row[2])[:10] for row in rows_of(table)]
    assert [row[:2] for row in rows_of(table)] == [("a", 1.1), ("a", 0.001), ("b c", None), ("b c", -3.0)]
    assert days == ["2024-03-01", "None", "None", "None"]
    assert (table.sheet, table.sheets) == ("Stays", ("Cover", "Stays"))
    assert table.notes == (
        'Read from sheet "Stays", one of 2.',
        '2 rows above the column names left out ("Stays of March").',
        '1 blank cell below a merged label filled with it, such as "a".',
        "1 cell with an error such as #DIV/0! or #N/A: left blank.",
        "1 hidden row on the sheet read like the others.",
    )


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (BOOK[:900], "damaged workbook in XML"),
        (BOOK.replace("1e-3", "many"), "damaged workbook in XML"),
        (BOOK.replace("<Workbook", '<!DOCTYPE x [<!ENTITY y "z">]><Workbook', 1), "damaged workbook in XML"),
        (BOOK.replace('ss:Index="9"', 'ss:Index="99999999"'), "spans more than 20,000,000 cells"),
        (BOOK.replace('ss:Index="9"', 'ss:Index="0"'), "damaged workbook in XML"),
        (BOOK.replace("1e-3", "1_000"), "damaged workbook in XML"),
        ('<?xml version="1.0"?><records><y>1</y></records>', "is an XML document"),
    ],
)
def test_other_xml_is_refused_in_a_sentence(tmp_path, content, said):
    with pytest.raises(UnreadableFile, match=said):
        stored(tmp_path, content)
