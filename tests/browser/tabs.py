"""Tabs and pages that one worker's tests share: opening the page anew costs most of a short test.

A tab that is handed on has the programs of the page compiled, which is half of what opening costs, and
nothing else of what came before it: no cookie, so no session; nothing stored; no page. Only what is said when
a context is made (a phone's touch, another server) takes a tab of its own.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.board import settle_for_good, state
from tests.browser.troubles import Troubles
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
        return new_page(self._browser, options)


class SharedPage:
    """A page that stays open from test to test and is put back after each."""

    def __init__(self, open_page: Callable[[], Page], put_back: Callable[[Page], None]):
        self._open = open_page
        self._put_back = put_back
        self._page: Page | None = None
        self._first: dict[str, Any] = {}

    @contextmanager
    def lend(self, session: pytest.Session, troubles: Troubles) -> Iterator[Page]:
        """The page for one test, watched.

        Raises AssertionError when the test leaves the page otherwise than it was. The next test then gets
        a new page, as it does after a test that failed.
        """
        page = self._page or self._new()
        failed_before = session.testsfailed
        troubles.watch(page.context)
        yield page
        troubles.leave(page.context)
        is_as_it_was = False
        try:
            if session.testsfailed == failed_before:
                self._put_back(page)
                settle_for_good(page)
                left = state(page)
                is_as_it_was = left == self._first
                first = self._first
                changed = {name: (first[name], now) for name, now in left.items() if now != first[name]}
                assert is_as_it_was, f"the test changes more of the page than is put back: {changed}"
        finally:
            if not is_as_it_was:
                self.close()

    def close(self) -> None:
        """Close the page, if it is open."""
        if self._page is not None:
            self._page.context.close()
            self._page = None

    def _new(self) -> Page:
        page = self._open()
        self._put_back(page)
        settle_for_good(page)
        self._page, self._first = page, state(page)
        return page


def new_page(browser: Browser, options: dict[str, Any]) -> Page:
    """An empty page in a context of its own that is as patient as the tests."""
    context = browser.new_context(**options)
    context.set_default_timeout(1000 * PATIENCE)
    return context.new_page()


def _key(options: dict[str, Any]) -> str:
    return repr(sorted((name, value) for name, value in options.items() if name not in _OF_A_PAGE))
