"""What plugins bring to the page: methods in a fold, and the list that says what became of each plugin."""

from __future__ import annotations

import pytest

from tests.browser.board import column_ids, open_board, parameters, repaint
from tests.browser.serving import serving
from tests.browser.test_fitting import findings

QUIET = """
from estimators import Estimator, GroupFit, hookimpl

class Half(Estimator):
    id = "half"
    label = "Half way"
    summary = "Half way to the middle."
    on_at_first = False

    def _fit(self, data, options):
        middle = data.centered_mean.mean()
        return GroupFit(data.origin + (data.centered_mean + middle) / 2)

@hookimpl
def register_estimators():
    return [Half()]
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A server of this file's own, with plugins."""
    folder = tmp_path_factory.mktemp("plugins")
    (folder / "quiet.py").write_text(QUIET)
    (folder / "broken.py").write_text("raise RuntimeError('not today')")
    with serving(tmp_path_factory.mktemp("server"), "--plugins-dir", str(folder)) as running:
        yield running


def test_a_folded_method_is_found_and_stays_unfolded_once_it_is_on(board):
    fold = board.locator("summary", has_text="More methods (1)")
    switch = board.get_by_label("Show Half way")
    assert not switch.is_visible()
    assert "Half way" not in parameters(board)
    fold.focus()
    board.keyboard.press("Enter")
    with repaint(board):
        switch.click(force=True)
    assert "Half way" in column_ids(board)
    assert findings(board) == []
    board.reload()
    open_board(board)
    assert board.get_by_label("Show Half way").is_checked()
    assert board.locator(".more-methods").evaluate("fold => fold.open")


def test_the_list_of_plugins_says_what_failed_and_why(board):
    line = board.get_by_role("button", name="Plugins: 2 1 failed")
    line.focus()
    board.keyboard.press("Enter")
    shown = board.get_by_role("dialog")
    shown.wait_for()
    rows = [" ".join(row.split()) for row in shown.locator("tbody tr").all_inner_texts()]
    assert rows[1].startswith("broken failed nothing")
    assert rows[2] == "importing it failed with RuntimeError: not today"
    assert rows[3].startswith("quiet ok half")
    assert "No code comes in through this page" in shown.inner_text()
    assert findings(board) == []
    board.keyboard.press("Escape")
    shown.wait_for(state="hidden")
