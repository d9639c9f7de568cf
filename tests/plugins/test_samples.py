"""Samples: blupboard's own and those of plugins, found, tagged, opened; harmless where they are broken."""

from __future__ import annotations

import os

import pytest

from dashboard.callbacks.data import delete_dataset, open_dataset
from dashboard.pages import ids
from dashboard.pages.panels import about_sample
from dashboard.pages.rail import rail
from dashboard.plugin_host.collect_plugins import collect
from dashboard.samples import SAMPLES
from dashboard.session.choices import Choices
from dashboard.session.comparisons import Comparisons
from dashboard.session.first_choices import first_choices, session_start, worked_example
from dashboard.session.simulation import ChosenDesign
from dashboard.storage.errors import UnusableSample
from dashboard.storage.workspace import Workspace
from estimators import Design, Sample
from tests.components import of_class, text_of, within

ROWS = "school,height\n" + "".join(f"s{i},{v}\n" for i, v in enumerate([1, 5, 9, 4])) * 3


@pytest.fixture
def heights(tmp_path):
    file = tmp_path / "heights.csv"
    file.write_text(ROWS)
    return Sample("heights", "Heights of pupils", file, "height", "school", "Look at s2.")


@pytest.fixture
def board_with(tmp_path):
    def make(*samples):
        registry = collect(entry_points=False, plugins=samples)
        files = {sample.id: sample.file for sample in registry.samples.values()}
        return Comparisons(Workspace(tmp_path / "root", samples=files), registry)

    return make


def problem(opened):
    return text_of(opened[-1])


def test_the_built_in_samples_come_first_and_through_the_hook(heights):
    registry = collect(entry_points=False, plugins=[heights])
    assert list(registry.samples) == [*SAMPLES, "heights"]
    assert worked_example(registry) == f"sample-{next(iter(SAMPLES))}"
    assert registry.statuses()[0].samples == tuple(SAMPLES)


def test_a_plugins_sample_stands_on_the_page_with_its_tag(board_with, heights):
    comparisons = board_with(heights)
    chosen = ChosenDesign(Design(groups=5))
    source = chosen.open(comparisons.holdings, "ann")
    shown = rail(comparisons, "ann", Choices(chosen, ()), source.describe(), chosen.design)
    buttons = of_class(shown, "sample")
    assert [button.id for button in buttons] == [ids.sample_button(name) for name in (*SAMPLES, "heights")]
    tags = [tag for button in buttons for tag in of_class(button, "tag")]
    assert [text_of(tag) for tag in tags] == ["plugin"]
    assert tags[0] in list(within(buttons[-1]))
    explained = {button.id["id"]: getattr(button, "data-explain", "") for button in buttons}
    assert "Sample" in explained.pop("heights"), "who brings it"
    assert set(explained.values()) == {""}


def test_a_plugins_sample_opens_with_its_columns_and_its_words(board_with, heights):
    comparisons = board_with(heights)
    opened = open_dataset(comparisons, "ann", "sample-heights")
    assert (opened[0]["name"], opened[2], opened[4], opened[-1]) == ("heights.csv", "height", "school", None)
    choices = first_choices(comparisons, "ann", "sample-heights")
    about = about_sample(comparisons.source("ann", choices).describe().sample)
    assert text_of(about) == "Heights of pupils.  Look at s2."
    assert of_class(about, "source") == []


BROKEN = {
    "": "heights.csv is empty",
    "PAR1 and no more": "heights.csv is a damaged or encrypted Parquet file",
    "school,size\na,1\nb,2\n": "has no column 'height'; it has 'school', 'size'",
    "a,b\nx,1\ny,2\n": "has no column 'height' and no column 'school'",
}


@pytest.mark.slow_cases
@pytest.mark.parametrize("content", BROKEN)
def test_a_sample_that_cannot_be_used_says_so_and_hurts_no_other(board_with, heights, content):
    heights.file.write_text(content)
    comparisons = board_with(heights)
    assert BROKEN[content] in problem(open_dataset(comparisons, "ann", "sample-heights"))
    assert comparisons.workspace.current("ann") is None
    assert open_dataset(comparisons, "ann", worked_example(comparisons.registry))[-1] is None


def test_a_sample_whose_file_has_gone_costs_nobody_the_page(board_with, heights):
    comparisons = board_with(heights)
    open_dataset(comparisons, "ann", "sample-heights")
    heights.file.unlink()
    assert "heights.csv cannot be read: no such file" in problem(
        open_dataset(comparisons, "ann", "sample-heights")
    )
    with pytest.raises(UnusableSample):
        comparisons.workspace.get("ann", "sample-heights")
    first = worked_example(comparisons.registry)
    assert session_start(comparisons, "ann", first, prefer=False).source.token == first


def test_a_sample_that_changes_is_read_anew_while_the_server_runs(board_with, heights):
    comparisons = board_with(heights)
    assert comparisons.workspace.get("ann", "sample-heights").table.rows == 12
    heights.file.write_text(ROWS + "s9,3\n")
    os.utime(heights.file, ns=(1, 1))
    assert comparisons.workspace.get("ann", "sample-heights").table.rows == 13


def test_after_a_deleted_file_comes_the_worked_example(board_with, heights):
    _, opened = delete_dataset(board_with(heights), "ann", "gone", "gone")
    assert opened == {"token": worked_example(collect(entry_points=False))}
