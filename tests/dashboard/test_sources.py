"""Where groups come from: what every source offers, and that nothing asks which kind it is."""

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
import pytest
from plotly.io.json import to_json_plotly as to_json

from dashboard.figures.page_view import draw_views
from dashboard.ingest import Condition, Reading, RowFilter
from dashboard.pages.comparison import comparison_content
from dashboard.pages.layout import layout
from dashboard.scene.scene import SORT_ROWS
from dashboard.session.choices import KINDS, Choices, kind_of
from dashboard.session.connected_table import ChosenTable
from dashboard.session.simulation import ChosenDesign
from dashboard.session.sources import Description, GroupSource, Scripts, SourceControls, selection_key
from dashboard.session.stored_file import ChosenColumns
from estimators import BlupboardError, Design, GroupData
from tests.components import text_of

CONTENT = "school,score,other\n" + "".join(f"s{i % 4},{i},{i * i}\n" for i in range(40))
TABLE = ChosenTable("lab", "results", "score", "school", asked=7)
DESIGN = Design(groups=6, per_group="3", sigma_group=1.0, sigma_error=1.0)


@pytest.fixture
def columns(comparisons):
    dataset = comparisons.workspace.receive("ann", "pupils.csv", io.BytesIO(CONTENT.encode()), None)
    return ChosenColumns(dataset.token, "score", "school")


@dataclass(frozen=True)
class ChosenSummaries:
    """A kind of source that the dashboard does not have: published means with their standard errors."""

    means: tuple[float, ...]
    controls: ClassVar[frozenset[str]] = frozenset()
    token: ClassVar[str] = "summaries"
    outcome: ClassVar[str] = "effect"
    compared: ClassVar[str] = "effect"
    group: ClassVar[str] = "trial"

    @property
    def selection_key(self):
        return selection_key(self.token, str(len(self.means)))

    def to_json(self):
        return {"token": self.token, "outcome": self.outcome, "group": self.group, "means": list(self.means)}

    def open(self, _holdings, _owner):
        return Summaries(self)


class Summaries(GroupSource):
    def __init__(self, chosen):
        self._data = GroupData.from_estimates(
            [f"t{j}" for j in range(len(chosen.means))], chosen.means, [1.0] * len(chosen.means)
        )
        self._chosen = chosen

    @property
    def key(self):
        return self._chosen

    def groups(self):
        return self._data

    def describe(self):
        return Description("Five trials", "trials.csv", "upload", counts_rows=False)

    def facts(self):
        return (f"{len(self._data)} trials",)

    def script(self, comparison, plugins_dirs=()):
        return Scripts("# r", f"# python, {len(comparison.results)}", "# statsmodels")


def test_a_kind_of_source_that_nobody_knows_is_compared_drawn_and_described(comparisons):
    choices = Choices(ChosenSummaries((1.0, 2.0, 4.0, 8.0, 9.0)), tuple(comparisons.registry))
    source, scene = comparisons.source("ann", choices), comparisons.scene("ann", choices)
    assert scene.by_id("reml") is not None
    assert scene.selection_key == choices.source.selection_key
    content = comparison_content(comparisons, choices, source, scene)
    assert text_of(content["chip"]) == "Five trials  · 5 trials"
    assert (content["roles"], content["draw_bar"], content["about"]) == (True, True, None)
    drawings = draw_views(comparisons.views, scene)
    assert [name for name, drawing in drawings.items() if not drawing.figure] == ["group-rows"]
    assert "without the rows behind them" in drawings["group-rows"].problem
    page = to_json(layout(comparisons, "ann", choices))
    assert "trials.csv" in page
    orders = ("Rows", "Information")
    offered = [label for label in orders if f'"value":"{SORT_ROWS}","label":"{label}"' in page]
    assert offered == ["Information"]
    assert source.script(scene.comparison).python == f"# python, {len(choices.on)}"
    assert (source.truth(), source.rows()) == (None, None)


def test_the_same_choice_is_the_same_source_and_computes_its_groups_once(comparisons, columns):
    for chosen in (columns, ChosenDesign(DESIGN)):
        first, again = (comparisons.source("ann", Choices(chosen, ())) for _ in range(2))
        assert first is again
        assert first.groups() is again.groups()


def test_what_is_chosen_otherwise_is_another_source(comparisons, columns):
    chosen = [columns, replace(columns, outcome="other"), ChosenDesign(DESIGN)]
    chosen.append(ChosenDesign(replace(DESIGN, seed=9)))
    keys = {comparisons.source("ann", Choices(one, ())).key for one in chosen}
    assert len(keys) == len(chosen)
    assert len({one.selection_key for one in chosen[:3]}) == 3
    assert chosen[2].selection_key == chosen[3].selection_key, "a selection outlives a new draw"


def test_a_file_that_is_stored_anew_under_its_token_is_another_source(comparisons, tmp_path):
    path = tmp_path / "local.csv"
    path.write_text(CONTENT)
    chosen = ChosenColumns(comparisons.workspace.import_file(path).token, "score", "school")
    before = comparisons.source("ann", Choices(chosen, ()))
    assert before.groups().total == 40
    path.write_text(CONTENT + "s9,1,1\ns9,2,2\n")
    assert comparisons.workspace.import_file(path).token == chosen.token
    after = comparisons.source("ann", Choices(chosen, ()))
    assert after != before
    assert after.groups().total == 42


@pytest.mark.slow
def test_a_file_says_how_many_of_its_rows_are_used(comparisons, columns):
    source = comparisons.source("ann", Choices(columns, ()))
    assert source.facts() == ("40 rows", "4 schools")
    dataset = comparisons.workspace.receive("ann", "a.csv", io.BytesIO(f"{CONTENT}s1,,\n".encode()), None)
    source = comparisons.source("ann", Choices(replace(columns, token=dataset.token), ()))
    assert source.facts() == ("40 of 41 rows", "4 schools")
    assert source.truth() is None


def test_a_simulation_knows_the_truth_and_gives_its_rows_away(comparisons):
    source = comparisons.source("ann", Choices(ChosenDesign(DESIGN), ()))
    assert source.facts() == ("6 groups", "18 rows", "truth known")
    assert np.isfinite(source.truth().mean).all()
    rows = b"".join(source.rows().pieces()).decode().splitlines()
    assert (rows[0], len(rows)) == ("group,y,true_mean", 19)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_comes_back_from_json_and_is_no_other_kind(kind, columns):
    chosen = next(one for one in (columns, ChosenDesign(DESIGN), TABLE) if isinstance(one, kind))
    assert [k.from_json(chosen.to_json()) for k in KINDS if k is not kind] == [None] * (len(KINDS) - 1)
    assert kind.from_json(chosen.to_json()) == chosen
    assert kind_of(chosen.token) is kind


@pytest.mark.parametrize("kind", KINDS)
def test_controls_that_say_nothing_are_refused_in_a_sentence(kind):
    with pytest.raises(BlupboardError, match=r"\w+ \w+ \w+"):
        kind.from_controls(SourceControls("t"))


def test_a_file_is_reduced_as_it_was_chosen_to_be_read(comparisons):
    content = "clinic;score;year\nA;1,5;2024\na ;2,5;2023\nB;-99;2024\nB;3,5;2024\nC;9,5;2024\n"
    dataset = comparisons.workspace.receive("ann", "a.csv", io.BytesIO(content.encode()), None)
    plain = ChosenColumns(dataset.token, "score", "clinic")
    chosen = replace(
        plain,
        reading=Reading(missing=("-99",), labels="folded"),
        rows=RowFilter(exclude=("C",), where=(Condition("year", "=", "2024"),)),
    )
    found, used = (comparisons.source("ann", Choices(one, ())) for one in (plain, chosen))
    assert found.groups().labels.tolist() == ["A", "B", "C", "a "]
    assert dict(zip(used.groups().labels.tolist(), used.groups().mean.tolist(), strict=True)) == {
        "A": 1.5,
        "B": 3.5,
    }
    assert {one.cause: one.rows for one in used.groups().left_out} == {
        "missing_outcome": 1,
        "excluded_group": 1,
        "where": 1,
    }
    assert used.file_groups().reading.missing == ("-99",)
