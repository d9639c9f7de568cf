"""The lesson in a browser: its numbers stand there, its models open in the simulation, at every width."""

import pytest
from playwright.sync_api import expect

from tests.browser.accessibility import barriers
from tests.browser.board import bring, settle, table, turn_theme
from tests.browser.conftest import DESKTOP, PHONE


def open_lesson(page):
    page.goto("/#lesson")
    page.locator(".lesson-why").wait_for()
    page.wait_for_function("() => document.querySelectorAll('.lesson .main-svg').length >= 4")
    settle(page)
    return page


def columns(page, model):
    """The table of a model's groups: its columns by their headings."""
    rows = page.locator(f"[data-preset={model}] .lesson-groups tr").all()
    head, *body = [row.locator("th, td").all_inner_texts() for row in rows]
    return dict(zip(head, zip(*body, strict=True), strict=True))


def expect_readable(page):
    assert barriers(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def expect_in_cards(page, beside):
    """Nothing is wider than its card, and so many tables of groups stand beside each other."""
    beyond = page.evaluate(
        "[...document.querySelectorAll('.lesson-model')].flatMap((card) =>"
        " [...card.querySelectorAll('table, p, h2, .js-plotly-plot')].filter((part) =>"
        " part.getBoundingClientRect().right > card.getBoundingClientRect().right))"
        ".map((part) => part.outerHTML.slice(0, 80))"
    )
    assert beyond == []
    tops = page.evaluate(
        "[...document.querySelectorAll('.lesson-groups')].map((t) => Math.round(t.getBoundingClientRect().y))"
    )
    assert len(set(tops)) == 4 / beside


@pytest.mark.parametrize(("viewport", "beside"), [(DESKTOP, 4), (PHONE, 1)], ids=["desktop", "phone"])
def test_it_can_be_read_by_everyone_in_either_theme_and_nothing_is_wider_than_its_card(
    visitor, viewport, beside
):
    page = open_lesson(visitor(viewport=viewport, color_scheme="dark"))
    assert page.get_attribute("html", "data-mantine-color-scheme") == "dark"
    expect_readable(page)
    expect_in_cards(page, beside)
    ink = "getComputedStyle(document.querySelector('.lesson .xtick text')).fill"
    dark = page.evaluate(ink)
    assert turn_theme(page) == "light"
    page.wait_for_function(f"(dark) => {ink} !== dark", arg=dark)
    expect_readable(page)
    levels = page.evaluate(
        "[...document.querySelectorAll('#lesson :is(h1, h2, h3)')].map((h) => h.tagName).join(' ')"
    )
    assert levels == "H1" + 8 * " H2"
    assert page.locator("main:visible").count() == 1


def test_on_a_tablet_too_nothing_is_wider_than_its_card_and_a_guess_is_answered(visitor):
    page = open_lesson(visitor(viewport={"width": 1024, "height": 900}))
    expect_in_cards(page, 2)
    hardest = page.locator(".lesson-question").first
    expect(hardest.get_by_text("Yes.")).to_be_hidden()
    hardest.get_by_text("Model 2: ").click()
    expect(hardest.get_by_text("Not this. Here groups differ as much as rows do")).to_be_visible()
    hardest.get_by_text("Model 1: ").press("Enter")
    expect(hardest.get_by_text("Yes. Groups differ little beside the noise")).to_be_visible()


def shows(page, model):
    """Wait until the comparison shows a model of the lesson, and compare their numbers."""
    taught = columns(page, model)
    page.locator(f"[data-preset={model}]").get_by_role("button").click()
    expect(page.locator("#comparison")).to_be_visible()
    expect(page.locator("#dataset-chip")).to_contain_text("Simulated")
    own = sorted(f"{float(value):.2f}" for value in taught["own mean (OLS)"])
    bring(
        page,
        "#table",
        "(own) => own === [...document.querySelectorAll('#table .ag-row [col-id=own]')]"
        ".map((cell) => Number(cell.textContent).toFixed(2)).sort().join()",
        ",".join(own),
    )
    settle(page)
    rows = {row["group"]: row for row in table(page)}
    for group, true in zip(taught["group"], taught["true mean"], strict=True):
        assert float(rows[group]["true"]) == pytest.approx(float(true), abs=0.005)


def test_a_model_opens_in_the_simulation_whose_code_and_rows_are_given_away(page):
    open_lesson(page)
    shown = columns(page, "model1")
    assert shown["REML BLUP"] == shown["ML BLUP"] == ("15.9897",) * 5
    assert shown["own mean (OLS)"][0] == "17.8853"
    assert len(set(columns(page, "model2")["REML BLUP"])) == 5

    shows(page, "model3")
    expect(page.get_by_role("tab", name="Simulate")).to_have_attribute("aria-selected", "true")
    expect(page.get_by_role("button", name="Model 3", exact=True)).to_have_attribute("aria-pressed", "true")
    assert "#compare" in page.url
    page.go_back()
    page.locator(".lesson-why").wait_for()
    shows(page, "model2")
    page.get_by_role("button", name="Export").click()
    with page.expect_download() as download:
        page.get_by_role("menuitem", name="Simulated rows as CSV").click()
    assert download.value.suggested_filename == "simulated.csv"
    lines = download.value.path().read_text().splitlines()
    assert lines[0] == "group,y,true_mean"
    assert len(lines) == 26
    page.get_by_role("button", name="Export").click()
    page.get_by_role("menuitem", name="Do this in R").click()
    expect(page.locator("#code-r")).to_contain_text("set.seed(1673)\ninvisible(rnorm(30))")


def test_it_is_reached_from_the_bar_and_left_again_for_rows_that_are_not_offered_as_simulated(board):
    board.get_by_role("link", name="Lesson").click()
    board.locator(".lesson-why").wait_for()
    expect(board.locator("#comparison")).to_be_hidden()
    board.get_by_role("link", name="Compare").click()
    expect(board.locator("#comparison")).to_be_visible()
    expect(board.locator("#lesson")).to_be_hidden()
    board.get_by_role("button", name="Export").click()
    expect(board.get_by_role("menuitem", name="Table as CSV")).to_be_visible()
    expect(board.get_by_role("menuitem", name="Simulated rows as CSV")).to_have_count(0)
