"""From what a session chose to what it sees: its own data only, with whatever is kept, and strangers too."""

from __future__ import annotations

import io
import json
from dataclasses import replace

import numpy as np
import pytest
from dash._utils import to_json

from dashboard.callbacks import comparison
from dashboard.callbacks.comparison import controls_of, table_of
from dashboard.callbacks.views import card_contents
from dashboard.figures.page_view import draw_views
from dashboard.pages import ids
from dashboard.pages.comparison import comparison_content
from dashboard.pages.layout import layout
from dashboard.samples import SAMPLES
from dashboard.scene.groups_index import groups_index
from dashboard.session.choices import Choices, own_options, shared_options
from dashboard.session.comparisons import Comparisons
from dashboard.session.first_choices import first_choices, session_start
from dashboard.session.page_controls import choices_of, value_within_bounds
from dashboard.session.stored_file import ChosenColumns
from dashboard.storage.errors import UnknownDataset
from dashboard.storage.workspace import Workspace
from dashboard.words.table import CLIENT_SIDE_GROUPS
from estimators import DataError, OptionError, Registry, Source
from tests.components import within
from tests.scenes import BUILT_IN, STRANGERS, Share

CSV = "school,score\n" + "".join(f"s{i},{v}\n" for i, v in enumerate([1, 5, 9, 4, 7, 8])) * 3
OWN = Source("blupboard", "built in")
EVERYONE = [(thing, OWN) for thing in (*BUILT_IN.values(), *SAMPLES.values())] + [
    (e, Source("strange", "distribution")) for e in STRANGERS
]


@pytest.fixture
def comparisons(tmp_path):
    samples = {sample.id: sample.file for sample in SAMPLES.values()}
    return Comparisons(Workspace(tmp_path, samples=samples), Registry(EVERYONE, [], []))


@pytest.fixture
def upload(comparisons):
    def receive(owner="ann", content=CSV, name="scores.csv"):
        return comparisons.workspace.receive(owner, name, io.BytesIO(content.encode()), None)

    return receive


@pytest.fixture
def choices(upload):
    return Choices(ChosenColumns(upload().token, "score", "school"), on=("ols", "reml", "share"))


# Whose data


def test_someone_else_gets_nothing_even_of_what_is_kept(comparisons, choices):
    assert len(comparisons.comparison("ann", choices).data) == 6
    for ask in (comparisons.comparison, comparisons.scene, comparisons.source, comparisons.passing_scene):
        with pytest.raises(UnknownDataset):
            ask("bob", choices)


def test_what_was_deleted_is_gone_even_if_kept(comparisons, choices):
    comparisons.comparison("ann", choices)
    comparisons.workspace.delete("ann", choices.source.token)
    with pytest.raises(UnknownDataset):
        comparisons.comparison("ann", choices)


@pytest.mark.slow
def test_two_sessions_with_the_same_names_see_their_own_numbers(comparisons, upload):
    mine, yours = upload("ann"), upload("bob", CSV.replace(",9", ",900"))
    means = [
        comparisons.comparison(
            who, Choices(ChosenColumns(d.token, "score", "school"), ("ols",))
        ).data.mean.max()
        for who, d in (("ann", mine), ("bob", yours))
    ]
    assert means == [9, 900]


def test_how_it_is_shown_makes_no_new_fit(comparisons, choices):
    first = comparisons.comparison("ann", choices)
    for other in (
        replace(choices, sort="@name"),
        replace(choices, show_own=False),
    ):
        assert comparisons.comparison("ann", other) is first
    assert comparisons.comparison("ann", replace(choices, level=0.5)) is not first
    assert comparisons.comparison("ann", replace(choices, level=0.5)).data is first.data


def test_a_file_that_changed_under_its_name_is_read_anew(comparisons, tmp_path):
    path = tmp_path / "scores.csv"
    path.write_text(CSV)
    choices = Choices(
        ChosenColumns(comparisons.workspace.import_file(path).token, "score", "school"), on=("ols",)
    )
    before = comparisons.comparison("ann", choices).data.mean.max()
    path.write_text(CSV.replace(",9", ",1234"))
    assert comparisons.workspace.import_file(path).token == choices.source.token
    assert (before, comparisons.comparison("ann", choices).data.mean.max()) == (9, 1234)


# What is chosen


def test_a_scene_is_what_was_chosen(comparisons, choices):
    scene = comparisons.scene("ann", replace(choices, sort="@name", show_own=False, level=0.8))
    assert [s.id for s in scene.series] == ["ols", "reml", "share"]
    assert scene.labels == [f"s{i}" for i in range(6)]
    assert (scene.dark, scene.show_own, scene.comparison.level) == (False, False, 0.8)
    assert (scene.outcome, scene.unit.many) == ("score", "schools")
    assert scene.selection_key == choices.source.selection_key
    assert choices.source.selection_key != replace(choices.source, group="score").selection_key


def test_unknown_estimators_are_passed_over_and_unknown_options_are_refused(comparisons, choices):
    assert [r.id for r in comparisons.comparison("ann", replace(choices, on=("nobody", "ml"))).results] == [
        "ml"
    ]
    assert comparisons.scene("ann", replace(choices, on=())).series == ()
    gone = (("nobody", "x", 1), ("ml", "std_error", "conditional"))
    assert comparisons.comparison("ann", replace(choices, on=("nobody", "ols"), options=gone)).results
    with pytest.raises(OptionError, match=r"share\.share takes a number from 0 to 1"):
        comparisons.comparison("ann", replace(choices, options=(("share", "share", 2.0),)))
    with pytest.raises(OptionError, match="no option"):
        comparisons.comparison("ann", replace(choices, options=(("share", "nobody", 2.0),)))


def test_the_page_names_an_option_as_its_control_does(comparisons):
    assert value_within_bounds(comparisons.registry, "share", "share", 0.25) == 0.25
    assert value_within_bounds(comparisons.registry, "nobody", "share", 7) == 7
    with pytest.raises(
        OptionError, match=r"^Share of A share & <b>more</b> takes a number from 0 to 1, not 2$"
    ):
        value_within_bounds(comparisons.registry, "share", "share", 2)
    with pytest.raises(OptionError, match="has no option colour"):
        value_within_bounds(comparisons.registry, "share", "colour", 2)


def test_columns_that_do_not_work_are_refused_in_a_sentence(comparisons, choices):
    token = choices.source.token
    for outcome, group in (("school", "score"), ("nobody", "school"), ("score", "score"), ("", "")):
        with pytest.raises((DataError, ValueError), match=r"\w+ \w+"):
            comparisons.comparison("ann", replace(choices, source=ChosenColumns(token, outcome, group)))


# Opening a dataset


def test_a_dataset_opens_with_the_likeliest_columns_and_everything_on(comparisons, upload):
    found = first_choices(comparisons, "ann", upload().token)
    assert (found.source.outcome, found.source.group) == ("score", "school")
    assert found.on == tuple(comparisons.registry)


def test_a_dataset_opens_as_it_was_left(comparisons, choices):
    left = replace(choices, sort="@rows", level=0.5, options=(("share", "share", 0.25),))
    comparisons.workspace.save_choices("ann", left.source.token, left.to_json())
    assert first_choices(comparisons, "ann", left.source.token) == left
    for spoilt in ({"outcome": "nobody"}, {"level": 3}, {"on": "ols"}):
        comparisons.workspace.save_choices("ann", left.source.token, left.to_json() | spoilt)
        assert first_choices(comparisons, "ann", left.source.token).on == tuple(comparisons.registry)
    comparisons.workspace.save_choices(
        "ann", left.source.token, left.to_json() | {"on": ["nobody", "share", "ols"]}
    )
    assert first_choices(comparisons, "ann", left.source.token).on == ("ols", "share")


def test_a_session_starts_where_it_was_or_with_the_first(comparisons, choices):
    first = f"sample-{next(iter(SAMPLES))}"
    found = session_start(comparisons, "ann", first, prefer=False)
    assert found.source.token == first
    sample = next(iter(SAMPLES.values()))
    assert (found.source.outcome, found.source.group) == (sample.outcome, sample.group)
    comparisons.workspace.remember_current("ann", choices.source.token)
    assert session_start(comparisons, "ann", first, prefer=False).source.token == choices.source.token
    assert session_start(comparisons, "ann", first, prefer=True).source.token == first
    assert session_start(comparisons, "bob", first, prefer=False).source.token == first
    comparisons.workspace.delete("ann", choices.source.token)
    assert session_start(comparisons, "ann", first, prefer=False).source.token == first


# The page's controls


def control(control_id, **given):
    return {"id": control_id, **given}


PAGE = {
    "reading": None,
    "connected": None,
    "dataset": {"token": "t"},
    "outcome": "score",
    "group": "school",
    "design": None,
    "level": "0.9",
    "bootstrap": True,
    "sort": None,
    "show_own": True,
    "arrangement": "@multiples",
}


def test_controls_become_choices(comparisons):
    inputs = [
        [control(ids.estimator_switch(i), value=i in ("share", "ml")) for i in comparisons.registry],
        [control(ids.estimator_option("share", "share"), value=0.25)],
        [control(ids.estimator_option("share", "loud"), value=None)],
        [control(ids.estimator_option("share", "loud"), property="checked", value=True)],
        [control(ids.shared_option("std_error"), value="conditional")],
        control("level", value="0.9"),
    ]
    found = choices_of(comparisons.registry, controls_of(PAGE, inputs))
    assert found.on == ("ml", "share")
    assert set(found.options) == {
        ("reml", "std_error", "conditional"),
        ("ml", "std_error", "conditional"),
        ("share", "share", 0.25),
        ("share", "loud", True),
    }
    assert (found.level, found.sort, found.show_own) == (0.9, "", True)
    assert (found.arrangement, found.bootstrap) == ("@multiples", True)
    assert Choices.from_json(json.loads(json.dumps(found.to_json()))) == found


def test_an_emptied_control_means_the_default(comparisons):
    emptied = [
        control(ids.estimator_option("share", "share"), value=""),
        control(ids.shared_option("std_error"), value=""),
    ]
    assert choices_of(comparisons.registry, controls_of(PAGE, [emptied])).options == ()


def test_a_level_that_the_page_does_not_offer_is_refused(comparisons):
    with pytest.raises(ValueError, match=r"0\.123"):
        choices_of(comparisons.registry, controls_of(PAGE | {"level": "0.123"}, []))


# Everything that reaches the page


def refuse(constant):
    raise AssertionError(f"{constant} is not JSON")


def shown(component):
    return json.loads(to_json(component), parse_constant=refuse)


@pytest.mark.slow
def test_a_strangers_estimator_appears_wherever_the_built_ins_do(comparisons, choices):
    everyone = replace(choices, on=tuple(comparisons.registry), options=(("share", "share", 0.25),))
    scene = comparisons.scene("ann", everyone)
    screen = comparison_content(comparisons, everyone, comparisons.source("ann", everyone), scene)
    sent = shown(screen)
    for built_in, stranger in (("REML BLUP", "A share & <b>more</b>"), ("Level means (OLS)", "Skewed")):
        for part in ("parameters", "sort"):
            assert (built_in in str(sent[part])) == (stranger in str(sent[part]))
    views = card_contents(draw_views(comparisons.views, scene))
    assert "A share &amp; &lt;b&gt;more&lt;/b&gt;" in str(shown(views))
    assert "Failing: no result" in str(sent["failures"])
    assert "Needs the moon." in str(sent["failures"])
    assert "A share & <b>more</b>" in str(shown(table_of(scene, None)))
    page = str(shown(layout(comparisons, "ann", everyone)))
    for name in ("A share & <b>more</b>", "Skewed", "Slope", "Failing", "REML BLUP"):
        assert f"Show {name}" in page
    assert page.count("'children': 'plugin'") == len(STRANGERS)
    assert str(ids.estimator_option("share", "share")) in page
    own = own_options(Share(), shared_options(comparisons.registry))
    assert all(spec.label in page for spec in own)


@pytest.mark.slow_cases
@pytest.mark.parametrize(
    "content",
    [
        "school,score\na,1\n",
        "school,score\na,1\na,2\na,4\n",
        "school,score\na,1\nb,2\nc,4\nd,4\n",
        "school,score\na,1\na,1\nb,1\nb,1\n",
        "school,score\na,1\na,1\nb,2\nb,2\nc,9\n",
        "school,score\na,1\na,3\nb,1.5\nb,2.5\nc,1\nc,3\n",
        "school,score\na,1e150\na,3e150\nb,5e150\nb,2e150\nc,1e149\n",
        "school,score\na,1e-12\na,3e-12\nb,5e-12\nb,2e-12\nc,1e-13\n",
        "school,score\nNA,1\n<b>,3\n=1+1,-5\n'x,2\n'x,1\n",
    ],
)
def test_awkward_data_reach_the_page(comparisons, upload, content):
    choices = Choices(
        ChosenColumns(upload(content=content).token, "score", "school"), on=tuple(comparisons.registry)
    )
    for theme in (True, False):
        scene = comparisons.scene("ann", choices, dark=theme)
        sent = shown(comparison_content(comparisons, choices, comparisons.source("ann", choices), scene))
        contents = card_contents(draw_views(comparisons.views, scene))
        assert set(shown(contents)) == {ids.view_graph(view.id) for view in comparisons.views}
        groups = sent["index"]["groups"]
        assert groups["positions"] == list(range(len(scene)))
        assert sorted(groups["keys"]) == list(range(len(scene)))
        assert groups["labels"] == scene.labels
        assert groups["n"] == scene.n.tolist()


def test_the_index_goes_by_key(comparisons, choices):
    scene = comparisons.scene("ann", replace(choices, sort="ols"))
    index = groups_index(scene)
    groups = index["groups"]
    assert dict(zip(groups["keys"], groups["labels"], strict=True)) == {i: f"s{i}" for i in range(6)}
    assert groups["labels"] == ["s2", "s5", "s4", "s1", "s3", "s0"]
    assert groups["n"] == [3] * 6
    assert (index["view"], index["unit"]) == (scene.selection_key, {"one": "school", "many": "schools"})


def test_a_long_table_asks_for_its_rows(comparisons, upload):
    count = CLIENT_SIDE_GROUPS + 1
    values = np.random.default_rng(0).standard_normal(count).round(3)
    content = "school,score\n" + "".join(f"s{i},{v}\n" for i, v in enumerate(values))
    choices = Choices(ChosenColumns(upload(content=content).token, "score", "school"), on=("ols",))
    grid = table_of(comparisons.scene("ann", choices), None)
    assert grid.rowModelType == "infinite"
    assert grid.dashGridOptions["maxConcurrentDatasourceRequests"] == 1
    assert not hasattr(grid, "rowData")


def test_of_which_outcomes_lower_is_better_is_remembered_for_each(comparisons, upload, monkeypatch):
    token = upload(content="school,score,cost\n" + "a,1,5\nb,2,4\nc,4,9\n" * 4).token
    turned = []
    monkeypatch.setattr(comparison, "set_props", lambda name, props: turned.append((name, props)))

    def page(outcome, before, checked, *, asked=False):
        now = Choices(ChosenColumns(token, outcome, "school"), on=("ols",))
        values = {"before": before.to_json() if before else None, "lower_better": checked, "as_ratios": False}
        triggers = ["lower-better"] if asked else []
        return comparison.with_ways_of_outcomes(comparisons, "ann", now, values, triggers)

    cost = page("cost", page("cost", None, False), True, asked=True)
    assert (cost.lower_better, cost.smallest_first, turned) == (("cost",), True, [])
    score = page("score", cost, True)
    assert not score.smallest_first
    assert turned == [("lower-better", {"checked": False})]
    assert page("cost", score, False).smallest_first
    comparisons.workspace.save_choices("ann", token, score.to_json())
    assert Choices.from_json(comparisons.workspace.load_choices("ann", token)) == score
    assert page("cost", None, False).smallest_first
    assert page("cost", None, False, asked=True).lower_better == ()


def test_an_order_that_there_is_not_any_more_is_let_go(comparisons, choices, monkeypatch):
    turned = []
    monkeypatch.setattr(comparison, "set_props", lambda name, props: turned.append((name, props)))
    for sort, found in (("@given", ""), ("nobody", ""), ("@name", "@name"), ("reml", "reml"), ("", "")):
        asked = replace(choices, on=("ols", "reml"), sort=sort)
        scene = comparisons.scene("ann", asked)
        assert comparison.with_offered_order(comparisons, asked, scene).sort == found
        assert turned == ([("sort", {"value": ""})] if found != sort else [])
        turned.clear()
    unticked = replace(choices, on=("ols",), sort="reml")
    scene = comparisons.scene("ann", unticked)
    assert comparison.with_offered_order(comparisons, unticked, scene).sort == ""
    drawn = within(layout(comparisons, "ann", unticked))
    [order] = [part for part in drawn if getattr(part, "id", None) == ids.SORT]
    assert order.value == ""


def test_lower_is_better_turns_orders_and_ranks(comparisons, choices):
    usual, turned = (
        comparisons.scene("ann", replace(choices, lower_better=lower)) for lower in ((), ("score",))
    )
    assert turned.labels == usual.labels[::-1]
    for series in turned.series:
        np.testing.assert_array_equal(series.rank, usual.by_id(series.id).rank)
    np.testing.assert_array_equal(turned.own_rank, usual.own_rank)
    assert turned.own_mean[0] < turned.own_mean[-1]
