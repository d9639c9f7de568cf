"""The one list of views: whatever stands in it is on the page, in its place, drawn, linked and saved."""

from __future__ import annotations

import io

import pytest

from dashboard.app import create_app
from dashboard.callbacks.views import card_contents
from dashboard.figures import views
from dashboard.figures.page_view import Drawing, PageView, draw_view, draw_views
from dashboard.figures.parts import group_markers, themed_figure
from dashboard.pages.layout import layout
from dashboard.scene.style import Style
from dashboard.session.choices import Choices
from dashboard.session.simulation import ChosenDesign
from dashboard.session.stored_file import ChosenColumns
from estimators import DataError, Design
from tests.components import of_class, text_of, within
from tests.scenes import ARRANGED, groups_of, scene_of

CSV = "school,score\n" + "".join(f"s{i},{v}\n" for i, v in enumerate([1, 5, 9, 4, 7, 8])) * 3


def rows_figure(scene):
    figure = themed_figure(scene)
    figure.add(group_markers(scene, scene.n, scene.own_mean, Style("#123456", "#abcdef", "circle"), "rows"))
    return figure


def refuse(scene):
    raise DataError("no rows to count")


BUILT_IN_VIEWS = views.VIEWS
FIFTH = PageView("rows", "Rows", "own mean by rows", rows_figure)


@pytest.fixture
def with_fifth(monkeypatch):
    monkeypatch.setattr(views, "VIEWS", (*BUILT_IN_VIEWS, FIFTH))


@pytest.fixture
def choices(comparisons):
    token = comparisons.workspace.receive("ann", "scores.csv", io.BytesIO(CSV.encode()), None).token
    return Choices(ChosenColumns(token, "score", "school"), on=("ols", "reml"))


def cards(comparisons, choices):
    page = layout(comparisons, "ann", choices)
    (panel,) = [part for part in within(page) if getattr(part, "id", None) == "comparison"]
    return {card.id: card for card in of_class(panel, "view")}


@pytest.mark.usefixtures("with_fifth")
def test_a_fifth_view_is_on_the_page_by_one_object(comparisons, choices):
    found = cards(comparisons, choices)
    wanted = [*BUILT_IN_VIEWS, FIFTH]
    assert sorted(found) == sorted(f"panel-{view.id}" for view in wanted)
    card = found["panel-rows"]
    assert "Rows own mean by rows" in text_of(card)
    assert getattr(card, "data-place") == "below"
    assert not card.hidden
    linked = of_class(card, "linked-view")
    assert [part.id for part in of_class(linked, "graph")] == ["view-rows"]
    entries = {getattr(part, "data-picture", None): part for part in within(card)}
    for kind in ("svg", "png"):
        assert getattr(entries[kind], "data-view") == "view-rows"
    of_all = [{type(part) for part in within(one)} for one in found.values()]
    assert all(kinds == of_all[0] for kinds in of_all), "no card has what another lacks"


@pytest.mark.usefixtures("with_fifth")
def test_a_fifth_view_is_drawn_with_the_others(comparisons, choices):
    scene = comparisons.scene("ann", choices)
    content = card_contents(draw_views(comparisons.live_views, scene))["view-rows"]
    (trace,) = content["figure"]["data"]
    assert trace["meta"] == {"groups": True, "stride": 1}
    assert content["figure"]["layout"]["meta"]["view"] == scene.selection_key
    assert (content["hidden"], content["problem"], content["subtitle"]) == (False, "", FIFTH.subtitle)


@pytest.mark.slow
@pytest.mark.usefixtures("with_fifth")
def test_a_fifth_view_is_drawn_while_a_dial_moves_and_in_the_browser(tmp_path):
    client = create_app(data_dir=tmp_path, plugins=[]).server.test_client()
    design = Design(groups=6, per_group="2-9")
    asked = Choices(ChosenDesign(design), ("reml",))
    frame = client.post("/simulate/frame", json={"design": design.to_json(), "choices": asked.to_json()}).json
    assert set(frame["figures"]) >= {f"view-{view.id}" for view in views.VIEWS if view.live}
    outputs = [callback["output"] for callback in client.get("/_dash-dependencies").json]
    drawn = "...".join(f"view-{view.id}.figure" for view in views.VIEWS if view.live)
    assert any(output.startswith(f"..{drawn}.") for output in outputs)


def test_each_view_of_the_list_has_an_id_a_title_and_a_place_of_its_own():
    assert len({view.id for view in views.VIEWS}) == len({view.title for view in views.VIEWS}) >= 4
    assert [view.place for view in views.VIEWS][:4] == ["tall", "wide", "single", "single"]
    assert all(view.live for view in ARRANGED)


def test_a_view_with_nothing_to_draw_is_hidden_and_one_that_cannot_be_drawn_says_why():
    scene = scene_of(groups_of([3, 4]))
    assert draw_view(PageView("a", "A", "a", lambda _scene: None), scene) == Drawing(subtitle="a")
    refused = draw_view(PageView("b", "B", "b", refuse), scene)
    assert refused == Drawing(problem="no rows to count", subtitle="b")
    with pytest.raises(ZeroDivisionError):
        draw_view(PageView("c", "C", "c", lambda _scene: 1 / 0), scene)
