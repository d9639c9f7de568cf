"""The R scripts of every kind of file read the rows of the page and come to its numbers.

The scripts and what R printed are stored, so that they are held where R is not. ``python -m
tests.dashboard.test_r_code`` writes them anew where R and lme4 are; tests/data/code_export/README.md says
which R that was.
"""

from __future__ import annotations

from hashlib import sha256

import pandas as pd
import pytest

from dashboard.scripts.file_rows import FileRows
from dashboard.scripts.r_code import r_script
from estimators import GroupData, compare
from tests.dashboard.exported import CASES, DATA, exported, worst_differences
from tests.dashboard.strangers import BrokenCode, Shifted, WithoutCode
from tests.scripts import r_with_lme4, run_r, store_r_answers

STORED = DATA / "code_export"
DIGESTS = STORED / "scripts.sha256"
"""Of the scripts that R ran."""
EXAMPLES = ("dyestuff", "excluded", "boundary", "second_order")
"""Cases whose scripts are kept whole, to be read."""
NEAR = 1e-6
"""Of the scale of the data; 1.7e-7 was the worst, at a spread between groups next to 0."""
NUMBERS = ("std_error", "conf_low", "conf_high", "weight", "mu", "mu_std_error", "sigma_group",
           "sigma_error", "icc")  # fmt: skip
ROWS = FileRows("f.csv", "y", "g")


def prepare(name, folder):
    exported(name).place(folder)
    (folder / "script.R").write_text(exported(name).scripts.r, encoding="utf-8")
    return folder


def digest(name):
    return sha256(exported(name).scripts.r.encode()).hexdigest()


def read(path):
    no_number = {column: ["NA"] for column in NUMBERS}
    return pd.read_csv(
        path, dtype={"group": str, "estimator": str}, keep_default_na=False, na_values=no_number
    )


def assert_ours(name, tidy, parameters):
    worst = worst_differences(exported(name).comparison, tidy, parameters)
    assert worst["raw_mean"] < 1e-12
    assert max(worst.values()) < NEAR, worst


@pytest.mark.slow_cases
@pytest.mark.parametrize("name", CASES)
def test_the_script_is_the_one_that_r_ran_and_r_came_to_our_numbers(name):
    ran = {case: found for found, case in map(str.split, DIGESTS.read_text(encoding="utf-8").splitlines())}
    assert digest(name) == ran[name], "python -m tests.dashboard.test_r_code lets R run it anew"
    assert_ours(name, read(STORED / f"{name}.csv"), read(STORED / f"{name}.parameters.csv"))


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_script_reads_as_it_is_kept(name):
    assert exported(name).scripts.r == (STORED / f"{name}.R").read_text(encoding="utf-8")


@pytest.mark.slow_cases
@pytest.mark.parametrize("name", CASES)
def test_r_reads_a_file_itself_where_it_reads_the_same(name):
    found = exported(name)
    assert ('colClasses = "character"' in found.scripts.r) == found.case.direct
    assert ("blupboard rows" in found.scripts.r) == (not found.case.direct)


@pytest.mark.slow
def test_r_comes_to_them_again_where_r_is(tmp_path):
    if r_with_lme4() is None:
        return
    folders = {name: prepare(name, tmp_path / name) for name in CASES}
    run_r(tmp_path, list(folders.values()))
    for name, folder in folders.items():
        assert_ours(name, read(folder / "tidy.csv"), read(folder / "parameters.csv"))


@pytest.mark.slow
def test_other_rows_stop_the_script_where_r_is(tmp_path):
    if r_with_lme4() is None:
        return
    folder = prepare("plain", tmp_path / "plain")
    (folder / "scores.csv").write_text("school,score\nA,1\nB,2\n")
    with pytest.raises(AssertionError, match=r"length\(y\) == 15"):
        run_r(tmp_path, [folder])


def test_what_was_left_out_is_said():
    script = exported("where").scripts.r
    assert "# Not used: 2 rows left out, group left out: `F`" in script
    assert "# Not used: 6 rows left out, not where year=2024: `2023` (line 2)" in script
    assert "--exclude=F --where=year=2024 --output=scores-rows.csv -- scores.csv\n" in script
    assert "# Not used: 1 row left out, group left out: `Total` (line 17)" in exported("excluded").scripts.r
    assert '!(g %in% c("Total"))' in exported("excluded").scripts.r


def test_what_failed_or_needs_a_word_is_said_in_comments():
    alone = exported("one_group")
    for result in alone.comparison.failed:
        assert f"# {result.label}: left out, {result.message}\n" in alone.scripts.r
        assert f'"{result.id}"' not in alone.scripts.r
    assert "# Note: The group means lie no further apart than chance" in exported("boundary").scripts.r
    script = exported("dyestuff").scripts.r
    assert "# In blupboard: mu 1527.5, sigma_group 42.0006, sigma_error 49.5101, icc 0.418487\n" in script


def test_a_method_of_somebody_elses_says_its_own_r_or_a_comment_says_why_not():
    data = GroupData.from_arrays([1.0, 2.0, 4.0], ["a", "a", "b"])
    methods = [Shifted(), WithoutCode(), BrokenCode()]
    script = r_script(compare(data, methods, options={"shifted-mean": {"by": 2.5}}), ROWS)
    assert 'keep("shifted-mean", local({\n  means <- tapply(y, g, mean)\n\n  estimate <-' in script
    assert "as.vector(means) + 2.5\n  conf_low" in script
    assert '# Shifted mean"; quit() #\n' in script
    assert "# Without code: has no R code\n" in script
    assert "# Broken code: its R code failed with RuntimeError: no idea\n" in script
    assert "lme4" not in script


if __name__ == "__main__":
    store_r_answers(STORED, CASES, prepare, {".csv": "tidy.csv", ".parameters.csv": "parameters.csv"})
    DIGESTS.write_text("".join(f"{digest(name)}  {name}\n" for name in CASES), encoding="utf-8")
    for name in EXAMPLES:
        (STORED / f"{name}.R").write_text(exported(name).scripts.r, encoding="utf-8")
