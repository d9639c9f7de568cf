"""Lines above the names of a text table and remarks below it: left out and said, or refused."""

import csv

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.ingest import Reading, UnreadableFile, file_groups
from estimators import DataError
from tests.ingest.helpers import means, put, stored
from tests.ingest.made_files import xlsx

TABLE = "g,y,z\n" + "a,1,2\nb,2,3\n" * 3


@pytest.mark.slow_cases
@pytest.mark.parametrize(
    ("above", "said", "lines"),
    [
        ("Report for 2024\n", '1 line above the column names left out: "Report for 2024" (line 1).', 1),
        ("Report for 2024\n\n", '"Report for 2024" (line 1).', 2),
        ("\nMade by\nus\n", '2 lines above the column names left out: "Made by" (line 2), "us" (line 3).', 3),
        ('"Sales, net"\n', '"Sales, net" (line 1).', 1),
        ("Report,,\n,,\n", '1 line above the column names left out: "Report" (line 1).', 2),
        ("Station,Nord\nAltitude,120\n\n", '"Station Nord" (line 1), "Altitude 120" (line 2).', 3),
        ("Site,Nord,1\nAll sites\n", '"Site Nord 1" (line 1), "All sites" (line 2).', 2),
        ("Site,Nord,\n,,\n", '1 line above the column names left out: "Site Nord" (line 1).', 2),
        ("Report,,\nSite,Nord,\n,,\n", '"Report" (line 1), "Site Nord" (line 2).', 3),
        ("Device: X\nDate,2024-03-01,10:15\nBy us\n\n", '"Date 2024-03-01 10:15" (line 2), "By us"', 4),
        ("a b\n" * 5, '5 lines above the column names left out: "a b" (line 1), ', 5),
    ],
)
def test_lines_above_the_names_are_left_out_and_said(tmp_path, above, said, lines):
    read = file_groups(put(tmp_path, above + TABLE), outcome="y", group="g")
    assert means(read.data) == {"a": 1.0, "b": 2.0}
    assert any(said in remark for remark in read.remarks)
    assert (read.reading.skip_rows, read.reading.header) == (lines, lines + 1)
    again = file_groups(
        put(tmp_path, above + TABLE), outcome="y", group="g", reading=Reading(skip_rows=lines)
    )
    assert means(again.data) == {"a": 1.0, "b": 2.0}
    assert not any("above" in remark for remark in again.remarks)
    assert stored(tmp_path, above + TABLE).layout.plain is False


@pytest.mark.parametrize(
    "text",
    [
        "Report, 2024\n" + TABLE,  # may hold the names, one of them forgotten
        "month,n,cost\n1,2,3\n2,3,4\n\n" + TABLE.replace(",", ",c,"),  # a table of its own
        "Report for 2024\ng,y,z\na,1,2\nb,2,3\n",  # too few rows
        "Report for 2024\n" + "a,x,c\nb,u,v\n" * 5,  # no numbers, and names that come again
        "Report for 2024\n" + "a,1,2\nb,2,3\n" * 5,  # no names
        "Report for 2024\na,NA,2\n" + "b,2,3\n" * 5,
        "Report,,,\nSite,Nord,,\ng,y,z,k\na,1,2,3\nb,2,3,4\n",  # too few rows below blank names
        "Site,Nord\nAltitude,120\n\ng,y\n" + "a,1\nb,2\n" * 3,  # as wide as the table
    ],
)
def test_lines_above_that_are_not_clear_are_refused_with_what_to_do(tmp_path, text):
    with pytest.raises(UnreadableFile) as refusal:
        stored(tmp_path, text)
    assert refusal.value.suggestion["skip_rows"] > 0


@pytest.mark.slow_cases
@pytest.mark.parametrize("first", ["g,y,z", ",y,z", "g,2023,2024", "g,y,"])
@pytest.mark.parametrize("second", ["a,NA,k", "a,<1,k", "kg,kg,kg", "a,,", ",,k"])
def test_a_first_row_that_may_be_names_is_never_left_out(tmp_path, first, second):
    table = stored(tmp_path, f"{first}\n{second}\n" + "b,1,k\nc,2,k\n" * 3)
    assert (table.rows, table.notes) == (7, ())
    assert table.columns[1].name == first.split(",")[1]


CELLS = st.text(st.characters(exclude_categories=("C", "Z"), exclude_characters=',"#'), min_size=1)
TITLES = st.lists(st.lists(CELLS, min_size=1, max_size=2).map(",".join) | st.just(""), max_size=6)


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(above=TITLES, rows=st.integers(4, 40))
def test_whatever_stands_above_no_row_of_a_table_is_lost(tmp_path_factory, above, rows):
    body = "".join(f"s{i % 3},{i}.5,x,k\n" for i in range(rows))
    text = "".join(f"{line}\n" for line in above) + "g,y,z,n\n" + body
    path = put(tmp_path_factory.mktemp("above"), text)
    try:
        read = file_groups(path, outcome="y", group="g")
    except (UnreadableFile, DataError):
        return
    assert sorted(read.data.require_rows().outcome) == [i + 0.5 for i in range(rows)]
    assert any("above the column names" in remark for remark in read.remarks) == any(above)


@pytest.mark.slow_cases
@pytest.mark.parametrize(
    ("below", "lines"),
    [
        ("Source: office\n", 1),
        ("\nSource: the office of\n\n* provisional\n", 2),
        ('"Note: see above"\r\nn = 12', 2),
        ('"Note: 1,250 is not 1.25"\n', 1),
        ("Source: office\n,,\n,,* provisional\nn = 12\n", 3),
        ('Source: office\n""\n,,* provisional\n,,\n', 2),
        ("\nNotes\nSource: office\n", 2),
        ("__________\n(C)opyright of the office | 2024\n", 2),
        ("\n\nNotes:\n\n1. provisional\n", 2),
        ("End of measurement\nTemperature: 25.0 C\n", 2),
    ],
)
def test_remarks_below_a_table_are_left_out_and_said(tmp_path, below, lines):
    text = 'g,y,z\na,1,"x\n, y z"\nb,3.5,"u, v"\n'
    read = file_groups(put(tmp_path, text + below), outcome="y", group="g")
    assert means(read.data) == {"a": 1.0, "b": 3.5}
    assert any(f"{lines} line" in remark and "below the table" in remark for remark in read.remarks)
    table = stored(tmp_path, text + below)
    assert (table.rows, len(table.notes), table.layout.plain) == (2, 1, False)


@pytest.mark.slow
def test_a_last_line_longer_than_what_is_looked_at_is_a_row(tmp_path):
    names = [f"gene{i:05d}" for i in range(8_000)]
    lines = [",".join(["g", *names]), *(",".join([g, *["1.2345678"] * 8_000]) for g in "aab")]
    table = stored(tmp_path, "\n".join(lines) + "\n")
    assert len(lines[-1]) > 1 << 16
    assert (table.rows, len(table.columns), table.notes) == (3, 8_001, ())


@pytest.mark.parametrize(
    "end", ["c\n", "12.5", "c 1\nd,2,x\n", "see above\n" * 21, "c,1\nx y\nd", "c\nsee above\n", "\nc\n"]
)
def test_what_may_be_a_broken_row_is_refused_with_its_line(tmp_path, end):
    with pytest.raises(UnreadableFile, match=r"^Line \d+ of"):
        stored(tmp_path, "g,y,z\n" + "a,1,x\n" * 9 + end)


@pytest.mark.parametrize(
    "text",
    [
        '"g;y"\n"a;1,5"\n"a;2,5"\n"b;4"\n',
        'g;y\n"a;1,5"\n"a;2,5"\nb;4\n',
        'g,y\n"a,1.5"\n"a,2.5"\n"b,4"\n',
        '"""g"",""y"""\n"""a"",""1.5"""\n"""a"",""2.5"""\n"""b"",""4"""\n',
        '"g,y"\r\n"a,1.5"\r\n"a,2.5"\r\n"b,4"\r\n',
    ],
)
def test_quotes_around_whole_lines_are_taken_off_and_that_is_said(tmp_path, text):
    read = file_groups(put(tmp_path, text), outcome="y", group="g")
    assert means(read.data) == {"a": 2.0, "b": 4.0}
    assert read.remarks[0] == "Quotes around whole lines taken off."


@pytest.mark.parametrize(
    "text", ['"one, two"\n"three, four"\n', '"a"\n"b"\n', 'g,y\n"a,1"\nb,2\nc,3\nd,4,5\n']
)
def test_quoted_lines_that_hold_no_table_are_refused(tmp_path, text):
    with pytest.raises(UnreadableFile):
        stored(tmp_path, text)


@pytest.mark.parametrize(
    "names",
    [
        ",Admissions,Admissions,Outcome,Outcome\nHospital,Men,Women,Deaths,Rate",
        ",Admissions,,Outcome,\nHospital,Men,Women,Deaths,Rate",
        "Hospital,Admissions,,Outcome,\n,Men,Women,Deaths,Rate",
    ],
)
def test_two_lines_of_names_are_one_where_those_of_the_first_stand_over_several(tmp_path, names):
    table = stored(tmp_path, names + "\nA,10,11,2,.1\nB,12,13,3,.2\nC,14,15,4,.3\nD,9,8,1,.4\n")
    joined = ["Hospital", "Admissions Men", "Admissions Women", "Outcome Deaths", "Outcome Rate"]
    assert [column.name for column in table.columns] == joined
    assert (table.rows, table.layout.plain) == (4, False)
    assert table.notes == ('Two lines of column names read as one, such as "Admissions Men".',)


def test_units_below_names_are_no_second_names(tmp_path):
    table = stored(tmp_path, "site,depth,temp\n,m,°C\nA,10,1.5\nB,12,1.3\nC,14,1.1\nD,9,1.4\n")
    assert [column.name for column in table.columns] == ["site", "depth", "temp"]
    assert "left out" in table.notes[0]


SURVEY = """Respondent ID,Start Date,Which school?,,How satisfied?,Which subjects do you like?,,Anything else?
,,Response,Other (please specify),Response,Math,Science,Open-Ended Response
1140001,01/03/2024 10:01,North,,4,Math,,none
1140002,01/03/2024 10:02,North,,5,Math,Science,
1140003,01/03/2024 10:03,South,,3,,Science,ok
1140004,01/03/2024 10:04,South,,2,Math,,
1140005,01/03/2024 10:05,,home,4,,,
1140006,01/03/2024 10:06,North,,5,Math,Science,good
"""
QUESTIONS = [
    "Respondent ID",
    "Start Date",
    "Which school?",
    "Which school? Other (please specify)",
    "How satisfied?",
    "Which subjects do you like? Math",
    "Which subjects do you like? Science",
    "Anything else?",
]


def test_answers_below_the_questions_of_a_survey_are_names(tmp_path):
    sheet = [[int(c) if c.isdecimal() else c or None for c in row] for row in csv.reader(SURVEY.splitlines())]
    for table in (stored(tmp_path, SURVEY), stored(tmp_path, xlsx(sheet, tmp_path), "data.xlsx")):
        assert [column.name for column in table.columns] == QUESTIONS
        assert (table.rows, table.column("How satisfied?").kind) == (6, "number")
        assert "of column names read as one" in table.notes[0]
    read = file_groups(put(tmp_path, SURVEY), outcome="How satisfied?", group="Which school?")
    assert means(read.data) == {"North": 14 / 3, "South": 2.5}


def test_answers_below_single_questions_are_left_out_and_said(tmp_path):
    lines = "Respondent ID,School?,Satisfied?\n,Response,Response\n"
    lines += "".join(f"{770 + i},{'NS'[i % 2]},{i}\n" for i in range(6))
    table = stored(tmp_path, lines)
    assert ([column.name for column in table.columns], table.rows) == (
        ["Respondent ID", "School?", "Satisfied?"],
        6,
    )
    assert "left out" in table.notes[0]


@pytest.mark.parametrize(
    "row", [",North,3,x", "7,Response,Response,x", ",North,,none", ",Response,3,"], ids=str
)
def test_a_row_without_its_id_is_a_row(tmp_path, row):
    lines = "id,school,mark,remark\n" + row + "\n"
    lines += "".join(f"{i},{['North', 'South'][i % 2]},{i},\n" for i in range(1, 7))
    assert stored(tmp_path, lines).rows == 7
