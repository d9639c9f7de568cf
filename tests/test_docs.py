"""The README and the guide keep to the product: their code runs, their links and pictures are there."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from estimators import build_registry, check_estimator

ROOT = Path(__file__).parents[1]
PAGES = ("README.md", "CHANGELOG.md", "docs/guide.md", "benchmarks/README.md")
LARGEST_PICTURE = 300_000


def code_in_readme():
    return re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page):
    targets = re.findall(r"\]\(([^)]+)\)", (ROOT / page).read_text(encoding="utf-8"))
    for target in targets:
        if not target.startswith("https://"):
            assert (ROOT / page).parent.joinpath(target.partition("#")[0]).exists(), target


def test_every_picture_is_shown_and_small():
    shown = "".join((ROOT / page).read_text(encoding="utf-8") for page in PAGES)
    for picture in (ROOT / "docs" / "images").iterdir():
        assert f"images/{picture.name})" in shown, picture.name
        assert picture.stat().st_size < LARGEST_PICTURE, picture.name


def test_the_estimator_in_the_readme_keeps_to_the_contract(tmp_path):
    [plugin] = [code for code in code_in_readme() if "register_estimators" in code]
    (tmp_path / "extra_rows.py").write_text(plugin, encoding="utf-8")
    registry = build_registry([tmp_path], entry_points=False)
    assert not registry.failures
    check_estimator(registry["extra_rows"])


def test_the_python_in_the_readme_runs():
    [script] = [code for code in code_in_readme() if "compare(" in code]
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env=os.environ, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "REML BLUP" in done.stdout


def test_the_commands_in_the_readme_run(tmp_path):
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    commands = re.findall(r"^    blupboard ((?:compare|estimators).*)$", text, re.MULTILINE)
    assert len(commands) == 3
    for command in commands:
        done = subprocess.run(
            [sys.executable, "-m", "dashboard.cli", *command.split()],
            cwd=ROOT, env=os.environ, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert done.stderr == ""
