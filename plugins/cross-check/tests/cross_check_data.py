"""Data and helpers that the tests share."""

import csv
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import numpy as np

import shelf
from blupboard_cross_check import register_estimators
from estimators import GroupData, build_registry
from shelf import value

HERE = Path(__file__).parent
SETS = HERE.parents[2] / "tests" / "data" / "oracles" / "sets"
"""The data sets on which the built-in BLUPs are held to solutions with 50 digits."""
BY_ID = {estimator.id: estimator for estimator in register_estimators()}
STATSMODELS, LME4 = BY_ID["statsmodels_mixedlm"], BY_ID["lme4"]
OURS = build_registry(entry_points=False)
NO_SPREAD_WITHIN = "edge_sigmae0"


@cache
def r_with_lme4():
    """Whether Rscript and lme4 are here."""
    program = shutil.which("Rscript")
    if program is None:
        return False
    asked = [program, "-e", 'quit(status = as.integer(!requireNamespace("lme4", quietly = TRUE)))']
    return subprocess.run(asked, check=False, capture_output=True, timeout=120).returncode == 0


def stand_in_for_r(folder, monkeypatch, *shell):
    """Put an ``Rscript`` first on the path: the lines of a shell script, else stand_in.py."""
    folder.mkdir(exist_ok=True)
    lines = shell or (f'exec "{sys.executable}" "{HERE / "stand_in.py"}" "$@"',)
    program = folder / "Rscript"
    program.write_text("\n".join(["#!/bin/sh", *lines, ""]), encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder), prepend=":")
    monkeypatch.setenv("PYTHONPATH", ":".join(sys.path))


def read_csv(path):
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def oracle(name):
    """GroupData of one of SETS."""
    rows = read_csv(SETS / f"{name}.csv")
    return GroupData.from_arrays([row["y"] for row in rows], [row["group"] for row in rows])


def lmer_alone():
    """(set, criterion) -> what lmer says on the file as it stands; see data/answers.R."""
    groups = {}
    for row in read_csv(HERE / "data" / "lmer_groups.csv"):
        groups.setdefault((row["set"], row["criterion"]), []).append(row)
    found = {}
    for row in read_csv(HERE / "data" / "lmer_fits.csv"):
        key = row.pop("set"), row.pop("criterion")
        answer = {name: float(value) for name, value in row.items()}
        of = {line["group"]: line for line in groups[key]}
        for name in ("estimate", "conditional"):
            answer[name] = {label: float(line[name]) for label, line in of.items()}
        found[key] = answer
    return found


def ours(criterion, data):
    return OURS[criterion].fit(data, {"std_error": "conditional"})


def codes(fit):
    """What a fit notes, without the note that each has."""
    found = shelf.codes(fit)
    assert found[-1] == "conditional_std_error"
    return found[:-1]


def larger_sigma(fit):
    return max(value(fit, "sigma_group"), value(fit, "sigma_error"))


def distance(fit, other):
    """The largest difference of estimates, in units of the larger sigma of ``other``."""
    return float(np.abs(fit.estimate - other.estimate).max()) / larger_sigma(other)


def balanced(between=1.0, groups=8, rows=5, seed=3):
    """Outcomes and groups."""
    rng = np.random.default_rng(seed)
    group = np.repeat(np.arange(groups), rows)
    return between * rng.standard_normal(groups)[group] + rng.standard_normal(len(group)), group
