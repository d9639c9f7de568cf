"""The linking of plots, table and search: point, pin, select, find, zoom, and all of it from the keyboard."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.board import (
    VIEWS,
    open_batches,
    open_board,
    open_sample,
    pick,
    repaint,
    see,
    table,
    turn_theme,
    upload,
)
from tests.browser.linked import (
    RANGES,
    away,
    click,
    double_click,
    drag,
    expect_lit,
    ground,
    labels,
    mark,
    markers,
    order,
    pixel,
    row,
    schools,
    status,
    tool,
)


@pytest.fixture
def use_tool(example):
    """Call it with a view and one of its tools; the view gets back the one it had."""
    used = []

    def use(view, name):
        tool(example, view, name)
        used.append(view)

    yield use
    for view in used:
        tool(example, view, "zoom")


@pytest.mark.parametrize("view", VIEWS)
def test_pointing_at_a_mark_in_any_view_lights_its_group_everywhere(example, view):
    # the last method's marks: every batch has five rows, so in the weight view they lie on each other
    example.mouse.move(*mark(example, view, "C", method=-1))
    lit = labels(example, view).first
    expect(lit).to_be_visible()
    name = lit.inner_text().split(" ·")[0]
    if view != "view-weight":
        assert name == "C"
    expect_lit(example, name)
    expect(lit).to_contain_text(f"{name} · 5 rows")
    away(example)
    expect_lit(example)


def test_the_label_reads_the_value_and_interval_of_the_mark(example):
    method, trace = next(
        (i, t) for i, t in enumerate(markers(example, "view-groups")) if t["name"] == "REML BLUP"
    )
    place = order(example).index("C")
    example.mouse.move(*mark(example, "view-groups", "C", method=method))
    reading = labels(example, "view-groups").locator("span").nth(1)
    expect(reading).to_contain_text(trace["name"])
    name, value, low, high = re.fullmatch(r"(.+) (\S+) \[(\S+), (\S+)\]", reading.inner_text()).groups()
    assert name == trace["name"]
    assert float(value) == pytest.approx(trace["x"][place], abs=0.51)
    assert float(low) < float(value) < float(high)
    expect(labels(example, "view-rank").locator("span").nth(1)).to_be_empty()


def test_labels_stay_inside_the_plot(example):
    for name in order(example):
        example.mouse.move(*mark(example, "view-groups", name))
        expect_lit(example, name)
        for view in VIEWS:
            inside = labels(example, view).evaluate(
                "(label) => { const plot = label.closest('.linked-view').querySelector('.nsewdrag');"
                " const [a, b] = [label, plot].map((e) => e.getBoundingClientRect());"
                " return a.left >= b.left - 1 && a.right <= b.right + 1"
                " && a.top >= b.top - 1 && a.bottom <= b.bottom + 1; }"
            )
            assert inside, f"{name} in {view}"


def test_pointing_asks_nothing_of_the_server(example):
    asked = []
    example.on("request", lambda request: asked.append(request.url))
    for name in order(example):
        example.mouse.move(*mark(example, "view-shrinkage", name))
        expect_lit(example, name)
    assert asked == []


def test_a_click_pins_and_a_second_one_lets_go(example):
    at = mark(example, "view-shrinkage", "C")
    click(example, *at)
    away(example)
    expect_lit(example, "C")
    expect(status(example)).to_have_text("C pinned: 5 rows")
    click(example, *at)
    away(example)
    expect_lit(example)
    expect(status(example)).to_be_empty()


@pytest.mark.parametrize("key", ["Control", "Shift"])
def test_a_click_with_a_key_pins_more(example, key):
    click(example, *mark(example, "view-groups", "C"))
    click(example, *mark(example, "view-groups", "E"), key)
    away(example)
    expect(status(example)).to_have_text("2 batches selected")
    expect_lit(example, "C", "E")
    click(example, *mark(example, "view-groups", "A"))
    away(example)
    expect_lit(example, "A")


def test_escape_clears_pins_and_search(example):
    click(example, *mark(example, "view-groups", "C"))
    example.fill("#find-group", "e")
    expect_lit(example, "C", "E")
    example.keyboard.press("Escape")
    away(example)
    expect_lit(example)
    expect(example.locator("#find-group")).to_have_value("")
    expect(status(example)).to_be_empty()


def test_the_search_box_finds_steps_and_pins(page):
    open_board(page)
    upload(page, schools(40))
    page.fill("#find-group", "Ｓ00")  # a full-width letter is the same letter
    expect(status(page)).to_have_text("10 schools found")
    page.keyboard.press("ArrowDown")
    first = re.match(r"(S00\d): 3 rows, 1 of 10", status(page).inner_text())[1]
    expect_lit(page, first)
    page.keyboard.press("ArrowDown")
    second = re.match(r"(S00\d): 3 rows, 2 of 10", status(page).inner_text())[1]
    page.keyboard.press("ArrowUp")
    expect(status(page)).to_have_text(f"{first}: 3 rows, 1 of 10")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(status(page)).to_have_text(f"{second} pinned: 3 rows")
    page.fill("#find-group", "nowhere")
    expect(status(page)).to_have_text("No school has “nowhere” in its name")
    page.fill("#find-group", "")
    expect_lit(page, second)


def test_the_table_lights_the_plots_and_pins(example):
    plain = ground(row(example, "D").first)
    row(example, "C").first.hover()
    expect_lit(example, "C")
    row(example, "C").first.click()
    away(example)
    expect_lit(example, "C")
    expect(status(example)).to_have_text("C pinned: 5 rows")
    assert ground(row(example, "C").first) != plain
    assert ground(row(example, "D").first) == plain
    row(example, "D").last.click(modifiers=["Shift"])
    expect(status(example)).to_have_text("2 batches selected")
    assert example.evaluate("getSelection().toString()") == ""


def test_moving_through_the_table_by_keyboard_lights_the_plots(example):
    known = order(example)
    names = [next(text for text in cells.values() if text in known) for cells in table(example)]
    row(example, names[0]).first.locator(".ag-cell").first.click()
    example.keyboard.press("Escape")
    away(example)
    example.keyboard.press("ArrowDown")
    expect_lit(example, names[1])
    example.keyboard.press("Enter")
    expect(status(example)).to_have_text(f"{names[1]} pinned: 5 rows")


def test_a_pin_in_a_plot_brings_its_row_into_sight(page):
    open_board(page)
    upload(page, schools(200))
    shown = {r["place"] for r in table(page)}
    trace = markers(page, "view-shrinkage")[0]
    lowest = trace["y"].index(min(trace["y"]))
    assert lowest not in shown
    click(page, *pixel(page, "view-shrinkage", trace["x"][lowest], trace["y"][lowest]))
    expect(status(page)).to_contain_text("pinned")
    name = status(page).inner_text().split(" pinned")[0]
    expect(row(page, name).first).to_be_attached()


def test_a_box_selects_what_is_in_it_and_a_key_adds(example, use_tool):
    names = order(example)
    own = markers(example, "view-shrinkage")[0]
    top = sorted(own["y"], reverse=True)
    between = (top[1] + top[2]) / 2
    use_tool("view-shrinkage", "select")
    drag(example, "view-shrinkage", (-0.2, top[0] + 5), (0.2, between))
    chosen = [name for name, y in zip(names, own["y"], strict=True) if y > between]
    expect(status(example)).to_have_text("2 batches selected")
    away(example)
    expect_lit(example, *chosen)
    drag(example, "view-shrinkage", (-0.2, top[-1] + 3), (0.2, top[-1] - 3), keys=("Shift",))
    expect(status(example)).to_have_text("3 batches selected")
    drag(example, "view-shrinkage", (0.4, top[0]), (0.6, top[-1]))
    expect(status(example)).to_be_empty()
    away(example)  # the pointer rests on a line there
    expect_lit(example)


def test_a_lasso_selects_what_is_inside_its_line(example, use_tool):
    own = markers(example, "view-shrinkage")[0]
    names = order(example)
    high, low = max(own["y"]), min(own["y"])
    use_tool("view-shrinkage", "lasso")
    # around the first column, with a notch that leaves the highest mark out
    outline = [
        (-0.25, high + 8),
        (-0.02, high + 8),
        (-0.05, high - 10),
        (0.25, high - 10),
        (0.25, low - 5),
        (-0.25, low - 5),
    ]
    drag(example, "view-shrinkage", *outline)
    expect(status(example)).to_have_text("5 batches selected")
    away(example)
    expect_lit(example, *(name for name, y in zip(names, own["y"], strict=True) if y < high))


def test_giving_up_a_lasso_keeps_the_selection(example, use_tool):
    click(example, *mark(example, "view-groups", "C"))
    use_tool("view-shrinkage", "lasso")
    own = markers(example, "view-shrinkage")[0]
    start = pixel(example, "view-shrinkage", -0.2, max(own["y"]))
    example.mouse.move(*start)
    example.mouse.down()
    example.mouse.move(*pixel(example, "view-shrinkage", 0.3, min(own["y"])), steps=3)
    example.keyboard.press("Escape")
    example.mouse.up()
    away(example)
    expect_lit(example, "C")


def test_the_zoom_outlives_new_figures_and_a_double_click_ends_it(board):
    see(board, "view-rank")
    own = board.evaluate(RANGES, "view-shrinkage")
    untouched = board.evaluate(RANGES, "view-rank")
    (x0, x1, y0, y1) = own
    drag(
        board, "view-shrinkage",
        (x0 + 0.1 * (x1 - x0), y0 + 0.8 * (y1 - y0)), (x0 + 0.6 * (x1 - x0), y0 + 0.3 * (y1 - y0)),
    )  # fmt: skip
    board.wait_for_function(
        f"(before) => String(({RANGES})('view-shrinkage')) !== before", arg=",".join(map(str, own))
    )
    zoomed = board.evaluate(RANGES, "view-shrinkage")
    for interval in ("99%", "90%"):
        with repaint(board):
            pick(board, "level", interval)
        assert board.evaluate(RANGES, "view-shrinkage") == pytest.approx(zoomed)
    see(board, "view-rank")
    assert board.evaluate(RANGES, "view-rank") == pytest.approx(untouched)
    double_click(board, "view-shrinkage", (zoomed[0] + zoomed[1]) / 2, (zoomed[2] + zoomed[3]) / 2)
    board.wait_for_function(
        f"(before) => String(({RANGES})('view-shrinkage')) !== before", arg=",".join(map(str, zoomed))
    )
    assert board.evaluate(RANGES, "view-shrinkage") == pytest.approx(own)


def test_the_zoom_ends_with_the_data(board):
    x0, x1, y0, y1 = board.evaluate(RANGES, "view-shrinkage")
    drag(
        board,
        "view-shrinkage",
        (x0 + 0.1 * (x1 - x0), y0 + 0.8 * (y1 - y0)),
        (x0 + 0.6 * (x1 - x0), y0 + 0.3 * (y1 - y0)),
    )
    open_sample(board, "Rail")
    _, _, low, high = board.evaluate(RANGES, "view-shrinkage")
    values = [y for trace in markers(board, "view-shrinkage") for y in trace["y"]]
    assert low < min(values) < max(values) < high


def test_a_pin_outlives_other_orders_and_themes_but_not_other_data(board):
    open_sample(board, "Dyestuff:")
    click(board, *mark(board, "view-groups", "C"))
    turn_theme(board)
    away(board)
    expect_lit(board, "C")
    with repaint(board):
        pick(board, "level", "90%")
    expect_lit(board, "C")
    open_sample(board, "Rail")
    expect_lit(board)
    expect(status(board)).to_be_empty()


def test_a_view_is_stepped_through_by_keyboard(example):
    names = order(example)
    example.locator(".linked-view").first.focus()
    example.keyboard.press("ArrowDown")
    expect(status(example)).to_have_text(f"{names[0]}: 5 rows, 1 of 6")
    expect_lit(example, names[0])
    example.keyboard.press("ArrowRight")
    expect(status(example)).to_have_text(f"{names[1]}: 5 rows, 2 of 6")
    example.keyboard.press("End")
    example.keyboard.press("ArrowUp")
    expect(status(example)).to_have_text(f"{names[4]}: 5 rows, 5 of 6")
    example.keyboard.press("Enter")
    expect(status(example)).to_have_text(f"{names[4]} pinned: 5 rows")
    example.keyboard.press("Escape")
    expect_lit(example)


def test_a_tap_pins(visitor):
    page = open_batches(visitor(has_touch=True))
    at = mark(page, "view-shrinkage", "C")
    page.touchscreen.tap(*at)
    expect_lit(page, "C")
    page.touchscreen.tap(*at)
    expect_lit(page)


def test_labels_are_text_whatever_they_say(page):
    open_board(page)
    rows = "".join(f'"{name}",{value}\n' for name in ("<b>x</b>", "<i>y", "plain") for value in (1, 2.5, 4))
    upload(page, ("awkward.csv", ("shop,score\n" + rows).encode()))
    page.fill("#find-group", "<B>")
    expect(status(page)).to_have_text("<b>x</b> found: 3 rows")
    expect_lit(page, "<b>x</b>")
    expect(page.locator(".linked-label b, .linked-label i")).to_have_count(0)


def test_another_theme_sends_no_figures(board):
    answers = []
    board.on("response", lambda answer: answers.append(answer) if "_dash-update" in answer.url else None)
    grid = "document.querySelector('#view-groups .js-plotly-plot')._fullLayout.xaxis.gridcolor"
    before = board.evaluate(grid)
    board.get_by_label("Switch between light and dark").click()
    board.wait_for_function(f"{grid} !== {before!r}")
    board.wait_for_load_state("networkidle")
    sent = b"".join(answer.body() for answer in answers)
    assert b'"layout"' not in sent
    assert len(sent) < 1_500, "the other pages say that nothing changes"


def test_the_tools_of_a_view_hide_what_they_stand_on(example):
    example.locator("#view-rank").hover()
    tools = example.locator("#view-rank .modebar-group").first
    expect(tools).to_have_css("opacity", "1")
    expect(tools).to_have_css("background-color", "rgb(255, 255, 255)")
