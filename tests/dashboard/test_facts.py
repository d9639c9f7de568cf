"""What Python hands to JavaScript: whole in the page, and what either side asks for is there."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

import dashboard
from dashboard.app import create_app
from dashboard.pages.dials import size_rule, sizes_text
from dashboard.pages.facts import facts
from dashboard.scene.marker_shapes import CORNERS, STROKES
from dashboard.scene.style import SHAPES, SYMBOLS
from dashboard.serving import page_assets

ROOMS = Path(dashboard.__file__).parent
MAIN = (ROOMS / "assets" / "main.mjs").read_text(encoding="utf-8")


@pytest.mark.slow
def test_the_page_holds_the_facts(tmp_path):
    page = create_app(data_dir=tmp_path).server.test_client().get("/").get_data(as_text=True)
    [text] = re.findall(r'<script type="application/json" id="facts">(.*?)</script>', page, re.DOTALL)
    assert json.loads(text) == json.loads(json.dumps(facts()))


@pytest.mark.slow
def test_the_page_names_one_script_of_its_own_and_fetches_what_that_imports(tmp_path):
    page = create_app(data_dir=tmp_path).server.test_client().get("/").get_data(as_text=True)
    named = re.findall(rf'<(?:script|link)[^>]*(?:src|href)="/{page_assets.URL}/([^"?]+)\?', page)
    assert sorted(named) == ["main.css", "main.mjs"]
    fetched = re.findall(rf'<link rel="modulepreload" href="/{page_assets.URL}/([^"]+)">', page)
    modules = {file.relative_to(ROOMS / "assets").as_posix() for file in (ROOMS / "assets").rglob("*.mjs")}
    assert sorted(fetched) == sorted(modules - {"main.mjs"})


@pytest.mark.slow
def test_a_browser_keeps_modules_under_an_address_that_changes_with_any_of_them(tmp_path):
    """So that nobody asks twice for one, or runs one of an earlier version."""
    client = create_app(data_dir=tmp_path / "data").server.test_client()
    with client.get(f"/{page_assets.URL}/shared/facts.mjs") as answer:
        assert "immutable" in answer.headers["Cache-Control"]
        assert answer.mimetype == "text/javascript"
    with client.get("/assets/shared/facts.mjs") as unversioned:
        assert unversioned.status_code == 404
        assert "Cache-Control" not in unversioned.headers
    copied = tmp_path / "assets"
    shutil.copytree(ROOMS / "assets", copied)
    assert page_assets.version(copied) == page_assets.URL.partition("/")[2]
    (copied / "shared" / "words.mjs").write_text("//")
    changed = page_assets.version(copied)
    (copied / "shared" / "words.mjs").rename(copied / "shared" / "word.mjs")
    assert len({page_assets.version(copied), changed, page_assets.version(ROOMS / "assets")}) == 3


def test_every_function_that_a_callback_names_is_registered():
    [registered] = re.findall(r"register\('blupboard', \{(.*?)\}\)", MAIN, re.DOTALL)
    given = set(re.findall(r"\w+", registered))
    named = set()
    for file in (ROOMS / "callbacks").rglob("*.py"):
        named |= set(re.findall(r'ClientsideFunction\([^,]+, "(\w+)"\)', file.read_text(encoding="utf-8")))
    assert named == given


def test_every_symbol_of_a_style_has_a_shape():
    assert set(SHAPES) - {"circle"} <= set(CORNERS)
    assert set(SYMBOLS) <= set(CORNERS)
    assert not set(CORNERS) & set(STROKES)
    assert all(len(points) % 2 == 0 for points in CORNERS.values())
    assert all(len(ends) == 4 for lines in STROKES.values() for ends in lines)


@pytest.mark.parametrize(
    ("rule", "typed", "groups", "text"),
    [
        ("equal", "10", 20, None),
        ("equal", "2-40", 20, "40"),
        ("equal", "a few", 20, "10"),
        ("range", "10", 20, "2-10"),
        ("range", "1", 20, "1-1"),
        ("range", "~2-40", 20, "2-40"),
        ("drawn", "2-40", 20, "~2-40"),
        ("drawn", "~2-40", 20, None),
        ("huge", "7", 20, "one-huge"),
        ("huge", "one-huge", 20, None),
        ("list", "10", 4, "5,10,20,5"),
        ("list", "10", 0, "5,10,20,5,10"),
        ("list", "1,2", 4, None),
    ],
)
def test_a_rule_for_the_sizes_begins_with_a_text_that_follows_it(rule, typed, groups, text):
    assert sizes_text(rule, typed, groups) == text
    assert size_rule(typed if text is None else text) == rule


def test_a_list_of_sizes_ends_at_500():
    assert sizes_text("list", "10", 9000).count(",") == 499
