"""The Python scripts for those without blupboard read the rows of the page and come to its numbers."""

from __future__ import annotations

import contextlib
import io
import runpy
import warnings

import pandas as pd
import pytest

from dashboard.scripts.file_rows import FileRows
from dashboard.scripts.statsmodels_code import statsmodels_script
from estimators import GroupData, compare
from tests.dashboard.exported import CASES, exported, worst_differences
from tests.dashboard.strangers import BrokenCode, Shifted, WithoutCode

NEAR = 1e-4
"""Of the scale of the data; 1.2e-5 was the worst."""


def run(script, folder, monkeypatch):
    """The names that a script leaves and what it prints; it runs here, since its imports take seconds."""
    (folder / "script.py").write_text(script, encoding="utf-8")
    monkeypatch.chdir(folder)
    printed = io.StringIO()
    with warnings.catch_warnings(), contextlib.redirect_stdout(printed):
        warnings.simplefilter("ignore")  # of statsmodels at a boundary
        return runpy.run_path("script.py"), printed.getvalue()


@pytest.mark.slow_cases
@pytest.mark.parametrize("name", CASES)
def test_the_script_comes_to_our_numbers(name, tmp_path, monkeypatch):
    found = exported(name)
    seen, printed = run(found.scripts.statsmodels, found.place(tmp_path / "here"), monkeypatch)
    data = found.comparison.data
    rows = data.require_rows()
    read = zip([seen["labels"][place] for place in seen["g"]], seen["y"].tolist(), strict=True)
    assert sorted(read) == sorted(zip(data.labels[rows.group], rows.outcome.tolist(), strict=True))
    worst = worst_differences(found.comparison, seen["tidy"], seen["parameters"])
    assert max(worst.values()) < NEAR, worst
    assert printed.split()[:3] == ["estimator", "group", "n"]


@pytest.mark.slow_cases
@pytest.mark.parametrize("name", CASES)
def test_pandas_reads_a_file_itself_where_r_does(name):
    found = exported(name)
    assert ("dtype=str" in found.scripts.statsmodels) == found.case.direct
    assert ("blupboard rows" in found.scripts.statsmodels) == (not found.case.direct)
    assert all(c.isprintable() or c == "\n" for c in found.scripts.statsmodels)
    compile(found.scripts.statsmodels, "script", "exec")


def test_other_rows_stop_the_script(tmp_path, monkeypatch):
    (tmp_path / "scores.csv").write_text("school,score\nA,1\nB,2\n")
    with pytest.raises(SystemExit, match="other rows than those in blupboard"):
        run(exported("plain").scripts.statsmodels, tmp_path, monkeypatch)


def test_a_method_of_somebody_elses_says_its_own_code_or_a_comment_says_why_not(tmp_path, monkeypatch):
    data = GroupData.from_arrays([1.0, 2.0, 4.0], ["a", "a", "b"])
    methods = [Shifted(), WithoutCode(), BrokenCode()]
    comparison = compare(data, methods, options={"shifted-mean": {"by": 2.5}}, level=0.5)
    script = statsmodels_script(comparison, FileRows("f.xlsx", "y", "g"))
    assert '# Shifted mean"; quit() #\n' in script
    assert "# Without code: has no code for statsmodels\n" in script
    assert "# Broken code: its code for statsmodels failed with RuntimeError: no idea\n" in script
    (tmp_path / "f-rows.csv").write_text("group,outcome\r\na,1.0\r\na,2.0\r\nb,4.0\r\n")
    tidy = run(script, tmp_path, monkeypatch)[0]["tidy"]
    assert tidy["estimate"].tolist() == [4.0, 6.5]
    assert tidy["conf_low"].tolist() == [3.5, 6.0]
    assert tidy["conf_high"].tolist() == [5.0, 7.5]
    assert tidy["weight"].isna().all()
    assert isinstance(tidy, pd.DataFrame)
