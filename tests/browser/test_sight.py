"""Views out of sight: drawn when they come into it, never stale, there on paper; how they wait in sight."""

import re

from playwright.sync_api import expect

from tests.browser.board import pick, repaint

CARD = ".panel:has(#view-funnel)"
_GRAPH = "document.querySelector('#view-funnel .js-plotly-plot')"
_POINTS = f"({_GRAPH}.data || []).flatMap((trace) => trace.x || []).length"
_UNDRAWN = """
[...document.querySelectorAll('.linked-view .dash-graph')].filter((graph) => {
    const card = graph.closest('.panel');
    return !card.hidden && !graph.querySelector('.js-plotly-plot').data?.length;
}).map((graph) => graph.id)
"""
_WATCH = """
() => {
    const box = document.querySelector('#comparison');
    window.paled = [];
    new MutationObserver(() => {
        window.paled.push(getComputedStyle(box.querySelector('.views')).transitionDelay);
    }).observe(box, {attributeFilter: ['class']});
}
"""


_SAID = """
() => Object.fromEntries([...document.querySelectorAll('.linked-view .dash-graph')].map((graph) => {
    const card = graph.closest('.panel');
    const text = (part) => card.querySelector(part).textContent;
    const legend = [...card.querySelectorAll('.view-legend li')].map((item) => item.textContent);
    return [graph.id, [card.hidden, text('.subtitle'), text('.view-problem'), legend]];
}))
"""
_SENT = """
() => {
    const {layout, paths} = window.store.getState();
    const held = (id) => paths.strs[id].reduce((inside, step) => inside[step], layout).props.data;
    return Object.fromEntries(Object.entries({...held('figures'), ...held('later-figures')}).map(
        ([id, {hidden, subtitle, problem, legend}]) =>
            [id, [hidden, subtitle, problem, legend.map(({label, note}) => label + note)]]
    ));
}
"""


def test_each_card_says_what_is_drawn_in_it_from_the_first_picture_on(board):
    sent = board.evaluate(_SENT)
    assert board.evaluate(_SAID) == sent
    assert sent["view-weight"][1] == "by rows per school"
    assert "James–Stein" in sent["view-weight"][3]
    assert not sent["view-rank-intervals"][0]
    with repaint(board):
        board.evaluate("document.querySelector('.estimator-row[data-id=james_stein] input').click()")
    assert board.evaluate(_SENT)["view-weight"] != sent["view-weight"]
    assert board.evaluate(_SAID) == board.evaluate(_SENT)


def test_what_is_out_of_sight_is_drawn_once_it_comes(board):
    card = board.locator(CARD)
    expect(card).to_have_attribute("aria-busy", "true")
    assert board.evaluate(_POINTS) == 0
    board.locator("#view-funnel").scroll_into_view_if_needed()
    expect(card).not_to_have_attribute("aria-busy", "true")
    board.wait_for_function(f"{_POINTS} > 0")


def test_what_has_changed_out_of_sight_is_hidden_until_it_is_drawn(board):
    card, picture = board.locator(CARD), board.locator("#view-funnel .main-svg").first
    board.locator("#view-funnel").scroll_into_view_if_needed()
    board.wait_for_function(f"{_POINTS} > 0")
    board.evaluate("window.scrollTo(0, 0)")
    with repaint(board):
        pick(board, "level", "90%")
    expect(card).to_have_attribute("aria-busy", "true")
    expect(picture).to_be_hidden()
    board.locator("#view-funnel").scroll_into_view_if_needed()
    expect(picture).to_be_visible()


def test_paper_has_every_view(board):
    assert "view-funnel" in board.evaluate(_UNDRAWN)
    board.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert board.evaluate(_UNDRAWN) == []
    board.evaluate("window.dispatchEvent(new Event('afterprint'))")


def test_what_is_computed_anew_pales_until_it_is_there(board):
    board.evaluate(_WATCH)
    with repaint(board):
        pick(board, "level", "90%")
    expect(board.locator("#comparison")).not_to_have_class(re.compile("waits"))
    assert "0.3s" in board.evaluate("window.paled")
