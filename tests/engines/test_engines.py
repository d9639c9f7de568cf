"""Dask, Spark, and what Ibis speaks to give the local answer; ``make test-engines``."""

from __future__ import annotations

import sqlite3

import pyarrow as pa
import pytest

from estimators import DataError, GroupData
from tests.engines.local_answer import (
    assert_local_answer,
    assert_rows_can_be_fetched,
    awkward_table,
    oracle_table,
    with_nan,
)

pytestmark = [
    pytest.mark.engines,
    pytest.mark.filterwarnings("ignore:Dask support is moving out of Narwhals:FutureWarning"),
    pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas:FutureWarning"),
    pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning"),  # Ibis of DuckDB
    pytest.mark.filterwarnings("ignore:The 'future.infer_string' option:DeprecationWarning"),  # of SQLite
    pytest.mark.filterwarnings("ignore::ResourceWarning"),  # Spark's sockets, Ibis's connections
]

SETS = ("dyestuff", "edge_twominima_a", "edge_missing")
"""A balanced one, one whose criterion has two minima, and one with cells that are missing."""


def rows_of(table):
    return list(zip(table["y"].to_pylist(), table["g"].to_pylist(), strict=True))


@pytest.fixture
def dask_frame():
    import dask.dataframe as dd

    return lambda table: dd.from_pandas(table.to_pandas(), npartitions=4)


@pytest.fixture
def spark_frame(spark):
    return lambda table: spark.createDataFrame(rows_of(table), "y double, g string").repartition(4)


@pytest.fixture
def ibis_duckdb_frame():
    import ibis

    return lambda table: ibis.duckdb.connect().create_table("measured", table)


@pytest.fixture
def ibis_sqlite_frame(tmp_path):
    import ibis

    def frame(table):
        path = tmp_path / f"{len(list(tmp_path.iterdir()))}.sqlite"
        with sqlite3.connect(path) as connection:
            connection.execute("create table measured (y real, g text)")
            connection.executemany("insert into measured values (?, ?)", rows_of(table))
        connection.close()
        return ibis.sqlite.connect(path).table("measured")

    return frame


@pytest.fixture
def ibis_postgres_frame(postgres):
    import ibis

    connection = ibis.postgres.connect(host=str(postgres), user="postgres", database="postgres")

    def frame(table):
        with connection.con.cursor() as cursor:
            cursor.execute("drop table if exists measured")
            cursor.execute("create table measured (y double precision, g text)")
            with cursor.copy("copy measured from stdin") as copy:
                for row in rows_of(table):
                    copy.write_row(row)
        connection.con.commit()
        return connection.table("measured")

    yield frame
    connection.disconnect()


ENGINES = ("dask", "spark", "ibis_duckdb", "ibis_sqlite", "ibis_postgres")
NO_NAN = ("ibis_sqlite",)


@pytest.fixture
def frame_of(request, engine):
    return request.getfixturevalue(f"{engine}_frame")


@pytest.mark.parametrize("engine", ENGINES)
def test_an_engine_gives_the_local_answer(engine, frame_of):
    table = awkward_table() if engine in NO_NAN else with_nan(awkward_table())
    assert_local_answer(table, frame_of)


@pytest.mark.parametrize("name", SETS)
@pytest.mark.parametrize("engine", ENGINES)
def test_a_stored_set_comes_out_of_an_engine_as_from_memory(engine, frame_of, name):
    assert_local_answer(oracle_table(name), frame_of)


@pytest.mark.parametrize("engine", ENGINES)
def test_rows_are_fetched_when_a_method_needs_them(engine, frame_of):
    assert_rows_can_be_fetched(awkward_table(300), frame_of)


def test_dask_computes_lines_by_label_alone(dask_frame, monkeypatch):
    import dask.dataframe as dd

    sizes, compute = [], dd.DataFrame.compute

    def counted(self, *arguments, **options):
        found = compute(self, *arguments, **options)
        sizes.append(len(found))
        return found

    monkeypatch.setattr(dd.DataFrame, "compute", counted)
    table = awkward_table()
    data = GroupData.from_frame(dask_frame(table), outcome="y", group="g")
    assert sizes
    assert max(sizes) < 3 * (len(data) + 2) < table.num_rows / 10


def test_text_among_the_numbers_of_sqlite_is_refused(ibis_sqlite_frame):
    frame = ibis_sqlite_frame(pa.table({"y": ["1.5", "x", "2"], "g": ["a", "a", "b"]}))
    with pytest.raises(DataError, match="holds text in 1 of its rows"):
        GroupData.from_frame(frame, outcome="y", group="g")
