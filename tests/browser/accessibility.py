"""What stands in the way of people who use the page without a mouse or without eyes."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from playwright.sync_api import Page

_AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
_FIND = """async (part) =>
    (await axe.run(part ?? document, { resultTypes: ["violations"] })).violations
        .map((rule) => [rule.id, rule.help, rule.nodes.slice(0, 5).map((node) => node.html.slice(0, 160))])"""
"""What is no violation is not worked out in full, which is quicker."""


@cache
def _axe() -> str:
    return _AXE.read_text(encoding="utf-8")


def barriers(page: Page, part: str | None = None) -> list[tuple[str, str, list[str]]]:
    """axe's findings of any weight, each as rule, what it asks for and on what it was found.

    They are those of the whole page; or of a part, by its selector, which is quicker.
    """
    page.evaluate(_axe())
    return [tuple(rule) for rule in page.evaluate(_FIND, part)]
