"""Published summaries on the page, in files and on the command line: nowhere are they counted as rows."""

from __future__ import annotations

import csv
import io
import json
import re

import numpy as np
import pyarrow.parquet as pq
import pytest

from dashboard.cli.output import render
from dashboard.figures import weight
from dashboard.figures.group_rows import group_rows_figure
from dashboard.figures.page_view import draw_view
from dashboard.figures.shrinkage import shrinkage_figure
from dashboard.figures.views import VIEWS
from dashboard.figures.weight import log_ticks, weight_figure
from dashboard.ingest.data_kinds import SummaryColumns
from dashboard.plugin_host.wire import pack_comparison, unpack_comparison
from dashboard.scene.groups_index import groups_index
from dashboard.scene.scene import SORT_GIVEN, SORT_NAME, SORT_ROWS
from dashboard.session.choices import sort_choices
from dashboard.words import comparison as words
from dashboard.words.group_card import group_cards
from dashboard.words.numbers import number
from dashboard.words.table import requested_rows, table_columns, table_rows
from estimators import DataError, Estimator, GroupData, GroupFit, build_registry, compare, heterogeneity
from tests.dashboard.sent import markers, numbers, sent
from tests.scenes import BUILT_IN, built_in, groups_of, scene_of

EFFECT, ERROR = [28, 8, -3, 7, -1, 1, 18, 12], [15, 10, 16, 11, 9, 11, 10, 18]
EIGHT = GroupData.from_estimates("ABCDEFGH", EFFECT, ERROR)
FAR = GroupData.from_estimates("abcd", [1, 9, 4, 22], [1, 2, 0.1, 3])


class OwnCenters(Estimator):
    """Estimates spreads, and pulls each group towards a centre of its own."""

    id = "own_centers"
    label = "Own centres"
    summary = "Each group half way to a centre of its own."

    def _fit(self, data, options):
        center = data.mean + np.where(np.arange(len(data)) % 2, 1.0, -1.0)
        return GroupFit(
            (data.mean + center) / 2,
            weight=np.full(len(data), 0.5),
            center=center,
            parameters={"sigma_group": float(np.ptp(data.mean) > 0), "sigma_error": 1.0},
        )


def published(data=EIGHT, **more):
    return scene_of(data, BUILT_IN.values(), **more)


def everything_said(scene):
    """All that the page says of a scene, as one text."""
    said = words.headline(scene)
    drawn = [draw_view(view, scene) for view in VIEWS]
    figures = [drawing.figure for drawing in drawn if drawing.figure]
    columns = [column["headerName"] for column in table_columns(scene)]
    cards = [
        f"{view.title}: {drawing.subtitle}"
        for view, drawing in zip(VIEWS, drawn, strict=True)
        if not drawing.problem
    ]
    orders = sort_choices(BUILT_IN, BUILT_IN, counts_rows=scene.comparison.data.counts_rows)
    layouts = [{k: v for k, v in figure["layout"].items() if k != "meta"} for figure in figures]
    return (
        f"{said} {words.rows_used(scene.comparison.data)} {words.dropped_warning(scene.comparison.data)} "
        + (f"{words.cards(scene)} {layouts} {columns} {groups_index(scene)['groups']['error']} ")
        + f"{cards} {[order['label'] for order in orders]}".lower()
    )


@pytest.mark.slow_cases
@pytest.mark.parametrize("data", [EIGHT, FAR], ids=["eight schools", "far apart"])
@pytest.mark.parametrize("chosen", [None, ("ols", "james_stein"), ("grand_mean",)])
def test_nothing_on_the_page_calls_a_published_mean_a_row(data, chosen):
    scene = published(data) if chosen is None else scene_of(data, built_in(*chosen))
    said = everything_said(scene)
    assert not re.search(r"\brows?\b", said)
    counted = everything_said(scene_of(groups_of([3, 4]), BUILT_IN.values()))
    assert re.search(r"\brows?\b", counted)  # or nothing would be found


def test_the_headline_speaks_of_standard_errors():
    said = words.headline(published(FAR))
    between = BUILT_IN["reml"].fit(FAR).parameters["sigma_group"].value
    assert (
        said.answer == f"The true means of schools have a standard deviation of {number(between)} (5 to 34)."
    )
    assert said.detail.startswith("With a standard error of 3, d keeps 90% of")
    assert "; with 0.1, a school keeps over 99%." in said.detail
    apart = words.headline(scene_of(EIGHT, built_in("ols")))
    assert apart.answer == "8 published estimates with standard errors."


def test_means_that_do_not_differ_are_not_called_equal():
    said = words.headline(published())
    assert said.answer == "No sign that schools differ."
    assert "predicted at the population mean, 7.69" in said.detail


@pytest.mark.parametrize(("error", "wanted"), [(900.0, "power"), (3.0, None)])
def test_small_information_is_written_as_powers_of_ten(error, wanted):
    data = GroupData.from_estimates(list("abc"), [30_000.0, 31_000.0, 35_000.0], [error] * 3)
    axis = draw_view(weight.VIEW, scene_of(data, BUILT_IN.values())).figure["layout"]["xaxis"]
    assert axis.get("exponentformat") == wanted


def test_the_weight_view_stands_over_information():
    scene = published(FAR)
    figure = sent(weight_figure(scene))
    assert figure["layout"]["xaxis"]["title"]["text"] == "information per school, 1 / SE²"
    assert draw_view(weight.VIEW, scene).subtitle == "by information per school, 1 / SE²"
    counted = scene_of(groups_of([3, 4]), BUILT_IN.values())
    assert draw_view(weight.VIEW, counted).subtitle == "by rows per school"
    at = numbers(markers(figure, "REML BLUP")["x"])
    np.testing.assert_allclose(at, np.log10(scene.information))
    curve = next(t for t in figure["data"] if t["name"] == "REML BLUP" and t["mode"] == "lines")
    assert np.ptp(numbers(curve["y"])) > 0.01
    plain = sent(weight_figure(published()))["layout"]["xaxis"]
    assert plain["range"][1] == pytest.approx(1.04 / 81)


@pytest.mark.parametrize(("low", "high"), [(1e-6, 1e-3), (1e-290, 1e290), (0.04, 2.0), (1e-12, 1e12)])
def test_there_are_a_few_ticks_of_information_for_any_scale(low, high):
    ticks = log_ticks(low, high)
    assert 2 <= len(ticks) <= 14
    assert ticks == sorted(set(ticks))
    assert low / 3.01 <= ticks[0] < ticks[-1] <= high * 3.01


def test_the_most_information_comes_first_where_rows_would():
    assert published(sort=SORT_ROWS).labels == ["E", "G", "B", "D", "F", "A", "C", "H"]
    for counts_rows, label in ((True, "Rows"), (False, "Information")):
        offered = sort_choices(BUILT_IN, ["ols"], counts_rows=counts_rows)
        assert {"value": SORT_ROWS, "label": label} in offered


def test_summaries_may_stand_in_the_order_in_which_they_came():
    places = [3, 0, 7, 5, 1, 6, 2, 4]
    labels, effect, error = (np.array(values)[places] for values in (list("ABCDEFGH"), EFFECT, ERROR))
    given = list(labels)
    for data in (
        GroupData.from_estimates(labels, effect, error),
        GroupData.from_means(labels, effect, [4] * 8, sd=error),
        GroupData.from_counts(labels, error, [20] * 8),
        GroupData.from_rates(labels, error, [20.5] * 8),
    ):
        assert data.labels.tolist() == list("ABCDEFGH")
        assert published(data, sort=SORT_GIVEN).labels == given
    rows = groups_of([3, 4], means=[0, 5])
    assert published(rows, sort=SORT_GIVEN).labels == published(rows).labels
    offered = [sort_choices(BUILT_IN, ["ols"], by_lines=lines)[-1]["value"] for lines in (True, False)]
    assert offered == [SORT_GIVEN, SORT_NAME]


def test_the_table_has_the_standard_error_in_place_of_rows():
    scene = published()
    assert [column["field"] for column in table_columns(scene)][:3] == ["group", "own_error", "own"]
    lines = table_rows(scene)
    assert {line["group"]: line["own_error"] for line in lines} == dict(zip("ABCDEFGH", ERROR, strict=True))
    assert all("n" not in line for line in lines)
    wanted = {"filterModel": {"own_error": {"type": "lessThan", "filter": 10}}}
    assert [line["group"] for line in requested_rows(scene, wanted)[0]] == ["E"]


def test_the_rows_behind_estimates_are_shown_where_they_are_known():
    data = GroupData.from_estimates("DABC", [1, 2, 3, 4], [0.1, 0.2, 0.3, 0.4], n=[20, 30, np.nan, 5])
    scene = scene_of(data, built_in("ols", "reml"))
    heads = [(column["field"], column["headerName"]) for column in table_columns(scene)]
    assert heads[1:3] == [("own_error", "own SE"), ("n", "rows")]
    known = {line["group"]: line["n"] for line in table_rows(scene)}
    assert (known["A"], known["C"], known["D"]) == (30, 5, 20)
    assert np.isnan(known["B"])
    facts = {card["name"]: card["facts"] for card in group_cards(scene, range(4))}
    assert facts["A"][:2] == ["standard error 0.200", "30 rows"]
    assert not any("row" in fact for fact in facts["B"])
    wanted = {"filterModel": {"n": {"type": "greaterThan", "filter": 10}}}
    assert {line["group"] for line in requested_rows(scene, wanted)[0]} == {"A", "D"}


def test_what_lights_up_says_the_standard_error():
    scene = published()
    index = groups_index(scene)
    assert index["groups"]["error"][scene.labels.index("H")] == "18"
    assert index["groups"]["n"] is None
    counted = groups_index(scene_of(groups_of([3, 4]), BUILT_IN.values()))
    assert counted["groups"]["error"] is None
    assert sorted(counted["groups"]["n"]) == [3, 4]


# Files and the command line


def test_the_number_of_rows_is_left_open_in_files():
    comparison = compare(EIGHT, BUILT_IN)
    given = json.loads(b"".join(render(comparison, "json")))
    differ = {fit["estimator"]: fit.get("heterogeneity") for fit in given["fits"]}
    assert differ["reml"] == heterogeneity(comparison.data).to_dict()
    assert differ["ols"] is None
    assert given["data"]["rows"] is given["data"]["used"] is None
    assert given["data"]["groups"] == 8
    assert all(line["n"] is None for fit in given["fits"] for line in fit["groups"])
    lines = list(csv.DictReader(io.StringIO(b"".join(render(comparison, "csv")).decode())))
    assert {line["n"] for line in lines} == {""}
    table = pq.read_table(io.BytesIO(b"".join(render(comparison, "parquet"))))
    assert table["n"].null_count == len(table) == len(lines)
    assert str(table.schema.field("n").type) == "int64"
    assert comparison.tidy()["n"].isna().all()


def test_the_table_of_the_command_line_has_the_standard_errors():
    text = b"".join(render(compare(EIGHT, built_in("ols", "reml")), "table")).decode()
    assert text.startswith("8 published estimates with standard errors\n")
    assert "row" not in text
    lines = [line.split() for line in text.splitlines() if line]
    head = next(i for i, line in enumerate(lines) if line[0] == "group")
    assert lines[head][:3] == ["group", "published_se", "raw_mean"]
    assert lines[head + 1][:3] == ["A", "15", "28"]


# Centres of their own


def test_a_centre_for_each_group_draws_no_line():
    data = groups_of([3, 4, 2, 6])
    scene = scene_of(data, [OwnCenters(), *BUILT_IN.values()])
    assert scene.reference.id == "own_centers"
    assert scene.center is None
    layout = sent(shrinkage_figure(scene))["layout"]
    assert not layout.get("shapes")
    assert not layout.get("annotations")
    with_one = sent(shrinkage_figure(scene_of(data, BUILT_IN.values())))["layout"]
    assert with_one["shapes"]
    said = words.headline(scene)
    assert "of the variance lies between schools" in said.answer


def test_groups_that_do_not_differ_are_not_put_at_one_mean_where_each_has_its_own():
    data = GroupData.from_arrays([1.0, 3, 1, 3], list("aabb"))
    assert words.headline(scene_of(data, [OwnCenters()])).detail.endswith("predicted at a mean of its own.")


def test_a_centre_for_each_group_travels_to_a_plugins_view():
    registry = build_registry(entry_points=False, plugins=[OwnCenters()])
    comparison = compare(EIGHT, [registry["own_centers"], registry["reml"]])
    again = unpack_comparison(pack_comparison(comparison, (0.95,)), registry)
    np.testing.assert_array_equal(again["own_centers"].fit.center, comparison["own_centers"].fit.center)
    assert again["reml"].fit.center == comparison["reml"].fit.center
    np.testing.assert_array_equal(again.data.information, EIGHT.information)


def test_where_a_covariate_leaves_no_spread_groups_are_predicted_by_it_alone():
    year = np.array([0.0, 1.0, 2.0, 3.0, 4.0, 5.0])
    data = GroupData.from_estimates(
        list("abcdef"),
        0.1 * year + 0.01 * np.array([1, -1, 1, -1, 1, -1]),
        np.full(6, 0.3),
    ).explained_by(list("abcdef"), {"year": year})
    found = words.headline(scene_of(data, [BUILT_IN["reml"]]))
    assert found.answer == "With year taken off, the spread between schools is estimated as 0."
    assert found.detail.endswith("Every school is predicted by its year alone.")


def test_rates_are_called_rates_and_have_no_rows():
    """Their axes said failures, and the rows' view that estimates were published."""
    data = GroupData.from_rates("abcd", [5, 0, 14, 30], [94.32, 15.72, 125.76, 60])
    scene = scene_of(data, built_in("reml"))
    assert "the true rates of" in words.headline(scene).answer.lower()
    with pytest.raises(DataError, match="events in an exposure"):
        group_rows_figure(scene)
    rates = SummaryColumns.of("rates", {"events": "failures", "exposure": "hours"})
    assert rates.compared == "failures / hours"
    assert SummaryColumns.of("counts", {"events": "deaths", "trials": "cases"}).compared == "deaths / cases"
