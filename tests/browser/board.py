"""What a person does on the page and reads off it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from dashboard.serving import page_assets
from tests.scenes import ARRANGED

VIEWS = tuple(f"view-{view.id}" for view in ARRANGED)
"""The views that stand beside each other."""

_SCHEME = "data-mantine-color-scheme"
_ANSWER = """
(() => {
    const {layout, paths} = window.store.getState();
    return paths.strs.figures?.reduce((inside, step) => inside[step], layout).props.data;
})()
"""
"""Which answer's pictures the page has taken up."""

_LOOK = 100
"""Milliseconds between two looks whether something is there: one at every frame costs what it waits for."""

_DRAWN = f"""
() => {{
    const graphs = [...document.querySelectorAll('.views .graph-box')];
    const card = (gd) => gd.closest('.panel');
    const says = (gd) => card(gd).querySelector('.view-problem')?.textContent;
    // a view may have nothing to draw yet, or a sentence why it draws nothing
    const holds = (gd) => gd.data.length || gd.layout?.meta?.view || says(gd);
    const drawn = (gd) => gd.data && holds(gd);
    const seen = (box) => box.bottom > 0 && box.top < window.innerHeight;
    const waits = (gd) => card(gd).ariaBusy === 'true' && !seen(card(gd).getBoundingClientRect());
    return graphs.length === {len(VIEWS)} && graphs.every((gd) => drawn(gd) || waits(gd));
}}
"""

_NOTHING_WAITS = """
(view) => {
    const card = document.getElementById(view)?.closest('.panel');
    return card && (card.hidden || card.ariaBusy !== 'true');
}
"""

_TABLE_DRAWN = """
() => {
    const table = document.getElementById('table');
    return table?.ariaBusy === 'false' && table.querySelector('.ag-row, .ag-overlay-no-rows-center');
}
"""

_QUIET = """
() => new Promise((resolve) => {
    let frames = 0;
    const look = () => {
        const {callbacks} = window.store.getState();
        const busy = Object.entries(callbacks).some(([name, list]) =>
            Array.isArray(list) && list.length && !['stored', 'completed'].includes(name));
        frames = busy ? 0 : frames + 1;
        frames >= 6 ? resolve(true) : requestAnimationFrame(look);
    };
    look();
})
"""

_TABLE = """
() => {
    const cells = {};
    for (const row of document.querySelectorAll('#table .ag-row')) {
        const id = row.getAttribute('row-id');
        const known = (cells[id] ||= {key: id, place: Number(row.getAttribute('row-index'))});
        for (const cell of row.querySelectorAll('[col-id]')) {
            known[cell.getAttribute('col-id')] = cell.textContent;
        }
    }
    return Object.values(cells).sort((a, b) => a.place - b.place);
}
"""

# What a visitor sees and has entered: the words on the page, its fields, what the views show. How many ticks
# Plotly finds room for depends on what it had drawn before.
_STATE = """
() => ({
    address: location.href,
    scheme: document.documentElement.getAttribute('data-mantine-color-scheme'),
    words: (() => {
        const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
        const words = [];
        while (walker.nextNode()) {
            const {parentElement: inside, textContent: text} = walker.currentNode;
            if (text.trim() && !inside.closest('.main-svg, script, style') && inside.checkVisibility()) {
                words.push(text);
            }
        }
        return words;
    })(),
    fields: [...document.querySelectorAll('input, textarea')]
        .map((e) => [e.id, ['checkbox', 'radio'].includes(e.type) ? e.checked : e.value]),
    stored: JSON.stringify({...localStorage}),
    views: [...document.querySelectorAll('.views .js-plotly-plot')].map((gd) => [
        gd._fullLayout.dragmode, gd._fullLayout.xaxis?.range, gd._fullLayout.yaxis?.range, gd.data.length,
    ]),
    lit: [...document.querySelectorAll('.linked-label, .preview-sheet')]
        .filter((e) => e.checkVisibility()).length,
})
"""


def with_modules(script: str) -> str:
    """A script in JavaScript that imports modules of the page from ``ASSETS/``."""
    return script.replace("'ASSETS/", f"'/{page_assets.URL}/")


def state(page: Page) -> dict[str, Any]:
    """What a visitor sees of the page and has entered."""
    return page.evaluate(_STATE)


def leave(page: Page) -> None:
    """Undo what Escape undoes, with the pointer and the focus nowhere and the page at its top."""
    page.mouse.move(2, 2)
    page.keyboard.press("Escape")
    page.evaluate("() => { document.activeElement.blur(); window.scrollTo(0, 0); }")
    settle(page)


def settle_for_good(page: Page) -> None:
    """Wait until what is counted beside the requests is there too, and have every view drawn."""
    settle(page)
    see(page, *page.evaluate("[...document.querySelectorAll('.linked-view .dash-graph')].map((g) => g.id)"))
    see_table(page)
    page.wait_for_function("() => !document.querySelector('#coverage[aria-busy=true]')")


def open_board(page: Page) -> Page:
    """Go to the page and wait until everything is drawn."""
    page.goto("/")
    page.wait_for_function(_DRAWN, polling=_LOOK)
    settle(page)
    return page


def settle(page: Page) -> None:
    """Wait until no callback is under way, and no fit of a plugin."""
    page.wait_for_function("() => window.store && window.store.getState().callbacks")
    page.evaluate(_QUIET)
    if page.locator("#under-way:not(:empty)").count():
        page.wait_for_function("() => !document.getElementById('under-way').textContent")
        page.evaluate(_QUIET)


@contextmanager
def repaint(page: Page) -> Iterator[None]:
    """Do something that changes the comparison; returns when its pictures are there, new or as they were."""
    before = page.evaluate(_ANSWER)
    yield
    page.wait_for_function(f"(before) => {_ANSWER} !== before", arg=before, polling=_LOOK)
    page.wait_for_function(_DRAWN, polling=_LOOK)
    settle(page)


def choose_file(page: Page, file: Path | tuple[str, bytes]) -> None:
    """Hand a file, or a name and its bytes, to the upload; does not wait."""
    given: Any = file
    if isinstance(file, tuple):
        given = {"name": file[0], "mimeType": "text/csv", "buffer": file[1]}
    page.set_input_files("#upload-input", given)


def turn_theme(page: Page) -> str:
    """Press the button that turns light into dark and dark into light; the scheme that there is then."""
    before = page.get_attribute("html", _SCHEME)
    page.evaluate("document.getElementById('theme-toggle').click()")
    page.wait_for_function(
        f"(before) => document.documentElement.getAttribute('{_SCHEME}') !== before", arg=before
    )
    settle(page)
    return page.evaluate(f"document.documentElement.getAttribute('{_SCHEME}')")


def unfold_methods(page: Page) -> None:
    """Open the fold of methods that are off at first, which are drawn with that."""
    page.evaluate("document.querySelector('.more-methods').open = true")
    page.locator(".more-methods input[role=switch]").first.wait_for(state="attached")


def upload(page: Page, file: Path | tuple[str, bytes]) -> None:
    """Upload a file and wait until its comparison is on screen."""
    with repaint(page):
        choose_file(page, file)


def pick(page: Page, control: str, option: str) -> None:
    """Choose an entry of a drop-down list by the id of the list and the words of the entry; does not wait."""
    page.click(f"#{control}")
    page.get_by_role("option", name=option).first.click()


def open_sample(page: Page, title: str) -> None:
    """Open one of the samples."""
    page.get_by_role("tab", name="Samples").click()
    with repaint(page):
        page.locator("button.sample", has_text=title).click()


def open_batches(page: Page) -> Page:
    """Go to the page and open the sample Dyestuff: six batches, A to F, of five rows each."""
    open_sample(open_board(page), "Dyestuff:")
    return page


def bring(page: Page, selector: str, until: str = "() => true", arg: Any = None) -> None:
    """Scroll to what the selector names, however often it is put anew, until a function is true."""
    page.wait_for_function(
        f"(arg) => {{ const found = document.querySelector({json.dumps(selector)});"
        f" found?.scrollIntoView({{block: 'center'}}); return found && ({until})(arg); }}",
        arg=arg,
        polling=_LOOK,
    )


def table(page: Page) -> list[dict[str, Any]]:
    """The table's rows as text by column id, from the top, as far as they are in sight."""
    see_table(page)
    return page.evaluate(_TABLE)


def see_table(page: Page) -> None:
    """Scroll to the table if its grid waits with what it was given, and back."""
    if page.evaluate("document.getElementById('table')?.ariaBusy !== 'false'"):
        before = page.evaluate("window.scrollY")
        bring(page, "#table", _TABLE_DRAWN)
        settle(page)
        page.evaluate("(y) => window.scrollTo(0, y)", before)


def see(page: Page, *views: str) -> None:
    """Scroll to those of these views that are not drawn, since they were out of sight, and back."""
    before = page.evaluate("window.scrollY")
    waiting = [view for view in views if not page.evaluate(_NOTHING_WAITS, view)]
    for view in waiting:
        bring(page, f"#{view}", _NOTHING_WAITS, view)
    if waiting:
        settle(page)
        page.evaluate("(y) => window.scrollTo(0, y)", before)


def column_ids(page: Page) -> dict[str, str]:
    """The ids of the table's columns by their headings."""
    see_table(page)
    return page.evaluate(
        "() => Object.fromEntries([...document.querySelectorAll('#table .ag-header-cell[col-id]')]"
        ".map((c) => [c.querySelector('.ag-header-cell-text').textContent, c.getAttribute('col-id')]))"
    )


def parameters(page: Page) -> dict[str, dict[str, str]]:
    """The table of parameters: for each method the text under each heading."""
    return page.evaluate(
        "() => { const t = document.querySelector('table.parameters');"
        " const head = [...t.tHead.rows[0].cells].slice(1).map((c) => c.textContent);"
        " return Object.fromEntries([...t.tBodies[0].rows].map((r) => [r.cells[0].textContent,"
        " Object.fromEntries([...r.cells].slice(1).map((c, i) => [head[i], c.textContent]))])); }"
    )


def traces(page: Page, view: str) -> list[dict[str, Any]]:
    """A view's traces once it is in sight: name, x and y as plotly has them, and their meta."""
    see(page, view)
    return page.evaluate(
        "(id) => document.querySelector(`#${id} .js-plotly-plot, #${id}.js-plotly-plot`)._fullData.map((t) =>"
        " ({name: t.name, x: Array.from(t.x || []), y: Array.from(t.y || []), meta: t.meta}))",
        view,
    )
