"""What a person does with the linked plots, and reads off them."""

import random
import re

from playwright.sync_api import expect

from tests.browser.board import VIEWS, see, see_table, traces

OF_PINS = "view-group-rows"
_SHOWS_ONLY = """
([view, names]) => {
    const {meta, yaxis} = document.querySelector(`#${view} .js-plotly-plot`).layout;
    return meta.pins && yaxis.ticktext.length && yaxis.ticktext.every((name) => names.includes(name));
}
"""

_HAS_ROWS = "(view) => document.querySelector(`#${view} .js-plotly-plot`).layout.yaxis.visible !== false"
"""Of very many groups the view of rows shows only those that are pinned, and without any it says so."""

LABELS = ".linked-view:has(#{view}) .linked-label:visible"

_PIXEL = """
([view, x, y]) => {
    const gd = document.querySelector(`#${view} .js-plotly-plot`);
    gd.scrollIntoView({block: 'center'});
    const box = gd.getBoundingClientRect();
    const {xaxis, yaxis} = gd._fullLayout;
    return [box.left + xaxis._offset + xaxis.l2p(x), box.top + yaxis._offset + yaxis.l2p(y)];
}
"""

RANGES = """
(view) => {
    const {xaxis, yaxis} = document.querySelector(`#${view} .js-plotly-plot`)._fullLayout;
    return [...xaxis.range, ...yaxis.range];
}
"""

# Plotly reads the time when it draws, and counts from the last press, that of a drag too.
_PATIENT = """
async (view) => {
    const gd = document.querySelector(`#${view} .js-plotly-plot`);
    gd._context.doubleClickDelay = 60_000;
    await Plotly.redraw(gd);
    gd._mouseDownTime = 0;
}
"""


def pixel(page, view, x, y):
    """Where a point of a view's axes is in the window, with the view scrolled into it."""
    see(page, view)
    return page.evaluate(_PIXEL, [view, x, y])


def order(page):
    """The groups' names from the top of the groups view, as far as it names them."""
    return page.evaluate(
        "() => Array.from(document.querySelector('#view-groups .js-plotly-plot')._fullLayout.yaxis.ticktext)"
    )


def markers(page, view):
    """The traces of a view with one mark for every group."""
    return [
        t for t in traces(page, view) if t["meta"] and t["meta"].get("groups") and t["meta"]["stride"] == 1
    ]


def outcomes(trace):
    """The values of x of a trace in the outcome's units: in a panel they are scaled and moved aside."""
    low, span, start = (trace["meta"] or {}).get("x_scale") or (0, 1, 0)
    return [low + (x - start) * span for x in trace["x"]]


def mark(page, view, label, method=0):
    """Where a method's mark of a group is in the window."""
    place = order(page).index(label)
    trace = markers(page, view)[method]
    return pixel(page, view, trace["x"][place], trace["y"][place])


def labels(page, view):
    return page.locator(LABELS.format(view=view))


def expect_lit(page, *names):
    """Exactly these groups have labels, in each view that has them; that of pinned rows shows nobody else."""
    see(page, *VIEWS)
    has_pins = page.locator(".group-cards-panel.has-pins").count() > 0
    for view in VIEWS:
        if has_pins and view == OF_PINS:
            page.wait_for_function(_SHOWS_ONLY, arg=[view, names])
            continue
        there = names if view != OF_PINS or page.evaluate(_HAS_ROWS, view) else ()
        expect(labels(page, view)).to_have_count(len(there))
        for name in there:
            expect(labels(page, view).filter(has_text=re.compile(f"^{re.escape(name)} ·"))).to_have_count(1)


def away(page):
    page.mouse.move(2, 2)


def click(page, x, y, *keys):
    page.mouse.move(x, y)
    for key in keys:
        page.keyboard.down(key)
    page.mouse.down()
    page.mouse.up()
    for key in keys:
        page.keyboard.up(key)


def double_click(page, view, x, y):
    """Click twice at a point of a view's axes, however far apart a busy machine sees the clicks."""
    page.evaluate(_PATIENT, view)
    page.mouse.dblclick(*pixel(page, view, x, y))


def drag(page, view, *corners, keys=()):
    """Press at the first corner, given in units of the axes, go along the others and let go."""
    ways = [pixel(page, view, x, y) for x, y in corners]
    page.mouse.move(*ways[0])
    page.mouse.down()
    for way in ways[1:]:
        page.mouse.move(*way, steps=3)
    for key in keys:
        page.keyboard.down(key)
    page.mouse.up()
    for key in keys:
        page.keyboard.up(key)


def tool(page, view, name):
    page.locator(f"#{view}").hover()
    page.locator(f"#{view} .modebar-btn[data-attr='dragmode'][data-val='{name}']").click()


def status(page):
    return page.locator("#link-status")


def row(page, name):
    """The table's row of a group: the one that holds its name."""
    see_table(page)
    return page.locator("#table .ag-row").filter(
        has=page.locator(".ag-cell", has_text=re.compile(f"^{name}$"))
    )


def ground(locator):
    return locator.evaluate("(element) => getComputedStyle(element).backgroundColor")


def schools(count, rows=3):
    """A CSV of schools named S000, S001, ... with means far enough apart to tell."""
    rng = random.Random(5)
    lines = [
        f"S{j:03d},{50 + 10 * rng.gauss(0, 1) + rng.gauss(0, 2):.3f}"
        for j in range(count)
        for _ in range(rows)
    ]
    return "schools.csv", ("school,score\n" + "\n".join(lines) + "\n").encode()
