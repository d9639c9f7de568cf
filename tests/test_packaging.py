"""What is built from the checkout is whole: it runs elsewhere, away from the checkout."""

import json
import os
import shutil
import subprocess
import sys
import tomllib
import zipfile
from email.parser import HeaderParser
from pathlib import Path

import pytest
from packaging.requirements import Requirement

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]
PACKAGES = ("estimators", "dashboard")
IN_THE_WHEEL = """
import dashboard, estimators, sys
from importlib.metadata import entry_points
from pathlib import Path
from dashboard.app import create_app
from dashboard.serving import page_assets

for package in (dashboard, estimators):
    assert Path(package.__file__).is_relative_to(sys.argv[1]), package.__file__
[command] = entry_points(group="console_scripts", name="blupboard")
assert callable(command.load())
client = create_app(data_dir=Path(sys.argv[2])).server.test_client()
names = ("main.mjs", "main.css", "page/upload.mjs", "page/upload.css")
assets = [f"/{page_assets.URL}/{name}" for name in names]
for address in ("/", "/_dash-layout", "/health", *assets):
    assert client.get(address).status_code == 200, address
assert b"Dyestuff" in client.get("/_dash-layout").data
"""


def run(*command, cwd, **environment):
    done = subprocess.run(
        [sys.executable, *map(str, command)],
        cwd=cwd, env=os.environ | environment, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-4000:]
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """A wheel built from a copy of what belongs to it, so that nothing built before slips in."""
    source = tmp_path_factory.mktemp("source")
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    for package in PACKAGES:
        shutil.copytree(ROOT / package, source / package, ignore=shutil.ignore_patterns("__pycache__"))
    folder = tmp_path_factory.mktemp("wheel")
    build = "import sys; from setuptools import build_meta; build_meta.build_wheel(sys.argv[1])"
    run("-c", build, folder, cwd=source)
    [built] = folder.glob("*.whl")
    return zipfile.ZipFile(built)


def test_every_file_of_the_packages_is_in_and_nothing_else(wheel):
    there = {
        file.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for file in (ROOT / package).rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }
    built = {name for name in wheel.namelist() if ".dist-info/" not in name}
    assert built == there


def test_what_the_wheel_says_of_itself(wheel):
    [metadata] = [name for name in wheel.namelist() if name.endswith("METADATA")]
    said = HeaderParser().parsestr(wheel.read(metadata).decode())
    assert said["Name"] == "blupboard"
    assert said["Requires-Python"] == ">=3.11"
    assert said["License-Expression"] == "MIT"
    assert any(name.endswith("LICENSE") for name in wheel.namelist())
    assert not any("://" in requirement for requirement in said.get_all("Requires-Dist"))


def test_it_runs_away_from_the_checkout(wheel, tmp_path):
    installed = tmp_path / "installed"
    wheel.extractall(installed)
    path = {"PYTHONPATH": str(installed)}
    run("-c", IN_THE_WHEEL, installed, tmp_path / "data", cwd=tmp_path, **path)
    sample = installed / "dashboard" / "samples" / "dyestuff.csv"
    said = run(
        "-m",
        "dashboard.cli",
        "compare",
        sample,
        "--outcome",
        "Yield",
        "--group",
        "Batch",
        cwd=tmp_path,
        **path,
    )
    assert "REML BLUP" in said


def test_packages_of_node_are_pinned_and_name_no_address():
    text = (ROOT / "package-lock.json").read_text()
    assert "://" not in text, 'take "resolved" and "funding" out of package-lock.json'
    lock = json.loads(text)["packages"]
    wanted = json.loads((ROOT / "package.json").read_text())["devDependencies"]
    assert lock[""]["devDependencies"] == wanted
    assert all(lock[f"node_modules/{name}"]["version"] == version for name, version in wanted.items())
    assert all("integrity" in package for name, package in lock.items() if name)


def test_pins_hold_every_package_and_name_no_address():
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]
    assert all(pin.count("==") == 1 and "/" not in pin and "@" not in pin for pin in pins)
    names = {pin.partition("==")[0] for pin in pins}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = list(project["dependencies"])
    for extra in project["optional-dependencies"].values():
        wanted += extra
    assert {Requirement(w).name.lower() for w in wanted} <= names
