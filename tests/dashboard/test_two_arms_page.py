"""What the page shows of a table whose lines hold two arms."""

from dashboard.pages.stack_columns import empty_comparison
from tests.ingest.helpers import stored

TEXT = "study,ai,n1i,ci,n2i\nA,12,100,20,98\nB,5,60,9,61\nC,30,250,41,247\nD,8,80,15,79\n"


def test_two_arms_are_said_and_not_offered_to_be_stacked(tmp_path):
    shown = empty_comparison("trials.csv", stored(tmp_path, TEXT), "Choose an outcome.")
    assert shown["about"] is None
    assert "seems to hold two arms" in str(shown["headline"])
    assert "Choose an outcome." in str(shown["problem"])
    assert "--" not in str(shown["headline"])
    assert 'with "Lines are" set to "Estimates, SE"' in shown["headline"][-1].children


def test_other_wide_tables_are_offered_to_be_stacked(tmp_path):
    text = TEXT.replace("ai,n1i,ci,n2i", "north,south,east,west")
    shown = empty_comparison("towns.csv", stored(tmp_path, text), "Choose an outcome.")
    assert shown["problem"] is None
    assert "Stack these 4 columns" in str(shown["about"])
