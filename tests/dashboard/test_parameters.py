"""The table of parameters: what may be compared stands in one column, and nothing else does."""

from __future__ import annotations

from dashboard.pages.panels import parameters
from dashboard.scene.style import styles
from estimators import Estimator, GroupFit
from tests.components import text_of, within
from tests.scenes import built_in, groups_of, scene_of


class Own(Estimator):
    """A method with a likelihood of its own."""

    id, label, summary = "own", "Own way", "Fits something else."

    def _fit(self, data, options):
        return GroupFit(data.mean, parameters={"log_likelihood": -3.0, "mu": 2.0})


class Page:
    def __init__(self, estimators):
        self.styles = styles(estimators)


def cells(estimators):
    scene = scene_of(groups_of([3, 4, 9, 2, 5]), estimators)
    table = parameters(scene, Page(estimators))
    lines = [
        [text_of(cell) for cell in within(row) if type(cell).__name__ in ("Th", "Td")]
        for row in within(table)
        if type(row).__name__ == "Tr"
    ]
    return {line[0].strip(): dict(zip(lines[0][1:], line[1:], strict=True)) for line in lines[1:]}


def test_likelihoods_that_cannot_be_compared_have_columns_of_their_own():
    found = cells([*built_in("reml", "ml"), Own()])
    for label, mine in (("REML BLUP", "REML"), ("ML BLUP", "ML"), ("Own way", "Own way")):
        columns = [name for name in found[label] if name.startswith("Log likelihood")]
        assert columns == ["Log likelihood, REML", "Log likelihood, ML", "Log likelihood, Own way"]
        there = {name for name in columns if found[label][name] != "–"}
        assert there == {f"Log likelihood, {mine}"}
    assert found["Own way"]["Population mean μ"].startswith("2")
