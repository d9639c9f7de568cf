"""Every door beside its own library's group-by: ``python -m benchmarks.doors``.

Ratios of processor time, of the medians of runs that take turns in one process. The library counts rows and
takes means and variances; the product checks every cell, reduces, and makes ``GroupData``. The last line
adds the fits of all built-in methods and the comparison.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks.history import keep
from estimators import GroupData, build_registry, compare

PLACE = 10.0
"""Where the outcomes are, in standard deviations within groups."""
MILLION, TEN_MILLION = (1_000_000, 10_000), (10_000_000, 100_000)
OWN_LABEL = (1_000_000, 1_000_000)


@dataclass(frozen=True)
class Door:
    """One way in, and what its library does with the same columns."""

    name: str
    rows: int
    groups: int
    ours: Callable[[], object]
    theirs: Callable[[], object]
    target: float


def columns(rows: int, groups: int) -> tuple[np.ndarray[Any, Any], list[str]]:
    """Outcomes and labels as text, in no order."""
    rng = np.random.default_rng(rows + groups)
    group = rng.permutation(rows) if rows == groups else rng.integers(0, groups, rows)
    y = PLACE + 0.5 * rng.standard_normal(groups)[group] + rng.standard_normal(rows)
    names = np.array([f"group {i:07}" for i in range(groups)], dtype=object)
    return y, names[group].tolist()


def reduced(frame: object) -> GroupData:
    """The product's way."""
    return GroupData.from_frame(frame, outcome="y", group="g")


def pandas_doors(rows: int, groups: int) -> list[Door]:
    """Labels as text and as categories."""
    import pandas as pd

    y, labels = columns(rows, groups)
    text = pd.DataFrame({"y": y, "g": labels})
    codes = text.assign(g=text["g"].astype("category"))

    def aggregate(frame: pd.DataFrame) -> object:
        return frame.groupby("g", observed=True)["y"].agg(["size", "mean", "var"])

    return [
        Door("pandas text", rows, groups, lambda: reduced(text), lambda: aggregate(text), 1.0),
        Door("pandas categorical", rows, groups, lambda: reduced(codes), lambda: aggregate(codes), 1.0),
    ]


def polars_doors(rows: int, groups: int) -> list[Door]:
    """Lazy and eager, text and categories; all against Polars' lazy group-by of the same column."""
    import polars as pl

    y, labels = columns(rows, groups)
    text = pl.DataFrame({"y": y, "g": labels})
    codes = text.with_columns(pl.col("g").cast(pl.Categorical))
    value = pl.col("y")

    def aggregate(frame: pl.DataFrame) -> object:
        parts = (pl.len().alias("n"), value.mean().alias("mean"), value.var().alias("var"))
        return frame.lazy().group_by("g").agg(*parts).collect()

    def everything() -> object:
        return compare(reduced(text), build_registry(entry_points=False).values())

    own = rows == groups
    found = [
        Door("Polars lazy", rows, groups, lambda: reduced(text.lazy()), lambda: aggregate(text), 1.5),
        Door(
            "Polars text", rows, groups, lambda: reduced(text), lambda: aggregate(text), 4.0 if own else 1.0
        ),
        Door("Polars categorical", rows, groups, lambda: reduced(codes), lambda: aggregate(codes), 2.0),
    ]
    if not own:
        found.append(Door("Polars text, all fits", rows, groups, everything, lambda: aggregate(text), 0.5))
    return found


def arrow_doors(rows: int, groups: int) -> list[Door]:
    """An Arrow table, and a DuckDB relation over it."""
    import duckdb
    import pyarrow as pa

    y, labels = columns(rows, groups)
    table = pa.table({"y": y, "g": labels})
    connection = duckdb.connect()
    connection.register("given", table)
    connection.execute("create table measured as select * from given")
    parts = [("y", "count"), ("y", "mean"), ("y", "variance")]

    def query() -> object:
        counted = "select g, count(*), avg(y), var_samp(y) from measured group by g"
        return connection.sql(counted).to_arrow_table()

    return [
        Door(
            "Arrow table",
            rows,
            groups,
            lambda: reduced(table),
            lambda: table.group_by("g").aggregate(parts),
            1.5,
        ),
        Door("DuckDB relation", rows, groups, lambda: reduced(connection.table("measured")), query, 1.5),
    ]


MAKERS = {
    "pandas": (pandas_doors, (MILLION,)),
    "polars": (polars_doors, (MILLION, TEN_MILLION, OWN_LABEL)),
    "arrow": (arrow_doors, (MILLION,)),
}


def ratio(door: Door, runs: int) -> tuple[float, float, float]:
    """Processor seconds of ours and theirs, and the ratio of the clock's."""
    door.ours(), door.theirs()
    spent = [(*_seconds(door.ours), *_seconds(door.theirs)) for _ in range(runs)]
    ours, ours_clock, theirs, theirs_clock = (
        statistics.median(column) for column in zip(*spent, strict=True)
    )
    return ours, theirs, ours_clock / theirs_clock


def _seconds(call: Callable[[], object]) -> tuple[float, float]:
    clock, cpu = time.perf_counter(), time.process_time()
    call()
    return time.process_time() - cpu, time.perf_counter() - clock


def main() -> None:
    """Measure, print, and add to the history."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.doors", description=__doc__)
    parser.add_argument("--runs", type=int, default=5, help="of each side")
    parser.add_argument("--only", choices=sorted(MAKERS), help="the doors of one library")
    options = parser.parse_args()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}\n")
    print("| door | rows / groups | CPU s | library's CPU s | ratio | ratio by the clock | target |")
    print("|---|---|---|---|---|---|---|")
    ratios = {}
    for name, (make, sizes) in MAKERS.items():
        for rows, groups in sizes if options.only in (None, name) else ():
            for door in make(rows, groups):
                ours, theirs, clock = ratio(door, options.runs)
                ratios[f"{door.name}, {rows:.0e} / {groups:.0e}"] = ours / theirs
                print(
                    f"| {door.name} | {rows:.0e} / {groups:.0e} | {ours:.3f} | {theirs:.3f} "
                    f"| {ours / theirs:.2f} | {clock:.2f} | {door.target} |",
                    flush=True,
                )
    keep(ratios, options.runs)


if __name__ == "__main__":
    main()
