"""What views and the table do where not all groups fit: lists, both ends, blocks of rows."""

import re

from playwright.sync_api import expect

from tests.browser.board import bring, open_board, see, upload
from tests.browser.linked import RANGES, drag, expect_lit, schools, status

_JUMP = "window.dash_ag_grid.getApi('table-grid').ensureIndexVisible(600, 'middle')"
_FILLED = """
() => [599, 600].every((at) => document.querySelector(
    `#table .ag-center-cols-container .ag-row[row-id][row-index="${at}"] [col-id="own"]`
)?.textContent.trim())
"""


def test_a_jump_between_two_blocks_fills_both(page):
    open_board(page)
    upload(page, schools(5_001))
    bring(page, "#table")
    page.wait_for_function("document.querySelectorAll('#table .ag-row[row-id]').length > 3")
    page.evaluate(_JUMP)
    page.wait_for_function(_FILLED)


def test_a_view_of_very_many_ends_in_a_list_when_zoomed_in(page):
    open_board(page)
    upload(page, schools(450))
    subtitle = page.locator("#panel-groups .subtitle")
    expect(subtitle).to_contain_text("450 schools: 10 at each end")
    x0, x1, bottom, top = page.evaluate(RANGES, "view-groups")
    middle = (top + bottom) / 2
    drag(page, "view-groups", (x0 + 0.05 * (x1 - x0), middle - 1), (x0 + 0.95 * (x1 - x0), middle + 1))
    expect(subtitle).to_contain_text("of 450")
    names = page.locator("#view-groups .ytick text")
    expect(names.first).to_have_text(re.compile(r"^S\d{3}$"))
    assert 20 <= names.count() <= 60
    page.get_by_role("button", name="All", exact=True).click()
    expect(subtitle).to_contain_text("450 schools: 10 at each end")
    page.fill("#find-group", "S222")
    expect_lit(page, "S222")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Top 20").click()
    expect(names).to_have_count(20)


def test_a_box_in_a_view_of_very_many_takes_those_that_are_not_drawn(page):
    open_board(page)
    upload(page, schools(450))
    expect(page.locator("#panel-rank .subtitle")).to_contain_text("of 450")
    see(page, "view-rank")
    page.locator("#view-rank").hover()
    page.locator("#view-rank .modebar-btn[data-val='select']").click()
    drag(page, "view-rank", (-0.2, 0.6), (0.2, 45.5))
    expect(status(page)).to_have_text(re.compile(r"^4\d schools selected$"))  # a pixel holds two or three


def test_a_list_of_some_hundreds_scrolls_inside_its_card(page):
    open_board(page)
    upload(page, schools(120))
    names = page.locator("#view-groups .ytick text")
    expect(names).to_have_count(120)
    card = page.locator(".linked-view:has(#view-groups)")
    height = card.evaluate("e => [e.scrollHeight, e.clientHeight]")
    assert height[0] > 120 * 14
    assert height[1] < 600
    strip = page.locator("#panel-groups .list-strip")
    box = strip.bounding_box()
    strip.click(position={"x": 10, "y": box["height"] - 4})
    assert card.evaluate("e => e.scrollTop + e.clientHeight >= e.scrollHeight - 1")
