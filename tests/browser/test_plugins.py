"""Plugins on the page: their options and views, what they do wrong, and that the rest goes on."""

import json

import pytest
from playwright.sync_api import expect

from tests.browser.board import VIEWS, column_ids, open_batches, repaint, see, settle, traces, unfold_methods
from tests.browser.conftest import DESKTOP
from tests.browser.dials import frames, held, open_simulation, wait_for_commit, wait_for_frames
from tests.browser.linked import away, labels, outcomes, pixel
from tests.browser.serving import serving

METHODS = """
import time
from dataclasses import dataclass
from estimators import Estimator, GroupFit, Note, hookimpl, option

@dataclass(frozen=True)
class Options:
    share: float = option(0.5, label="Share kept", help="Of the way from the middle.", minimum=0, maximum=1)

class Share(Estimator):
    id, label, summary, citation = "share", "Share of the way", "Half way to the middle.", "Doe (2026)"
    color, symbol, Options = "#8e44ad", "star", Options
    def _fit(self, data, options):
        middle = data.mean.mean()
        return GroupFit(middle + options.share * (data.mean - middle), center=middle,
                        weight=[options.share] * len(data),
                        notes=[Note("share", "info", "A note of the plugin.")])

class Hangs(Estimator):
    id, label, summary, on_at_first = "hangs", "Never ends", "Never ends.", False
    def _fit(self, data, options):
        while True:
            time.sleep(0.1)

class Dies(Estimator):
    id, label, summary, on_at_first = "dies", "Dies", "Ends its process.", False
    def _fit(self, data, options):
        import os
        os._exit(1)

@hookimpl
def register_estimators():
    return [Share(), Hangs(), Dies()]
"""
VIEWS_OF_PLUGIN = """
from estimators import DataError, View, hookimpl

def against(comparison, look):
    others = [result for result in comparison.succeeded if result.id == "share"]
    if not others:
        return None
    return {"data": [look.points(others[0], comparison.data.mean, others[0].fit.estimate)],
            "layout": {"xaxis": {"title": {"text": look.outcome}}}}

def picky(comparison, look):
    raise DataError("switch on a method that it knows")

@hookimpl
def register_views():
    return [View("against", "Against own means", "one mark for each group", against),
            View("picky", "Picky", "rarely seen", picky)]
"""
AGAINST, PICKY = "view-more-against", "panel-more-picky"
STOPPED = "It was stopped after 3 seconds, the time that a plugin may take here."


@pytest.fixture(scope="module")
def with_plugins(tmp_path_factory):
    """A server with the plugins of this file."""
    folder = tmp_path_factory.mktemp("plugins")
    (folder / "methods.py").write_text(METHODS)
    (folder / "pictures.py").write_text(VIEWS_OF_PLUGIN)
    place = tmp_path_factory.mktemp("server")
    with serving(place, "--plugins-dir", str(folder), "--plugin-seconds", "3", "--strict-scripts") as running:
        yield running


@pytest.fixture
def board(visitor, with_plugins):
    page = open_batches(visitor(base_url=with_plugins.url, viewport=DESKTOP))
    see(page, AGAINST)
    page.locator(f"#{AGAINST} .main-svg").first.wait_for(state="attached")
    settle(page)
    return page


def switch(page, estimator):
    """Switch an estimator on or off; does not wait."""
    unfold_methods(page)
    identity = json.dumps({"id": estimator, "type": "estimator-on"}, separators=(",", ":"))
    page.locator(f"[id='{identity}']").evaluate("(switch_) => switch_.click()")


def failures(page):
    return page.locator("#failures .failure")


def share_of(page):
    """The plugin's trace in the groups view."""
    return next((t for t in traces(page, "view-groups") if t["name"] == "Share of the way"), None)


def test_a_plugins_estimator_has_all_that_a_built_in_has_and_options_of_its_own(board):
    assert len(share_of(board)["x"]) == 6
    assert "Share of the way" in board.locator("table.parameters").inner_text()
    expect(board.locator("#notes")).to_contain_text("Share of the way: A note of the plugin.")
    row = board.locator(".estimator-row[data-id='share']")
    expect(row.locator(".tag")).to_have_text("plugin")
    assert "Share of the way" in column_ids(board)
    expect(board.locator("#panel-weight .view-legend")).to_contain_text("Share of the way")

    button = row.get_by_role("button", name="Options of Share of the way")
    expect(button).to_have_attribute("aria-expanded", "false")
    button.click()
    expect(row).to_contain_text("Half way to the middle.")
    expect(row).to_contain_text("Doe (2026)")
    row.get_by_label("Share kept").focus()
    board.keyboard.press("Escape")
    expect(button).to_be_focused()
    expect(button).to_have_attribute("aria-expanded", "false")
    expect(row.get_by_label("Share kept")).to_have_count(0)

    before = share_of(board)["x"]
    row.get_by_role("button").click()
    control = board.get_by_label("Share kept")
    expect(control).to_have_value("0.5")
    control.fill("2")
    expect(board.locator("#problem")).to_have_text(
        "Share kept of Share of the way takes a number from 0 to 1, not 2."
    )
    assert share_of(board)["x"] == before
    with repaint(board):
        control.fill("1")
    expect(board.locator("#problem")).to_be_empty()
    own = next(t for t in traces(board, "view-groups") if t["name"] == "Level means (OLS)")
    assert sorted(outcomes(share_of(board))) == pytest.approx(sorted(outcomes(own)))
    assert share_of(board)["x"] != before


def test_a_view_of_a_plugin_is_linked_and_goes_with_what_it_shows_and_says_what_it_lacks(board):
    (trace,) = traces(board, AGAINST)
    assert len(trace["x"]) == 6
    see(board, *VIEWS)
    board.mouse.move(*pixel(board, AGAINST, trace["x"][2], trace["y"][2]))
    lit = labels(board, "view-groups")
    expect(lit).to_have_count(1)
    name = lit.inner_text().split(" ·")[0]
    for view in (*VIEWS, AGAINST):
        expect(labels(board, view)).to_have_count(1)
        expect(labels(board, view)).to_contain_text(name)
    away(board)
    expect(labels(board, AGAINST)).to_have_count(0)

    expect(board.locator(f"#{PICKY}")).to_contain_text("Switch on a method that it knows.")
    expect(board.locator(f"#{PICKY} .linked-view")).to_be_hidden()
    with repaint(board):
        switch(board, "share")
    expect(board.locator("#panel-more-against")).to_be_hidden()
    with repaint(board):
        switch(board, "share")
    expect(board.locator("#panel-more-against")).to_be_visible()


def test_a_method_that_never_ends_is_stopped_and_the_rest_goes_on(board):
    switch(board, "hangs")
    expect(board.locator("#under-way")).to_have_text("Never ends is still being fitted …")
    assert len(share_of(board)["x"]) == 6
    expect(board.locator("#under-way")).to_be_empty()
    settle(board)
    expect(failures(board)).to_have_count(1)
    expect(failures(board)).to_contain_text("Never ends: no result")
    expect(failures(board)).to_contain_text(STOPPED)
    assert len(share_of(board)["x"]) == 6
    with repaint(board):
        switch(board, "dies")
    expect(board.locator("#failures")).to_contain_text("It ended the process that it ran in.")
    with repaint(board):
        switch(board, "hangs")
    with repaint(board):
        switch(board, "dies")
    expect(failures(board)).to_have_count(0)


def test_a_dial_that_is_dragged_and_a_study_take_plugins_along(board):
    open_simulation(board)
    with held(board, "sigma_group") as drag:
        for place in (0.3, 0.6):
            seen = frames(board)
            drag(place)
            wait_for_frames(board, seen + 1)
    wait_for_commit(board)
    (shown,) = traces(board, AGAINST)
    assert sorted(shown["y"]) == pytest.approx(sorted(outcomes(share_of(board))))
    assert len(shown["y"]) == 20

    switch(board, "dies")
    settle(board)
    board.goto(board.url.split("#")[0] + "#risk")
    board.locator("#risk-replicates").fill("40")
    board.locator("#risk-run").click()
    expect(board.locator("#risk-table")).to_contain_text("Share of the way")
    expect(board.locator("#risk-failures")).to_contain_text("Dies")
    expect(board.locator("#risk-failures")).to_contain_text("ended the process that it ran in")
