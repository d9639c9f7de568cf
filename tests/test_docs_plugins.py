"""The guide to plugins is followed from top to bottom, by someone who has an empty folder and blupboard."""

from __future__ import annotations

import importlib.metadata
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import sysconfig
import urllib.request
import venv
from dataclasses import dataclass
from pathlib import Path

import pytest

from dashboard.figures.page_view import draw_views
from dashboard.session.choices import Choices
from dashboard.session.comparisons import Comparisons
from dashboard.session.simulation import ChosenDesign
from dashboard.storage.workspace import Workspace
from estimators import Design, GroupData, build_registry, check_estimator
from tests.browser.serving import serving
from tests.commands import ROOT
from tests.test_docs import same, text_of
from tests.waiting import PATIENCE

pytestmark = pytest.mark.slow

GUIDE = text_of("docs/plugins.md")
_BLOCK = re.compile(
    r"^```(?P<kind>\w+)\n(?P<code>.*?)^```\n(?:\n```text\n(?P<prints>.*?)^```\n)?", re.DOTALL | re.MULTILINE
)
_SAVED = re.compile(r"\bas\s`([\w./-]+)`")
_EXITS = re.compile(r"\s+# exits with (\d)$")
OFFLINE = ("--no-build-isolation", "--no-index", "--no-deps")
INSTALLED = sorted({p.dist.name for p in importlib.metadata.entry_points(group="blupboard") if p.dist})
BLUPBOARD = f"""
import importlib.metadata
found_by_python = importlib.metadata.entry_points

def without_those_of_the_tester(**wanted):
    found = found_by_python(**wanted)
    if wanted.get("group") != "blupboard":
        return found
    return [point for point in found if point.dist.name not in {INSTALLED}]

importlib.metadata.entry_points = without_those_of_the_tester
from dashboard.cli import main
main()
"""
PAGE = """
import _page
print(_page.app.server.test_client().get("/_dash-layout").get_data(as_text=True))
"""


@dataclass(frozen=True)
class Block:
    """A block of code of the guide: a file if it has a name, else something that is run."""

    kind: str
    code: str
    file: str | None
    prints: str | None

    def __str__(self):
        return f"{self.file or self.kind}: {self.code.split(chr(10), 1)[0]}"


def blocks():
    """All blocks; one is a file if the paragraph before it says what it is saved as."""
    end = 0
    for match in _BLOCK.finditer(GUIDE):
        paragraph = GUIDE[end : match.start()].rstrip().rsplit("\n\n", 1)[-1]
        names = _SAVED.findall(paragraph) if match["kind"] == "python" else []
        yield Block(match["kind"], match["code"], names[-1] if names else None, match["prints"])
        end = match.end()


BLOCKS = tuple(blocks())
FILES = tuple(block for block in BLOCKS if block.file)
RUN = tuple(block for block in BLOCKS if not block.file and block.kind in {"python", "sh"})


@dataclass(frozen=True)
class Outcome:
    """What became of one command."""

    command: str
    code: int
    out: str
    err: str


class Follower:
    """Somebody with an empty folder and a Python of their own, in which blupboard is installed."""

    def __init__(self, folder):
        self.home, self.folder = folder / "python", folder / "plugins"
        self.folder.mkdir()
        venv.create(self.home, system_site_packages=True)
        paths = {"base": str(self.home), "platbase": str(self.home)}
        self.python = Path(sysconfig.get_path("scripts", "venv", paths)) / Path(sys.executable).name
        site = Path(sysconfig.get_path("purelib", "venv", paths))
        borrowed = [ROOT, *dict.fromkeys(sysconfig.get_path(name) for name in ("purelib", "platlib"))]
        (site / "borrowed.pth").write_text("".join(f"{path}\n" for path in borrowed))
        self.blupboard = folder / "blupboard.py"
        self.blupboard.write_text(BLUPBOARD)
        self.traces = {}
        """What lies in the Python before and after something was installed and removed."""

    def follow(self, block):
        """What becomes of each command of a block, or of its script."""
        if block.file:
            (self.folder / block.file).write_text(block.code, encoding="utf-8")
            return []
        if block.kind == "python":
            (self.folder / "_script.py").write_text(block.code, encoding="utf-8")
            return [self.run("-W", "error", "_script.py", shown="a script")]
        return [self.command(line) for line in block.code.splitlines()] if block.kind == "sh" else []

    def command(self, line):
        name, *arguments = shlex.split(line, comments=True)
        if name == "cp":
            shutil.copy(self.folder / arguments[0], self.folder / arguments[1])
            return Outcome(line, 0, "", "")
        if name == "blupboard":
            if arguments[0].startswith("-"):
                return Outcome(line, 0, self.page(arguments), "")
            return self.run(str(self.blupboard), *arguments, shown=line)
        if name == "pytest":
            return self.run("-m", "pytest", "-p", "no:dash", "-W", "error", *arguments, shown=line)
        assert name == "pip"
        more = OFFLINE if arguments[0] == "install" else ()
        self.traces.setdefault("before", self.inventory())
        done = self.run("-m", "pip", *arguments, *more, "--disable-pip-version-check", shown=line)
        self.traces["after"] = self.inventory()
        return done

    def run(self, *arguments, shown=""):
        environment = {
            k: v for k, v in os.environ.items() if not k.startswith(("BLUPBOARD_", "PYTHON", "PYTEST"))
        }
        environment |= {"PYTHONIOENCODING": "utf-8", "XDG_DATA_HOME": str(self.home.parent / "data")}
        done = subprocess.run(
            [str(self.python), *arguments],
            cwd=self.folder, env=environment, stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE,
            check=False, text=True, encoding="utf-8",
        )  # fmt: skip
        out, err = (text.replace(f"{self.folder}{os.sep}", ".../") for text in (done.stdout, done.stderr))
        return Outcome(shown, done.returncode, out, err)

    def page(self, arguments):
        """What the page is made of."""
        here = {".": str(self.folder), "rows.csv": str(self.folder / "rows.csv")}
        with serving(self.home.parent, *(here.get(word, word) for word in arguments)) as server:
            return urllib.request.urlopen(f"{server.url}/_dash-layout", timeout=PATIENCE).read().decode()

    def inventory(self):
        found = (path.relative_to(self.home) for path in self.home.rglob("*"))
        return {path.as_posix() for path in found if "__pycache__" not in path.parts}


@pytest.fixture(scope="module")
def follower(tmp_path_factory):
    return Follower(tmp_path_factory.mktemp("guide"))


@pytest.fixture(scope="module")
def followed(follower):
    """What became of every block, in the order of the guide."""
    return {block: follower.follow(block) for block in BLOCKS}


def test_no_block_of_the_guide_is_left_out():
    assert GUIDE.count("```") == 2 * (len(BLOCKS) + sum(b.prints is not None for b in BLOCKS))
    assert {block.kind for block in BLOCKS} == {"python", "sh", "toml", "text"}
    assert len(FILES) >= 9
    assert len(RUN) >= 15


@pytest.mark.parametrize("block", RUN, ids=str)
def test_what_the_guide_runs_prints_what_it_shows(followed, block):
    printed = ""
    lines = block.code.splitlines() if block.kind == "sh" else [""]
    for line, done in zip(lines, followed[block], strict=True):
        exits = _EXITS.search(line)
        assert done.code == (int(exits[1]) if exits else 0), done
        assert exits or not done.err, done
        printed += done.out + done.err
    if block.prints is not None:
        assert same(block.prints, printed), printed


@pytest.mark.parametrize("file", ["half_way", "stated_spread", "median"])
def test_the_estimators_of_the_guide_keep_to_the_contract(followed, follower, file):
    registry = build_registry(entry_points=False, files=[follower.folder / f"{file}.py"])
    assert not registry.failures
    check_estimator(registry[file])


def outcome(followed, start):
    """That of the only command that begins like this; a null ends it."""
    outcomes = [done for several in followed.values() for done in several]
    (found,) = [done for done in outcomes if f"{done.command}\0".startswith(start)]
    return found


def test_the_page_has_what_the_guide_brings(followed, follower):
    page = outcome(followed, "blupboard --plugins-dir").out
    assert "Half way" in page
    with serving(follower.home.parent, "--plugins-dir", str(follower.folder)) as server:
        page = urllib.request.urlopen(f"{server.url}/_dash-layout", timeout=PATIENCE).read().decode()
    brought = ["Half way", "Of the way to the middle.", "Stated spread", "How far groups move"]
    for words in (*brought, '".dta"', "Five made-up groups"):
        assert words in page


def test_the_page_of_a_program_has_its_objects(followed, follower):
    done = follower.run("-c", PAGE)
    assert done.code == 0, done.err
    assert "Half way" in done.out
    assert "Spread between groups" in done.out


def test_a_distribution_made_by_the_guide_shows_up_and_goes_without_trace(followed, follower):
    assert "3 passed" not in outcome(followed, "pytest").out  # one of them is the guide's own
    assert "4 passed" in outcome(followed, "pytest").out
    shown = "ok  stated-spread  0.1.0  stated_spread  distribution"
    assert f"```text\n{shown}\n```" in GUIDE
    listed = [re.sub(r"\s+", " ", line) for line in outcome(followed, "blupboard plugins\0").out.splitlines()]
    assert re.sub(r"\s+", " ", shown) in listed
    keeps = outcome(followed, "blupboard check-plugin stated-spread").out
    assert keeps == "ok      stated_spread keeps to the contract\n"
    assert "Stated spread" in outcome(followed, "blupboard risk --replicates").out
    assert follower.traces["after"] == follower.traces["before"]
    known = follower.run(str(follower.blupboard), "plugins", "--format", "json")
    assert [line["name"] for line in json.loads(known.out)] == ["blupboard"]


def test_the_files_of_a_new_plugin_are_those_of_the_guide(followed, follower):
    tree = re.search(r"^    stated-spread/\n(.*?)\n\n", GUIDE, re.DOTALL | re.MULTILINE)[1].split()
    written = {
        path.relative_to(follower.folder / "stated-spread").as_posix()
        for path in (follower.folder / "stated-spread").rglob("*")
        if path.is_file() and not {"__pycache__", ".pytest_cache"} & set(path.parts)
    }
    assert set(tree) == {name for name in written if ".egg-info" not in name}
    block = next(block for block in BLOCKS if block.kind == "toml")
    assert block.code in (follower.folder / "stated-spread" / "pyproject.toml").read_text(encoding="utf-8")


def test_a_distribution_takes_its_data_along_as_the_guide_says(followed, follower):
    _, settings = (block.code for block in BLOCKS if block.kind == "toml")
    folder = follower.folder / "made-up"
    package = folder / "made_up"
    package.mkdir(parents=True)
    shutil.copy(follower.folder / "made_up.py", package / "__init__.py")
    shutil.copy(follower.folder / "rows.csv", package)
    written = (follower.folder / "stated-spread" / "pyproject.toml").read_text(encoding="utf-8")
    renamed = written.replace("stated-spread", "made-up").replace("stated_spread", "made_up")
    plain = '[tool.setuptools]\npy-modules = ["made_up"]\n'
    assert plain in renamed
    (folder / "pyproject.toml").write_text(renamed.replace(plain, settings + "\n"), encoding="utf-8")
    (folder / "README.md").write_text("Made up.", encoding="utf-8")
    assert follower.command("pip install ./made-up").code == 0
    done = follower.command("blupboard check-plugin made-up")
    assert follower.command("pip uninstall --yes made-up").code == 0
    assert done.out == "ok      the dataset made_up keeps to the contract\n"


def test_the_view_of_the_guide_is_drawn_and_linked(followed, follower, tmp_path):
    registry = build_registry(entry_points=False, files=[follower.folder / "moved.py"])
    comparisons = Comparisons(Workspace(tmp_path), registry)
    chosen = Choices(ChosenDesign(Design(groups=4, per_group="3")), ("ols", "reml"))
    drawn = draw_views(comparisons.later_views, comparisons.scene("ann", chosen))
    [shown] = [drawing for name, drawing in drawn.items() if "moved" in name]
    assert not shown.problem
    assert [trace["meta"] for trace in shown.figure["data"]] == [{"groups": True, "stride": 1}] * 2


def test_the_dataset_and_the_file_of_the_guide_are_the_rows(followed, follower):
    registry = build_registry([follower.folder], entry_points=False)
    sample, reader = registry.samples["made_up"], registry.readers["stata"]
    assert sample.file == follower.folder / "rows.csv"
    frame = reader.read(follower.folder / "rows.dta")
    data = GroupData.from_frame(frame, outcome=sample.outcome, group=sample.group)
    assert (len(data), data.total) == (5, 28)
