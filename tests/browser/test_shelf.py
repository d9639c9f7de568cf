"""What plugins bring to the page: methods in a fold, samples, kinds of files, and the list of them all."""

from __future__ import annotations

import re

import pytest

from tests.browser.accessibility import barriers
from tests.browser.board import (
    choose_file,
    column_ids,
    open_board,
    open_sample,
    parameters,
    repaint,
    table,
    unfold_methods,
    upload,
)
from tests.browser.conftest import PHONE
from tests.browser.serving import serving

FIELDS = """
from pathlib import Path

import pandas
from estimators import DataError, Reader, Sample, hookimpl

HERE = Path(__file__).parent

def read(path):
    text = path.read_text()
    if "?" in text:
        raise DataError("it holds a question mark")
    return pandas.DataFrame([line.split() for line in text.splitlines()], columns=["field", "yield"])

@hookimpl
def register_datasets():
    return [
        Sample("fields", "Fields of wheat", HERE / "fields.lines", "yield", "field", "Look at field b."),
        Sample("wrong", "Wrong columns", HERE / "fields.lines", "size", "field"),
    ]

@hookimpl
def register_readers():
    return [Reader("lines", "list of lines", (".lines",), read)]
"""
LINES = "a 1.5\na 2\nb 7\nb 8.5\nc 4\nc 3\nd 4\nd 5\n"
QUIET = """
from estimators import DataError, Estimator, GroupFit, hookimpl

class Half(Estimator):
    id = "half"
    label = "Half way"
    summary = "Half way to the middle."
    on_at_first = False

    def _fit(self, data, options):
        middle = data.centered_mean.mean()
        return GroupFit(data.origin + (data.centered_mean + middle) / 2)

class Needy(Half):
    def _fit(self, data, options):
        raise DataError("every group has one row")

NEEDY = [type("Needy", (Needy,), {"id": f"needy-{i}", "label": f"Needy method {i}"})() for i in range(12)]

@hookimpl
def register_estimators():
    return [Half(), *NEEDY]
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A server of this file's own, with plugins."""
    folder = tmp_path_factory.mktemp("plugins")
    (folder / "quiet.py").write_text(QUIET)
    (folder / "farm.py").write_text(FIELDS)
    (folder / "fields.lines").write_text(LINES)
    (folder / "broken.py").write_text("raise RuntimeError('not today')")
    with serving(
        tmp_path_factory.mktemp("server"), "--plugins-dir", str(folder), "--strict-scripts"
    ) as running:
        yield running


def test_the_list_of_plugins_says_what_failed_and_a_folded_method_stays_unfolded_once_it_is_on(board):
    line = board.get_by_role("button", name=re.compile(r"^Plugins: \d+ 1 failed$"))  # others may be installed
    line.focus()
    board.keyboard.press("Enter")
    shown = board.get_by_role("dialog")
    shown.wait_for()
    rows = [" ".join(row.split()) for row in shown.locator("tbody tr").all_inner_texts()]
    failed = next(i for i, row in enumerate(rows) if row.startswith("broken failed nothing"))
    assert rows[failed + 1] == "importing it failed with RuntimeError: not today"
    assert any(row.startswith("farm ok 2 datasets, 1 reader") for row in rows)
    assert any(row.startswith("quiet ok half") for row in rows)
    assert "No code comes in through this page" in shown.inner_text()
    assert barriers(board) == []
    board.keyboard.press("Escape")
    shown.wait_for(state="hidden")

    fold = board.locator("summary", has_text="More methods (")
    switch = board.get_by_label("Show Half way")
    assert not switch.is_visible()
    assert "Half way" not in parameters(board)
    fold.focus()
    board.keyboard.press("Enter")
    with repaint(board):
        switch.click(force=True)
    assert "Half way" in column_ids(board)
    assert barriers(board) == []
    open_board(board)
    assert board.get_by_label("Show Half way").is_checked()
    assert board.locator(".more-methods").evaluate("fold => fold.open")


def test_a_plugins_samples_and_files_open_and_what_cannot_is_said_in_its_name(board, troubles):
    open_sample(board, "Fields of wheat")
    assert board.input_value("#outcome") == "yield"
    assert board.input_value("#group") == "field"
    assert "Look at field b." in board.inner_text("#about")
    assert {row["group"] for row in table(board)} == set("abcd")
    assert board.locator("button.sample", has_text="Fields").get_attribute("data-explain") == (
        "From the plugin farm."
    )

    before = table(board)
    board.get_by_role("tab", name="Samples").click()
    board.locator("button.sample", has_text="Wrong columns").click()
    board.locator("#problem", has_text="has no column 'size'; it has 'field', 'yield'").wait_for()
    assert table(board) == before

    board.get_by_role("tab", name="Upload").click()
    assert "also .lines" in board.inner_text("#upload-zone")
    upload(board, ("Harvest.LINES", LINES.encode()))
    assert "Harvest.LINES" in board.inner_text("#dataset-chip")
    assert {row["group"]: row["own"] for row in table(board)}["b"] == "7.750"

    troubles.announce("/upload", 422)
    choose_file(board, ("Harvest.lines", b"a 1?\n"))
    said = board.locator(".upload-error", has_text="by the plugin farm")
    said.wait_for()
    words = "Harvest.lines could not be read as a list of lines by the plugin farm: it holds a question mark"
    assert said.inner_text() == words


def test_many_methods_without_a_result_fit_on_a_phone(visitor):
    phone = open_board(visitor(viewport=PHONE))
    single = "g,y\n" + "".join(f"g{i},{(i * 7) % 11}\n" for i in range(9))
    upload(phone, ("single.csv", single.encode()))
    unfold_methods(phone)
    with repaint(phone):
        phone.evaluate(
            "document.querySelectorAll('.more-methods input[role=switch]').forEach((s) => s.click())"
        )
    card = phone.locator("#failures .failure", has_text="Needy method 9: no result")
    assert "Needy method 0, " in card.inner_text()
    assert card.evaluate("box => box.scrollWidth <= box.clientWidth")
    assert phone.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
