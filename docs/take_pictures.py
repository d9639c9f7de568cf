"""Take the pictures of the README and the guide from the product: ``python -m docs.take_pictures``."""

from __future__ import annotations

import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from dashboard.pages import ids
from tests.browser.board import open_board, open_sample, repaint, settle
from tests.browser.chromium import FLAGS, installed
from tests.browser.dials import open_simulation
from tests.browser.serving import serving
from tests.browser.test_lesson import open_lesson
from tests.browser.test_risk import open_risk
from tests.test_docs_plugins import FILES

IMAGES = Path(__file__).parent / "images"
VIEWS = ("groups", "shrinkage", "weight", "rank")
"""Those that the guide explains one by one."""
DESK, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
TALL = {"width": 1440, "height": 1400}
PLUGINS = {"width": 1440, "height": 1062}


def take(page: Page, name: str, part: str | None = None) -> None:
    """Save the window, or one part of it, without a pointer in the way."""
    page.mouse.move(2, 2)
    settle(page)
    page.wait_for_timeout(300)
    target = page if part is None else page.locator(part)
    target.screenshot(path=IMAGES / f"{name}.png", animations="disabled")


def desk(page: Page) -> None:
    """The pictures at the size of a desk."""
    open_board(page)
    for view in VIEWS:
        take(page, view, f"#{ids.view_panel(view)}")
    point_at_the_last(page)
    page.screenshot(path=IMAGES / "board.png", animations="disabled")
    take(page, "parameters", ".panel:has(#parameters)")
    open_sample(page, "Dyestuff2")
    take(page, "boundary", "#comparison .answer")
    with repaint(page):
        page.get_by_label("Switch between light and dark").click()
    open_sample(page, "Baseball")
    page.evaluate("window.scrollTo(0, 0)")
    take(page, "dark")


def point_at_the_last(page: Page) -> None:
    """Rest on the lowest mark in the first column of the view of shrinkage."""
    box = page.locator("#view-shrinkage .nsewdrag").bounding_box()
    if box is None:
        raise RuntimeError("the view of shrinkage is not drawn")
    x, y = page.evaluate(
        "() => { const gd = document.querySelector('#view-shrinkage .js-plotly-plot');"
        " const {xaxis, yaxis} = gd._fullLayout; const own = gd._fullData.find((t) => t.mode === 'markers');"
        " return [xaxis.l2p(own.x[0]), yaxis.l2p(Math.min(...own.y))]; }"
    )
    for step in (4, 0):
        page.mouse.move(box["x"] + x + step, box["y"] + y)
    page.wait_for_timeout(500)


def known_truth(page: Page) -> None:
    """The pictures of simulated data, of the risk study and of the lesson."""
    open_simulation(open_board(page))
    take(page, "simulate")
    open_risk(page)
    take(page, "risk")
    page.get_by_label("Switch between light and dark").click()
    take(page, "risk-dark")
    page.get_by_label("Switch between light and dark").click()
    page.set_viewport_size(TALL)  # the bar at the top would cover what has to be scrolled to
    take(open_lesson(page), "lesson", ".lesson-models")


def plugins(page: Page) -> None:
    """The picture of what the guide to plugins brings, an option of it open."""
    open_board(page)
    with repaint(page):
        page.get_by_label("Show Median").click(force=True)
    page.get_by_role("button", name="Options of Stated spread").click()
    with repaint(page):
        page.get_by_label("Spread between groups", exact=True).fill("6")
        page.keyboard.press("Tab")
    take(page, "plugin")


def with_the_guides_plugins(folder: Path) -> Path:
    """A folder with the plugins of ``docs/plugins.md`` that need nothing else."""
    folder.mkdir()
    for block in FILES:
        if block.file in {"half_way.py", "stated_spread.py", "median.py", "moved.py"}:
            (folder / block.file).write_text(block.code, encoding="utf-8")
    return folder


def main() -> None:
    """Take all of them anew."""
    IMAGES.mkdir(exist_ok=True)
    program = installed()
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder)) as server, sync_playwright() as p:
        browser = p.chromium.launch(executable_path=program and str(program), args=list(FLAGS))
        for pictures in (desk, known_truth):
            context = browser.new_context(base_url=server.url, viewport=DESK, color_scheme="light")
            pictures(context.new_page())
        phone = browser.new_page(base_url=server.url, viewport=PHONE, color_scheme="light")
        take(open_board(phone), "phone")
        beside, own_plugins = Path(folder) / "beside", with_the_guides_plugins(Path(folder) / "my")
        beside.mkdir()
        with serving(beside, "--plugins-dir", str(own_plugins)) as own:
            plugins(browser.new_page(base_url=own.url, viewport=PLUGINS, color_scheme="light"))
        browser.close()


if __name__ == "__main__":
    main()
