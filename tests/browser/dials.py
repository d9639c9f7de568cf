"""What a person does with the dials of the simulation, and reads off them."""

from __future__ import annotations

import json
from contextlib import contextmanager

from playwright.sync_api import Page

from tests.browser.board import repaint, settle, with_modules

_FRAMES = with_modules("(await import('ASSETS/preview/driver.mjs')).frameTimes().length")


def selector(kind: str, name: str) -> str:
    """Finds the part of a dial: ``dial``, ``dial-slider`` or ``dial-error``."""
    return f"[id='{json.dumps({'name': name, 'type': kind}, separators=(',', ':'))}']"


def open_simulation(page: Page) -> Page:
    """Go from the worked example to simulated data."""
    with repaint(page):
        page.get_by_role("tab", name="Simulate").click()
    return page


def set_dial(page: Page, name: str, value: object) -> None:
    """Type a value; does not wait."""
    page.fill(selector("dial", name), str(value))
    page.keyboard.press("Tab")


def dial(page: Page, name: str) -> str:
    """What a dial shows."""
    return page.input_value(selector("dial", name))


def problem(page: Page, name: str) -> str:
    """What is said by a dial."""
    return page.locator(selector("dial-error", name)).inner_text()


@contextmanager
def held(page: Page, name: str):
    """Take a slider's thumb; gives a function that drags it to a share of the slider's length."""
    slider = page.locator(selector("dial-slider", name))
    track = slider.bounding_box()
    thumb = slider.get_by_role("slider").bounding_box()
    middle = thumb["y"] + thumb["height"] / 2
    page.mouse.move(thumb["x"] + thumb["width"] / 2, middle)
    page.mouse.down()
    yield lambda share: page.mouse.move(track["x"] + share * track["width"], middle, steps=4)
    page.mouse.up()


def frames(page: Page) -> int:
    """How many frames have been shown while dials were turned."""
    return page.evaluate(f"async () => {_FRAMES}")


def wait_for_frames(page: Page, count: int) -> None:
    """Wait until so many have been shown in all."""
    page.wait_for_function(f"async (count) => {_FRAMES} >= count", arg=count)


def wait_for_commit(page: Page) -> None:
    """Wait until the page itself shows what the dials say, with no picture left over it."""
    page.wait_for_function("() => !document.querySelector('.previewing, .stood-in-for')")
    settle(page)
