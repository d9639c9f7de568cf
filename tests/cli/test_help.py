"""Help says how to use each command and loads nothing heavy; without a command the options are serve's."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.commands import DYESTUFF, ROLES, ROOT
from tests.waiting import PATIENCE


@pytest.mark.parametrize(
    "arguments", [["--help"], ["-h"], ["compare", "--help"], ["serve", "-h"], ["estimators", "-h"]]
)
def test_help_says_how_to_use_it(blupboard, arguments):
    done = blupboard(*arguments)
    assert done.code == 0
    assert done.out.startswith("Usage: blupboard")
    assert done.err == ""


@pytest.mark.parametrize(
    ("command", "options"),
    [
        ("serve", "--host --port --no-browser --desktop --data --outcome --group --data-dir --plugins-dir"),
        (
            "compare",
            "--outcome --group --estimator --option --level --std-error --format --output --plugins-dir",
        ),
        ("estimators", "--format --plugins-dir"),
    ],
)
def test_every_option_of_a_command_is_in_its_help(blupboard, command, options):
    text = blupboard(command, "--help").out
    for option in options.split():
        assert f"{option} " in text or f"{option}\n" in text


HEAVY = (
    "numpy",
    "pandas",
    "scipy",
    "narwhals",
    "duckdb",
    "pyarrow",
    "dash",
    "plotly",
    "flask",
    "waitress",
    "statsmodels",
)


def test_help_loads_nothing_heavy():
    code = (
        "import atexit, sys\n"
        f"atexit.register(lambda: print([m for m in {HEAVY!r} if m in sys.modules], file=sys.stderr))\n"
        "from dashboard.cli import main\nmain(['compare', '--help'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, timeout=PATIENCE, cwd=ROOT
    )
    assert done.stdout.startswith("Usage: blupboard compare")
    assert done.stderr.strip() == "[]"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("roles", "needed"), [(ROLES, ()), ((), ("pyarrow.compute",))], ids=["chosen", "guessed"]
)
def test_comparing_loads_neither_the_page_nor_pandas(roles, needed):
    light = {"pyarrow.compute"} - set(needed)
    heavy = (
        *light,
        "pandas",
        "narwhals",
        "statsmodels",
        "dash",
        "plotly",
        "flask",
        "scipy.optimize",
        "scipy.stats",
    )
    code = (
        "import atexit, sys\n"
        f"atexit.register(lambda: print([m for m in {heavy!r} if m in sys.modules], file=sys.stderr))\n"
        f"from dashboard.cli import main\nmain(['compare', {str(DYESTUFF)!r}, *{roles!r}])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, timeout=PATIENCE, cwd=ROOT
    )
    assert done.stdout.startswith("30 of 30 rows in 6 groups\n")
    assert done.stderr.splitlines()[-1] == "[]"


def test_an_unknown_command_is_refused(refused):
    assert "nonsense" in refused("nonsense")


def test_without_a_command_the_options_are_those_of_serve(refused):
    assert "--data FILE" in refused("--outcome", "Yield")
    assert "--data FILE" in refused("serve", "--group", "Batch")
    assert "--port" in refused("--port", "70000")
    assert "--port" in refused("serve", "--port", "many")
