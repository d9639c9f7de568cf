"""The cards of groups that are pinned or pointed at."""

import pytest
from playwright.sync_api import expect

from tests.browser.board import bring, open_board, table, upload
from tests.browser.conftest import PHONE
from tests.browser.linked import away, click, mark, schools


def test_pinned_groups_stand_side_by_side_with_what_every_method_says(example):
    cards = example.locator("#group-cards article")
    expect(cards).to_have_count(0)
    click(example, *mark(example, "view-groups", "C"))
    click(example, *mark(example, "view-groups", "E"), "Shift")
    away(example)
    expect(cards.locator("h3")).to_have_text(["C", "E"])
    methods = cards.first.locator("tbody tr")
    expect(methods).to_have_count(5)
    expect(methods.nth(1)).to_contain_text("REML BLUP")
    shown = next(r for r in table(example) if r["group"] == "C")
    reml = methods.nth(1).locator("td").all_inner_texts()
    assert [reml[0], reml[2], reml[3]] == [shown["estimate-reml"], shown["weight"], shown["rank"]]
    height = example.locator(".group-cards-panel").bounding_box()["height"]
    example.keyboard.press("Escape")
    expect(cards).to_have_count(0)
    assert example.locator(".group-cards-panel").bounding_box()["height"] == height


def test_the_card_of_the_group_pointed_at_goes_with_the_pointer(example):
    example.mouse.move(*mark(example, "view-groups", "C"))
    expect(example.locator("#group-cards h3")).to_have_text("C")
    away(example)
    expect(example.locator("#group-cards article")).to_have_count(0)


def test_a_button_leads_to_cards_that_are_out_of_sight(example):
    click(example, *mark(example, "view-groups", "C"))
    example.evaluate("window.scrollTo(0, 0)")
    example.get_by_role("button", name="See its numbers").click()
    expect(example.locator("#group-cards")).to_be_focused()
    expect(example.locator("#group-cards article").first).to_be_in_viewport(ratio=0.9)


def test_of_many_groups_the_pinned_ones_are_asked_about(page):
    open_board(page)
    upload(page, schools(200))
    panel = page.locator(".group-cards-panel")
    assert panel.bounding_box()["height"] < 60
    page.fill("#find-group", "S123")
    page.keyboard.press("Enter")
    expect(page.locator("#group-cards h3")).to_have_text("S123")
    assert panel.bounding_box()["height"] > 150
    expect(page.locator("#group-cards tbody tr")).to_have_count(5)


def test_on_a_phone_the_card_is_a_sheet_at_the_bottom(visitor):
    page = open_board(visitor(viewport=PHONE, has_touch=True, is_mobile=True))
    sheet = page.locator(".group-cards-panel")
    expect(sheet).not_to_be_visible()
    bring(page, "#view-groups")
    page.touchscreen.tap(*mark(page, "view-groups", "School 13"))
    expect(sheet).to_be_visible()
    box = sheet.bounding_box()
    assert box["y"] + box["height"] == pytest.approx(844, abs=1)
    assert box["height"] < 0.5 * 844
    assert page.locator("#group-cards").evaluate("e => e.scrollWidth <= e.clientWidth")
    page.get_by_role("button", name="Unpin").tap()
    expect(sheet).not_to_be_visible()
