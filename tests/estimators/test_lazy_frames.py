"""DuckDB, Polars lazy and Arrow give the local answer, and engines bring back lines by label alone."""

from __future__ import annotations

import duckdb
import numpy as np
import polars as pl
import pyarrow as pa
import pytest

from estimators import DataError, GroupData
from tests.engines.local_answer import (
    assert_local_answer,
    assert_rows_can_be_fetched,
    awkward_table,
    oracle_table,
    rows_collected,
    with_nan,
)
from tests.oracles import set_names

ENGINES = {
    "polars lazy": lambda table: pl.from_arrow(table).lazy(),
    "duckdb": lambda table: duckdb.connect().from_arrow(table),
}


@pytest.mark.slow_cases
@pytest.mark.parametrize("engine", ENGINES)
def test_an_engine_gives_the_local_answer(engine):
    assert_local_answer(with_nan(awkward_table()), ENGINES[engine])
    assert_rows_can_be_fetched(awkward_table(), ENGINES[engine])


@pytest.mark.slow_cases
@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", set_names())
def test_every_stored_set_comes_out_of_an_engine_as_from_memory(engine, name):
    assert_local_answer(oracle_table(name), ENGINES[engine])


def test_an_arrow_table_is_reduced_as_it_is():
    table = with_nan(awkward_table())
    with rows_collected() as collected:
        whole = GroupData.from_frame(table, outcome="y", group="g")
        pieces = pa.concat_tables([table.slice(0, 100), table.slice(100)])
        assert GroupData.from_frame(pieces, outcome="y", group="g").n.tolist() == whole.n.tolist()
    assert collected == []


@pytest.mark.parametrize("engine", ENGINES)
def test_a_frame_without_a_usable_row_is_refused(engine):
    table = pa.table({"y": pa.array([None, float("nan"), 1.0]), "g": ["a", "b", None]})
    with pytest.raises(
        DataError, match="none of the 3 rows can be used: 1 without a group, 2 without an out"
    ):
        GroupData.from_frame(ENGINES[engine](table), outcome="y", group="g")


@pytest.mark.slow_cases
@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("place", "apart", "odd", "aggregations"),
    [
        pytest.param(1e9, 1.0, None, 1, id="all alike"),
        pytest.param(1e9, 1.0, float("nan"), 3, id="a NaN is counted, and sums are taken without it"),
        pytest.param(1e9, 1e6, None, 3, id="groups far apart for what they spread"),
    ],
)
def test_rows_are_read_again_only_where_the_data_need_it(engine, place, apart, odd, aggregations):
    rng = np.random.default_rng(5)
    group = np.repeat(np.arange(8), 50)
    y = place + apart * rng.standard_normal(8)[group] + rng.standard_normal(len(group))
    cells = [*y.tolist()[1:], float(y[0]) if odd is None else odd]
    table = pa.table({"y": cells, "g": [*(f"g{k}" for k in group[1:]), "g0"]})
    with rows_collected() as collected:
        GroupData.from_frame(ENGINES[engine](table), outcome="y", group="g")
    assert len(collected) == 1 + aggregations  # one line says what the first rows are
    assert_local_answer(table, ENGINES[engine])


@pytest.mark.slow
@pytest.mark.parametrize("engine", ENGINES)
def test_first_rows_that_are_unlike_the_others_cost_one_aggregation_more(engine):
    rng = np.random.default_rng(6)
    y = np.concatenate([1e7 + rng.standard_normal(1000), rng.standard_normal(50_000)])
    labels = ["odd"] * 1000 + [f"g{k}" for k in rng.integers(0, 50, 50_000)]
    table = pa.table({"y": y, "g": labels})
    with rows_collected() as collected:
        GroupData.from_frame(ENGINES[engine](table), outcome="y", group="g")
    assert len(collected) > 2
    assert_local_answer(table, ENGINES[engine])
