"""Fixtures for tests in a real browser.

`server` runs for the whole session. `page` shows nothing yet, `board` is the page with its worked example
drawn; both are a first visitor's, in a tab that is handed on from test to test (see `tabs`). `example` shows
six batches of five rows and is not opened anew, for a test that only looks, points, pins or searches: what
Escape undoes.

Each fails a test that leaves an error or a warning behind in the console, an error uncaught, or an answer of
400 and above. A test that provokes one says so before with `troubles.announce(path, status)`.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.board import leave, open_batches, open_board
from tests.browser.chromium import CHOSEN, FLAGS, installed, playwrights_own
from tests.browser.serving import serving
from tests.browser.tabs import SharedPage, Tabs, new_page
from tests.browser.troubles import Troubles
from tests.waiting import PATIENCE

DESKTOP = {"width": 1440, "height": 600}
PHONE = {"width": 390, "height": 844}
_HERE = Path(__file__).parent

expect.set_options(timeout=1000 * PATIENCE)


def usual_options(server):
    """What a visitor of a server comes with: options of `Browser.new_context`."""
    return {
        "base_url": server.url,
        "viewport": DESKTOP,
        "color_scheme": "light",
        "reduced_motion": "reduce",  # nothing is caught half faded in
    }


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


@pytest.fixture(scope="session")
def tabs(browser):
    """The tabs that tests hand on."""
    kept = Tabs(browser)
    yield kept
    kept.close()


@pytest.fixture
def visitor(request, new_context, server, tabs, troubles):
    """Call it for a page of somebody new, watched, with options of `Browser.new_context`.

    The first call gets a tab that is handed on, every further one a context of its own.
    """
    taken = []
    failed_before = request.session.testsfailed

    def come(**options):
        options = usual_options(server) | options
        if taken:
            page = new_context(**options).new_page()
            page.context.set_default_timeout(1000 * PATIENCE)
        else:
            page = tabs.take(options)
            taken.append((page, options))
        troubles.watch(page.context)
        return page

    yield come
    for page, options in taken:
        troubles.leave(page.context)
        if request.session.testsfailed > failed_before:
            page.context.close()  # nobody knows what state it is in
        else:
            tabs.hand_on(page, options)


@pytest.fixture
def page(visitor):
    """An empty page of a first visitor."""
    return visitor()


@pytest.fixture
def board(page):
    """The page as a first visitor finds it: the worked example, drawn."""
    return open_board(page)


@pytest.fixture(scope="session")
def shared_example(browser, server):
    """The sample Dyestuff as `SharedPage`."""
    shared = SharedPage(lambda: open_batches(new_page(browser, usual_options(server))), leave)
    yield shared
    shared.close()


@pytest.fixture
def example(request, shared_example, troubles):
    """Six batches of five rows, drawn, shared with other tests: for what Escape undoes."""
    with shared_example.lend(request.session, troubles) as page:
        yield page
