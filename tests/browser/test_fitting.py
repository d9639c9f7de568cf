"""The page on a phone and on a desk, in light and dark, without a mouse and without eyes."""

import pytest
from playwright.sync_api import expect

from tests.browser.accessibility import barriers
from tests.browser.board import bring, open_board
from tests.browser.conftest import DESKTOP, PHONE

_IN_MENU = "() => document.activeElement.closest('[role=menu]')"
_LATE_TIMERS = (
    "() => { const start = window.setTimeout;"
    " window.setTimeout = (done, wait = 0, ...given) => start(done, wait + 500, ...given); }"
)
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_stands_in_the_way_of_anyone(visitor, scheme, viewport):
    page = open_board(visitor(color_scheme=scheme, viewport=viewport))
    assert page.get_attribute("html", "data-mantine-color-scheme") == scheme
    assert barriers(page) == []
    assert page.locator("[role=listbox]").count() == 0  # each costs, and 16 selects are closed
    assert page.evaluate(SIDEWAYS) == 0
    if viewport == PHONE:
        page.click("#rail-toggle")
        expect(page.locator("#rail")).to_be_in_viewport()
    page.get_by_role("tab", name="Samples").click()
    assert barriers(page, "#rail") == []
    if viewport == PHONE:
        page.keyboard.press("Escape")
    page.get_by_role("button", name="Export").click()
    expect(page.get_by_role("menuitem", name="Table as CSV")).to_be_visible()
    assert barriers(page) == []
    page.get_by_role("menuitem", name="Do this in Python").click()
    page.locator("pre.code:visible").wait_for()
    assert barriers(page) == []


@pytest.fixture
def phone(visitor):
    return open_board(visitor(viewport=PHONE, has_touch=True, is_mobile=True, reduced_motion="no-preference"))


def test_the_rail_opens_and_closes_on_a_phone(phone):
    toggle, rail = phone.locator("#rail-toggle"), phone.locator("#rail")
    expect(rail).not_to_be_in_viewport()
    assert toggle.get_attribute("aria-expanded") == "false"
    toggle.tap()
    expect(rail).to_be_in_viewport(ratio=0.5)
    assert toggle.get_attribute("aria-expanded") == "true"
    assert phone.evaluate("document.getElementById('rail').contains(document.activeElement)")
    phone.keyboard.press("Escape")
    expect(rail).not_to_be_in_viewport()
    assert toggle.get_attribute("aria-expanded") == "false"
    assert phone.evaluate("document.activeElement.id") == "rail-toggle"
    toggle.tap()
    expect(rail).to_be_in_viewport(ratio=0.5)
    toggle.tap()
    expect(rail).not_to_be_in_viewport()


def test_what_is_out_of_sight_takes_no_focus_on_a_phone(phone):
    phone.locator("#rail-toggle").focus()
    for _ in range(12):
        phone.keyboard.press("Tab")
        hidden = phone.evaluate("document.getElementById('rail').contains(document.activeElement)")
        assert not hidden, phone.evaluate("document.activeElement.outerHTML.slice(0, 200)")


def test_nothing_sticks_out_sideways_on_a_tablet(visitor):
    page = open_board(visitor(viewport={"width": 1024, "height": 844}))
    assert page.evaluate(SIDEWAYS) == 0


def test_a_file_can_be_chosen_and_a_setting_changed_with_the_keyboard(board):
    board.locator("#upload-input").focus()
    outline = "getComputedStyle(document.querySelector('#upload-input + label')).outlineStyle"
    board.keyboard.press("Shift+Tab")
    board.keyboard.press("Tab")
    assert board.evaluate(outline) != "none"
    switch = board.get_by_label("Show ML BLUP")
    switch.focus()
    board.keyboard.press("Space")
    expect(switch).not_to_be_checked()
    expect(board.locator("table.parameters tbody tr")).to_have_count(4)


def test_a_menu_is_used_with_the_keyboard(example):
    button = example.get_by_role("button", name="Export")
    expect(button).to_have_attribute("aria-haspopup", "menu")
    expect(button).to_have_attribute("aria-expanded", "false")
    button.focus()
    example.keyboard.press("Enter")
    expect(button).to_have_attribute("aria-expanded", "true")
    example.wait_for_function(_IN_MENU)
    example.keyboard.press("Escape")
    expect(button).to_have_attribute("aria-expanded", "false")
    expect(button).to_be_focused()

    example.keyboard.press("Enter")
    expect(example.get_by_role("menuitem", name="Table as CSV")).to_be_focused()
    with example.expect_download() as downloading:
        example.keyboard.press("Enter")
    assert downloading.value.suggested_filename == "dyestuff-table.csv"


def test_the_table_is_one_stop_of_the_tab_key(board):
    bring(board, "#table")
    board.locator("#table .ag-row").first.locator(".ag-cell").first.click()
    board.keyboard.press("Escape")
    inside = "() => document.getElementById('table').contains(document.activeElement)"
    assert board.evaluate(inside)
    board.evaluate(_LATE_TIMERS)
    board.keyboard.press("Tab")
    assert not board.evaluate(inside)
    assert board.evaluate("document.activeElement.id") == "parameters"
    board.keyboard.press("Shift+Tab")
    assert board.evaluate(inside)
    board.keyboard.press("Shift+Tab")
    assert not board.evaluate(inside)


def test_a_link_leads_past_the_bar_and_the_rail(example):
    example.get_by_role("link", name="Skip to the answer").focus()
    example.keyboard.press("Enter")
    expect(example.locator("#comparison")).to_be_focused()


def test_an_explanation_is_reached_by_key_and_goes_with_escape(example):
    card = example.locator(".card").first
    card.focus()
    expect(example.get_by_role("tooltip")).to_have_text(card.get_attribute("data-explain"))
    expect(card).to_have_attribute("aria-describedby", "explanation")
    example.keyboard.press("Escape")
    expect(example.get_by_role("tooltip")).to_have_count(0)


def test_a_slider_says_its_value(board):
    board.get_by_role("tab", name="Simulate").click()
    thumb = board.get_by_role("slider", name="Rows per group n")
    thumb.focus()
    expect(thumb).to_have_attribute("aria-valuetext", "10")
