"""Tabs that one worker's tests use one after the other: opening the page anew costs most of a short test.

A tab that is handed on has the programs of the page compiled, which is half of what opening costs, and
nothing else of what came before it: no cookie, so no session; nothing stored; no page. Only what is said when
a context is made (a phone's touch, another server) takes a tab of its own.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

from playwright.sync_api import Browser, Page

from tests.waiting import PATIENCE

KEPT = 3
"""Tabs that are kept for later; more would only hold memory."""

_OF_A_PAGE = ("viewport", "color_scheme", "reduced_motion")


class Tabs:
    """Tabs by what their contexts were made with."""

    def __init__(self, browser: Browser):
        self._browser = browser
        self._free: OrderedDict[str, Page] = OrderedDict()

    def take(self, options: dict[str, Any]) -> Page:
        """An empty page of a first visitor, in a context with these options of `Browser.new_context`."""
        page = self._free.pop(_key(options), None) or self._open(options)
        page.set_viewport_size(options["viewport"])
        page.emulate_media(color_scheme=options["color_scheme"], reduced_motion=options["reduced_motion"])
        return page

    def hand_on(self, page: Page, options: dict[str, Any]) -> None:
        """Take a tab back, leave its page and forget what it knows."""
        context = page.context
        for other in context.pages:
            if other is not page:
                other.close()
        # of the same origin, so that it stays in its process and the storage can be cleared from it
        page.goto("/health")
        page.evaluate("() => { localStorage.clear(); sessionStorage.clear(); }")
        context.clear_cookies()
        self._free[_key(options)] = page
        while len(self._free) > KEPT:
            self._free.popitem(last=False)[1].context.close()

    def close(self) -> None:
        """Close the tabs that are kept."""
        while self._free:
            self._free.popitem()[1].context.close()

    def _open(self, options: dict[str, Any]) -> Page:
        context = self._browser.new_context(**options)
        context.set_default_timeout(1000 * PATIENCE)
        return context.new_page()


def _key(options: dict[str, Any]) -> str:
    return repr(sorted((name, value) for name, value in options.items() if name not in _OF_A_PAGE))
