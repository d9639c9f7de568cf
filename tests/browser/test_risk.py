"""The risk page in a browser: a study starts, moves on, is cancelled, follows the dials."""

import re

import pytest
from playwright.sync_api import expect

from estimators import Design, RiskStudy, Sweep, run_risk
from tests.browser.accessibility import barriers
from tests.browser.board import settle, turn_theme
from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.dials import set_dial
from tests.scenes import BUILT_IN

FIRST = Design(groups=20, per_group="10", sigma_group=1.6, sigma_error=5.0, seed=4)
DONE = re.compile(r"^[\d.]+ (s|min|h)$")


@pytest.fixture
def visitor(visitor):
    """The same, whose studies end with the test: the server would finish them at the next test's expense."""
    pages = []

    def come(**options):
        pages.append(visitor(**options))
        return pages[-1]

    yield come
    for page in pages:
        cancel = page.locator("#risk-cancel")
        if cancel.count():
            settle(page)  # a study that was asked for has begun
            cancel.evaluate("(button) => button.click()")
            settle(page)


def finished(page):
    """Wait until the study is done and drawn."""
    expect(page.locator("#risk-left")).to_have_text(DONE)
    settle(page)


def open_risk(page):
    page.goto("/#risk")
    page.locator("#risk-headline strong").wait_for()
    finished(page)
    return page


def curve(page, name):
    return page.evaluate(
        "(name) => { const t = document.querySelector('#risk-figure .js-plotly-plot')._fullData"
        ".find((t) => t.name === name && t.mode === 'lines+markers');"
        " return [Array.from(t.x), Array.from(t.y)]; }",
        name,
    )


def measures(page):
    """The table of measures: for each method the text under each heading."""
    return page.evaluate(
        "() => { const t = document.querySelector('#risk-table table');"
        " const head = [...t.tHead.rows[0].cells].slice(1).map((c) => c.textContent);"
        " return Object.fromEntries([...t.tBodies[0].rows].map((r) => [r.cells[0].textContent,"
        " Object.fromEntries([...r.cells].slice(1).map((c, i) => [head[i], c.firstChild.textContent]))])); }"
    )


def enter(page, control, value):
    page.fill(control, value)
    page.keyboard.press("Tab")


def sweep(page, dial):
    page.click("#risk-dial")
    page.get_by_role("option", name=dial, exact=True).click()


def expect_usable(page):
    assert barriers(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_the_study_is_that_of_the_library_and_stays_beside_what_cannot_be(page):
    open_risk(page)
    wanted = run_risk(
        RiskStudy(FIRST, tuple(BUILT_IN.values()), 2000, seed=1, sweep=Sweep("ratio", 0.05, 3, 15))
    )
    for estimator in BUILT_IN.values():
        x, y = curve(page, estimator.label)
        assert x == pytest.approx([point.value for point in wanted.sweep])
        assert y == pytest.approx([point[estimator.id]["relative_mse"].value for point in wanted.sweep])
    shown = measures(page)
    assert float(shown["REML BLUP"]["MSE"]) == pytest.approx(wanted.base["reml"]["mse"].value, abs=5e-4)
    assert shown["James–Stein"]["Coverage"] == "–"
    expect(page.locator("#risk-done")).to_have_text("32,000 of 32,000 draws")
    expect(page.locator("#risk-draw .main-svg").first).to_be_visible()

    problem = page.locator("#risk-problem")
    for control, value, said in (
        ("#risk-low", "x", "From is a number"),
        ("#risk-high", "0.01", "to a larger one"),
        ("#risk-replicates", "0", "1 to 100,000,000 replicates"),
    ):
        possible = page.input_value(control)
        enter(page, control, value)
        expect(problem).to_contain_text(said)
        assert measures(page) == shown, control
        enter(page, control, possible)
        expect(problem).to_be_empty()
        settle(page)
        finished(page)


def test_another_seed_and_other_dials_change_the_study_as_they_should(page):
    """The picture is the same for another seed; what is swept is drawn; without a sweep there are marks."""
    open_risk(page)
    before = curve(page, "REML BLUP")[1]
    page.click("#risk-again")
    page.wait_for_function(
        "(before) => document.querySelector('#risk-figure .js-plotly-plot')._fullData"
        ".find((t) => t.name === 'REML BLUP' && t.mode === 'lines+markers').y[3] !== before",
        arg=before[3],
    )
    finished(page)
    assert curve(page, "REML BLUP")[1] == pytest.approx(before, abs=0.05)

    for dial, low, high in (("rows per group", 2, 100), ("groups", 4, 100)):
        sweep(page, dial)
        page.wait_for_function(
            "(ends) => document.querySelector('#risk-figure .js-plotly-plot')._fullData"
            ".some((t) => t.mode === 'lines+markers' && String([t.x[0], t.x.at(-1)]) === String(ends))",
            arg=[low, high],
        )
        x, _ = curve(page, "REML BLUP")
        assert (x[0], x[-1]) == (low, high), dial
        assert all(value == round(value) for value in x), dial

    sweep(page, "nothing")
    page.wait_for_function(
        "() => document.querySelector('#risk-figure .js-plotly-plot')"
        "._fullData.every((t) => t.mode === 'markers')"
    )
    expect(page.locator("#risk-range")).to_be_hidden()


def test_a_long_study_moves_can_be_cancelled_and_others_follow_the_dials_and_the_estimators(page):
    open_risk(page)
    usual = page.input_value("#risk-replicates")
    enter(page, "#risk-replicates", "1000000")
    expect(page.locator("#risk-left")).to_have_text("Press Run to measure this scenario")
    page.click("#risk-run")
    expect(page.locator("#risk-left")).to_contain_text("left")
    bar = page.locator("#risk-progress [role=progressbar]")
    page.wait_for_function("(e) => Number(e.getAttribute('aria-valuenow')) > 0", arg=bar.element_handle())
    first = float(bar.get_attribute("aria-valuenow"))
    page.wait_for_function(
        "([e, first]) => Number(e.getAttribute('aria-valuenow')) > first", arg=[bar.element_handle(), first]
    )
    page.click("#risk-cancel")
    expect(page.locator("#risk-left")).to_contain_text("cancelled after")
    expect(page.locator("#risk-cancel")).to_be_disabled()
    stopped = page.locator("#risk-done").inner_text()
    assert not stopped.startswith("16,000,000 of")
    assert measures(page)["REML BLUP"]["MSE ÷ level means"].startswith("0.5")
    settle(page)
    assert page.locator("#risk-done").inner_text() == stopped

    enter(page, "#risk-replicates", usual)
    finished(page)
    before = measures(page)["REML BLUP"]["MSE"]
    set_dial(page, "sigma_error", 2)
    expect(page.locator("#risk-where")).to_contain_text("σg/σe = 0.8")
    settle(page)  # the study has begun
    finished(page)
    assert measures(page)["REML BLUP"]["MSE"] != before
    page.get_by_role("switch", name="Show James–Stein").locator("xpath=..").click()
    expect(page.locator("#risk-table")).not_to_contain_text("James–Stein")
    set_dial(page, "per_group", "2-40")
    expect(page.locator("#risk-sizes")).to_contain_text("By group size")


def test_the_address_and_the_back_button_know_the_page_whose_study_nobody_else_changes(board, visitor):
    board.get_by_role("link", name="Risk").click()
    finished(board)
    assert board.url.endswith("#risk")
    expect(board.get_by_role("link", name="Risk")).to_have_attribute("aria-current", "page")
    expect(board.locator("#comparison")).to_be_hidden()
    board.go_back()
    expect(board.locator("#comparison")).to_be_visible()
    expect(board.locator("#risk")).to_be_hidden()

    other = open_risk(visitor())
    set_dial(other, "groups", 40)
    expect(other.locator("#risk-where")).to_contain_text("40 groups")
    board.goto("/#risk")
    board.reload()
    board.locator("#risk-headline strong").wait_for()
    expect(board.locator("#risk-where")).to_contain_text("20 groups")


def test_it_can_be_used_by_everyone_on_a_phone(visitor):
    page = open_risk(visitor(viewport=PHONE, color_scheme="dark"))
    expect_usable(page)
    assert turn_theme(page) == "light"
    expect_usable(page)


def test_it_can_be_used_by_everyone_and_another_theme_asks_nothing_and_turns_both_pictures(visitor):
    page = open_risk(visitor(viewport=DESKTOP, color_scheme="dark"))
    grids = (
        "() => ['risk-figure', 'risk-draw'].map((id) =>"
        " document.querySelector(`#${id} .js-plotly-plot`)._fullLayout.yaxis.linecolor)"
    )
    expect_usable(page)
    dark, asked = page.evaluate(grids), []
    assert dark[0] == dark[1]
    page.on("request", lambda request: asked.append(request.post_data or ""))
    assert turn_theme(page) == "light"
    page.wait_for_function(f"(before) => ({grids})().every((color, i) => color !== before[i])", arg=dark)
    assert not [body for body in asked if "risk-" in body]
    expect_usable(page)
