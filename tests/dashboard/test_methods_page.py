"""The estimators in the rail, the fold of those that are looked up now and then, and the list of plugins."""

from __future__ import annotations

import dash_mantine_components as dmc
import pytest
from dash import html

from dashboard.figures.groups import groups_figure
from dashboard.figures.parts import LEAST_COLUMN, LINE_LETTERS, TOOLBAR
from dashboard.figures.rank import rank_figure
from dashboard.figures.shrinkage import shrinkage_figure
from dashboard.pages.methods import methods, plugins_button, plugins_modal
from dashboard.scene.scene import OVERLAID
from dashboard.scene.style import CYCLE, styles
from dashboard.session.choices import Choices
from dashboard.session.comparisons import Comparisons
from dashboard.session.first_choices import first_choices
from dashboard.session.stored_file import ChosenColumns
from dashboard.storage.workspace import Workspace
from dashboard.words.table import LEAST_WIDTH, table_columns
from estimators import PluginFailure, Registry, Source, build_registry
from tests.components import of_class, text_of, within
from tests.estimators.plugin_parts import Share, variant
from tests.scenes import BUILT_IN, groups_of, scene_of

ONE, TWO = Source("shelf-one", "distribution", "1.2"), Source("two", "/there/two.py")
OWN = [(estimator, Source("built in", "built in")) for estimator in BUILT_IN.values()]
QUIET = [
    (variant(id="late", label="Late", order=90, on_at_first=False), ONE),
    (variant(id="early", label="Early", order=70, on_at_first=False), TWO),
    (variant(id="middle", label="Middle", order=80, on_at_first=False), ONE),
]


@pytest.fixture
def comparisons(tmp_path):
    def make(*entries, failures=(), plugins=()):
        return Comparisons(Workspace(tmp_path), Registry([*OWN, *entries], failures, plugins))

    return make


def choices(*on):
    return Choices(ChosenColumns("t", "y", "g"), on=on)


def switches(tree):
    found = (part.id for part in within(tree) if isinstance(part, dmc.Switch))
    return [of["id"] for of in found if of["type"] == "estimator-on"]


def folds(tree):
    return [part for part in within(tree) if isinstance(part, html.Details)]


# Estimators


def test_methods_that_are_not_on_at_first_are_folded_by_plugin(comparisons):
    shown = methods(comparisons(*QUIET, (Share(), ONE)), choices("ols"), {})
    (fold,) = folds(shown)
    assert text_of(fold.children[0]) == "More methods (3)"
    parts = [part for part in within(fold) if isinstance(part, html.H3)]
    assert [text_of(part) for part in parts] == ["two", "shelf-one"]
    assert switches(fold) == ["early", "middle", "late"]
    assert switches(shown[:-1]) == [*BUILT_IN, "share"]
    assert len(of_class(shown, "tag")) == 1


@pytest.mark.parametrize(("on", "is_open"), [((), False), (("ols",), False), (("middle",), True)])
def test_the_fold_is_open_where_one_in_it_is_on(comparisons, on, is_open):
    (fold,) = folds(methods(comparisons(*QUIET), choices(*on), {}))
    assert fold.open is is_open


def test_without_such_methods_there_is_no_fold(comparisons):
    assert folds(methods(comparisons((Share(), ONE)), choices("ols"), {})) == []


def test_what_is_not_on_at_first_is_off_until_somebody_chooses_it(comparisons):
    at_hand = comparisons(*QUIET, (Share(), ONE))
    assert first_choices(at_hand, "ann", "simulated").on == (*BUILT_IN, "share")
    kept = first_choices(at_hand, "ann", "simulated").to_json() | {"on": ["late", "ols"]}
    at_hand.workspace.save_choices("ann", "simulated", kept)
    assert first_choices(at_hand, "ann", "simulated").on == ("ols", "late")


def test_a_dataset_opens_with_those_that_are_on_at_first(comparisons, tmp_path):
    at_hand = comparisons(*QUIET)
    file = tmp_path / "rows.csv"
    file.write_text("g,y\na,1\na,2\nb,3\nb,5\n")
    assert first_choices(at_hand, "ann", at_hand.workspace.import_file(file).token).on == tuple(BUILT_IN)


# The list of plugins


def test_without_plugins_the_line_says_how_to_add_one():
    registry = build_registry(entry_points=False)
    assert text_of(plugins_button(registry)) == "No plugins · how to add one"
    shown = text_of(plugins_modal(registry))
    assert "--plugins-dir" in shown
    assert "pip" in shown


def test_the_line_counts_plugins_and_marks_those_that_failed(comparisons):
    registry = comparisons((Share(), ONE), plugins=[OWN[0][1], ONE, TWO]).registry
    assert text_of(plugins_button(registry)) == "Plugins: 2"
    bad = comparisons((Share(), ONE), plugins=[OWN[0][1], ONE, TWO], failures=[PluginFailure(TWO, "no hook")])
    line = plugins_button(bad.registry)
    assert text_of(line) == "Plugins: 2 1 failed"
    (mark,) = of_class(line, "plugins-failed")
    assert any(isinstance(part, html.Img) for part in within(mark))


def test_the_list_says_what_the_command_says(comparisons):
    failures = [PluginFailure(ONE, "two\nlines"), PluginFailure(ONE, "and more")]
    registry = comparisons((Share(), ONE), failures=failures, plugins=[OWN[0][1], ONE, TWO]).registry
    rows = [part for part in within(plugins_modal(registry)) if isinstance(part, html.Tr)][1:]
    assert [text_of(row) for row in rows] == [
        f"blupboard ok {', '.join(BUILT_IN)} built in",
        "shelf-one 1.2 failed share distribution",
        "two lines; and more",
        "two ok nothing /there/two.py",
    ]


# Many methods at a time


def crowd(count, **more):
    known = [variant(id=f"m{i}", label=f"Method with a long name {i}") for i in range(count)]
    return scene_of(groups_of([4, 5, 6, 7]), [BUILT_IN["reml"], *known], **more)


@pytest.mark.parametrize("view", [rank_figure, shrinkage_figure])
def test_names_of_many_columns_stand_level_in_full_and_have_room(view):
    few, many = (view(crowd(count, arrangement=OVERLAID)).layout for count in (2, 11))
    assert (few["xaxis"]["tickangle"], many["xaxis"]["tickangle"]) == (0, 0)
    assert few["margin"]["b"] < many["margin"]["b"]
    names = many["xaxis"]["ticktext"]
    assert [name.replace("<br>", " ") for name in names[2:]] == [
        f"Method with a long name {i}" for i in range(11)
    ]
    assert max(len(line) for name in names for line in name.split("<br>")) <= LINE_LETTERS
    assert (few["meta"]["least_width"], many["meta"]["least_width"]) == (0, 13 * LEAST_COLUMN)
    assert few["margin"]["t"] < TOOLBAR == many["margin"]["t"], "the toolbar is not over the data"


def test_marks_of_many_methods_are_smaller():
    few, many = (
        {t["marker"]["size"] for t in groups_figure(crowd(n, arrangement=OVERLAID)).data[1:]} for n in (3, 11)
    )
    assert max(many) < min(few)


def test_a_colour_that_one_asks_for_goes_to_no_other():
    for wanted in CYCLE:
        asks = variant(id="asks", color=wanted, symbol="star")
        look = styles([asks, *(variant(id=f"m{i}") for i in range(len(CYCLE) - 1))])
        assert len({style.light for style in look.values()}) == len(CYCLE)


def test_a_long_word_in_a_heading_is_not_broken():
    scene = scene_of(groups_of([4, 5, 6]), [variant(id="a", label="Nonparametric EB"), BUILT_IN["ml"]])
    width = {c["headerName"]: c.get("minWidth") for c in table_columns(scene)}
    assert width["ML BLUP"] == LEAST_WIDTH < width["Nonparametric EB"]
