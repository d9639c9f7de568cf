"""Tables as programs print them, with bars, rules or columns by their place: read right, or refused."""

import pytest

from dashboard.ingest import Reading, UnreadableFile, file_groups, store_table
from tests.ingest.helpers import both_ways, means, put, rows_of, stored

MEANS = {"North Hill": 13.0, "South": 8.5}
BARS = {
    "markdown": """| school     | score |
|:-----------|------:|
| North Hill |  12.5 |
| North Hill |  13.5 |
| South      |     9 |
| South      |     8 |
""",
    "markdown without edges": """school | score
--- | ---:
North Hill | 12.5
North Hill | 13.5
South | 9.0
South | 8.0
""",
    "psql": """   school   | score \n------------+-------
 North Hill |  12.5
 North Hill |  13.5
 South      |     9
 South      |     8
(4 rows)

""",
    "mysql": """+------------+-------+
| school     | score |
+------------+-------+
| North Hill |  12.5 |
| North Hill |  13.5 |
| South      |   9.0 |
| South      |   8.0 |
+------------+-------+
4 rows in set (0.00 sec)
""",
    "reST": """+------------+-------+
| school     | score |
+============+=======+
| North Hill |  12.5 |
+------------+-------+
| North Hill |  13.5 |
+------------+-------+
| South      |   9.0 |
+------------+-------+
| South      |   8.0 |
+------------+-------+
""",
    "box": """┌────────────┬───────┐
│   school   │ score │
├────────────┼───────┤
│ North Hill │ 12.5  │
│ North Hill │ 13.5  │
│ South      │ 9.0   │
│ South      │ 8.0   │
└────────────┴───────┘
""",
    "jira": "||school||score||\n|North Hill|12.5|\n|North Hill|13.5|\n|South|9|\n|South|8|\n",
}
BY_PLACE = {
    "labels of two words": """school      score year
North Hill   12.5 2020
North Hill   13.5 2021
South         9.0 2020
South         8.0 2021
""",
    "names of two words": """school name  score
North Hill    12.5
North Hill    13.5
South Bay      9.0
South Bay      8.0
""",
    "R": """      school score
1 North Hill  12.5
2 North Hill  13.5
3      South   9.0
4      South   8.0
""",
    "SAS": """                     The SAS System          08:15 Monday, March 4, 2024   1

               Obs    school        score

                 1    North Hill     12.5
                 2    North Hill     13.5
                 3    South           9.0
                 4    South           8.0
""",
    "Oracle": """school          score
---------- ----------
North Hill       12.5
North Hill       13.5
South               9
South               8

4 rows selected.
""",
    "simple reST": """==========  =====
school      score
==========  =====
North Hill  12.5
North Hill  13.5
South       9
South       8
==========  =====
""",
    "Stata": """
     +--------------------+
     | school       score |
     |--------------------|
  1. | North Hill    12.5 |
  2. | North Hill    13.5 |
  3. | South            9 |
  4. | South            8 |
     +--------------------+
""",
}


@pytest.mark.parametrize("kind", [*BARS, *BY_PLACE])
def test_printed_tables_are_read(tmp_path, kind):
    text = (BARS | BY_PLACE)[kind]
    group = "school name" if "school name" in text else "school"
    wanted = MEANS | {"South Bay": 8.5} if group == "school name" else MEANS
    data = both_ways(tmp_path, text, outcome="score", group=group)
    assert means(data) == {label: wanted[label] for label in data.labels}
    assert (len(data), data.dropped.total) == (2, 0)


def test_blank_cells_are_told_by_their_place(tmp_path):
    text = "school      score year\nNorth Hill   12.5 2020\nNorth Hill        2021\nSouth         9.0 2020\n"
    table = stored(tmp_path, text)
    assert rows_of(table) == [
        ("North Hill", "12.5", "2020"),
        ("North Hill", "", "2021"),
        ("South", "9.0", "2020"),
    ]
    again = Reading(delimiter=table.layout.delimiter, header=table.layout.header)
    assert rows_of(stored(tmp_path, text, reading=again)) == rows_of(table)


def test_what_is_left_out_of_a_printed_table_has_the_lines_of_the_file(tmp_path):
    text = BARS["mysql"].replace("|   9.0 |", "|   n.d |")
    read = file_groups(put(tmp_path, text), outcome="score", group="school")
    (cause,) = read.data.left_out
    assert [(example.line, example.text) for example in cause.examples] == [(6, "n.d")]
    assert 'below the table left out ("4 rows in set (0.00 sec)")' in " ".join(read.remarks)


def test_a_bar_or_a_quote_in_a_cell_stays(tmp_path):
    text = '| g | y |\n|---|---|\n| a \\| b | 1 |\n| 5" nail | 2 |\n| "x" | 3 |\n'
    assert means(both_ways(tmp_path, text)) == {"a | b": 1, '5" nail': 2, '"x"': 3}


@pytest.mark.parametrize(
    ("text", "names", "first"),
    [
        ("name   age score\nAl     9 10\nBobby  10 9\n", ["name", "age", "score"], ("Al", "9", "10")),
        ("first  last score\nAnn    Lee 5\nBobby  Ray 6\n", ["first", "last", "score"], ("Ann", "Lee", "5")),
        ("g|y\na|1\na|2\nb|3\n", ["g", "y"], ("a", "1")),
        ("g|y\n--|--\nb|3\nc|2\n", ["g", "y"], ("--", "--")),
    ],
)
def test_what_a_separator_tells_is_not_told_by_place(tmp_path, text, names, first):
    table = stored(tmp_path, text)
    assert [column.name for column in table.columns] == names
    assert rows_of(table)[0] == first


@pytest.mark.parametrize(
    "text",
    [
        "name   age score\nAl B   9 100\nBobby  10 9\n",  # 9 100 is no number
        "- school: North\n  score: 12.5\n- school: South\n  score: 9\n",
        "school: North\nscore: 12\nschool: South\nscore: 13\n",
        "".join(f"2024-03-0{i} 10:00:00 INFO score={i}\n" for i in range(1, 7)),
        "This is a text of some lines\nand  holds  12  numbers\nbut it  is 3 no table\n",
    ],
)
def test_text_without_a_table_is_refused(tmp_path, text):
    with pytest.raises(UnreadableFile):
        stored(tmp_path, text)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ('structure(list(g = c("a", "b"),\ny = c(1, 2)), row.names = c(NA, -2L))\n', "code of R"),
        ("\\begin{tabular}{lr}\ng & y \\\\\na & 1 \\\\\n\\end{tabular}\n", "LaTeX"),
        ("-- a dump\n\nINSERT INTO t VALUES ('a',1.5),('b',2);\n", "script of a database"),
    ],
)
def test_code_is_refused_with_what_to_do(tmp_path, text, what):
    with pytest.raises(UnreadableFile, match=what):
        store_table(put(tmp_path, text), name="x", target=tmp_path / "stored.parquet")
