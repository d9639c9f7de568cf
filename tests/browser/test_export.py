"""What is taken away besides pictures: the table as it stands, files of the other pages, paper."""

import csv

from playwright.sync_api import expect

from tests.browser.board import bring, column_ids, leave, open_board, pick, repaint, see_table, table

ON_PAPER = "() => [...document.querySelectorAll('.on-paper tbody tr')].map((row) => row.cells[0].textContent)"


def saved(page, entry):
    page.get_by_role("button", name="Export").click()
    with page.expect_download() as downloading:
        page.get_by_role("menuitem", name=entry, exact=True).click()
    with downloading.value.path().open(encoding="utf-8", newline="") as file:
        return downloading.value.suggested_filename, list(csv.reader(file))


_SHOWS_ROWS = """
(count) => {
    const rows = [...document.querySelectorAll('#table .ag-row')];
    return new Set(rows.map((row) => row.ariaRowIndex)).size === count;
}
"""


def sort_by_own_mean(page):
    bring(page, ".table-panel")
    page.locator("#table .ag-header-cell[col-id=own]").click()
    page.locator("#table .ag-header-cell[col-id=own][aria-sort=descending]").click()
    page.locator("#table .ag-header-cell[col-id=own][aria-sort=ascending]").wait_for()


def test_the_table_is_saved_and_printed_in_the_order_on_screen(board):
    sort_by_own_mean(board)
    shown = [row["group"] for row in table(board)]
    assert shown[0] == "School 4"
    name, (head, *rows) = saved(board, "Table as CSV")
    assert name == "schools-table.csv"
    assert head[:3] == ["school", "rows", "own mean"]
    names = [row[0] for row in rows]
    assert names[: len(shown)] == shown
    assert len(names) == 24
    board.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert board.evaluate(ON_PAPER) == names
    board.evaluate("window.dispatchEvent(new Event('afterprint'))")
    expect(board.locator(".on-paper")).to_have_count(0)


def test_the_table_is_there_for_whoever_comes_near_and_on_paper(page):
    open_board(page)
    rows, on_paper = page.locator("#table .ag-row"), page.locator("p.on-paper")
    assert rows.count() == 0
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    expect(on_paper).to_contain_text("The table was not drawn yet")
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    expect(on_paper).to_have_count(0)
    page.evaluate(
        "void (window.print = () => {"
        " window.dispatchEvent(new Event('beforeprint')); window.printed = true; })"
    )
    page.keyboard.press("Control+p")
    page.wait_for_function("window.printed")
    assert len(page.evaluate(ON_PAPER)) == 24
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")


def test_a_visitors_columns_and_filter_stay_and_the_file_is_of_now(page):
    open_board(page)
    see_table(page)
    grid = "window.dash_ag_grid.getApi('table-grid')"
    order = f"{grid}.getAllDisplayedColumns().map((column) => column.getColId())"
    assert page.evaluate(order).index("estimate-james_stein") == 5
    page.evaluate(f"{grid}.moveColumns(['estimate-james_stein'], 1)")
    page.evaluate(f"{grid}.setFilterModel({{n: {{filterType: 'number', type: 'greaterThan', filter: 20}}}})")
    few = len(table(page))
    assert 0 < few < 24
    with repaint(page):
        pick(page, "level", "99%")
    assert "rank 99% from" in column_ids(page)
    assert page.evaluate(order)[:2] == ["group", "estimate-james_stein"]
    page.wait_for_function(_SHOWS_ROWS, arg=few)
    page.evaluate("window.scrollTo(0, 0)")
    with repaint(page):
        page.get_by_label("Show ML BLUP").uncheck(force=True)
    _, (head, *rows) = saved(page, "Table as CSV")
    assert head[:2] == ["school", "James–Stein"]
    assert "ML BLUP" not in head
    assert "REML BLUP" in head
    assert len(rows) == few


def test_a_dark_page_is_light_on_paper(visitor):
    page = visitor(color_scheme="dark")
    page.goto("/")
    page.wait_for_function("document.querySelector('#view-shrinkage .xgrid, #view-shrinkage .ygrid')")
    leave(page)
    grid = "() => getComputedStyle(document.querySelector('#view-shrinkage .ygrid')).stroke"
    dark = page.evaluate(grid)
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert page.get_attribute("html", "data-mantine-color-scheme") == "light"
    assert page.evaluate(grid) != dark
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert page.get_attribute("html", "data-mantine-color-scheme") == "dark"
    assert page.evaluate(grid) == dark


def test_the_lesson_has_a_file(page):
    page.goto("/#lesson")
    name, (head, *rows) = saved(page, "Groups of all models as CSV")
    assert name == "lesson.csv"
    assert head[:2] == ["model", "group"]
    assert len(rows) == 20
