"""The page on a phone and on a desk, in light and dark, without a mouse and without eyes."""

import pytest
from axe_core_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.board import open_board
from tests.browser.conftest import DESKTOP, PHONE

_IN_MENU = "() => document.activeElement.closest('[role=menu]')"
GRAVE = ("serious", "critical")


def findings(page):
    """axe's serious and critical findings, with what they were found on."""
    return [
        (rule["id"], rule["help"], [node["html"][:160] for node in rule["nodes"]][:5])
        for rule in Axe().run(page)["violations"]
        if rule["impact"] in GRAVE
    ]


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_grave_in_the_way_of_anyone(visitor, scheme, viewport):
    page = open_board(visitor(color_scheme=scheme, viewport=viewport))
    assert page.get_attribute("html", "data-mantine-color-scheme") == scheme
    assert findings(page) == []
    if viewport == PHONE:
        page.click("#rail-toggle")
        expect(page.locator("#rail")).to_be_in_viewport()
    page.get_by_role("tab", name="Samples").click()
    assert findings(page) == []
    if viewport == PHONE:
        page.keyboard.press("Escape")
    page.get_by_role("button", name="Export").click()
    expect(page.get_by_role("menuitem", name="Table as CSV")).to_be_visible()
    assert findings(page) == []
    page.get_by_role("menuitem", name="Do this in Python").click()
    page.locator("pre.code:visible").wait_for()
    assert findings(page) == []


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


@pytest.mark.parametrize("width", [390, 1024, 1440])
def test_nothing_sticks_out_sideways(visitor, width):
    page = open_board(visitor(viewport={"width": width, "height": 844}))
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0


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


def test_a_menu_is_used_with_the_keyboard(board):
    button = board.get_by_role("button", name="Export")
    expect(button).to_have_attribute("aria-haspopup", "menu")
    expect(button).to_have_attribute("aria-expanded", "false")
    button.focus()
    board.keyboard.press("Enter")
    expect(button).to_have_attribute("aria-expanded", "true")
    board.wait_for_function(_IN_MENU)
    board.keyboard.press("Escape")
    expect(button).to_have_attribute("aria-expanded", "false")
    expect(button).to_be_focused()

    board.keyboard.press("Enter")
    board.wait_for_function(_IN_MENU)
    board.keyboard.press("ArrowDown")
    expect(board.get_by_role("menuitem", name="Table as CSV")).to_be_focused()
    with board.expect_download() as downloading:
        board.keyboard.press("Enter")
    assert downloading.value.suggested_filename == "dyestuff-groups.csv"
