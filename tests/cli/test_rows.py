"""``blupboard rows``: the rows that ``compare`` uses with the same flags."""

from __future__ import annotations

import csv
import io

import pytest

from tests.commands import DYESTUFF, ROLES

TEXT = "site;year;kg\nA ;2024;1,5\na;2024;2,5\nB;2024;-999\nB;2024;1.250,0\nB;2023;4\n;2024;7\nTotal;2024;9\n"
FLAGS = ["--missing=-999", "--labels=folded", "--where=year=2024", "--exclude=Total", "--fill-down"]


@pytest.mark.slow
def test_rows_are_those_that_compare_uses(blupboard, file):
    path = file(TEXT)
    roles = ["--outcome", "kg", "--group", "site"]
    done = blupboard("rows", str(path), *roles, *FLAGS)
    assert (done.code, done.err) == (0, "")
    assert done.raw == b"group,outcome\r\nA,1.5\r\nA,2.5\r\nB,1250.0\r\nB,7.0\r\n"
    compared = blupboard("compare", str(path), *roles, *FLAGS, "--estimator=ols", "--format=csv")
    assert [(line["group"], line["n"]) for line in compared.rows] == [("A", "2"), ("B", "2")]
    written = path.parent / "rows.csv"
    done = blupboard("rows", str(path), *roles, *FLAGS, "--output", str(written))
    assert (done.code, done.out, done.err) == (0, "", "")
    assert written.read_bytes() == blupboard("rows", str(path), *roles, *FLAGS).raw


def test_the_worked_example_comes_back(blupboard):
    done = blupboard("rows", str(DYESTUFF), *ROLES)
    with DYESTUFF.open(newline="") as file:
        wanted = [(row["Batch"], float(row["Yield"])) for row in csv.DictReader(file)]
    lines = csv.DictReader(io.StringIO(done.out, newline=""))
    assert [(row["group"], float(row["outcome"])) for row in lines] == wanted


def test_roles_that_are_not_named_are_guessed_and_said(blupboard):
    done = blupboard("rows", str(DYESTUFF))
    assert done.out.startswith("group,outcome\r\nA,1545.0\r\n")
    assert 'guessed --outcome "Yield" --group "Batch"' in done.err


def test_what_is_wrong_is_one_sentence_and_no_file(blupboard, file):
    path = file("y,g\nlow,a\nmid,b\nhigh,b\n")
    target = path.parent / "rows.csv"
    roles = ["--outcome", "y", "--group", "g"]
    done = blupboard("rows", str(path), *roles, "--output", str(target))
    assert (done.code, done.out) == (2, "")
    assert "none of the 3 rows can be used" in done.err
    assert not target.exists()
    done = blupboard("rows", str(path), *roles, "--exclude=nobody")
    assert (done.code, done.out) == (2, "")
    assert 'There is no group "nobody"' in done.err
