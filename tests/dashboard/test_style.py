"""Colours and symbols: estimators are told apart, in both themes, whatever a plugin hints."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.figures.groups import groups_figure
from dashboard.figures.views import VIEWS
from dashboard.scene.style import (
    BACKGROUND,
    CYCLE,
    LEAST_CONTRAST_OF_MARKS,
    LINE,
    ROLES,
    SHAPES,
    SYMBOLS,
    contrast,
    on_dark,
    on_light,
    palette,
    rgba,
    styles,
)
from tests.dashboard.sent import markers, sent
from tests.scenes import BUILT_IN, Share, everyone, groups_of, scene_of


def test_every_colour_stands_out_in_both_themes():
    for style in styles(everyone()).values():
        assert contrast(style.light, BACKGROUND[False]) >= LEAST_CONTRAST_OF_MARKS
        assert contrast(style.dark, BACKGROUND[True]) >= LEAST_CONTRAST_OF_MARKS


@given(st.integers(0, 0xFFFFFF))
def test_any_colour_is_made_to_stand_out(number):
    color = f"#{number:06x}"
    assert contrast(on_light(color), BACKGROUND[False]) >= LEAST_CONTRAST_OF_MARKS
    assert contrast(on_dark(color), BACKGROUND[True]) >= LEAST_CONTRAST_OF_MARKS
    if contrast(color, BACKGROUND[False]) >= LEAST_CONTRAST_OF_MARKS:
        assert on_light(color) == color


def test_colours_and_symbols_tell_estimators_apart():
    look = styles(everyone())
    assert len({(s.light, s.symbol) for s in look.values()}) == len(look)
    built_ins = styles(BUILT_IN.values())
    assert {i: look[i] for i in built_ins} == built_ins, "a plugin changes no built-in's look"
    steady = {"ols": "circle-open", "reml": "circle", "ml": "diamond", "james_stein": "square"}
    assert {name: built_ins[name].symbol for name in steady} == steady
    assert built_ins["grand_mean"].symbol == LINE


def test_thirty_strangers_without_colours_still_differ():
    crowd = [type("Other", (Share,), {"id": f"other{i}"})() for i in range(30)]
    look = styles(crowd)
    assert len({(s.light, s.symbol) for s in look.values()}) == 30
    assert styles(crowd[::-1]) == look
    assert len({s.light for s in styles(crowd[: len(CYCLE)]).values()}) == len(CYCLE)


@pytest.mark.parametrize(
    ("color", "symbol"), [("red", "blob"), ("#12", "circle-dot"), (7, 7), ("", ""), ("#gggggg", "line-open")]
)
def test_a_hint_that_cannot_be_drawn_counts_as_none(color, symbol):
    odd = type("Odd", (Share,), {"color": color, "symbol": symbol})()
    style = styles([odd])["share"]
    assert style.light in {on_light(c) for c in CYCLE}
    assert style.symbol in SYMBOLS
    sent(groups_figure(scene_of(groups_of([2, 3]), [odd])))


def test_every_colour_on_light_has_one_on_dark():
    strangers = [
        type("Other", (Share,), {"id": f"other{i}", "color": role[False]})() for i, role in enumerate(ROLES)
    ]
    found = styles([*BUILT_IN.values(), *strangers])
    turned = palette(found)
    assert [turned[style.light] for style in found.values()] == [style.dark for style in found.values()]
    assert [turned[role[False]] for role in ROLES] == [role[True] for role in ROLES]


@pytest.mark.slow_cases
@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.id)
def test_no_view_draws_in_a_light_pages_colours_on_dark(view):
    scene = scene_of(groups_of([3, 9, 5, 7]), BUILT_IN.values(), dark=True)
    looks = [*ROLES, *({False: s.style.light, True: s.style.dark} for s in scene.series)]
    light = {look[False] for look in looks} - {look[True] for look in looks}
    drawn = json.dumps(sent(view.figure(scene)))
    assert not [color for color in light if color in drawn or rgba(color, 0).rpartition(",")[0] in drawn]


@pytest.mark.parametrize("symbol", sorted(SHAPES) + [f"{s}-open" for s in sorted(SHAPES)])
def test_a_symbol_hint_is_drawn_in_the_plot_and_beside_the_name(symbol):
    from urllib.parse import unquote

    from dashboard.pages.symbols import estimator_symbol

    one = type("One", (Share,), {"symbol": symbol, "color": "#123456"})()
    scene = scene_of(groups_of([2, 3]), [one])
    assert markers(sent(groups_figure(scene)), one.label)["marker"]["symbol"] == symbol
    light = unquote(estimator_symbol(styles([one])["share"]).children[0].src)
    assert 'stroke="#123456"' in light
    assert ('fill="none"' in light) == symbol.endswith("-open")
    circle = '<circle cx="8" cy="8" r="5"/>'
    assert (circle in light) == symbol.startswith("circle")
