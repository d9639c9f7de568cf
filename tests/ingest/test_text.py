"""Text tables in every usual layout and encoding: read right, or refused with the line number."""

import codecs

import pytest

from dashboard.ingest import Reading, UnreadableFile, file_groups, reduce_file, store_table
from tests.ingest.helpers import both_ways, means, put, rows_of, stored

EXPECTED = {"a": 1.5, "b": 4.0}
PLAIN = "g,y\na,1\nb,3.5\na,2\nb,4.5\n"


@pytest.mark.slow
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", "^", ":", " "])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_delimiters_and_line_ends(tmp_path, delimiter, end):
    text = PLAIN.replace(",", delimiter).replace("\n", end)
    assert means(both_ways(tmp_path, text)) == EXPECTED


def test_a_last_line_without_an_end_counts(tmp_path):
    assert means(both_ways(tmp_path, PLAIN.rstrip("\n"))) == EXPECTED


def test_blank_lines_are_no_rows(tmp_path):
    data = both_ways(tmp_path, "\n\n g,y\na,1\n\n   \nb,3.5\na,2\n\t\nb,4.5\n\n\n", group=" g")
    assert (means(data), data.rows_read) == (EXPECTED, 4)


def test_mixed_line_ends(tmp_path):
    assert means(both_ways(tmp_path, "g,y\na,1\r\nb,3.5\ra,2\nb,4.5\r\n")) == EXPECTED


def test_runs_of_spaces_separate(tmp_path):
    text = "  g      y\n  a      1\nb    3.5\n a  2  \n'x'   9\n\"b\"    4.5\n"
    assert means(both_ways(tmp_path, text)) == {**EXPECTED, "'x'": 9}


@pytest.mark.slow_cases
@pytest.mark.parametrize(
    ("encoding", "bom"),
    [
        ("utf-8", b""),
        ("utf-8", codecs.BOM_UTF8),
        ("utf-16-le", codecs.BOM_UTF16_LE),
        ("utf-16-be", codecs.BOM_UTF16_BE),
        ("utf-16-le", b""),
        ("utf-16-be", b""),
        ("utf-32-le", codecs.BOM_UTF32_LE),
        ("latin-1", b""),
        ("windows-1252", b""),
    ],
)
def test_encodings(tmp_path, encoding, bom):
    text = "naïve,größe\nMünchen,1\nMünchen,2\nÅrhus,4\n"
    data = both_ways(tmp_path, bom + text.encode(encoding), outcome="größe", group="naïve")
    assert means(data) == {"München": 1.5, "Århus": 4.0}


def test_windows_1252_has_its_own_characters_and_never_fails(tmp_path):
    data = both_ways(tmp_path, b"g,y\n\x80uro \x93q\x94,1\nb\x81d,2\n")
    assert means(data) == {"€uro “q”": 1.0, "b\x81d": 2.0}


@pytest.mark.slow
def test_a_bad_byte_late_in_the_file_changes_how_all_of_it_is_read(tmp_path):
    rows = b"".join(b"a,%d\n" % i for i in range(300_000))
    data = both_ways(tmp_path, b"g,y\n" + rows + b"M\xfcnchen,1\n")
    assert list(data.labels) == ["München", "a"]


def test_a_broken_byte_in_utf8_is_refused_with_its_line(tmp_path):
    with pytest.raises(UnreadableFile, match="line 4"):
        stored(tmp_path, "g,y\nMünchen,1\nÅrhus,2\n".encode() + b"K\xf8ln,3\n")


def test_a_utf8_character_cut_at_the_end_is_refused(tmp_path):
    with pytest.raises(UnreadableFile, match="line 3"):
        stored(tmp_path, "g,y\nMünchen,1\nMünchen,2".encode() + "ü".encode()[:1])


def test_a_nul_byte_is_refused_with_its_line(tmp_path):
    with pytest.raises(UnreadableFile, match="NUL byte in line 3"):
        stored(tmp_path, "g,y\na,1\nb\x00,2\nc,3\n" + "d,4\n" * 50)


def test_quotes_hold_delimiters_line_ends_and_quotes(tmp_path):
    text = 'g,y,z\n"a, b",1,x\n"a ""b""",2,x\n"a\nb",3,x\n"a\r\nb",4,x\n"",5,x\n'
    data = both_ways(tmp_path, text)
    assert means(data) == {"a, b": 1, 'a "b"': 2, "a\nb": 3, "a\r\nb": 4}
    assert data.dropped.missing_group == 1


def test_single_quotes_are_understood_where_double_ones_are_not_used(tmp_path):
    assert means(both_ways(tmp_path, "g,y\n'a, b',1\n'c',2\n'it''s',3\n")) == {"a, b": 1, "c": 2, "it's": 3}


def test_apostrophes_and_inch_marks_stay_in_labels(tmp_path):
    data = both_ways(tmp_path, "g,y\n'tis,1\nO'Hara,2\n6\" pipe,3\n'all',4\n")
    assert means(data) == {"'tis": 1, "O'Hara": 2, '6" pipe': 3, "'all'": 4}


def test_backslash_escapes_are_understood(tmp_path):
    data = both_ways(tmp_path, 'g,y\n"a \\"b\\", c",1\n"d",2\n')
    assert means(data) == {'a "b", c': 1, "d": 2}


def test_a_backslash_at_the_end_of_a_value_is_a_backslash(tmp_path):
    assert means(both_ways(tmp_path, 'g,y\n"C:\\",1\n"D:\\x",2\n')) == {"C:\\": 1, "D:\\x": 2}


def test_text_after_a_closing_quote_is_refused_with_its_line(tmp_path):
    with pytest.raises(UnreadableFile, match=r"Line 3 of data\.csv has text after a closing quote"):
        stored(tmp_path, 'g,y\na,1\n"Big" Joe,2\nb,3\n')


@pytest.mark.slow
def test_stray_text_after_a_quote_is_found_far_into_the_file(tmp_path):
    text = "g,y\n" + '"a, b",1\n' * 200_000 + '"Big"Joe,2\n'
    with pytest.raises(UnreadableFile, match="Line 200002 "):
        reduce_file(put(tmp_path, text), outcome="y", group="g")


def test_a_quote_that_is_never_closed_is_refused_with_its_line(tmp_path):
    with pytest.raises(UnreadableFile, match=r"Line 3 of data.csv opens a quote"):
        stored(tmp_path, 'g,y\na,1\n"b,2\nc,3\n')


def test_an_unclosed_quote_in_a_large_file_is_refused(tmp_path):
    text = "g,y\n" + "a,1\n" * 5000 + '"b,2\n' + "c,3\n" * 100_000
    with pytest.raises(UnreadableFile, match=r"Line 5002 .*quote"):
        stored(tmp_path, text)


@pytest.mark.parametrize(("row", "count"), [("b,2,3", "3 values"), ("b", "1 value")])
def test_ragged_rows_are_refused_with_the_line(tmp_path, row, count):
    with pytest.raises(
        UnreadableFile, match=rf"Line 5 of data\.csv has {count} where the column names say 2"
    ):
        stored(tmp_path, f'g,y\n"a\nb",1\n\n{row}\nc,4\n')


@pytest.mark.slow
def test_a_ragged_row_far_into_the_file_is_refused_with_its_line(tmp_path):
    with pytest.raises(UnreadableFile, match="Line 400002 "):
        stored(tmp_path, "g,y\n" + "a,1\n" * 400_000 + "a,1,2\n" + "a,1\n" * 1000)


@pytest.mark.slow
def test_rows_whose_last_values_are_blank_may_be_shorter(tmp_path):
    text = "g,y,note,more\na,1,x,y\nb,2\nb,4,z\nc,\n"
    assert rows_of(stored(tmp_path, text)) == [
        ("a", "1", "x", "y"), ("b", "2", "", ""), ("b", "4", "z", ""), ("c", "", "", ""),
    ]  # fmt: skip
    data = both_ways(tmp_path, text)
    assert (means(data), data.dropped.missing_outcome) == ({"a": 1, "b": 3}, 1)


def test_between_spaces_a_short_row_is_refused(tmp_path):
    with pytest.raises(UnreadableFile, match="only one column"):
        stored(tmp_path, "g y z\na 1 2\nb 2\nc 3 4\n")


def test_thousands_without_quotes_are_refused_not_shifted(tmp_path):
    with pytest.raises(UnreadableFile, match=r"Line 2 of data.csv has 3 values"):
        stored(tmp_path, "g,y\na,1,234\nb,2,345\nc,3,456\n")


def test_trailing_delimiters_make_no_column(tmp_path):
    table = stored(tmp_path, "g,y,\na,1,\nb,2,\n")
    assert [column.name for column in table.columns] == ["g", "y"]
    assert means(both_ways(tmp_path, "g,y\na,1,\nb,2,,,\nc,3\n")) == {"a": 1, "b": 2, "c": 3}


def test_rows_of_blanks_only_are_counted(tmp_path):
    data = both_ways(tmp_path, "g,y\na,1\n,\nb,2\n")
    assert (data.rows_read, data.dropped.missing_group) == (3, 1)


def test_the_row_names_of_r_get_a_column(tmp_path):
    text = '"g" "y"\n"1" "a" 1\n"2" "b" 3.5\n"3" "a" 2\n"4" "b" 4.5\n'
    assert means(both_ways(tmp_path, text)) == EXPECTED
    assert [column.name for column in stored(tmp_path, text).columns] == ["row names", "g", "y"]


def test_row_names_between_commas_count_up_from_one(tmp_path):
    text = '"g","y"\n"1","a",1\n"2","b",3.5\n"3","a",2\n"4","b",4.5\n'
    assert means(both_ways(tmp_path, text)) == EXPECTED


def test_names_in_single_quotes_show_what_the_quote_is(tmp_path):
    assert means(both_ways(tmp_path, "'g','y'\na,1\na,2\n'b',4\n")) == EXPECTED


def test_blank_and_repeated_names_can_be_told_apart(tmp_path):
    table = stored(tmp_path, ",y,g,y\n1,2,a,3\n2,4,b,5\n3,6,b,5\n")
    assert [column.name for column in table.columns] == ["column 1", "y (column 2)", "g", "y (column 4)"]
    path = put(tmp_path, ",y,g,y\n1,2,a,3\n2,4,b,5\n3,6,b,5\n")
    assert means(reduce_file(path, outcome="y (column 4)", group="g")) == {"a": 3, "b": 5}
    with pytest.raises(UnreadableFile, match=r'did you mean "y \(column 2\)" or "y \(column 4\)"'):
        reduce_file(path, outcome="y", group="g")


@pytest.mark.slow
def test_names_that_differ_in_case_or_spaces_only_are_different(tmp_path):
    text = "G,g, g ,y\na,b,c,1\n"
    assert [list(both_ways(tmp_path, text, group=name).labels) for name in ("G", "g", " g ")] == [
        ["a"],
        ["b"],
        ["c"],
    ]


AWKWARD_NAMES = [
    'y"; DROP TABLE cells; --',
    "y' OR '1'='1",
    "🏫 größe",
    "a\nb",
    "x" * 10_000,
    "<b>y</b>",
    "c0",
    "*",
    "=1+1",
]


@pytest.mark.slow_cases
@pytest.mark.parametrize("name", AWKWARD_NAMES)
def test_names_can_be_anything(tmp_path, name):
    quoted = name.replace('"', '""')
    data = both_ways(tmp_path, f'c1,"{quoted}"\na,1\na,2\n', outcome=name, group="c1")
    assert means(data) == {"a": 1.5}
    assert list(both_ways(tmp_path, f'c1,"{quoted}"\n1,a\n2,a\n', outcome="c1", group=name).labels) == ["a"]


def test_excels_line_with_the_delimiter_is_understood(tmp_path):
    assert means(both_ways(tmp_path, "sep=;\r\ng;y\r\na;1\r\nb;2\r\n")) == {"a": 1, "b": 2}


def test_comment_lines_above_the_names_are_passed_over(tmp_path):
    assert means(both_ways(tmp_path, "# from the lab, 2024\n#\ng,y\na,1\nb,2\n")) == {"a": 1, "b": 2}


def test_a_first_name_may_begin_with_a_hash(tmp_path):
    assert means(both_ways(tmp_path, "#g,y\na,1\nb,2\n", group="#g")) == {"a": 1, "b": 2}


SITES = "site;year;score\n" + "".join(f"S{i % 3};{2020 + i % 4};{70 + i},5\n" for i in range(12))


@pytest.mark.parametrize(
    ("text", "said", "rows"),
    [
        ("Results\nall sites\n\nunit;score\n" + SITES, {"skip_rows": 4}, 12),
        ("Results\t2024\n" + SITES.replace(";", "\t"), {"skip_rows": 1}, 12),
        (SITES.partition("\n")[2], {"header": 0}, 12),
    ],
)
def test_what_a_refusal_suggests_reads_the_table(tmp_path, text, said, rows):
    with pytest.raises(UnreadableFile) as refusal:
        stored(tmp_path, text)
    assert refusal.value.suggestion == said
    assert stored(tmp_path, text, reading=Reading(**said)).rows == rows


@pytest.mark.parametrize(
    "text",
    ["1,2\n3,4\n", "1,2\n", "a,5.2\nb,4.1\na,2\n", "a,5\nb,4\na,2\n", ",5,4\na,2,3\n,1,2\n", ",5,5\na,2,3\n"],
)
def test_a_file_without_names_is_refused_and_no_row_is_lost(tmp_path, text):
    with pytest.raises(UnreadableFile, match="where the column names belong"):
        stored(tmp_path, text)


def test_years_are_fine_as_names(tmp_path):
    assert means(both_ways(tmp_path, "site,2023\nx,1\nx,2\ny,4\n", outcome="2023", group="site")) == {
        "x": 1.5,
        "y": 4,
    }


def test_numbers_right_of_a_blank_corner_are_names_of_a_matrix(tmp_path):
    table = stored(tmp_path, "\t1\t2\t3\nA\t.1\t.2\t.3\nB\t.4\t.5\t.6\n")
    assert [column.name for column in table.columns] == ["column 1", "1", "2", "3"]
    assert table.rows == 2


@pytest.mark.parametrize("content", [b"", b"\n\n \r\n", b"\xef\xbb\xbf", b"\xef\xbb\xbf\n\n", b"   "])
def test_empty_files_are_refused(tmp_path, content):
    with pytest.raises(UnreadableFile, match="is empty"):
        stored(tmp_path, content)


@pytest.mark.parametrize("content", ["g,y", "g,y\n", "g,y\n\n  \n"])
def test_names_without_rows_are_refused(tmp_path, content):
    with pytest.raises(UnreadableFile, match="no rows"):
        stored(tmp_path, content)
    with pytest.raises(ValueError, match="no row"):
        reduce_file(put(tmp_path, content), outcome="y", group="g")


def test_one_column_is_refused(tmp_path):
    with pytest.raises(UnreadableFile, match='only one column, "y"'):
        stored(tmp_path, "y\n1\n2\n3\n")


@pytest.mark.parametrize(
    "junk", [bytes(range(1, 256)) * 50, bytes(range(256)) * 300, b"\x00" * 5000, b"\x01\x02\x03g,y\n"]
)
def test_binary_junk_is_refused(tmp_path, junk):
    with pytest.raises(UnreadableFile):
        stored(tmp_path, junk)


def test_nothing_is_left_behind_by_a_refused_file(tmp_path):
    path = put(tmp_path, "g,y\na,1\nb\n")
    with pytest.raises(UnreadableFile):
        store_table(path, name="data.csv", target=tmp_path / "stored.parquet")
    assert [entry.name for entry in tmp_path.iterdir()] == ["data.csv"]


def test_long_values_are_kept_whole(tmp_path):
    label = "é" * 10_000
    assert list(both_ways(tmp_path, f"g,y\n{label},1\n{label},2\n").labels) == [label]


def test_values_longer_than_a_block_are_kept_whole(tmp_path):
    comment = "x" * 600_000
    table = stored(tmp_path, "g,y,z\n" + "a,1,\n" * 1000 + f"b,2,{comment[:100_000]}\n" * 3 + "c,3,\n")
    assert {len(row[2]) for row in rows_of(table)} == {0, 100_000}


@pytest.mark.slow
def test_very_many_columns_in_few_rows(tmp_path):
    names = ",".join(f"v{i}" for i in range(2000))
    table = stored(tmp_path, f"g,{names}\n" + "".join(f"{g}{',1.5' * 2000}\n" for g in "aab"))
    assert (len(table.columns), table.rows) == (2001, 3)


@pytest.mark.slow
def test_many_columns(tmp_path):
    header = ",".join(f"v{i}" for i in range(500))
    rows = "".join(",".join(str(i + j) for i in range(500)) + "\n" for j in range(3))
    table = stored(tmp_path, f"g,{header}\na,{rows}".replace("\n1", "\na,1").replace("\n2", "\nb,2"))
    assert len(table.columns) == 501
    assert rows_of(table)[2][500] == "501"


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ('g,y\n="01","=""1.5"""\n="01",="2.5"\n="1",="4"\n', {"01": 2.0, "1": 4.0}),
        (
            '"=""g""";"=""y"""\r\n"=""a""";"=""1,5"""\r\n"=""a""";2,5\r\n"=""b, c""";"=""4"""\r\n',
            {"a": 2.0, "b, c": 4.0},
        ),
        ('g\ty\n="a"\t="1,234"\n="a"\t="1,236"\n="b"\t="12.5"\n', {"a": 1235.0, "b": 12.5}),
    ],
)
def test_formulas_of_text_are_read_as_their_text_and_that_is_said(tmp_path, text, right):
    read = file_groups(put(tmp_path, text), outcome="y", group="g")
    assert means(read.data) == right
    assert read.data.dropped.total == 0
    assert read.remarks[0] == 'Cells written as formulas of text (="5") read as what stands in their quotes.'
    assert stored(tmp_path, text).layout.plain is False


def test_other_formulas_are_left_out_and_shown(tmp_path):
    read = file_groups(put(tmp_path, 'g,y\na,="1"\na,=1+2\na,"=""1""&2"\na,7\n'), outcome="y", group="g")
    assert means(read.data) == {"a": 7.0}
    assert [e.text for cause in read.data.left_out for e in cause.examples] == ['="1"', "=1+2", '="1"&2']


def test_cells_of_many_digits_or_spaces_are_told_from_numbers_and_quoted_lines_at_once(tmp_path):
    far = "1" * 100_000 + "x"
    assert rows_of(stored(tmp_path, f"g,y\na,1\nb,{far}\n")) == [("a", "1"), ("b", far)]
    quoted = '"g,y"\n' + '"a,1"\n' * 5 + '"b,2"' + " " * 100_000
    with pytest.raises(UnreadableFile):
        stored(tmp_path, f"{quoted}x\n")
