"""DuckDB, Polars lazy and Arrow give the local answer, and engines bring back lines by label alone."""

from __future__ import annotations

import duckdb
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


@pytest.mark.parametrize("engine", ENGINES)
def test_an_engine_gives_the_local_answer(engine):
    assert_local_answer(with_nan(awkward_table()), ENGINES[engine])
    assert_rows_can_be_fetched(awkward_table(), ENGINES[engine])


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
