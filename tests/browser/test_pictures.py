"""Each view as a picture to take away."""

import struct
import xml.etree.ElementTree as ET

import pytest
from playwright.sync_api import expect

from tests.browser.dials import open_simulation

VIEWS = {
    "Groups": "groups",
    "Shrinkage": "shrinkage",
    "Weight on own data": "weight",
    "Rank": "rank",
}


def save(page, view, kind):
    button = page.get_by_label(f"Save the view {view}")
    button.click()
    entry = page.locator(".save-menu[open]").get_by_role("button", name=f"Save as {kind}")
    with page.expect_download() as downloading:
        entry.click()
    expect(entry).to_be_hidden()
    return downloading.value


def test_every_view_is_saved_as_svg(example):
    for title, name in VIEWS.items():
        saved = save(example, title, "SVG")
        assert saved.suggested_filename == f"dyestuff-{name}.svg"
        picture = ET.fromstring(saved.path().read_text(encoding="utf-8"))
        assert picture.tag == "{http://www.w3.org/2000/svg}svg"
        assert len(list(picture.iter("{http://www.w3.org/2000/svg}path"))) > 20, title
        words = " ".join(
            "".join(text.itertext()) for text in picture.iter("{http://www.w3.org/2000/svg}text")
        )
        assert title in words
        assert "dyestuff" in words.lower(), "where the data come from"
        if name in ("groups", "weight"):
            assert "REML BLUP" in words
        assert float(picture.get("width")) > 200


def test_a_view_is_saved_as_png(example):
    saved = save(example, "Groups", "PNG")
    assert saved.suggested_filename == "dyestuff-groups.png"
    content = saved.path().read_bytes()
    assert content.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", content[16:24])
    on_screen = example.locator("#view-groups").bounding_box()
    assert width == pytest.approx(2 * on_screen["width"], abs=4)
    assert height > 2 * on_screen["height"] + 80, "title, legend and source have room of their own"
    assert len(content) > 10_000


def test_pictures_of_simulated_data_show_the_truth(board):
    open_simulation(board)
    for title, name in VIEWS.items():
        saved = save(board, title, "SVG")
        assert saved.suggested_filename.lower() == f"simulated-{name}.svg"
        picture = saved.path().read_text(encoding="utf-8")
        rings = board.evaluate(
            "(id) => document.querySelector(`#view-${id} .js-plotly-plot`)"
            "._fullData.find((t) => t.name === 'true mean').x.length",
            name,
        )
        assert rings == 20
        assert picture.count("<path") > 2 * rings, title


def test_a_menu_of_pictures_closes_without_a_picture(example):
    button = example.get_by_label("Save the view Rank")
    entries = example.locator(".save-menu[open] button")
    button.focus()
    example.keyboard.press("Enter")
    expect(entries.first).to_be_visible()
    example.keyboard.press("Escape")
    expect(entries).to_have_count(0)
    expect(button).to_be_focused()
    button.click()
    expect(entries.first).to_be_visible()
    example.get_by_role("heading", name="Rank", exact=True).click()
    expect(entries).to_have_count(0)
