"""Fixtures for tests in a real browser.

`server` runs for the whole session; every test has a browser context of its own, so a session and data of
its own. `page` shows nothing yet, `board` is the page with its worked example drawn. Either fails a test that
leaves an error behind: in the console, uncaught, or as an answer of 400 and above. A test that provokes one
says so before with `troubles.announce(path, status)`.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.board import open_board
from tests.browser.chromium import CHOSEN, FLAGS, installed, playwrights_own
from tests.browser.serving import serving
from tests.browser.troubles import Troubles
from tests.waiting import PATIENCE

DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
_HERE = Path(__file__).parent

expect.set_options(timeout=1000 * PATIENCE)


def pytest_collection_modifyitems(items):
    for item in items:
        if item.path.is_relative_to(_HERE):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    program = installed()
    if program is None and playwrights_own() is None:
        pytest.fail(f"There is no Chromium here: `make test` installs one, or name one in {CHOSEN}.")
    arguments = {**browser_type_launch_args, "args": list(FLAGS)}
    if program is not None:
        arguments["executable_path"] = str(program)
    return arguments


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """The server, see `serving.Server`."""
    with serving(tmp_path_factory.mktemp("server")) as running:
        yield running


@pytest.fixture(scope="session")
def base_url():
    """None: `visitor` gives every page its server. The plugin's own makes pytest 9 warn."""


@pytest.fixture
def troubles():
    """What went wrong in any page of this test."""
    watched = Troubles()
    yield watched
    watched.check()


@pytest.fixture
def visitor(new_context, server, troubles):
    """Call it for a page of somebody else: a context of its own, watched like the first, with its options."""

    def come(**options):
        usual = {
            "base_url": server.url,
            "viewport": DESKTOP,
            "color_scheme": "light",
            "reduced_motion": "reduce",  # nothing is caught half faded in
        }
        context = new_context(**{**usual, **options})
        context.set_default_timeout(1000 * PATIENCE)
        troubles.watch(context)
        return context.new_page()

    return come


@pytest.fixture
def page(visitor):
    """An empty page in a context of its own."""
    return visitor()


@pytest.fixture
def board(page):
    """The page as a first visitor finds it: the worked example, drawn."""
    return open_board(page)
