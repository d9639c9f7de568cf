"""The table: its columns, its rows, and blocks of them as the grid asks for, held against pandas."""

from __future__ import annotations

import json
import re

import numpy as np
import pandas as pd
import pytest
from dash._utils import to_json
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.scene.natural_order import natural_places
from dashboard.words.table import requested_rows, table_columns, table_rows, value_format
from estimators import GroupData
from tests.scenes import BUILT_IN, STRANGERS, built_in, everyone, group_data, groups_of, scene_of

SIZES = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5]
LABELS = ["g10", "g2", "G1", "ü", "<b>", "a,b", "=1+1", "10", "9", "NA", "x" * 300]
SCENE = scene_of(groups_of(SIZES, means=[3, 3, 1, 4, 1, 5, 9, 2, 6, 5, 3], labels=LABELS))
FRAME = pd.DataFrame(requested_rows(SCENE, {})[0])
FIELDS = [c for c in FRAME.columns if c not in ("key", "group", "place")]


def block(scene=SCENE, **request):
    return requested_rows(scene, {"startRow": 0, "endRow": 10_000, **request})


def keys(rows):
    return [row["key"] for row in rows]


# Columns and rows


def test_the_columns_are_those_that_people_compare():
    names = [(c["field"], c["headerName"]) for c in table_columns(SCENE)]
    label = {f"estimate-{s.id}": s.label for s in SCENE.series if not s.is_own_mean}
    assert names == [
        ("group", "school"),
        ("n", "rows"),
        ("own", "own mean"),
        *label.items(),
        ("own_rank", "own rank"),
        ("rank", "REML BLUP rank"),
        ("conf_low", "REML BLUP 95% from"),
        ("conf_high", "REML BLUP 95% to"),
        ("weight", "REML BLUP weight"),
        ("rank_expected", "expected rank"),
        ("rank_low", "rank 95% from"),
        ("rank_high", "rank 95% to"),
        ("rank_p_top", "chance of top quarter"),
    ]
    assert {"A share & <b>more</b>", "Skewed", "Slope"} <= set(label.values())


@pytest.mark.parametrize(
    ("chosen", "missing"),
    [
        ([], {"weight", "conf_low", "conf_high", "rank", "estimate-ols"}),
        (built_in("ols", "james_stein"), {"weight", "conf_low", "conf_high", "rank", "estimate-ols"}),
        ([STRANGERS[0]], {"weight", "conf_low", "conf_high", "rank"}),
    ],
)
def test_columns_that_do_not_exist_are_left_out(chosen, missing):
    fields = {c["field"] for c in table_columns(scene_of(groups_of(SIZES), chosen))}
    assert not missing & fields
    assert {"group", "n", "own", "own_rank"} <= fields


@pytest.mark.slow
@given(group_data(), st.lists(st.sampled_from(everyone()), unique_by=lambda e: e.id))
def test_rows_hold_what_the_fits_say(data, estimators):
    scene = scene_of(data, estimators)
    rows = json.loads(to_json(table_rows(scene)))
    assert [int(row["key"]) for row in rows] == scene.order.tolist()
    fields = {c["field"] for c in table_columns(scene) if not c["field"].startswith("rank_")}
    for position, row in enumerate(rows):
        key = int(row["key"])
        assert set(row) == {*fields, "key", "place"}
        assert row["n"] == data.n[key]
        assert row["own"] == data.mean[key]
        for series in scene.series:
            if not series.is_own_mean:
                assert row[f"estimate-{series.id}"] == scene.comparison[series.id].fit.estimate[key]
        if "rank" in fields:
            assert row["rank"] == scene.reference.rank[position]
        if "conf_low" in fields:
            low, high = scene.reference.result.fit.interval(0.95)
            assert (row["conf_low"], row["conf_high"]) == (low[key], high[key])


# Blocks


@pytest.mark.parametrize(("direction", "sign"), [("asc", 1), ("desc", -1)])
def test_a_column_is_sorted_and_ties_keep_the_order_of_the_page(direction, sign):
    wanted, got = {}, {}
    for field in FIELDS:
        rows, count = block(sortModel=[{"colId": field, "sort": direction}])
        got[field] = count, keys(rows)
        wanted[field] = len(SIZES), FRAME.iloc[(FRAME[field] * sign).argsort(kind="stable")]["key"].tolist()
    assert got == wanted


def test_names_are_sorted_naturally():
    rows, _ = block(sortModel=[{"colId": "group", "sort": "asc"}])
    labels = SCENE.comparison.data.labels
    assert keys(rows) == [str(k) for k in np.argsort(natural_places(labels))]
    shown = [row["group"] for row in rows]
    assert shown.index("9") < shown.index("10")
    assert shown.index("g2") < shown.index("g10")
    assert keys(sorted(table_rows(SCENE), key=lambda row: row["place"])) == keys(rows)
    back, _ = block(sortModel=[{"colId": "group", "sort": "desc"}])
    assert keys(back) == keys(rows)[::-1]


def test_two_columns_sort_one_within_the_other():
    rows, _ = block(sortModel=[{"colId": "n", "sort": "desc"}, {"colId": "own", "sort": "asc"}])
    wanted = FRAME.sort_values(["n", "own"], ascending=[False, True], kind="stable")
    assert keys(rows) == wanted["key"].tolist()


NUMBER_FILTERS = {
    "equals": lambda s, v, _: s == v,
    "notEqual": lambda s, v, _: s != v,
    "lessThan": lambda s, v, _: s < v,
    "lessThanOrEqual": lambda s, v, _: s <= v,
    "greaterThan": lambda s, v, _: s > v,
    "greaterThanOrEqual": lambda s, v, _: s >= v,
    "inRange": lambda s, v, w: s.between(v, w),
    "blank": lambda s, v, _: s.isna(),
    "notBlank": lambda s, v, _: s.notna(),
}
TEXT_FILTERS = {
    "contains": lambda s, v: s.str.contains(v, regex=False),
    "notContains": lambda s, v: ~s.str.contains(v, regex=False),
    "equals": lambda s, v: s == v,
    "notEqual": lambda s, v: s != v,
    "startsWith": lambda s, v: s.str.startswith(v),
    "endsWith": lambda s, v: s.str.endswith(v),
    "blank": lambda s, v: s.isna(),
    "notBlank": lambda s, v: s.notna(),
}


@given(
    st.sampled_from(FIELDS),
    st.sampled_from(sorted(NUMBER_FILTERS)),
    st.sampled_from([3, 1.0, 0, -2.5, 6]),
    st.sampled_from([4, 9.5]),
)
def test_numbers_are_filtered(field, kind, value, upper):
    rows, count = block(filterModel={field: {"type": kind, "filter": value, "filterTo": upper}})
    wanted = FRAME[NUMBER_FILTERS[kind](FRAME[field], value, upper)]
    assert keys(rows) == wanted["key"].tolist()
    assert count == len(wanted)


def test_the_ends_of_a_range_belong_to_it_on_either_side_of_the_wire():
    outside = []
    for field in FIELDS:
        value = float(FRAME[field].iloc[2])
        rows, _ = block(filterModel={field: {"type": "inRange", "filter": value, "filterTo": value}})
        if FRAME["key"].iloc[2] not in keys(rows):
            outside.append(field)
    columns = [c for c in table_columns(SCENE) if c["field"] in FIELDS]
    assert columns
    exclusive = [c["field"] for c in columns if c["filterParams"]["inRangeInclusive"] is not True]
    assert (outside, exclusive) == ([], [])


@pytest.mark.parametrize("kind", sorted(TEXT_FILTERS))
def test_names_are_filtered_whatever_their_case(kind):
    folded = FRAME["group"].str.casefold()
    wanted, got = {}, {}
    for text in ("g", "G1", "Ü", "<B>", ".", "=1+1", "", None, "x" * 300, "(["):
        rows, _ = block(filterModel={"group": {"type": kind, "filter": text}})
        got[text] = keys(rows)
        wanted[text] = FRAME[TEXT_FILTERS[kind](folded, (text or "").casefold())]["key"].tolist()
    assert got == wanted


@pytest.mark.parametrize(("operator", "join"), [("OR", np.logical_or), ("AND", np.logical_and)])
def test_two_conditions_are_joined(operator, join):
    conditions = [{"type": "greaterThan", "filter": 4}, {"type": "equals", "filter": 1}]
    rows, count = block(filterModel={"n": {"operator": operator, "conditions": conditions}})
    wanted = FRAME[join(FRAME["n"] > 4, FRAME["n"] == 1)]
    assert keys(rows) == wanted["key"].tolist()
    assert count == len(wanted)


def test_filters_of_several_columns_all_hold_and_then_sort():
    rows, count = block(
        filterModel={
            "n": {"type": "greaterThan", "filter": 1},
            "group": {"type": "contains", "filter": "g"},
        },
        sortModel=[{"colId": "own", "sort": "asc"}],
    )
    wanted = FRAME[(FRAME["n"] > 1) & FRAME["group"].str.casefold().str.contains("g")].sort_values("own")
    assert keys(rows) == wanted["key"].tolist()
    assert count == len(wanted) == 2


@given(st.integers(-5, 20), st.integers(-5, 20), st.sampled_from(["asc", "desc"]))
def test_blocks_are_pieces_of_the_whole(start, end, direction):
    sort = [{"colId": "estimate-reml", "sort": direction}]
    whole, count = block(sortModel=sort)
    piece, same = block(sortModel=sort, startRow=start, endRow=end)
    assert piece == whole[max(start, 0) : max(end, 0)]
    assert count == same


@pytest.mark.parametrize(
    "request_",
    [
        {"sortModel": None, "filterModel": None},
        {"sortModel": [{"colId": "nobody", "sort": "asc"}]},
        {"filterModel": {"nobody": {"type": "equals", "filter": 3}}},
        {
            "filterModel": {
                "n": {"type": "nonsense", "filter": 3},
                "group": {"type": "nonsense", "filter": "x"},
            }
        },
        {"filterModel": {"n": {"type": "equals", "filter": "three"}}},
        {"filterModel": {"n": {"type": "equals"}}},
    ],
)
def test_what_the_grid_cannot_mean_changes_nothing(request_):
    assert block(**request_) == block()


def test_a_request_without_bounds_gets_the_first_block():
    rows, count = requested_rows(SCENE, {})
    assert (len(rows), count) == (len(SIZES), len(SIZES))


@settings(max_examples=20)
@given(st.integers(0, 19_800))
def test_blocks_of_many_groups_are_those_of_the_whole_order(start):
    rows, count = requested_rows(MANY, {"startRow": start, "endRow": start + 200})
    assert keys(rows) == [str(k) for k in MANY.order[start : start + 200]]
    assert count == 20_000


MANY = scene_of(
    GroupData.from_arrays(np.random.default_rng(0).standard_normal(40_000), np.repeat(np.arange(20_000), 2)),
    BUILT_IN.values(),
)


# How numbers are written


def told_apart(scene):
    """How the grid writes the own means: d3's formats are near enough to Python's."""
    spec = value_format(scene)
    digits = int(re.search(r"\d+", spec)[0])
    write = f"{{:.{digits}f}}" if spec.endswith("f") else f"{{:.{digits}g}}"
    return [write.format(v) for v in scene.own_mean]


SCALES = [1e-12, 1e-5, 1e-3, 1.0, 1e5, 1e9, 1e140]
SHIFTED = [
    (x, s) for x in (0.0, 1.0, -40.0, 1e6, 1e9, 1e11, 1e13, -1e15) for s in SCALES if s >= 1e-12 * abs(x)
]


def test_as_many_digits_are_shown_as_tell_the_groups_apart():
    shape = np.array([1.0, 2.0, 4.0, 7.0, 5.0, 3.0])
    others = {}
    for location, scale in SHIFTED:
        data = GroupData.from_arrays(location + scale * shape, list("abcdef"))
        written = told_apart(scene_of(data, built_in("ols")))
        if len(set(written)) != 6 or max(map(len, written)) > 24:
            others[location, scale] = written
    assert others == {}


@pytest.mark.parametrize(
    ("value", "spec"),
    [
        (0.0, ",.0f"),
        (50.0, ",.0f"),
        (2.5, ",.1f"),
        (-2.5, ",.1f"),
        (1 / 3, ",.6f"),
        (1e-5, ".4~g"),
        (1.5e-5, ".4~g"),
        (1e150, ".4~g"),
        (1e-130, ".4~g"),
    ],
)
def test_equal_numbers_are_written_in_full(value, spec):
    scene = scene_of(GroupData.from_arrays([value] * 4, list("aabb")), built_in("ols", "reml"))
    assert value_format(scene) == spec
    (text,) = set(told_apart(scene))
    assert float(text) == pytest.approx(value, rel=1e-3)


def test_formats_hold_nothing_but_digits():
    for column in table_columns(SCENE):
        text = column.get("valueFormatter", {}).get("function", "")
        assert re.fullmatch(r"[\w.,:;?!<>=&%–'() ~-]*", text)
        assert "school" not in text
