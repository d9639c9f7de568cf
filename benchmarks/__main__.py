"""Fits from columns in memory against other programs, and whole commands: ``python -m benchmarks``.

Every contender runs in a process of its own on the same columns, one after the other. The median of its runs
counts, by the clock and of the processor, which is the fairer one on a busy machine. A contender that takes
longer than ``--cap`` seconds on a design is stopped and not asked about larger ones.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import importlib.util
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.designs import DESIGNS, WITH_COVARIATES, Design, write

HERE = Path(__file__).parent
PEERS = ("mixedlm", "statsmodels", "lme4")
SMALL_FILE = HERE.parent / "tests" / "data" / "oracles" / "sets" / "dyestuff.csv"
COMMAND_RUNS = 9


@dataclass(frozen=True)
class Timing:
    """What one contender did on one design: medians of its runs, or the reason why there are none."""

    seconds: float | None
    cpu_seconds: float = float("nan")
    runs: int = 0
    sigma_group: float = float("nan")
    reason: str = ""


def command_of(name: str) -> list[str] | str:
    """How to start a contender, or why it cannot be started."""
    if name == "lme4":
        rscript = shutil.which("Rscript")
        if rscript is None:
            return "no R here"
        probe = subprocess.run([rscript, "-e", "library(lme4)"], capture_output=True, check=False)
        return [rscript, str(HERE / "lme4.R")] if probe.returncode == 0 else "no lme4 here"
    if importlib.util.find_spec(name) is None and name != "blupboard":
        return "not installed"
    return [sys.executable, "-m", "benchmarks.contender", name]


def run(command: list[str], warm_up: Path, design: Path, cap: float) -> Timing:
    """Time one contender on one design; the process as a whole has ``cap`` seconds."""
    try:
        done = subprocess.run(
            [*command, str(warm_up), str(design), str(cap / 3)],
            capture_output=True,
            text=True,
            timeout=cap,
            check=False,
            cwd=HERE.parent,
        )
    except subprocess.TimeoutExpired:
        return Timing(None, reason=f"over {cap:.0f} s")
    if done.returncode != 0:
        lines = done.stderr.strip().splitlines() or [f"ended with {done.returncode}"]
        return Timing(None, reason=lines[-1][:60])
    found = json.loads(done.stdout.strip().splitlines()[-1])
    return Timing(
        seconds=statistics.median(found["seconds"]),
        cpu_seconds=statistics.median(found["cpu_seconds"]),
        runs=len(found["seconds"]),
        sigma_group=found["sigma_group"],
    )


def fits(cap: float, designs: tuple[Design, ...]) -> None:
    """The table of fits, one line per design and contender."""
    commands = {name: command_of(name) for name in ("blupboard", *PEERS)}
    print(
        "| rows / groups | contender | s | CPU s | runs | times ours | CPU times ours | sigma_group off by |"
    )
    print("|---|---|---|---|---|---|---|---|")
    given_up: set[str] = set()
    with tempfile.TemporaryDirectory() as scratch:
        for design in designs:
            folder, warm_up = (folder_for(one, Path(scratch)) for one in (design, design.warm_up))
            ours: Timing | None = None
            for name, command in commands.items():
                if isinstance(command, str):
                    timing = Timing(None, reason=command)
                elif name in given_up:
                    timing = Timing(None, reason="skipped: a smaller one took too long")
                else:
                    timing = run(command, warm_up, folder, cap)
                ours = ours or timing
                if timing.seconds is None:
                    given_up.add(name)
                print(line(design, name, timing, ours), flush=True)
            shutil.rmtree(folder)
            shutil.rmtree(warm_up)


def folder_for(design: Design, scratch: Path) -> Path:
    """A new folder with a design's columns."""
    folder = scratch / f"{design.rows}-{design.groups}"
    folder.mkdir()
    write(design, folder)
    return folder


def line(design: Design, name: str, timing: Timing, ours: Timing) -> str:
    """One line of the table."""
    if timing.seconds is None or ours.seconds is None:
        return f"| {design} | {name} | {timing.reason} | | | | | |"
    off = "" if timing is ours else f"{abs(timing.sigma_group / ours.sigma_group - 1):.0e}"
    return (
        f"| {design} | {name} | {timing.seconds:.3g} | {timing.cpu_seconds:.3g} | {timing.runs} "
        f"| {timing.seconds / ours.seconds:.3g} | {timing.cpu_seconds / ours.cpu_seconds:.3g} | {off} |"
    )


def commands() -> None:
    """The table of whole processes."""
    start = [sys.executable, "-m", "dashboard.cli"]
    compare = [*start, "compare", str(SMALL_FILE), "--outcome", "y", "--group", "group"]
    print("\n| command | median s | slowest s | runs |\n|---|---|---|---|")
    for words, command in (
        ("blupboard --help", [*start, "--help"]),
        ("blupboard compare dyestuff.csv", compare),
    ):
        seconds = []
        for _ in range(COMMAND_RUNS + 1):
            began = time.perf_counter()
            subprocess.run(command, capture_output=True, check=True, cwd=HERE.parent)
            seconds.append(time.perf_counter() - began)
        seconds = seconds[1:]
        print(f"| {words} | {statistics.median(seconds):.3f} | {max(seconds):.3f} | {len(seconds)} |")


def main() -> None:
    """Run what was asked for and print it as tables."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "--cap", type=float, default=120.0, help="seconds that a contender may take on a design"
    )
    parser.add_argument("--only", choices=("fits", "covariates", "commands"), help="one of the tables")
    options = parser.parse_args()
    system = f"{platform.system()} {platform.machine()}"
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, {system}")
    packages = ("numpy", "pandas", "statsmodels", "mixedlm")
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in packages if installed(name))
    print(f"Python {platform.python_version()}, {versions}\n")
    if options.only in (None, "fits"):
        fits(options.cap, DESIGNS)
    if options.only in (None, "covariates"):
        fits(options.cap, WITH_COVARIATES)
    if options.only in (None, "commands"):
        commands()


def installed(name: str) -> bool:
    """Whether a package is here."""
    return importlib.util.find_spec(name) is not None


if __name__ == "__main__":
    main()
