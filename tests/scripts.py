"""Run exported scripts: Python's always, R's where R and lme4 are."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import estimators
from tests.waiting import PATIENCE

ROOT = Path(estimators.__file__).parent.parent
RUN_ALL = """
for (folder in commandArgs(trailingOnly = TRUE)) {
  setwd(folder)
  seen <- new.env()
  sink("printed.txt")
  tryCatch(
    source("script.R", local = seen, encoding = "UTF-8"),
    error = function(e) writeLines(conditionMessage(e), "error.txt")
  )
  sink()
  if (file.exists("error.txt")) next
  for (name in c("tidy", "parameters")) {
    result <- seen[[name]]
    numeric <- sapply(result, is.numeric)
    result[numeric] <- lapply(result[numeric], function(x) ifelse(is.na(x), "NA", sprintf("%.17g", x)))
    write.csv(result, paste0(name, ".csv"), row.names = FALSE, fileEncoding = "UTF-8")
  }
}
"""


@cache
def r_with_lme4():
    """Rscript, where it and lme4 are; else None."""
    program = shutil.which("Rscript")
    if program is None:
        return None
    asked = [program, "-e", 'quit(status = as.integer(!requireNamespace("lme4", quietly = TRUE)))']
    found = subprocess.run(asked, check=False, capture_output=True, timeout=PATIENCE).returncode == 0
    return program if found else None


def run_r(root, folders):
    """Run ``script.R`` in each folder, where R is; leaves what it printed, and its two tables as CSV.

    One process runs all scripts, for R and lme4 take seconds to start.
    """
    program = r_with_lme4()
    if program is None:
        return
    (root / "all.R").write_text(RUN_ALL)
    done = subprocess.run(
        [program, "--vanilla", str(root / "all.R"), *map(str, folders)],
        check=False,
        capture_output=True,
        text=True,
        timeout=300,
        env={**os.environ, "LC_ALL": "C.UTF-8"},
    )
    assert done.returncode == 0, done.stderr
    for folder in folders:
        error = folder / "error.txt"
        assert not error.exists(), f"{folder.name}: {error.read_text()}"


def store_r_answers(stored, cases, prepare, kept):
    """What R makes of the cases' scripts, where R is: of each the files of `kept`, by the ending they get."""
    if r_with_lme4() is None:
        raise SystemExit("R with lme4 is needed to write these files anew.")
    stored.mkdir(exist_ok=True)
    with TemporaryDirectory() as scratch:
        places = {name: prepare(name, Path(scratch) / name) for name in cases}
        run_r(Path(scratch), list(places.values()))
        for name, place in places.items():
            for ending, made in kept.items():
                (stored / f"{name}{ending}").write_bytes((place / made).read_bytes())


def run_python(script, folder):
    """The last value of ``comparison`` in a script, tidy, and what the script printed."""
    code = script + '\nwith open("tidy.json", "w") as file:\n    file.write(comparison.tidy().to_json())\n'
    (folder / "script.py").write_text(code, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-W", "error", "script.py"],
        cwd=folder,
        check=False,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=PATIENCE,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"},
    )
    assert done.returncode == 0, done.stderr
    assert not done.stderr
    return json.loads((folder / "tidy.json").read_text()), done.stdout
