"""The Python scripts for those with blupboard say what ``compare`` says of the same file and rows."""

from __future__ import annotations

import json

import pytest

import estimators
from dashboard.ingest import reduce_file
from dashboard.scripts.file_rows import FileRows
from dashboard.scripts.python_code import python_script
from estimators import GroupData, compare
from tests.dashboard.exported import CASES, exported
from tests.scripts import run_python


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    [
        "quoted_names", "labels", "german", "missing", "one_group", "conditional", "where", "folded",
        "kind_sav", "field_mac_roman", "field_merged_cells",
    ],
)  # fmt: skip
def test_the_script_says_what_compare_says(name, tmp_path):
    found = exported(name)
    (tmp_path / found.case.file_name).write_bytes(found.file)
    got, printed = run_python(found.scripts.python, tmp_path)
    assert got == json.loads(found.comparison.tidy().to_json())
    assert printed.splitlines()[0].split() == list(estimators.TIDY_COLUMNS)
    for result in found.comparison.failed:
        assert f"{result.label}: {result.message}" in printed


@pytest.mark.slow
def test_only_what_was_said_of_a_file_stands_in_its_script():
    assert "Reading" not in exported("plain").scripts.python
    assert "RowFilter" not in exported("plain").scripts.python
    assert "reading=Reading(missing=('-99',), labels='folded')," in exported("folded").scripts.python
    assert "rows=RowFilter(exclude=('Total',), where=())," in exported("excluded").scripts.python
    assert "Condition(column='year', operator='=', value='2024')" in exported("where").scripts.python
    assert "sheet='Sheet'" in exported("kind_xlsx").scripts.python


PLUGIN = """
from dataclasses import dataclass
import numpy as np
from estimators import Estimator, GroupFit, hookimpl, option

@dataclass(frozen=True)
class Options:
    toward: float = option(0.0, label="Toward", minimum=-100, maximum=100)

class Half(Estimator):
    id, label, summary, Options = "half", "Half \\n way", "Half way to a number.", Options
    def _fit(self, data, options):
        return GroupFit(estimate=(data.mean + options.toward) / 2)

@hookimpl
def register_estimators():
    return [Half()]
"""


@pytest.mark.slow
def test_the_script_finds_plugins_in_their_folders(tmp_path):
    (tmp_path / 'my "plugins"').mkdir()
    (tmp_path / 'my "plugins"' / "half.py").write_text(PLUGIN)
    path = tmp_path / "scores.csv"
    path.write_bytes(exported("plain").file)
    registry = estimators.build_registry([tmp_path / 'my "plugins"'], entry_points=False)
    data = reduce_file(path, outcome="score", group="school")
    comparison = compare(data, [registry["ols"], registry["half"]], options={"half": {"toward": 12.5}})
    rows = FileRows("scores.csv", "score", "school", plugins_dirs=('my "plugins"',))
    got, _ = run_python(python_script(comparison, rows), tmp_path)
    assert got == json.loads(comparison.tidy().to_json())


@pytest.mark.slow_cases
@pytest.mark.parametrize("name", CASES)
def test_every_script_is_python(name):
    script = exported(name).scripts.python
    assert all(c.isprintable() or c == "\n" for c in script)
    compile(script, "script", "exec")


@pytest.mark.slow_cases
@pytest.mark.parametrize(
    "text", ['"', "\\", "\n", "\r", "\t", "\u202e", "\x7f", "\u00a0", "é", "🎲", "\\n", "{x}"]
)
def test_names_stay_on_their_line_and_inside_their_quotes(text):
    comparison = compare(GroupData.from_arrays([1.0, 2.0, 4.0], ["a", "a", "b"]), ["ols"])
    name = f"a{text}b"
    script = python_script(comparison, FileRows(name, name, name))
    assert all(c.isprintable() or c == "\n" for c in script)
    compile(script, "script", "exec")
