"""Charts under a hand: one finger scrolls the page, two zoom into a chart."""

import pytest

from tests.browser.board import open_board, see
from tests.browser.conftest import PHONE
from tests.browser.linked import RANGES

MIDDLE = """
() => {
    const plot = document.querySelector('#view-shrinkage .nsewdrag');
    plot.scrollIntoView({block: 'center'});
    const {x, y, width, height} = plot.getBoundingClientRect();
    return [x + width / 2, y + height / 2];
}
"""


def touch(session, *frames):
    """Fingers at the places of the first frame go through the others and are lifted."""
    for kind, frame in zip(["touchStart", *["touchMove"] * (len(frames) - 1)], frames, strict=True):
        points = [{"x": x, "y": y, "id": finger} for finger, (x, y) in enumerate(frame)]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def test_one_finger_scrolls_the_page_and_two_zoom(visitor):
    page = open_board(visitor(viewport=PHONE, has_touch=True, is_mobile=True))
    see(page, "view-shrinkage")
    session = page.context.new_cdp_session(page)
    x, y = page.evaluate(MIDDLE)
    before, ranges = page.evaluate("scrollY"), page.evaluate(RANGES, "view-shrinkage")
    touch(session, *([(x, y - way)] for way in range(0, 160, 10)))
    page.wait_for_function("(before) => scrollY > before + 100", arg=before)
    assert page.evaluate(RANGES, "view-shrinkage") == ranges
    x, y = page.evaluate(MIDDLE)
    touch(session, *([(x - way, y - way), (x + way, y + way)] for way in (40, 50, 60, 80)))
    page.wait_for_function(f"(before) => ({RANGES})('view-shrinkage')[0] > before + 0.1", arg=ranges[0])
    left, right, bottom, top = page.evaluate(RANGES, "view-shrinkage")
    assert right - left == pytest.approx((ranges[1] - ranges[0]) / 2, rel=0.05)
    assert top - bottom == pytest.approx((ranges[3] - ranges[2]) / 2, rel=0.05)
