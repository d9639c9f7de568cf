"""``blupboard new-plugin``: what it writes passes the check, installs and goes without trace."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

from estimators import build_registry
from tests.commands import ROOT
from tests.waiting import PATIENCE

pytestmark = pytest.mark.slow


def test_a_new_plugin_passes_the_check_as_it_is(blupboard, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = blupboard("new-plugin", "My.First-one")
    assert (done.code, done.err) == (0, "")
    assert "pip install --editable My.First-one" in done.out
    files = {p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*") if p.is_file()}
    assert files == {
        f"My.First-one/{name}"
        for name in ("pyproject.toml", "README.md", "my_first_one.py", "tests/test_my_first_one.py")
    }
    checked = blupboard("check-plugin", "My.First-one/my_first_one.py")
    assert (checked.code, checked.out) == (0, "ok      my_first_one keeps to the contract\n")
    assert "no estimator" not in (tmp_path / "My.First-one" / "README.md").read_text()
    registry = build_registry(entry_points=False, files=[tmp_path / "My.First-one" / "my_first_one.py"])
    assert registry["my_first_one"].label == "My first one"


@pytest.mark.parametrize("name", ["estimator", "options", "group-fit", "None", "hookimpl", "a"])
def test_names_that_meet_others_in_the_module_work(blupboard, tmp_path, name):
    assert blupboard("new-plugin", name, tmp_path / "new").code == 0
    (module,) = (tmp_path / "new").glob("*.py")
    assert blupboard("check-plugin", module).code == 0
    assert ast.parse((tmp_path / "new" / "tests" / f"test_{module.name}").read_text())


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("", "cannot be a name"),
        ("my plugin", "cannot be a name"),
        ("-x", "No such option"),
        ("../x", "cannot be a name"),
        ("1st", "cannot be a name"),
        ("x-", "cannot be a name"),
        ("größe", "cannot be a name"),
        ("a" * 61, "cannot be a name"),
        ("class", "there is a Python module class already"),
        ("json", "there is a Python module json already"),
        ("numpy", "there is a Python module numpy already"),
        ("estimators", "there is a Python module estimators already"),
        ("james-stein", "'james_stein' is the id of an estimator of blupboard"),
    ],
)
def test_an_impossible_name_is_refused(refused, tmp_path, name, words):
    sentence = refused("new-plugin", name, tmp_path / "new")
    assert words in sentence
    assert not (tmp_path / "new").exists()


def test_nothing_is_written_over(blupboard, refused, tmp_path):
    full = tmp_path / "full"
    full.mkdir()
    (full / "thesis.txt").write_text("x")
    assert "is not empty: name a new one" in refused("new-plugin", "mine", full)
    assert "is a file: name a new folder" in refused("new-plugin", "mine", full / "thesis.txt")
    assert [p.name for p in full.iterdir()] == ["thesis.txt"]
    empty = tmp_path / "empty"
    empty.mkdir()
    assert blupboard("new-plugin", "mine", empty).code == 0
    assert blupboard("new-plugin", "mine", tmp_path / "some" / "deep" / "place").code == 0


def test_a_new_plugin_installs_passes_its_test_shows_up_and_goes_without_trace(blupboard, tmp_path):
    source, home = tmp_path / "new", tmp_path / "venv"
    assert blupboard("new-plugin", "my-shrinker", source).code == 0
    venv.create(home, system_site_packages=True)
    paths = {"base": str(home), "platbase": str(home)}
    python = Path(sysconfig.get_path("scripts", "venv", paths)) / Path(sys.executable).name
    site = Path(sysconfig.get_path("purelib", "venv", paths))
    borrowed = [ROOT, *dict.fromkeys(sysconfig.get_path(name) for name in ("purelib", "platlib"))]
    (site / "borrowed.pth").write_text("".join(f"{path}\n" for path in borrowed))

    # pytest there is no worker of this run
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST")}

    def run(*command, cwd=tmp_path):
        done = subprocess.run(
            [str(python), *map(str, command)],
            cwd=cwd,
            env=environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def listed():
        return {
            line["name"]: line
            for line in json.loads(run("-m", "dashboard.cli", "plugins", "--format", "json"))
        }

    before = {path.relative_to(home) for path in home.rglob("*") if "__pycache__" not in path.parts}
    offline = ("--no-build-isolation", "--no-index", "--no-deps", "--disable-pip-version-check")
    run("-m", "pip", "install", *offline, source)
    assert listed()["my-shrinker"] == {
        "name": "my-shrinker",
        "source": "distribution",
        "version": "0.1.0",
        "status": "ok",
        "reason": None,
        "estimators": ["my_shrinker"],
    }
    assert "my_shrinker keeps to the contract" in run("-m", "dashboard.cli", "check-plugin", "my-shrinker")
    assert "3 passed" in run("-m", "pytest", "-p", "no:dash", "-W", "error", cwd=source)
    run("-m", "pip", "uninstall", "--yes", "my-shrinker")
    assert "my-shrinker" not in listed()
    assert {path.relative_to(home) for path in home.rglob("*") if "__pycache__" not in path.parts} == before
