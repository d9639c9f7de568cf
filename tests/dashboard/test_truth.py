"""Simulated data on screen: the truth in every view, who is closest, frames for a page whose dials move."""

from __future__ import annotations

import json
from dataclasses import replace

import flask
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.callbacks import live_frame as live
from dashboard.figures.ranges import round_range
from dashboard.pages.dials import SLIDER_STEPS, SLIDERS, size_rule, slider_place
from dashboard.scene.truth import TRUE, Closeness, closest, truth_of
from dashboard.session.choices import Choices
from dashboard.session.comparisons import Comparisons
from dashboard.session.first_choices import first_choices, first_design, session_start
from dashboard.session.simulation import FIRST_DESIGN, ChosenDesign
from dashboard.session.stored_file import ChosenColumns
from dashboard.storage.workspace import SIMULATED
from dashboard.words.comparison import cards, closest_sentence, headline
from dashboard.words.table import table_columns, table_rows
from estimators import PRESETS, Design, DesignError, build_registry, compare, simulate
from tests.scenes import FIVE, built_in, everyone, figures_of
from tests.serving.small_app import make_app

UNEVEN = Design(groups=12, per_group="2-30", mean=50, sigma_group=3, sigma_error=4, error_ratio=2, seed=8)


def scene_of_design(design, estimators=None, **more):
    from dashboard.scene.scene import make_scene

    simulated = simulate(design)
    comparison = compare(simulated.data, FIVE if estimators is None else estimators)
    return make_scene(
        comparison, outcome="y", group="group", selection_key="v", truth=truth_of(simulated), **more
    )


def decoded(values):
    """What the page gets: lists, or plotly's base64 arrays."""
    if isinstance(values, dict):
        return np.frombuffer(__import__("base64").b64decode(values["bdata"]), values["dtype"])
    return np.asarray(values, dtype=float)


def marks_of_truth(figure):
    return [t for t in figure["data"] if t.get("name") == TRUE]


def test_true_means_follow_their_groups_into_display_order():
    simulated = simulate(UNEVEN)
    of = dict(zip(simulated.labels, UNEVEN.mean + simulated.effect, strict=True))
    scene = scene_of_design(UNEVEN, sort="@rows")
    assert scene.truth.mean.tolist() == [of[label] for label in scene.labels]
    size = dict(zip(simulated.labels, UNEVEN.sizes, strict=True))
    spread = dict(zip(simulated.labels, UNEVEN.error_spread, strict=True))
    for label, weight in zip(scene.labels, scene.truth.weight, strict=True):
        assert weight == pytest.approx(9 / (9 + spread[label] ** 2 / size[label]))
    assert sorted(scene.true_rank) == list(range(1, 13))
    assert scene.true_rank[np.argmax(scene.truth.mean)] == 1


@pytest.mark.parametrize("dark", [False, True])
def test_every_view_shows_the_truth_as_hollow_marks(dark):
    scene = scene_of_design(UNEVEN, dark=dark)
    shown = figures_of(scene)
    along = {"groups": "x", "shrinkage": "y", "weight": "y", "rank": "y"}
    wanted = {"weight": scene.truth.weight, "rank": scene.true_rank}
    for view, axis in along.items():
        (marks,) = marks_of_truth(shown[view])
        assert marks["marker"]["symbol"] == "circle-open"
        assert np.array_equal(decoded(marks[axis]), wanted.get(view, scene.truth.mean))
    assert not any(marks_of_truth(f) for f in figures_of(replace(scene, truth=None)).values())


@pytest.mark.slow
def test_axes_of_simulated_data_hold_everything_and_end_on_round_numbers():
    for seed in range(20):
        shown = figures_of(scene_of_design(replace(UNEVEN, seed=seed)))
        groups = shown["groups"]
        low, high = groups["layout"]["xaxis"]["range"]
        for trace in groups["data"]:
            x = decoded(trace["x"])
            if np.isnan(x).all():
                continue  # a line of a legend
            assert low <= x.min() <= x.max() <= high
            if "error_x" in trace:
                assert (x + decoded(trace["error_x"]["array"])).max() <= high
                assert (x - decoded(trace["error_x"]["arrayminus"])).min() >= low


@given(st.floats(-1e9, 1e9), st.floats(1e-6, 1e9))
def test_a_round_range_covers_what_it_is_given_and_little_more(low, width):
    high = low + width
    first, last = round_range(low, high)
    assert first <= low <= high <= last
    spread = max(high - low, 1e-12 * max(abs(low), abs(high)))
    assert last - first <= max(3 * spread, 3 * max(abs(low), 1.0) if high - low < 1e-11 * abs(high) else 0)


def test_a_round_range_changes_in_steps_only():
    ranges = {round_range(-1.0, 1.0 + k / 1000) for k in range(100)}
    assert len(ranges) <= 2


@pytest.mark.parametrize("at", [0.0, 7.0, -1e9])
def test_a_range_of_one_number_is_one(at):
    low, high = round_range(at, at)
    assert low < at < high


def test_the_table_has_the_truth_and_each_methods_error():
    scene = scene_of_design(UNEVEN, everyone())
    fields = {c["headerName"]: c["field"] for c in table_columns(scene)}
    rows = table_rows(scene)
    assert fields[TRUE] == "true"
    for i, series in enumerate(scene.series):
        field = fields[f"{series.label} error"]
        assert [row[field] for row in rows] == (series.estimate - scene.truth.mean).tolist(), i


def errors_in(scene):
    return {s.label: float(np.sqrt(np.mean((s.estimate - scene.truth.mean) ** 2))) for s in scene.series}


def test_one_line_says_who_is_closest_and_by_how_much():
    scene = scene_of_design(UNEVEN)
    errors = errors_in(scene)
    best, own = min(errors, key=errors.get), errors["Level means (OLS)"]
    assert closest_sentence(scene) == (
        f"In this one draw {best} is closest to the truth, off by {errors[best]:.3g} (root mean square), "
        f"{100 * errors[best] / own:.0f}% of what the own means are off by ({own:.3g})."
    )


def test_ties_are_shared():
    line = closest_sentence(scene_of_design(PRESETS["model1"].design))
    assert line.startswith("In this one draw REML BLUP, ML BLUP and Grand mean are closest to the truth")


def test_where_the_own_means_are_best_the_second_is_named():
    scene = scene_of_design(PRESETS["model2"].design)
    errors = errors_in(scene)
    assert min(errors, key=errors.get) == "Level means (OLS)"
    second = sorted(errors, key=errors.get)[1]
    said = f"(root mean square), before {second} with {errors[second]:.3g}."
    assert closest_sentence(scene).endswith(said)


def test_rounding_is_no_distance():
    five = built_in("ols", "reml", "ml", "james_stein", "grand_mean")
    line = closest_sentence(scene_of_design(Design(groups=6, sigma_error=0, seed=2), five))
    assert line.startswith(
        "In this one draw Level means (OLS), REML BLUP, ML BLUP and James–Stein are closest to the truth, "
        "off by 0 (root mean square), before Grand mean with "
    )


def test_nothing_is_said_of_data_whose_truth_is_unknown():
    assert closest_sentence(replace(scene_of_design(UNEVEN), truth=None)) == ""


def test_equal_closeness_is_a_matter_of_rounding():
    found = [Closeness("a", "A", 1.0), Closeness("b", "B", 1.0 + 1e-12), Closeness("c", "C", 1.1)]
    assert [c.id for c in closest(found)] == ["a", "b"]


def test_the_simulation_is_found_again_as_it_was_left(comparisons):
    first = first_choices(comparisons, "ann", SIMULATED)
    assert first.source == ChosenDesign(FIRST_DESIGN)
    left = replace(first, source=ChosenDesign(UNEVEN), level=0.5)
    comparisons.workspace.save_choices("ann", SIMULATED, left.to_json())
    comparisons.workspace.remember_current("ann", SIMULATED)
    assert session_start(comparisons, "ann", "sample-x", prefer=False) == left
    assert first_design(comparisons, "bob") == FIRST_DESIGN


@pytest.mark.parametrize(
    ("text", "rule"),
    [("10", "equal"), ("2-40", "range"), ("~2-40", "drawn"), ("5,5,20", "list"), ("one-huge", "huge")],
)
def test_the_rule_of_the_sizes_is_read_off_their_text(text, rule):
    assert size_rule(text) == rule


@pytest.mark.parametrize("slider", SLIDERS, ids=lambda s: s.name)
def test_a_slider_stands_where_the_value_is(slider):
    places = [slider_place(slider, v) for v in np.linspace(slider.low, slider.high, 50)]
    assert places[0] == 0
    assert places[-1] == SLIDER_STEPS
    assert places == sorted(places)
    assert slider_place(slider, slider.high * 9) == SLIDER_STEPS
    assert slider_place(slider, "one-huge") == 0


# Frames


@pytest.fixture
def client(tmp_path):
    app = make_app(tmp_path)
    workspace = app.extensions["blupboard"]
    live.install(app, Comparisons(workspace, build_registry(entry_points=False)))
    return app.test_client()


def ask(client, design, **changed):
    choices = Choices(ChosenColumns("simulated", "y", "group"), tuple(e.id for e in FIVE)).to_json() | changed
    return client.post("/simulate/frame", json={"design": design, "choices": choices})


def test_a_frame_is_what_the_page_would_draw(client):
    frame = ask(client, UNEVEN.to_json()).get_json()
    scene = scene_of_design(UNEVEN)
    wanted = json.loads(flask.json.dumps({"closest": [c.id for c in closest(scene.closeness)]}))
    assert frame["closest"] == wanted["closest"]
    assert frame["words"]["closest"] == closest_sentence(scene)
    assert frame["words"]["headline"][0] == headline(scene).answer
    assert [c[0] for c in frame["words"]["cards"]] == [c.value for c in cards(scene)]
    (marks,) = marks_of_truth(frame["figures"]["view-shrinkage"])
    assert np.array_equal(decoded(marks["y"]), scene.truth.mean)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"sigma_group": -1}, "sigma_group"),
        ({"sigma_error": "x"}, "sigma_error"),
        ({"groups": ""}, "groups"),
        ({"groups": 10**9}, "groups"),
        ({"per_group": "many"}, "per_group"),
        ({"per_group": "900000000"}, "per_group"),
        ({"effects": "t", "shape": 1.5}, "shape"),
        ({"seed": 2**40}, "seed"),
        ({"mean": 1e300}, "mean"),
        ({"error_ratio": 0}, "error_ratio"),
    ],
)
def test_what_is_out_of_bounds_gets_a_sentence_by_its_field(client, change, field):
    problem = ask(client, UNEVEN.to_json() | change).get_json()["problem"]
    assert problem["field"] == field
    assert problem["message"].endswith(".")


def test_what_is_too_large_to_follow_a_hand_is_left_to_its_release(client):
    assert ask(client, {"groups": 1000, "per_group": "500"}).get_json() == {"large": True}


@pytest.mark.parametrize("body", [None, [], {"design": 3}, {"choices": {}}, {"design": {}, "choices": None}])
def test_a_request_that_says_nothing_is_refused(client, body):
    assert client.post("/simulate/frame", json=body).status_code == 400


def test_other_sites_get_no_frames(client):
    headers = {"Sec-Fetch-Site": "cross-site"}
    answer = client.post("/simulate/frame", json={"design": {}}, headers=headers)
    assert answer.status_code == 403


def test_a_dial_that_is_dragged_draws_no_intervals_by_the_bootstrap_and_says_so(client):
    assert ask(client, UNEVEN.to_json()).get_json()["words"]["under_way"] == ""
    words = ask(client, UNEVEN.to_json(), bootstrap=True).get_json()["words"]
    assert words["under_way"].startswith("While a dial moves, methods show their own intervals")


def test_no_estimator_leaves_nothing_to_be_close(client):
    frame = ask(client, UNEVEN.to_json(), on=[]).get_json()
    assert frame["closest"] == []
    assert frame["words"]["closest"] == ""


@pytest.mark.slow
def test_frames_leave_what_is_kept_for_others_alone(comparisons):
    choices = Choices(ChosenDesign(UNEVEN), tuple(e.id for e in FIVE))
    kept = comparisons.comparison("ann", choices)
    for seed in range(40):
        comparisons.passing_scene("ann", replace(choices, source=ChosenDesign(replace(UNEVEN, seed=seed))))
    assert comparisons.comparison("ann", choices) is kept


def test_a_simulation_has_no_more_rows_than_the_page_can_bear(comparisons):
    huge = Choices(ChosenDesign(Design(groups=1001, per_group="1000")), ("ols",))
    for ask_for in (comparisons.scene, comparisons.comparison):
        with pytest.raises(DesignError, match="1,001,000 rows are too many for the page") as caught:
            ask_for("ann", huge)
        assert caught.value.field == "per_group"


def test_a_simulation_has_no_more_groups_than_the_page_can_bear(comparisons):
    huge = Choices(ChosenDesign(Design(groups=100_001, per_group="1")), ("ols",))
    for ask_for in (comparisons.scene, comparisons.passing_scene):
        with pytest.raises(DesignError, match="100,001 groups are too many for the page") as caught:
            ask_for("ann", huge)
        assert caught.value.field == "groups"
