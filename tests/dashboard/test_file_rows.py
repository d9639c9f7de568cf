"""What scripts say of the rows that they read: the command that writes them is the one that reads alike."""

from __future__ import annotations

import shlex

import pytest

from dashboard.cli.reading_flags import reading_given, rows_given
from dashboard.cli.rows import rows_command
from dashboard.ingest import Condition, Reading, RowFilter
from dashboard.scripts.file_rows import FileRows, where_rows_are
from dashboard.scripts.literals import r_text
from dashboard.scripts.r_code import r_script
from estimators import GroupData, compare

EVERYTHING = Reading(
    encoding="mac_roman", delimiter="\t", quote="", decimal=",", thousands=" ", header=0, skip_rows=3,
    comment="#", sheet="Sheet 1", missing=("-999", "n a"), labels="folded", fill_down=True,
)  # fmt: skip
CHOSEN = RowFilter(("Total", "it's"), (Condition("year", "<=", "2024"), Condition("a b", "!=", "x=y")))


def parsed(rows):
    """The keywords that the command line makes of the command."""
    program, name, *arguments = shlex.split(rows.command)
    assert (program, name) == ("blupboard", "rows")
    return rows_command.make_context("rows", arguments).params


@pytest.mark.parametrize("reading", [Reading(), EVERYTHING, Reading(quote="'", delimiter=" ", comment="")])
@pytest.mark.parametrize("chosen", [RowFilter(), CHOSEN])
def test_the_command_reads_as_the_page_does(reading, chosen):
    rows = FileRows("-my file's.csv", "y $HOME", "g", reading, chosen)
    given = parsed(rows)
    assert (str(given["file"]), given["outcome"], given["group"]) == ("-my file's.csv", "y $HOME", "g")
    assert str(given["output"]) == "-my file's-rows.csv"
    assert reading_given(given) == reading
    assert rows_given(given) == chosen
    assert given["plugins_dirs"] == ()


def test_the_command_names_the_folders_of_a_reader():
    rows = FileRows("a.lines", "y", "g", reader="lines", plugins_dirs=("/my shelf",))
    assert [str(folder) for folder in parsed(rows)["plugins_dirs"]] == ["/my shelf"]


@pytest.mark.slow_cases
@pytest.mark.parametrize(
    "text", ['"', "\\", "\n", "\r", "\t", "\u202e", "\x7f", "\u00a0", "é", "🎲", "\\n", "{x}", "'"]
)
def test_names_stay_on_their_line_and_inside_their_quotes(text):
    name = f"a{text}b"
    rows = FileRows(f"{name}.xlsx", name, name, EVERYTHING, RowFilter((name,)))
    assert len(where_rows_are(rows)[-1].splitlines()) == 1
    comparison = compare(GroupData.from_arrays([1.0, 2.0, 4.0], ["a", "a", "b"]), ["ols"])
    script = r_script(comparison, rows)
    assert all(c.isprintable() or c == "\n" for c in script)
    assert all(line.startswith("#") or line.isascii() for line in script.splitlines())
    assert r_text(name).isascii()
