"""What stands in the way of people who use the page without a mouse or without eyes."""

from __future__ import annotations

from axe_core_python.sync_playwright import Axe
from playwright.sync_api import Page

_GRAVE = ("serious", "critical")
_ONLY_VIOLATIONS = {"resultTypes": ["violations"]}
"""The others are not worked out in full, which is quicker."""


def grave_findings(page: Page, part: str | None = None) -> list[tuple[str, str, list[str]]]:
    """axe's serious and critical findings, each as rule, what it asks for and on what it was found.

    They are those of the whole page; or of a part, by its selector, which is quicker.
    """
    found = Axe().run(page, context=part, options=_ONLY_VIOLATIONS)["violations"]
    return [
        (rule["id"], rule["help"], [node["html"][:160] for node in rule["nodes"]][:5])
        for rule in found
        if rule["impact"] in _GRAVE
    ]
