"""A table that is too long for the browser: its rows come in blocks."""

from tests.browser.board import open_board, upload
from tests.browser.linked import schools

_JUMP = "window.dash_ag_grid.getApi('table').ensureIndexVisible(600, 'middle')"
_FILLED = """
() => [599, 600].every((at) => document.querySelector(
    `#table .ag-center-cols-container .ag-row[row-id][row-index="${at}"] [col-id="own"]`
)?.textContent.trim())
"""


def test_a_jump_between_two_blocks_fills_both(page):
    open_board(page)
    upload(page, schools(5_001))
    page.locator("#table").scroll_into_view_if_needed()
    page.wait_for_function("document.querySelectorAll('#table .ag-row[row-id]').length > 3")
    page.evaluate(_JUMP)
    page.wait_for_function(_FILLED)
