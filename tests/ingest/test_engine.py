"""The walls around an engine, which tests of what it reads go without."""

from __future__ import annotations

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dashboard.ingest import engine as engines
from dashboard.ingest import store_table
from dashboard.ingest.engine import engine, opened_in_memory, opened_on_disk, parquet_source, select
from dashboard.ingest.errors import UnreadableFile

OF_ITS_OWN = opened_in_memory
"""As the module has it: while tests run, one that is shared stands in its place."""


@pytest.fixture(params=[OF_ITS_OWN, opened_on_disk], ids=["in memory", "on disk"])
def opened(request, tmp_path):
    """An engine, its table and its folder."""
    table = tmp_path / "table.parquet"
    pq.write_table(pa.table({"a": [1, 2]}), table)
    folder = tmp_path / "work"
    folder.mkdir()
    with request.param(table, folder) as connection:
        yield connection, table, folder


def test_it_reads_its_table_and_no_other_file(opened, tmp_path):
    connection, table, _ = opened
    assert connection.execute(select("sum(a)", parquet_source(table))).fetchall() == [(3,)]
    other = tmp_path / "other.parquet"
    other.write_bytes(table.read_bytes())
    for query in (
        select("*", parquet_source(other)),
        select("*", f"read_text('{other}')"),
        select("*", f"glob('{tmp_path}/*')"),
        f"COPY (SELECT 1) TO '{tmp_path / 'out.csv'}'",
        f"ATTACH '{tmp_path / 'out.duckdb'}'",
        "INSTALL httpfs",
    ):
        with pytest.raises(duckdb.Error, match="disabled"):
            connection.execute(query)


def test_nothing_of_it_can_be_changed(opened):
    connection, _, _ = opened
    for change in ("enable_external_access = true", "allowed_paths = []", "memory_limit = '99GB'"):
        with pytest.raises(duckdb.Error, match="locked"):
            connection.execute(f"SET {change}")


def test_instants_are_those_of_utc_and_memory_is_bounded(opened):
    connection, _, folder = opened
    asked = ("TimeZone", "memory_limit", "temp_directory", "threads")
    found = [connection.execute(f"SELECT current_setting('{name}')").fetchone()[0] for name in asked]
    assert found == ["UTC", "488.2 MiB", str(folder / "spill"), 2]


def test_a_roomy_one_may_hold_more_and_never_less(tmp_path, monkeypatch):
    table = tmp_path / "table.parquet"
    pq.write_table(pa.table({"a": [1, 2]}), table)
    limit = "SELECT parse_formatted_bytes(current_setting('memory_limit'))"
    for share, at_least in (("25%", 512_000_000), ("60%", 512_000_000), ("0.001%", 511_000_000)):
        monkeypatch.setattr(engines, "ROOMY", share)
        with opened_on_disk(table, tmp_path, roomy=True) as connection:
            assert connection.execute(limit).fetchone()[0] >= at_least - 1_000_000
            with pytest.raises(duckdb.InvalidInputException, match="locked"):
                connection.execute("SET memory_limit = '1MB'")
        (tmp_path / "work.duckdb").unlink()


@pytest.mark.parametrize("open_", [OF_ITS_OWN, opened_on_disk])
def test_it_is_gone_when_done_with(tmp_path, open_):
    table = tmp_path / "table.parquet"
    pq.write_table(pa.table({"a": [1, 2]}), table)
    with open_(table, tmp_path) as connection:
        connection.execute("CREATE TABLE cells AS SELECT 1 AS a")
    with pytest.raises(duckdb.ConnectionException):
        connection.execute("SELECT 1")


def test_a_small_file_stays_in_memory_and_a_large_one_does_not(tmp_path, monkeypatch):
    table = tmp_path / "table.parquet"
    pq.write_table(pa.table({"a": [1, 2]}), table)
    monkeypatch.setattr(engines, "opened_in_memory", OF_ITS_OWN)
    for small_bytes, files in ((table.stat().st_size, []), (table.stat().st_size - 1, ["work.duckdb"])):
        monkeypatch.setattr(engines, "SMALL_BYTES", small_bytes)
        folder = tmp_path / str(small_bytes)
        folder.mkdir()
        with engine(table, folder) as connection:
            connection.execute("CREATE TABLE cells AS SELECT 1 AS a")
            assert [path.name for path in folder.glob("*.duckdb")] == files


def test_a_file_is_read_by_an_engine_of_its_own(tmp_path, monkeypatch):
    monkeypatch.setattr(engines, "opened_in_memory", OF_ITS_OWN)
    path = tmp_path / "given.csv"
    path.write_text("g,y\na,1\nb,2\n")
    assert store_table(path, name="given.csv", target=tmp_path / "table.parquet").rows == 2


def test_a_query_that_cannot_be_answered_is_a_damaged_file(tmp_path):
    table = tmp_path / "table.parquet"
    pq.write_table(pa.table({"a": ["x"]}), table)
    with pytest.raises(UnreadableFile), engine(table, tmp_path) as connection:
        connection.execute(select("a::INT", parquet_source(table)))
