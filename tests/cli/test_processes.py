"""The command line in a process of its own: pipes, encodings, readers that leave early."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest

from tests.commands import DYESTUFF, ROLES, ROOT, program
from tests.waiting import PATIENCE

pytestmark = pytest.mark.slow


def test_a_process_says_nothing_but_its_answer():
    done = program("compare", DYESTUFF, *ROLES, "--format", "json", env={"PYTHONWARNINGS": "error"})
    assert done.err == ""
    assert done.json["data"]["groups"] == 6


@pytest.mark.parametrize(
    "environment", [{"LC_ALL": "C"}, {"PYTHONIOENCODING": "ascii"}, {"PYTHONUNBUFFERED": "1"}]
)
def test_the_answer_is_utf_8_in_every_locale(file, environment):
    path = file("g,y\nΩ🎲,1\nΩ🎲,2\nz,3\nz,4\n")
    wanted = ["compare", path, "--outcome", "y", "--group", "g", "--estimator", "ols"]
    assert "Ω🎲" in program(*wanted, env=environment).out
    refused = program("compare", path, "--outcome", "ÿ", "--group", "g", env=environment, check=False)
    assert refused.code == 2
    assert "Traceback" not in refused.err


def large(file):
    numbers = np.random.default_rng(5).normal(size=20_000)
    return file("g,y\n" + "".join(f"group {i // 2},{y:.6f}\n" for i, y in enumerate(numbers)), "large.csv")


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_all_of_a_large_answer_arrives_through_a_pipe(file, unbuffered):
    path = large(file)
    chosen = ["--estimator", "ols", "--estimator", "reml"]
    wanted = ["compare", path, "--outcome", "y", "--group", "g", "--format", "csv", *chosen]
    done = program(*wanted, env={"PYTHONUNBUFFERED": unbuffered})
    assert len(done.rows) == 2 * 10_000
    assert done.out.endswith("\n")


@pytest.mark.parametrize("layout", ["table", "csv", "json"])
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_reader_that_leaves_early_ends_it_quietly(file, layout, unbuffered):
    path = large(file)
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "dashboard.cli",
            "compare",
            path,
            "--outcome",
            "y",
            "--group",
            "g",
            "--format",
            layout,
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": unbuffered},
    )
    with process:
        assert process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(timeout=PATIENCE) == 1
