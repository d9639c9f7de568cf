"""Simulated data on the page: dials that act live, the truth in every view, draws that show luck."""

import csv
import io
import re

import pytest
from playwright.sync_api import expect

from dashboard.figures import views
from estimators import PRESETS, Design, compare, simulate
from tests.browser.accessibility import barriers
from tests.browser.board import (
    VIEWS,
    column_ids,
    leave,
    open_board,
    open_sample,
    pick,
    repaint,
    settle,
    table,
    traces,
    turn_theme,
)
from tests.browser.conftest import DESKTOP, PHONE, usual_options
from tests.browser.dials import (
    dial,
    frames,
    held,
    open_simulation,
    problem,
    selector,
    set_dial,
    wait_for_commit,
    wait_for_frames,
)
from tests.browser.tabs import SharedPage, new_page
from tests.scenes import BUILT_IN

FIRST = Design(groups=20, per_group="10", sigma_group=1.6, sigma_error=5.0, seed=4)
PREVIEWABLE = {f"view-{view.id}" for view in views.VIEWS if view.live} - {"view-group-rows"}
"""Views that can be painted while a dial moves: all that are drawn with the page but the rows."""

_PREVIEWED = """
() => {
    const idOf = (view) => view.querySelector('.dash-graph').id;
    const cards = [...document.querySelectorAll('.linked-view')];
    const around = 50;  // pixels beyond the screen, as in assets/linked/sight.mjs
    const near = (box) => box.height > 0 && box.bottom > -around && box.top < window.innerHeight + around;
    return [
        cards.filter((view) => view.classList.contains('previewing')).map(idOf),
        cards.filter((view) => near(view.closest('.panel').getBoundingClientRect())).map(idOf),
    ];
}
"""


def previewed(page):
    """The views that are painted in Plotly's place, and those in sight or near that can be."""
    painted, near = page.evaluate(_PREVIEWED)
    return set(painted), set(near) & PREVIEWABLE


def estimates(page, name, view="view-shrinkage"):
    """The estimates of one method as the view has them, sorted."""
    return sorted(next(t["y"] for t in traces(page, view) if t["name"] == name))


def expected(design, estimator="reml"):
    return sorted(compare(simulate(design).data, [BUILT_IN[estimator]])[estimator].fit.estimate)


def truth(page, view="view-shrinkage", axis="y"):
    return sorted(next(t[axis] for t in traces(page, view) if t["name"] == "true mean"))


@pytest.fixture
def fresh(board):
    """Simulated data on the page of a first visitor."""
    return open_simulation(board)


DIALS = ("groups", "per_group", "sigma_group", "sigma_error", "seed")


@pytest.fixture(scope="module")
def shared_simulation(browser, server):
    """The first draw as `SharedPage`."""
    first = {}

    def put_back(page):
        leave(page)
        now = {name: dial(page, name) for name in DIALS}
        turned = {name: value for name, value in (first or now).items() if now[name] != value}
        first.update(first or now)
        if turned:
            with repaint(page):
                for name, value in turned.items():
                    set_dial(page, name, value)
        wait_for_commit(page)
        leave(page)

    shared = SharedPage(
        lambda: open_simulation(open_board(new_page(browser, usual_options(server)))), put_back
    )
    yield shared
    shared.close()


@pytest.fixture
def simulated(request, shared_simulation, troubles):
    """Simulated data on a page that tests share: for what the dials put back."""
    with shared_simulation.lend(request.session, troubles) as page:
        yield page


def test_the_page_shows_the_draw_and_the_truth_behind_it(simulated):
    drawn = simulate(FIRST)
    assert estimates(simulated, "REML BLUP") == pytest.approx(expected(FIRST))
    assert truth(simulated) == pytest.approx(sorted(drawn.true_mean))
    assert truth(simulated, "view-groups", "x") == pytest.approx(sorted(drawn.true_mean))
    assert sorted(truth(simulated, "view-rank")) == list(range(1, 21))
    assert len(truth(simulated, "view-weight")) == 20
    ids = column_ids(simulated)
    assert {"true mean", "REML BLUP error"} <= set(ids)
    expect(simulated.locator("#dataset-chip")).to_have_text("Simulated · 20 groups · 200 rows · truth known")
    expect(simulated.locator("#closest")).to_contain_text("In this one draw James–Stein is closest")
    expect(simulated.locator("#roles")).to_be_hidden()


_WITH_DENSITY = """() => {
    const fetched = window.fetch;
    window.asFetched = () => { window.fetch = fetched; };
    window.fetch = async (url, options) => {
        const answer = await fetched(url, options);
        if (!String(url).endsWith('simulate/frame')) {
            return answer;
        }
        const frame = await answer.json();
        frame.figures['view-shrinkage'].data.push({type: 'heatmap', z: [[1]]});
        return Response.json(frame);
    };
}"""
"""Frames have what the preview does not draw, as those of very many groups do."""


def test_dragging_a_dial_repaints_at_once_and_commits_when_it_is_let_go(simulated):
    """All that can be painted in Plotly's place is, but what turns into more than the preview draws."""
    before = estimates(simulated, "REML BLUP")
    shrinkage = simulated.locator(".linked-view.previewing:has(#view-shrinkage)")
    with held(simulated, "sigma_group") as drag:
        for share in (0.3, 0.5, 0.8, 0.6):
            seen = frames(simulated)
            drag(share)
            wait_for_frames(simulated, seen + 1)
        drawn, near = previewed(simulated)
        assert drawn == near
        assert float(dial(simulated, "sigma_group")) == pytest.approx(6, abs=0.3)
        assert estimates(simulated, "REML BLUP") == before  # plotly has not been asked yet
        simulated.wait_for_timeout(400)
        assert estimates(simulated, "REML BLUP") == before  # nor is it while the hand rests
        expect(shrinkage).to_have_count(1)
        simulated.evaluate(_WITH_DENSITY)
        drag(0.5)
        expect(shrinkage).to_have_count(0)
        drawn, near = previewed(simulated)
        assert drawn == near - {"view-shrinkage"}
        simulated.evaluate("() => window.asFetched()")
    wait_for_commit(simulated)
    now = Design(**{**FIRST.to_json(), "sigma_group": float(dial(simulated, "sigma_group"))})
    assert estimates(simulated, "REML BLUP") == pytest.approx(expected(now))
    assert truth(simulated) == pytest.approx(sorted(simulate(now).true_mean))


def test_words_and_numbers_move_with_the_dial(simulated):
    with held(simulated, "sigma_error") as drag:
        drag(0.07)
        live = simulated.locator(".cards:visible .card-value").nth(2)
        expect(live).to_have_text(re.compile(r"0\.\d+"))
    wait_for_commit(simulated)
    assert simulated.locator("#cards .card-value").nth(2).is_visible()


def test_draw_again_takes_the_next_seed(simulated):
    with repaint(simulated):
        simulated.get_by_role("button", name="Draw again").click()
    assert dial(simulated, "seed") == "5"
    now = Design(**{**FIRST.to_json(), "seed": 5})
    assert estimates(simulated, "REML BLUP") == pytest.approx(expected(now))
    wait_for_commit(simulated)


def test_twenty_draws_count_who_is_closest_and_presets_are_the_answers_data(fresh):
    fresh.get_by_role("button", name="Animate 20 draws").click()
    tally = fresh.locator("#draw-tally")
    expect(tally).to_contain_text("Closest in 20 draws")
    won = {}
    for seed in range(5, 25):
        drawn = simulate(Design(**{**FIRST.to_json(), "seed": seed}))
        errors = {
            r.label: float(((r.fit.estimate - drawn.true_mean) ** 2).mean())
            for r in compare(drawn.data, BUILT_IN.values()).succeeded
        }
        least = min(errors.values())
        for label, error in errors.items():
            won[label] = won.get(label, 0) + (error <= least * (1 + 1e-9))
    said = dict(re.findall(r"([^:,]+?) (\d+)(?:,|$)", tally.inner_text().split(": ")[1]))
    assert {name.strip(): int(count) for name, count in said.items()} == {k: v for k, v in won.items() if v}
    wait_for_commit(fresh)
    assert dial(fresh, "seed") == "24"
    last = Design(**{**FIRST.to_json(), "seed": 24})
    assert estimates(fresh, "REML BLUP") == pytest.approx(expected(last))

    for name, preset in PRESETS.items():
        with repaint(fresh):
            fresh.get_by_role("button", name=preset.label, exact=True).click()
        expect(tally, name).to_be_empty()  # the count was of another design
        assert estimates(fresh, "REML BLUP") == pytest.approx(expected(preset.design)), name
        assert truth(fresh) == pytest.approx(sorted(simulate(preset.design).true_mean)), name
        expect(fresh.locator(".dials .chip[aria-pressed=true]")).to_have_text(preset.label)
        if name == "model1":
            ids = column_ids(fresh)
            assert {row[ids["REML BLUP"]] for row in table(fresh)} == {"15.990"}
            expect(fresh.locator("#notes")).to_contain_text("no further apart than chance")


def test_what_is_out_of_bounds_is_said_by_its_dial_and_the_last_good_draw_stays(simulated):
    for name, refused, taken in (
        ("sigma_group", {-1: "0 or more"}, 3),
        ("sigma_error", {"": "is a number"}, 3),
        ("per_group", {"a few": "are written", "99999999": "memory"}, 3),
        ("groups", {0: "from 1 to"}, 3),
        ("seed", {2.5e12: "whole number from"}, 9),
    ):
        before = estimates(simulated, "REML BLUP")
        for value, said in refused.items():
            set_dial(simulated, name, value)
            expect(simulated.locator(selector("dial-error", name))).to_contain_text(said)
            settle(simulated)
            assert estimates(simulated, "REML BLUP") == before, (name, value)
        with repaint(simulated):
            set_dial(simulated, name, taken)
        assert problem(simulated, name) == ""
        assert estimates(simulated, "REML BLUP") != before, name


def test_sizes_are_chosen_in_words_or_by_keys_and_the_simulation_is_left_and_found_again(fresh):
    with repaint(fresh):
        pick(fresh, "size-rule", "spread over a range")
    assert dial(fresh, "per_group") == "2-10"
    pick_effects = selector("dial", "effects")
    with repaint(fresh):
        fresh.click(pick_effects)
        fresh.get_by_role("option", name="Skewed").click()
    with repaint(fresh):
        set_dial(fresh, "shape", 4)
    wait_for_commit(fresh)
    now = Design(**{**FIRST.to_json(), "per_group": "2-10", "effects": "skewed", "shape": 4})
    assert truth(fresh) == pytest.approx(sorted(simulate(now).true_mean))
    expect(fresh.get_by_text("Skewness")).to_be_visible()
    before = estimates(fresh, "REML BLUP")

    def expect_as_it_was_left():
        assert estimates(fresh, "REML BLUP") == before
        assert dial(fresh, "per_group") == "2-10"
        assert dial(fresh, "shape") == "4"

    fresh.reload()
    fresh.wait_for_function("() => document.querySelectorAll('.linked-view .scatterlayer .trace').length > 4")
    settle(fresh)
    expect_as_it_was_left()

    open_sample(fresh, "Rail")
    expect(fresh.locator("#draw-bar")).to_be_hidden()
    assert "true mean" not in column_ids(fresh)
    open_simulation(fresh)
    expect(fresh.locator("#draw-bar")).to_be_visible()
    expect_as_it_was_left()

    slider = fresh.locator(selector("dial-slider", "groups")).get_by_role("slider")
    with repaint(fresh):
        set_dial(fresh, "groups", 200)
    assert slider.get_attribute("aria-valuenow") == "200"
    with repaint(fresh):
        slider.focus()
        fresh.keyboard.press("Home")
    assert dial(fresh, "groups") == "2"
    expect(fresh.locator("#dataset-chip")).to_contain_text("2 groups")


def test_the_rows_can_be_taken_home(simulated):
    simulated.get_by_role("button", name="Export").click()
    with simulated.expect_download() as waiting:
        simulated.get_by_role("menuitem", name="Simulated rows as CSV").click()
    rows = list(csv.reader(io.StringIO(waiting.value.path().read_text())))
    drawn = simulate(FIRST)
    assert rows[0] == ["group", "y", "true_mean"]
    assert [float(row[1]) for row in rows[1:]] == drawn.outcome.tolist()


def test_a_group_lights_up_everywhere_in_simulated_data_too(simulated):
    simulated.fill("#find-group", "g7")
    simulated.keyboard.press("Enter")
    expect(simulated.locator("#link-status")).to_contain_text("g7")


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_it_can_be_used_by_everyone(visitor, viewport):
    page = open_board(visitor(viewport=viewport, color_scheme="dark"))
    if viewport is PHONE:
        page.click("#rail-toggle")
    page.get_by_role("tab", name="Simulate").click()
    expect(page.locator("#dataset-chip")).to_contain_text("truth known")
    settle(page)
    for _ in range(2):
        assert barriers(page) == []
        scheme = turn_theme(page)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), scheme
    assert {page.locator(f"#{view}").count() for view in VIEWS} == {1}
