"""Commands run in this process or in one of their own, and how they ended."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import estimators
from dashboard.samples import SAMPLES
from estimators import build_registry
from tests.waiting import PATIENCE

ROOT = Path(estimators.__file__).parent.parent
BUILT_IN_IDS = list(build_registry(entry_points=False))
PARAMETERS = ["mu", "mu_std_error", "sigma_group", "sigma_error", "icc", "criterion", "log_likelihood"]
DYESTUFF = SAMPLES["dyestuff"].file
ROLES = ("--outcome", "Yield", "--group", "Batch")


class Done:
    """How a command ended."""

    def __init__(self, code, out, err):
        self.code, self.raw, self.err = code, out, err

    @property
    def out(self):
        return self.raw.decode("utf-8")

    @property
    def json(self):
        return json.loads(self.out)

    @property
    def rows(self):
        return list(csv.DictReader(io.StringIO(self.out, newline="")))


def program(*arguments, check=True, **settings):
    """Run the command line in a process of its own."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **settings.pop("env", {})}
    done = subprocess.run(
        [sys.executable, "-m", "dashboard.cli", *map(str, arguments)],
        check=False,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=PATIENCE,
        env=environment,
        **settings,
    )
    if check:
        assert done.returncode == 0, done.stderr
    return Done(done.returncode, done.stdout, done.stderr.decode("utf-8"))
