"""How sure, in a browser: the panel answers, pinned groups are compared, possible truths shown."""

import re

from playwright.sync_api import expect

from tests.browser.board import open_board, open_sample, pick, see_table, turn_theme
from tests.browser.conftest import PHONE
from tests.browser.linked import click, mark


def test_the_panel_answers_and_answers_anew_to_another_rate_and_direction(board):
    above = board.locator("#conclude-above")
    expect(above).to_contain_text("not to be above the average")
    board.locator(".conclusion-numbers summary").first.click()
    expect(above.locator("table")).to_be_visible()
    pick(board, "conclude-side", "below")
    expect(above).to_contain_text("below the average")
    board.fill("#conclude-top", "1")
    expect(board.locator("#conclude-best")).to_contain_text(re.compile(r"of this school to be right"))
    with board.expect_download() as saved:
        board.click("#conclude-json")
    assert saved.value.suggested_filename == "conclusions.json"


def test_two_pinned_groups_are_compared_and_more_get_letters(example):
    pinned = example.locator("#conclude-pinned")
    click(example, *mark(example, "view-groups", "E"))
    click(example, *mark(example, "view-groups", "F"), "Shift")
    expect(pinned).to_contain_text("E is higher than F.")
    expect(pinned).to_contain_text("If you picked the two after looking")
    click(example, *mark(example, "view-groups", "C"), "Shift")
    expect(pinned.locator("tbody tr")).to_have_count(3)
    example.keyboard.press("Escape")
    expect(pinned).to_contain_text("Click a group in a view to pin it")


def test_possible_truths_are_stepped_through_where_less_motion_is_asked_for(example):
    shown, sheets = example.locator("#truths-shown"), example.locator(".preview-sheet")
    for number in (1, 2):
        example.click("#truths-play")
        expect(shown).to_contain_text(f"Possible truth {number} of 20, by REML BLUP")
        expect(sheets).to_have_count(2)
    example.keyboard.press("Escape")
    expect(shown).to_have_text("")
    expect(sheets).to_have_count(0)


def test_where_the_spread_is_0_a_click_adds_a_method_that_does_not_collapse(board):
    open_sample(board, "Dyestuff2: the boundary")
    expect(board.locator("#how-sure")).to_contain_text("any share from 0 to 33% fits")
    expect(board.locator("#interval-sigma_group")).to_have_text("0 to 2.5")
    help_out = board.locator(".remedy button")
    if help_out.count():  # a shelf that is installed
        help_out.click()
        expect(help_out).to_have_count(0)


def test_tables_wider_than_a_phone_are_gone_to_by_key(visitor):
    page = open_board(visitor(viewport=PHONE, has_touch=True, is_mobile=True))
    wide = 0
    for panel in ("checks-panel", "plan-panel"):
        page.locator(f"#{panel} > summary").click()
        expect(page.locator(f"#{panel} .check-table tbody tr").first).to_be_attached()
        for box in page.locator(f"#{panel} .check-table").all():
            expect(box).to_have_attribute("tabindex", "0")
            expect(box).to_have_attribute("aria-label", re.compile(r"\w"))
            wide += box.evaluate("(box) => box.scrollWidth > box.clientWidth")
    assert wide


def test_pictures_of_an_open_panel_turn_with_the_theme_in_their_places(board):
    board.locator("#checks-panel > summary").click()
    expect(board.locator("#checks-panel .check-picture .main-svg").first).to_be_attached()
    ink = "() => getComputedStyle(window.kept.querySelector('.xtick text')).fill"
    board.evaluate("() => { window.kept = document.querySelector('#checks-panel .check-picture'); }")
    before = board.evaluate(ink)
    turn_theme(board)  # taken away while they were drawn, they ended in errors
    board.wait_for_function(f"(before) => window.kept.isConnected && ({ink})() !== before", arg=before)


def test_three_pinned_groups_do_not_widen_the_page_of_a_phone(visitor):
    page = open_board(visitor(viewport=PHONE))
    see_table(page)
    for row in range(3):
        cell = page.locator(f'#table .ag-row[row-index="{row}"] .ag-cell').first
        cell.click(modifiers=["Shift"] if row else [])
    expect(page.locator("#conclude-pinned tbody tr")).to_have_count(3)
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
