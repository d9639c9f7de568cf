"""The views as data: what each trace holds is what the fits say, in the order of the page."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.figures.groups import groups_figure, mark_series, offsets
from dashboard.figures.parts import plotly_text, tick_text
from dashboard.figures.rank import rank_figure, rank_ticks
from dashboard.figures.shrinkage import shrinkage_figure
from dashboard.figures.weight import log_ticks, weight_figure
from dashboard.scene.scene import OVERLAID
from dashboard.scene.style import LINE, styles
from estimators import GroupData
from tests.dashboard.sent import group_traces, markers, numbers, sent, texts
from tests.scenes import ARRANGED, BUILT_IN, Share, built_in, everyone, group_data, groups_of, scene_of

BUILDERS = {view.id: view.figure for view in ARRANGED}
SORTS = ["", "@own", "@rows", "@name", "ols", "reml", "share", "nobody"]


scenes = st.builds(
    scene_of,
    group_data(),
    st.lists(st.sampled_from(everyone()), unique_by=lambda e: e.id),
    sort=st.sampled_from(SORTS),
    dark=st.booleans(),
    show_own=st.booleans(),
    level=st.sampled_from([0.5, 0.8, 0.95, 0.99]),
    outcome=st.text(max_size=80),
    arrangement=st.just(OVERLAID),
)


@pytest.mark.slow
@settings(max_examples=30)
@given(scenes)
def test_every_trace_of_groups_holds_each_group_in_display_order(scene):
    for build in BUILDERS.values():
        figure = sent(build(scene))
        assert figure["layout"]["meta"]["view"] == "view"
        for trace in group_traces(figure):
            stride = trace["meta"]["stride"]
            assert len(numbers(trace["x"])) == len(numbers(trace["y"])) == stride * len(scene)
    assert sent(groups_figure(scene))["layout"]["meta"]["rows"] is True


@pytest.mark.slow
@given(scenes)
def test_the_groups_view_shows_estimates_and_intervals(scene):
    figure = sent(groups_figure(scene))
    spot = dict(zip([s.id for s in mark_series(scene)], offsets(scene), strict=True))
    drawn = [t for t in group_traces(figure) if not t["name"].startswith("own mean")]
    assert len(drawn) == len(spot)
    for series in mark_series(scene):
        fit = scene.comparison[series.id].fit
        trace = markers(figure, series.label)
        assert numbers(trace["x"]).tolist() == fit.estimate[scene.order].tolist()
        assert np.allclose(numbers(trace["y"]), np.arange(len(scene)) + spot[series.id])
        interval = fit.interval(scene.comparison.level)
        if interval is None:
            assert "error_x" not in trace
            continue
        size = np.abs(interval[0]).max() + np.abs(interval[1]).max()
        low = numbers(trace["x"]) - numbers(trace["error_x"]["arrayminus"])
        high = numbers(trace["x"]) + numbers(trace["error_x"]["array"])
        assert np.allclose(low, interval[0][scene.order], rtol=0, atol=1e-12 * size)
        assert np.allclose(high, interval[1][scene.order], rtol=0, atol=1e-12 * size)
    lines = [shape["x0"] for shape in figure["layout"].get("shapes", ())]
    towards = [scene.center] if scene.center is not None and scene.reference is not None else []
    assert lines == [float(s.estimate[0]) for s in scene.series if s.is_line] + towards
    assert np.abs(offsets(scene)).max(initial=0) < 0.5


@pytest.mark.slow
@given(scenes)
def test_the_shrinkage_view_leads_from_own_means_to_estimates(scene):
    figure = sent(shrinkage_figure(scene))
    shown = [s for s in scene.series if not s.is_line and not (s.is_own_mean and scene.show_own)]
    columns = [scene.own_mean] * scene.show_own + [s.estimate for s in shown]
    for series in shown:
        assert numbers(markers(figure, series.label)["y"]).tolist() == series.estimate.tolist()
    lines = [t for t in group_traces(figure) if t["mode"] == "lines"]
    drawn = [numbers(line["y"]).reshape(len(scene), len(columns) + 1) for line in lines]
    together = np.full((len(scene), len(columns)), np.nan)
    for part in drawn:
        assert np.isnan(part[:, -1]).all()
        mine = ~np.isnan(part[:, :-1])
        assert np.isnan(together[mine]).all(), "a group is drawn twice"
        together[mine] = part[:, :-1][mine]
    if columns:
        assert together.tolist() == np.column_stack(columns).tolist()
    centers = [shape["y0"] for shape in figure["layout"].get("shapes", ())]
    assert centers == ([] if scene.center is None else [scene.center])


@pytest.mark.slow
@given(scenes)
def test_the_rank_view_shows_ranks_that_ties_share(scene):
    figure = sent(rank_figure(scene))
    ranks = scene.comparison.tidy().set_index(["estimator", "group"])["rank"]
    labels = scene.comparison.data.labels[scene.order]
    for trace in group_traces(figure):
        if trace["mode"] == "markers" and trace["name"] != "own mean":
            series = next(s for s in scene.series if plotly_text(s.label) == trace["name"])
            assert numbers(trace["y"]).tolist() == [ranks[series.id, label] for label in labels]
    high, low = figure["layout"]["yaxis"]["range"]
    assert low < 1 <= len(scene) < high
    assert all(1 <= tick <= len(scene) for tick in figure["layout"]["yaxis"]["tickvals"])


@pytest.mark.slow
@given(scenes)
def test_the_weight_view_shows_weights_and_curves(scene):
    figure = sent(weight_figure(scene))
    wide = scene.n.max() / scene.n.min() > 30
    rows = np.log10(scene.n) if wide else scene.n
    with_weights = [s for s in scene.series if s.weight is not None and not s.is_line]
    assert len(group_traces(figure)) == len(with_weights)
    for series in with_weights:
        trace = markers(figure, series.label)
        assert numbers(trace["y"]).tolist() == series.weight.tolist()
        assert np.allclose(numbers(trace["x"]), rows)
    for trace in figure["data"]:
        if trace["mode"] == "lines":
            assert ((numbers(trace["y"]) >= 0) & (numbers(trace["y"]) <= 1)).all()


@pytest.mark.slow
@settings(max_examples=20)
@given(scenes)
def test_estimators_look_the_same_in_every_view(scene):
    look = styles(r.estimator for r in scene.comparison.results)
    for build in BUILDERS.values():
        figure = sent(build(scene))
        for trace in group_traces(figure):
            series = next((s for s in scene.series if plotly_text(s.label) == trace.get("name")), None)
            if series is None or trace["mode"] != "markers":
                continue
            assert trace["marker"]["color"] == look[series.id].color(dark=scene.dark)
            wanted = look[series.id].symbol
            assert trace["marker"]["symbol"] == ("line-ew-open" if wanted == LINE else wanted)


@pytest.mark.parametrize(
    "text", ["<b>bold</b>", "a & b", "&lt;", "<script>alert(1)</script>", "a\nb\tc", "$x$"]
)
def test_text_of_the_data_stays_text(text):
    data = groups_of([3, 4, 5, 6], labels=[text, text + "2", "x" * 10_000, "x" * 9_999])
    scene = scene_of(data, outcome=text)
    for build in BUILDERS.values():
        for written in texts(sent(build(scene))):
            shown = written.replace("<br>", " ")  # our own: one in the data comes as &lt;br&gt;
            assert "<" not in shown
            assert "\n" not in shown
            assert shown.count("&") == sum(shown.count(e) for e in ("&amp;", "&lt;", "&gt;"))
            assert len(shown) < 200
    assert tick_text("ab" * 20) == "ab" * 7 + "…" + "b" + "ab" * 3


def test_a_long_column_name_does_not_push_the_plot_away():
    figure = sent(groups_figure(scene_of(groups_of([3, 4]), outcome="y" * 10_000, arrangement=OVERLAID)))
    assert figure["layout"]["xaxis"]["title"]["text"] == "y" * 40 + "…" + "y" * 19


@pytest.mark.parametrize("scale", [1e150, 1e-130, 1e-12, -1.0])
def test_any_scale_gives_figures_with_finite_ranges(scale):
    data = GroupData.from_arrays(scale * np.array([1.0, 2.0, 4.0, 7.0, 5.0, 3.0, 8.0, 9.5]), list("aabbccdd"))
    scene = scene_of(data)
    assert len(scene.series) >= 7
    for build in BUILDERS.values():
        for trace in group_traces(sent(build(scene))):
            assert np.isfinite(numbers(trace["x"])[:1]).all()


@pytest.mark.parametrize("show_own", [True, False])
@pytest.mark.parametrize("chosen", [(), ("grand_mean",), ("ols",), ("ols", "grand_mean")])
def test_views_with_no_column_or_no_mark_are_empty_but_drawn(chosen, show_own):
    scene = scene_of(groups_of([2, 3, 4]), built_in(*chosen), show_own=show_own)
    for build in BUILDERS.values():
        low, high = sent(build(scene))["layout"]["xaxis"].get("range", (0, 1))
        assert low < high
    one_column = show_own or "ols" in chosen
    for build in (rank_figure, shrinkage_figure):
        modes = [t["mode"] for t in group_traces(sent(build(scene)))]
        assert modes.count("markers") == one_column
        assert ("lines" in modes) == one_column


def test_one_group_is_drawn():
    scene = scene_of(groups_of([4]))
    assert numbers(markers(sent(groups_figure(scene)), "Level means (OLS)")["x"]) == scene.own_mean
    assert sent(rank_figure(scene))["layout"]["yaxis"]["tickvals"] == [1]


def test_rows_of_very_different_number_stand_on_a_logarithmic_scale():
    n = np.array([1, 10, 1_000_000, 40])
    data = replace(groups_of([1, 2, 2, 2]), n=n, rows_read=int(n.sum()))
    axis = sent(weight_figure(scene_of(data, BUILT_IN.values())))["layout"]["xaxis"]
    assert axis["ticktext"] == ["1", "10", "100", "1,000", "10,000", "100,000", "1,000,000"]
    assert numbers(axis["tickvals"]).tolist() == [0, 1, 2, 3, 4, 5, 6]


@given(st.integers(1, 10**7), st.integers(1, 10**7))
def test_there_are_a_few_ticks_of_rows_for_any_sizes(one, other):
    ticks = log_ticks(min(one, other), max(one, other) * 31)
    assert 2 <= len(ticks) <= 10
    assert ticks == sorted(set(ticks))


@given(st.integers(1, 10**6))
def test_there_are_a_few_ticks_of_ranks_for_any_number_of_groups(groups):
    ticks = rank_ticks(groups)
    assert ticks[0] == 1
    assert ticks == sorted(set(ticks))
    assert len(ticks) <= 7
    assert ticks[-1] <= groups


def test_a_strangers_estimator_is_drawn_beside_the_built_ins():
    scene = scene_of(groups_of([2, 3, 4, 5]), options={"share": {"share": 0.25}})
    share = scene.by_id("share")
    middle = scene.own_mean.mean()
    assert np.allclose(share.estimate, middle + 0.25 * (scene.own_mean - middle))
    for name in ("groups", "shrinkage", "rank"):
        assert markers(sent(BUILDERS[name](scene)), Share.label)
    assert "error_x" not in markers(sent(groups_figure(scene)), Share.label)
    assert scene.by_id("failing") is None
    assert [r.message for r in scene.comparison.failed] == ["needs the moon"]


def test_a_weight_curve_that_fails_is_left_out_said_and_logged(caplog):
    scene = scene_of(groups_of([2, 3, 4, 5]))
    figure = sent(weight_figure(scene))
    assert numbers(markers(figure, "Slope")["y"]).tolist() == [0.5] * 4
    assert {t["name"] for t in figure["data"] if t["mode"] == "lines"} >= {"REML BLUP", "ML BLUP"}
    assert "Slope" not in {t["name"] for t in figure["data"] if t["mode"] == "lines"}
    assert "weight curve of slope failed" in caplog.text
    assert figure["layout"]["meta"]["subtitle"] == "by rows per school; the curve of Slope failed"


def test_a_weight_curve_of_another_length_has_failed_too():
    short = type("Short", (Share,), {"weight_curve": lambda self, fit, information: information[1:]})()
    figure = sent(weight_figure(scene_of(groups_of([2, 3, 4, 5]), [short])))
    assert figure["layout"]["meta"]["subtitle"] == f"by rows per school; the curve of {Share.label} failed"
