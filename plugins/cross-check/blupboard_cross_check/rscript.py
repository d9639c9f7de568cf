"""R as a child process that fits lmer to rows in a folder of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from estimators import DataError, NotRun

if TYPE_CHECKING:
    from numpy.typing import NDArray

TIME_LIMIT = 60.0
"""Seconds."""
NO_LME4 = 3
LONGEST_QUOTE = 300
NO_R = "R is not installed here, or not on the path: install R and its package lme4 to see what it says"


def run_lmer(
    outcome: NDArray[np.float64], group: NDArray[np.int64], groups: int, *, reml: bool
) -> tuple[NDArray[np.float64], str, list[str]]:
    """The numbers in ``answer.bin`` as lmer.R says, the versions, and lme4's messages.

    Args:
        outcome: (N,)
        group: (N,) from 0 to ``groups`` - 1.
        groups: J.
        reml: or ML.

    Raises:
        NotRun: R or lme4 is missing, or it takes longer than TIME_LIMIT.
        DataError: lme4 refuses.

    """
    program = shutil.which("Rscript")
    if program is None:
        raise NotRun(NO_R)
    with tempfile.TemporaryDirectory(prefix="blupboard-lme4-") as name:
        folder = Path(name)
        outcome.astype("<f8").tofile(folder / "outcome.bin")
        group.astype("<i4").tofile(folder / "group.bin")
        script = files("blupboard_cross_check").joinpath("lmer.R").read_text(encoding="utf-8")
        (folder / "lmer.R").write_text(script, encoding="utf-8")
        arguments = ["--no-init-file", "lmer.R", "REML" if reml else "ML", str(groups)]
        status = _run([program, *arguments], folder)
        if status == NO_LME4:
            raise NotRun(
                "R is installed here but its package lme4 is not: run install.packages('lme4') in R to see "
                "what it says"
            )
        if (folder / "error.txt").exists():
            raise DataError(f"lme4 says: {_quoted(folder / 'error.txt')}")
        if status != 0 or not (folder / "said.txt").exists():
            raise NotRun(f"R ended without an answer (status {status}): {_quoted(folder / 'stderr.txt')}")
        version, *said = (folder / "said.txt").read_text(encoding="utf-8").splitlines()
        return np.fromfile(folder / "answer.bin", dtype="<f8"), version, said


def _run(command: list[str], folder: Path) -> int:
    """Run R in ``folder`` and return its status; whatever becomes of this process, nothing of it goes on.

    Raises:
        NotRun: it takes longer than TIME_LIMIT.

    """
    watch = [sys.executable, "-I", "-S", str(Path(__file__).with_name("watch.py"))]
    with (folder / "stderr.txt").open("wb") as errors:
        child = subprocess.Popen(  # noqa: S603 - no shell; the program is what the path has as Rscript
            [*watch, *command],
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=errors,
            env={**os.environ, "LANGUAGE": "en"},  # R's words in English, in whatever locale
            start_new_session=True,  # Ctrl-C is for this process, which then closes the pipe
        )
    with child:  # which closes its standard input at the end, and waits
        try:
            return child.wait(TIME_LIMIT)
        except subprocess.TimeoutExpired:
            raise NotRun(f"lme4 took longer than {TIME_LIMIT:g} seconds and was stopped") from None


def _quoted(path: Path) -> str:
    """The last line of a file, in no more than LONGEST_QUOTE characters."""
    lines = path.read_text(encoding="utf-8", errors="replace").split("\n")
    return next((line for line in reversed(lines) if line.strip()), "it says nothing")[:LONGEST_QUOTE].strip()
