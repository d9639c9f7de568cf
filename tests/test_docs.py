"""The documents keep to the product: their code prints what they say, their links and pictures are there."""

import importlib.util
import os
import re
import runpy
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from estimators import (
    PRESETS,
    Design,
    RiskStudy,
    build_registry,
    check_estimator,
    compare,
    run_risk,
    simulate,
)
from estimators.risk.scores import MEASURES
from estimators.simulation.effects import SHAPES
from tests.browser.serving import serving
from tests.oracles import BUILT_IN
from tests.waiting import PATIENCE

ROOT = Path(__file__).parents[1]
PAGES = (
    "README.md",
    "CHANGELOG.md",
    "docs/guide.md",
    "docs/simulate.md",
    "docs/risk.md",
    "docs/inference.md",
    "docs/covariates.md",
    "docs/plugins.md",
    "plugins/README.md",
    "benchmarks/README.md",
)
STORIES = ("docs/plugins.md",)
"""What is followed from top to bottom instead, by tests of its own."""
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```\n(?:\n```text\n(.*?)^```\n)?", re.DOTALL | re.MULTILINE)
_NUMBER = re.compile(r"-?\d[\d,]*(?:\.(\d+))?%?")


@dataclass(frozen=True)
class Block:
    """A block of code on a page, and what the page says that it prints; None: it does not say."""

    page: str
    kind: str
    code: str
    prints: str | None


def text_of(page):
    return (ROOT / page).read_text(encoding="utf-8")


def blocks(page, kind=None):
    """The blocks of code of a page, from the top."""
    found = [Block(page, *match) for match in _BLOCK.findall(text_of(page))]
    kept = [block for block in found if kind is None or block.kind == kind]
    return [Block(b.page, b.kind, b.code, b.prints or None) for b in kept]


def commands(page):
    """The lines of the shell that stand indented on a page."""
    shell = re.findall(r"^    ((?:make|pip|python|\.venv/\S+) .*)$", text_of(page), re.MULTILINE)
    return [re.sub(r"\s+#.*", "", line).strip() for line in shell]


READERS = {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", "DASK_LOGGING__DISTRIBUTED": "error"}
"""Of the environment of a script; that a busy machine ends a cluster late is no complaint."""


def run(folder, *command):
    """What another program prints in a folder; it must not fail nor complain."""
    done = subprocess.run(
        command, cwd=folder, env={**os.environ, **READERS},
        stdin=subprocess.DEVNULL, capture_output=True, text=True, encoding="utf-8", timeout=PATIENCE,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout


@pytest.fixture
def reader(tmp_path, monkeypatch):
    """The folder where a reader's files stand, who works in it."""
    (tmp_path / "docs").mkdir()
    shutil.copy(ROOT / "docs" / "schools.csv", tmp_path / "docs")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def same(shown, printed):
    """Whether two texts are the same but for two units in the last digit that is shown of a number.

    Last digits may differ between processors.
    """
    one, other = ([re.sub(r"\s+", " ", line).strip() for line in t.splitlines()] for t in (shown, printed))
    return len(one) == len(other) and all(map(_same_line, one, other))


def _same_line(shown, printed):
    if _NUMBER.sub("#", shown) != _NUMBER.sub("#", printed):
        return False
    pairs = zip(_NUMBER.finditer(shown), _NUMBER.finditer(printed), strict=True)
    return all(abs(_value(a) - _value(b)) <= 2.01 * 10.0 ** -len(a[1] or "") * bool(a[1]) for a, b in pairs)


def _value(match):
    return float(match[0].replace(",", "").rstrip("%"))


LARGEST_PICTURE = 300_000
SERVES = "blupboard --data"
STARTS_PROCESSES = 'if __name__ == "__main__":'
"""In a script that has to be one of its own, for the processes that it starts."""
SINGLY = [page for page in PAGES if page not in STORIES]
PYTHON = [block for page in SINGLY for block in blocks(page, "python")]
SHELL = [block for page in SINGLY for block in blocks(page, "sh")]
R_CODE = [block for page in SINGLY for block in blocks(page, "r")]


def place(block):
    return f"{block.page}-{block.code.split(chr(10), 1)[0]}"


def plain(page):
    """The text of a page without its line breaks."""
    return re.sub(r"\s+", " ", text_of(page))


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)]+)\)", text_of(page)):
        if target.startswith("https://"):
            continue
        file, _, heading = target.partition("#")
        found = (ROOT / page).parent / file if file else ROOT / page
        assert found.exists(), target
        if heading:
            assert heading in [anchor(line) for line in found.read_text(encoding="utf-8").splitlines()], (
                target
            )


def anchor(line):
    """The address of a heading within its page."""
    title = re.fullmatch(r"#+ (.*)", line)
    return title and re.sub(r"[^\w -]", "", title[1].lower()).replace(" ", "-")


def test_every_picture_is_shown_and_small():
    shown = "".join(map(text_of, PAGES))
    for picture in (ROOT / "docs" / "images").iterdir():
        assert f"images/{picture.name})" in shown, picture.name
        assert picture.stat().st_size < LARGEST_PICTURE, picture.name


def test_no_kind_of_code_is_left_out():
    assert {block.kind for page in SINGLY for block in blocks(page)} <= {"python", "sh", "r", "text"}
    assert len(PYTHON) >= 8
    assert len(SHELL) >= 6


# Code


@pytest.mark.slow
@pytest.mark.parametrize("block", PYTHON, ids=place)
def test_python_runs_and_prints_what_the_page_says(block, reader, capfd):
    script = reader / "script.py"
    script.write_text(block.code, encoding="utf-8")
    if STARTS_PROCESSES in block.code:
        printed = run(reader, sys.executable, "-W", "error", script.name)
    else:
        runpy.run_path(str(script), run_name="__main__")
        printed, complaints = capfd.readouterr()
        assert complaints == ""
    if block.prints is not None:
        assert same(block.prints, printed), printed


@pytest.mark.slow
@pytest.mark.parametrize("block", SHELL, ids=place)
@pytest.mark.usefixtures("reader")
def test_commands_run_and_print_what_the_page_says(block, blupboard):
    printed = ""
    for line in block.code.splitlines():
        name, *arguments = shlex.split(line)
        assert name == "blupboard"
        if line.startswith(SERVES):
            continue
        done = blupboard(*arguments)
        assert (done.code, done.err) == (0, "")
        printed += done.out
    if block.prints is not None:
        assert same(block.prints, printed), printed


@pytest.mark.slow
def test_the_command_that_serves_a_file_serves_it(tmp_path):
    [line] = [line for b in SHELL for line in b.code.splitlines() if line.startswith(SERVES)]
    arguments = [str(ROOT / word) if word.endswith(".csv") else word for word in shlex.split(line)[1:]]
    with serving(tmp_path, *arguments) as server:
        assert server.process.poll() is None


@pytest.mark.parametrize("line", [line for page in PAGES for line in commands(page)])
def test_commands_of_make_and_of_python_are_there(line):
    words = shlex.split(line)
    if words[0] == "make":
        assert re.search(rf"^{words[1]}:", (ROOT / "Makefile").read_text(), re.MULTILINE)
    elif "-m" in words:
        assert importlib.util.find_spec(words[words.index("-m") + 1])
    else:
        assert words[:2] == ["pip", "install"]


@pytest.mark.parametrize("block", R_CODE, ids=place)
def test_r_draws_what_the_page_says(block, tmp_path):
    assert block.prints.split() == [f"{y:.10f}" for y in simulate(PRESETS["model1"].design).outcome[:3]]
    if program := shutil.which("Rscript"):
        assert run(tmp_path, program, "--vanilla", "-e", block.code) == block.prints


def test_the_estimator_in_the_readme_keeps_to_the_contract(tmp_path):
    [plugin] = [b.code for b in blocks("README.md", "python") if "register_estimators" in b.code]
    (tmp_path / "extra_rows.py").write_text(plugin, encoding="utf-8")
    registry = build_registry([tmp_path], entry_points=False)
    assert not registry.failures
    check_estimator(registry["extra_rows"])


# Words and numbers that stand in no block


def test_the_models_of_the_lesson_are_those_of_the_table():
    for preset in PRESETS.values():
        design = preset.design
        fit = compare(simulate(design).data, [BUILT_IN["reml"]])["reml"].fit
        signal = int(design.per_group) * design.ratio**2
        cells = (
            preset.label, f"{design.sigma_group:g}", f"{design.sigma_error:g}", design.per_group,
            f"{signal:g}", f"{fit.parameters['sigma_group'].value:.4f}", f"{fit.weight[0]:.4f}",
        )  # fmt: skip
        assert "| " + " | ".join(cells) + " |" in text_of("docs/simulate.md")
        assert (design.groups, design.mean) == (5, 16)


def test_luck_and_average_are_those_of_the_study():
    assert "level means are closer than REML in 8 of 100 draws" in text_of("docs/simulate.md")
    assert "Yet in 8 of 100 draws" in plain("docs/risk.md")
    study = RiskStudy(
        Design(groups=20, sigma_group=1.6, sigma_error=5),
        [BUILT_IN["ols"], BUILT_IN["reml"]],
        replicates=2000,
    )
    relative = run_risk(study).base["reml"]["relative_mse"].value
    assert f"REML's squared error is {relative:.0%} of the level means'" in plain("docs/risk.md")


def test_every_dial_shape_and_measure_has_its_line():
    simulating, risk = text_of("docs/simulate.md"), text_of("docs/risk.md")
    for shape in SHAPES.values():
        assert f"| `{shape.id}` |" in simulating
        if shape.parameter is not None:
            assert re.search(rf"\| `{shape.id}` \|[^|]*\|[^|]*\b{shape.parameter.default:g} \|", simulating)
    for measure in (*MEASURES, "relative_mse"):
        assert f"| `{measure}` |" in risk


@pytest.mark.parametrize("number", ["0.20 s", "0.72 s", "3.08e-06", "0.0101"])
def test_speeds_in_the_readme_are_measured_ones(number):
    assert number in text_of("README.md")
    assert re.search(rf"\b{re.escape(number.removesuffix(' s'))}\b", text_of("benchmarks/README.md"))
