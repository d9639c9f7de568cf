"""What Python hands to JavaScript: whole in the page, and what either side asks for is there."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

import dashboard
from dashboard.app import create_app
from dashboard.pages.dials import size_rule, sizes_text
from dashboard.pages.facts import facts
from dashboard.scene.marker_shapes import CORNERS, STROKES
from dashboard.scene.style import SHAPES, SYMBOLS

ROOMS = Path(dashboard.__file__).parent
MAIN = (ROOMS / "assets" / "main.mjs").read_text(encoding="utf-8")


def test_the_page_holds_the_facts(tmp_path):
    page = create_app(data_dir=tmp_path).server.test_client().get("/").get_data(as_text=True)
    [text] = re.findall(r'<script type="application/json" id="facts">(.*?)</script>', page, re.DOTALL)
    assert json.loads(text) == json.loads(json.dumps(facts()))


def test_the_page_names_one_script_of_its_own_and_fetches_what_that_imports(tmp_path):
    page = create_app(data_dir=tmp_path).server.test_client().get("/").get_data(as_text=True)
    named = re.findall(r'<(?:script|link)[^>]*(?:src|href)="/assets/([^"?]+)\?', page)
    assert sorted(named) == ["main.css", "main.mjs"]
    fetched = re.findall(r'<link rel="modulepreload" href="/assets/([^"]+)">', page)
    modules = {file.relative_to(ROOMS / "assets").as_posix() for file in (ROOMS / "assets").rglob("*.mjs")}
    assert sorted(fetched) == sorted(modules - {"main.mjs"})


def test_a_module_is_asked_for_anew_each_time(tmp_path):
    """So that nobody runs a module of an earlier version."""
    client = create_app(data_dir=tmp_path).server.test_client()
    with client.get("/assets/shared/facts.mjs") as answer:
        assert answer.headers["Cache-Control"] == "no-cache"
        assert answer.mimetype == "text/javascript"
        known = {"If-None-Match": answer.headers["ETag"]}
    with client.get("/assets/shared/facts.mjs", headers=known) as again:
        assert again.status_code == 304


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
