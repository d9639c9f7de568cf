"""What an engine is held to: the answer of columns in memory, and only lines by label brought back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import narwhals as nw
import numpy as np
import pyarrow as pa
import pytest

from estimators import GroupData, compare
from tests.oracles import BUILT_IN, read_columns

CAUSES = 3
"""A cell of an outcome is usable, missing or infinite."""


def awkward_table(rows: int = 3000, groups: int = 40) -> pa.Table:
    """Far from zero, of unequal sizes, one group constant, blank labels, and cells that cannot be used."""
    rng = np.random.default_rng(14)
    group = np.minimum(rng.geometric(2 / groups, rows), groups)
    y = 1e6 + rng.standard_normal(groups + 1)[group] + rng.standard_normal(rows)
    y[group == 3] = 1e6 + 0.1
    chance = rng.random(rows)
    cells = [
        None if c < 0.02 else float("inf") if c < 0.03 else -float("inf") if c < 0.04 else float(value)
        for c, value in zip(chance, y, strict=True)
    ]
    labels = [
        None if c > 0.99 else " " if c > 0.98 else f"é{g:03}" for c, g in zip(chance, group, strict=True)
    ]
    return pa.table({"y": pa.array(cells, pa.float64()), "g": pa.array(labels, pa.string())})


def with_nan(table: pa.Table) -> pa.Table:
    """The same where every other missing outcome is NaN, for engines that know of it."""
    cells = table["y"].to_pylist()
    missing = [i for i, value in enumerate(cells) if value is None]
    for i in missing[::2]:
        cells[i] = float("nan")
    return table.set_column(0, "y", pa.array(cells, pa.float64()))


def oracle_table(name: str) -> pa.Table:
    """The rows of a stored set."""
    columns = read_columns("sets", f"{name}.csv")
    cells = [float(value) if value not in {"", "NA"} else None for value in columns["y"]]
    return pa.table({"y": pa.array(cells, pa.float64()), "g": columns["group"]})


@contextmanager
def rows_collected() -> Iterator[list[int]]:
    """The rows of each table that an engine gives back meanwhile."""
    found: list[int] = []
    collect = nw.LazyFrame.collect

    def counted(self: nw.LazyFrame[Any], *arguments: Any, **options: Any) -> nw.DataFrame[Any]:
        table = collect(self, *arguments, **options)
        found.append(len(table))
        return table

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(nw.LazyFrame, "collect", counted)
        yield found


def assert_local_answer(table: pa.Table, frame_of: Callable[[pa.Table], Any]) -> None:
    """An engine's summaries and fits are those in memory to 1e-12, with the same rows left out."""
    want = GroupData.from_frame(table, outcome="y", group="g")
    with rows_collected() as collected:
        got = GroupData.from_frame(frame_of(table), outcome="y", group="g")
    labels = len(set(table["g"].to_pylist()))
    assert collected, "nothing was reduced where it lives"
    assert max(collected) <= CAUSES * labels
    scale = float(np.sqrt(want.ss_within.sum() / want.total) + np.ptp(want.centered_mean))
    assert got.labels.tolist() == want.labels.tolist()
    assert got.n.tolist() == want.n.tolist()
    assert (got.rows_read, got.dropped) == (want.rows_read, want.dropped)
    assert got.constant.tolist() == want.constant.tolist()
    assert got.origin == want.origin
    np.testing.assert_allclose(got.centered_mean, want.centered_mean, rtol=0, atol=1e-12 * scale)
    np.testing.assert_allclose(got.ss_within, want.ss_within, rtol=1e-12, atol=1e-24 * scale**2)
    ours, local = (compare(data, BUILT_IN.values()).succeeded for data in (got, want))
    assert [result.id for result in ours] == [result.id for result in local]
    for one, other in zip(ours, local, strict=True):
        np.testing.assert_allclose(
            one.fit.estimate, other.fit.estimate, rtol=1e-12, atol=1e-11 * scale, err_msg=one.id
        )


def assert_rows_can_be_fetched(table: pa.Table, frame_of: Callable[[pa.Table], Any]) -> None:
    """The rows come when a method asks for them, and not before."""
    data = GroupData.from_frame(frame_of(table), outcome="y", group="g")
    with rows_collected() as collected:
        rows = data.require_rows()
    assert max(collected) >= data.total
    np.testing.assert_array_equal(np.bincount(rows.group, minlength=len(data)), data.n)
