"""Views out of sight: drawn when they come into it, never stale, there on paper; how they wait in sight."""

import re
from contextlib import contextmanager

from playwright.sync_api import expect

from tests.browser.board import bring, open_board, pick, repaint, settle, turn_theme

CARD = ".panel:has(#view-funnel)"
_GRAPH = "document.querySelector('#view-funnel .graph-box')"
_POINTS = f"({_GRAPH}.data || []).flatMap((trace) => trace.x || []).length"
_UNDRAWN = """
[...document.querySelectorAll('.linked-view .dash-graph')].filter((graph) => {
    const card = graph.closest('.panel');
    return !card.hidden && !graph.querySelector('.graph-box').data?.length;
}).map((graph) => graph.id)
"""
_WATCH = """
() => {
    const box = document.querySelector('#comparison .views');
    window.paled = [];
    new MutationObserver(() => {
        window.paled.push(getComputedStyle(box).transitionDelay);
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


@contextmanager
def sent(board):
    """What the server says of each card meanwhile: hidden, subtitle, sentence, legend."""
    found, answers = {}, []

    def hear(answer):
        answers.append(answer)

    board.on("response", hear)
    yield found
    board.remove_listener("response", hear)
    for answer in answers:
        if "_dash-update-component" in answer.url and answer.status == 200:
            stores = answer.json()["response"]
            for store in ("figures", "later-figures"):
                for graph, card in stores.get(store, {}).get("data", {}).items():
                    legend = [entry["label"] + entry["note"] for entry in card["legend"]]
                    found[graph] = [card["hidden"], card["subtitle"], card["problem"], legend]


def test_each_card_says_what_is_drawn_in_it_from_the_first_picture_on(board):
    with sent(board) as at_first:
        open_board(board)
    assert board.evaluate(_SAID) == at_first
    assert at_first["view-weight"][1] == "by rows per school"
    assert "James–Stein" in at_first["view-weight"][3]
    assert not at_first["view-rank-intervals"][0]
    with sent(board) as then, repaint(board):
        board.evaluate("document.querySelector('.estimator-row[data-id=james_stein] input').click()")
    assert then["view-weight"] != at_first["view-weight"]
    assert board.evaluate(_SAID) == then


def test_what_is_out_of_sight_is_drawn_once_it_comes(board):
    card = board.locator(CARD)
    expect(card).to_have_attribute("aria-busy", "true")
    assert board.evaluate(_POINTS) == 0
    bring(board, "#view-funnel")
    expect(card).not_to_have_attribute("aria-busy", "true")
    board.wait_for_function(f"{_POINTS} > 0")


def test_what_has_changed_out_of_sight_is_hidden_until_it_is_drawn(board):
    card, picture = board.locator(CARD), board.locator("#view-funnel .main-svg").first
    bring(board, "#view-funnel")
    board.wait_for_function(f"{_POINTS} > 0")
    board.evaluate("window.scrollTo(0, 0)")
    with repaint(board):
        pick(board, "sort", "Name")
    expect(card).to_have_attribute("aria-busy", "true")
    expect(picture).to_be_hidden()
    bring(board, "#view-funnel")
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


_LEVEL = """
(() => {
    const {layout, paths} = window.store.getState();
    return paths.strs.choices.reduce((inside, step) => inside[step], layout).props.data.level;
})()
"""


def test_a_picture_is_drawn_before_dash_takes_up_the_rest_of_its_answer(board):
    before = board.evaluate(_LEVEL)
    graph = "document.querySelector('#view-groups .graph-box')"
    board.evaluate(f"{graph}.on('plotly_afterplot', () => window.seen ??= {_LEVEL})")
    with repaint(board):
        pick(board, "level", "90%")
    assert board.evaluate("window.seen") == before
    assert board.evaluate(_LEVEL) == 0.9


_DRAWINGS = """
() => {
    window.drawings = [];
    for (const graph of document.querySelectorAll('.linked-view .dash-graph')) {
        graph.querySelector('.graph-box').on?.('plotly_afterplot', () => window.drawings.push(graph.id));
    }
}
"""


def test_what_another_level_leaves_as_it_is_is_not_drawn_anew(board):
    board.evaluate(_DRAWINGS)
    with repaint(board):
        pick(board, "level", "90%")
    assert set(board.evaluate("window.drawings")) == {"view-groups"}
    assert turn_theme(board) == "dark"
    assert "view-shrinkage" in board.evaluate("window.drawings")
    board.evaluate("window.drawings = []")
    with repaint(board):
        board.get_by_label("Show ML BLUP").uncheck(force=True)
    assert {"view-groups", "view-shrinkage"} <= set(board.evaluate("window.drawings"))


def test_an_answer_that_comes_after_a_later_one_is_not_drawn(board):
    held = []

    def hold_the_first(route):
        asked = route.request.post_data_json
        if not held and ".figures.data" in f".{asked['output']}" and "later-figures" not in asked["output"]:
            held.append(route)
        else:
            route.continue_()

    board.route("**/_dash-update-component*", hold_the_first)
    pick(board, "level", "90%")
    expect(board.locator("#comparison .views")).to_have_class(re.compile("waits"))
    with repaint(board):
        pick(board, "level", "99%")
    last = board.evaluate("JSON.stringify(document.querySelector('#view-groups .graph-box').data)")
    with board.expect_response(lambda answer: answer.request == held[0].request):
        held[0].continue_()
    settle(board)
    assert board.evaluate("JSON.stringify(document.querySelector('#view-groups .graph-box').data)") == last
    expect(board.locator("#comparison .views")).not_to_have_class(re.compile("waits"))
