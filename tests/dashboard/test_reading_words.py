"""How a file was read and what was left out stand on the page."""

from __future__ import annotations

import io

import pytest

from dashboard.ingest import Reading
from dashboard.pages.comparison import comparison_content
from dashboard.session.choices import Choices
from dashboard.session.comparisons import Comparisons
from dashboard.session.stored_file import ChosenColumns
from dashboard.storage.workspace import Workspace
from dashboard.words.reading import reading_summary
from estimators import build_registry
from tests.components import text_of
from tests.ingest.opened_files import AS_READ, MADE

CONTENT = "\n".join(
    ["group;value", "b;<0.5", "a;n/a", *(f"{g};{i},5" for i in range(12) for g in "bcd"), "c;-999,0", ""]
)


def _content(tmp_path, content, outcome, group, name="lab.csv"):
    comparisons = Comparisons(Workspace(tmp_path), build_registry(entry_points=False))
    dataset = comparisons.workspace.receive("ann", name, io.BytesIO(content), None)
    choices = Choices(ChosenColumns(dataset.token, outcome, group), on=("ols",))
    source, scene = comparisons.source("ann", choices), comparisons.scene("ann", choices)
    return comparison_content(comparisons, choices, source, scene)


def test_the_page_says_how_a_file_was_read_and_shows_what_was_left_out(tmp_path):
    content = _content(tmp_path, CONTENT.encode(), "value", "group")
    assert content["as_read"] == "Read as UTF-8, semicolons, decimal comma"
    notes = [" ".join(text_of(line).split()) for line in content["reading_notes"]]
    assert any("1 row left out" in line and "<0.5 (line 2)" in line for line in notes)
    assert not any("`" in line for line in notes)
    assert any("roup a has no usable row" in line for line in notes)
    assert any("-999" in line and "missing value" in line for line in notes)


@pytest.mark.slow_cases
@pytest.mark.parametrize("kind", MADE)
def test_of_every_kind_of_file_the_page_says_how_it_was_read(tmp_path, kind):
    outcome, group = "YG" if kind == "por" else "yg"  # SPSS's own portable files know capitals alone
    content = _content(tmp_path, MADE[kind](tmp_path), outcome, group, f"pupils.{kind}")
    assert content["as_read"] == AS_READ[kind]
    assert "6 rows" in text_of(content["chip"])


def test_only_what_applies_is_said_of_a_reading():
    assert reading_summary(Reading()) == ""
    assert reading_summary(Reading(sheet="May")) == "sheet May"
    used = Reading(encoding="UTF-8", delimiter="\t", decimal=".", thousands=",", skip_rows=2, comment="#")
    assert reading_summary(used) == (
        "UTF-8, tabs, decimal point, thousands set apart by commas, 2 lines skipped, "
        "no line of column names, lines that begin with # are remarks"
    )
