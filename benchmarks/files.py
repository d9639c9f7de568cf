"""Whole files beside DuckDB's own query over them: ``python -m benchmarks.files``.

Each side runs in a new process, in turns; ratios are of the medians of all that the processes take, start and
imports too. DuckDB counts rows and takes means and variances of a file; the product reads the same file,
checks its cells, reduces them, and fits and compares all built-in methods.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.doors import columns
from benchmarks.history import keep

SEED = 14
"""Of which rows lack their outcome."""
OURS = """
import sys
from pathlib import Path
from dashboard.ingest import file_groups
from estimators import build_registry, compare
data = file_groups(Path(sys.argv[1]), outcome="y", group="g").data
compare(data, build_registry(entry_points=False).values())
"""
THEIRS = """
import sys, duckdb
duckdb.sql("set enable_progress_bar = false")
query = "select g, count(*), avg(y), var_pop(y) from '{}' group by g"
duckdb.sql(query.format(sys.argv[1])).to_arrow_table()
"""


@dataclass(frozen=True)
class Used:
    """What processes took, in seconds: medians."""

    cpu: float
    clock: float


def process(script: str, path: Path) -> tuple[float, float]:
    """(processor time, time by the clock) of a new process, in seconds."""
    # modules are compiled once, as those of an installed package are
    compiled = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    root = Path(__file__).parent.parent
    began, before = time.perf_counter(), os.times()
    subprocess.run([sys.executable, "-c", script, str(path)], check=True, cwd=root, env=compiled)
    after = os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return cpu, time.perf_counter() - began


def in_turns(path: Path, runs: int) -> tuple[Used, Used]:
    """Medians of our runs and of theirs, after one of each that is not counted."""
    found: tuple[list[tuple[float, float]], ...] = ([], [])
    for _ in range(runs + 1):
        for side, script in zip(found, (OURS, THEIRS), strict=True):
            side.append(process(script, path))
    ours, theirs = (Used(*map(statistics.median, zip(*side[1:], strict=True))) for side in found)
    return ours, theirs


def write_files(rows: int, groups: int, missing: float, folder: Path) -> dict[str, Path]:
    """The same two columns as text and as Parquet; a share of the outcomes is ``missing``."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.csv
    import pyarrow.parquet as pq

    y, labels = columns(rows, groups)
    lacking = np.random.default_rng(SEED).random(rows) < missing
    table = pa.table({"g": labels, "y": pa.array(y, mask=lacking)})
    pyarrow.csv.write_csv(table, folder / "rows.csv", pyarrow.csv.WriteOptions(quoting_style="none"))
    pq.write_table(table, folder / "rows.parquet")
    return {"CSV": folder / "rows.csv", "Parquet": folder / "rows.parquet"}


def main() -> None:
    """Measure, print, and add to the history."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.files", description=__doc__)
    parser.add_argument("--runs", type=int, default=3, help="of each side")
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--groups", type=int, default=100_000)
    parser.add_argument("--missing", type=float, default=0.0, help="the share of the rows without an outcome")
    options = parser.parse_args()
    print(f"\n{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}\n")
    print("| file | rows / groups | CPU s | DuckDB's CPU s | ratio | ratio by the clock |")
    print("|---|---|---|---|---|---|")
    ratios = {}
    with tempfile.TemporaryDirectory() as folder:
        files = write_files(options.rows, options.groups, options.missing, Path(folder))
        for name, path in files.items():
            ours, theirs = in_turns(path, options.runs)
            size = f"{options.rows:.0e} / {options.groups:.0e}"
            size += f", {options.missing:.0%} missing" if options.missing else ""
            ratios[f"{name}, {size}"] = ours.cpu / theirs.cpu
            print(
                f"| {name} | {size} | {ours.cpu:.2f} | {theirs.cpu:.2f} | {ours.cpu / theirs.cpu:.2f} "
                f"| {ours.clock / theirs.clock:.2f} |",
                flush=True,
            )
    keep(ratios, options.runs)


if __name__ == "__main__":
    main()
