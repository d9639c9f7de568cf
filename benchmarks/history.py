"""What was measured before: a line for each run in ``history.jsonl``, of ratios on a kind of machine.

A ratio is kept where it is the median of three runs or more. One that is more than `WORSE` times the best
that was kept on a machine of the same kind is a failure.
"""

from __future__ import annotations

import datetime
import importlib.metadata
import json
import os
import platform
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

HISTORY: Final = Path(__file__).parent / "history.jsonl"
WORSE: Final = 1.3
ENOUGH_RUNS: Final = 3
PACKAGES: Final = ("numpy", "pyarrow", "duckdb", "pandas", "polars", "narwhals")


def machine() -> dict[str, Any]:
    """What kind of machine this is; nothing that tells it from others of its kind."""
    return {"system": platform.system(), "processor": platform.machine(), "cores": os.cpu_count()}


def line(ratios: Mapping[str, float]) -> dict[str, Any]:
    """A line of the history: what was measured, when, on what, and with which versions."""
    return {
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "machine": machine(),
        "python": platform.python_version(),
        "versions": {name: importlib.metadata.version(name) for name in PACKAGES},
        "ratios": {name: round(ratio, 3) for name, ratio in ratios.items()},
    }


def too_slow(ratios: Mapping[str, float], lines: Iterable[Mapping[str, Any]]) -> list[str]:
    """A sentence for each ratio that is worse than the best of the lines of this kind of machine allows."""
    best: dict[str, float] = {}
    for before in lines:
        if before["machine"] == machine():
            for name, ratio in before["ratios"].items():
                best[name] = min(ratio, best.get(name, ratio))
    return [
        f"{name}: {ratio:.2f}, more than {WORSE} times the best, {best[name]:.2f}"
        for name, ratio in ratios.items()
        if ratio > WORSE * best.get(name, ratio)
    ]


def keep(ratios: Mapping[str, float], runs: int, history: Path = HISTORY) -> None:
    """Add ratios to the history, medians of so many ``runs`` each; fewer than three are not kept.

    Raises:
        SystemExit: one is more than `WORSE` times the best before.

    """
    lines = [json.loads(text) for text in history.read_text().splitlines()] if history.exists() else []
    if runs >= ENOUGH_RUNS:
        with history.open("a") as file:
            file.write(json.dumps(line(ratios)) + "\n")
    if worse := too_slow(ratios, lines):
        raise SystemExit("\n".join(("slower than before:", *worse)))
