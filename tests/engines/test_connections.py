"""Tables of DuckDB, SQLite and PostgreSQL in place of FILE: the file's answer, and nothing is written."""

from __future__ import annotations

import json
import sqlite3

import duckdb
import pytest

from dashboard.callbacks.database import read_table
from dashboard.ingest.databases import opened_database
from dashboard.ingest.named_connections import named_connections
from dashboard.samples import SAMPLES
from dashboard.session.comparisons import Comparisons
from dashboard.session.connected_table import ChosenTable
from dashboard.storage.workspace import Workspace
from estimators import build_registry
from tests.commands import ROLES

pytestmark = [
    pytest.mark.engines,
    pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning"),  # Ibis of DuckDB
    pytest.mark.filterwarnings("ignore:The 'future.infer_string' option:DeprecationWarning"),  # of SQLite
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]
DYESTUFF = SAMPLES["dyestuff"].file
KINDS = ("duckdb", "sqlite", "postgresql")


@pytest.fixture(scope="module", autouse=True)
def backends():
    """Found among the entry points, of which a test of commands sees none."""
    import ibis

    return ibis.duckdb, ibis.sqlite, ibis.postgres


@pytest.fixture(scope="module")
def rows():
    return duckdb.sql(f"select Batch, Yield from read_csv('{DYESTUFF}')").fetchall()


@pytest.fixture
def duckdb_address(tmp_path, rows):
    path = tmp_path / "measured.duckdb"
    with duckdb.connect(path) as connection:
        connection.execute('create table measured ("Batch" text, "Yield" double)')
        connection.executemany("insert into measured values (?, ?)", rows)
    return f"duckdb://{path}"


@pytest.fixture
def sqlite_address(tmp_path, rows):
    path = tmp_path / "measured.sqlite"
    with sqlite3.connect(path) as connection:
        connection.execute('create table measured ("Batch" text, "Yield" real)')
        connection.executemany("insert into measured values (?, ?)", rows)
    connection.close()
    return f"sqlite://{path}"


@pytest.fixture
def postgresql_address(postgres, rows):
    import psycopg

    with psycopg.connect(host=str(postgres), user="postgres", dbname="postgres") as connection:
        connection.execute("drop table if exists measured")
        connection.execute('create table measured ("Batch" text, "Yield" double precision)')
        connection.cursor().executemany("insert into measured values (%s, %s)", rows)
    return f"postgresql://postgres@/postgres?host={postgres}"


@pytest.fixture
def address(request, kind):
    return request.getfixturevalue(f"{kind}_address")


@pytest.mark.parametrize("kind", KINDS)
def test_a_table_gives_the_answer_of_the_file(blupboard, kind, address):
    want = blupboard("compare", DYESTUFF, *ROLES, "--format", "json").json
    for source in (("--table", "measured"), ("--query", 'select "Batch", "Yield" from measured')):
        done = blupboard("compare", "--connect", address, *source, *ROLES, "--format", "json")
        assert (done.code, done.err) == (0, "")
        assert (done.json["data"], done.json["roles"]) == (want["data"], want["roles"])
        for got, expected in zip(done.json["fits"], want["fits"], strict=True):
            assert got["estimator"] == expected["estimator"]
            for one, other in zip(got["groups"], expected["groups"], strict=True):
                assert one["group"] == other["group"]
                assert one["estimate"] == pytest.approx(other["estimate"], rel=1e-12)


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_can_be_changed(blupboard, refused, kind, address):
    for query in (
        "delete from measured",
        'select "Batch", "Yield" from measured; drop table measured',
        'select "Batch", "Yield" into other from measured',
    ):
        said = refused("compare", "--connect", address, "--query", query, *ROLES)
        assert said == "A query is one SELECT: it may not change anything."
    done = blupboard("compare", "--connect", address, "--table", "measured", *ROLES, "--format", "json")
    assert json.loads(done.out)["data"]["rows"] == 30


def test_a_function_that_writes_is_stopped_by_postgres(refused, postgresql_address, postgres):
    import psycopg

    with psycopg.connect(host=str(postgres), user="postgres", dbname="postgres") as connection:
        connection.execute("create sequence if not exists counter")
    query = 'select nextval(\'counter\') as "Yield", "Batch" from measured'
    said = refused("compare", "--connect", postgresql_address, "--query", query, *ROLES)
    assert "read-only transaction" in said


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_not_there_is_named(refused, kind, address):
    assert "no table 'other'" in refused("compare", "--connect", address, "--table", "other", *ROLES)
    table = ("compare", "--connect", address, "--table", "measured")
    assert "no column 'y'" in refused(*table, "--outcome", "y", "--group", "Batch")
    assert refused(*table) == "name both --outcome and --group; the columns are Batch, Yield"


@pytest.mark.parametrize("engine", ["duckdb", "sqlite"])
def test_a_database_that_is_not_there_is_not_made(refused, tmp_path, engine):
    path = tmp_path / "no.db"
    assert "there is no file" in refused("compare", "--connect", f"{engine}://{path}", "--table", "t", *ROLES)
    assert not path.exists()


def test_a_statement_of_postgres_is_stopped_in_time(refused, postgresql_address):
    query = 'select pg_sleep(30)::text as "Batch", 1.0::float as "Yield"'
    asked = ("--connect", postgresql_address, "--query", query, "--statement-seconds", "0.3")
    assert refused("compare", *asked, *ROLES).startswith("The database was stopped after 0.3 seconds")


def test_all_that_is_read_of_postgres_is_of_one_moment(postgresql_address, postgres):
    import psycopg

    with opened_database(postgresql_address, 60) as database:
        assert ("", "measured") in database.tables()
        table = database.table("", "measured")
        assert table.count().execute() == 30
        with psycopg.connect(host=str(postgres), user="postgres", dbname="postgres") as writer:
            writer.execute("delete from measured")
        assert table.count().execute() == 30


@pytest.mark.parametrize("change", ["delete from measured", "create table more (a integer)"])
def test_postgres_refuses_to_write_past_the_check_of_the_query(postgresql_address, change):
    with opened_database(postgresql_address, 60) as database:
        database.tables()
        with pytest.raises(Exception, match="read-only transaction"):
            database._backend.con.execute(change)


def test_a_table_of_postgres_is_read_on_the_page(tmp_path, postgresql_address, monkeypatch):
    monkeypatch.setenv("DATABASE", postgresql_address)
    comparisons = Comparisons(
        Workspace(tmp_path),
        build_registry(entry_points=False),
        connections=named_connections(("school=${DATABASE}",), 60),
    )
    form = {"connection": "school", "table": "measured", "outcome": "Yield", "group": "Batch", "asked": 1}
    _, held, problem = read_table(comparisons, "ann", form)
    assert problem is None
    source = ChosenTable(**held).open(comparisons.holdings, "ann")
    assert source.facts() == ("30 rows", "6 batches", "in school")
    assert len(source.groups().require_rows().outcome) == 30
    columns = comparisons.holdings.connections.columns("school", "measured")
    assert [(column.name, column.is_number) for column in columns] == [("Batch", False), ("Yield", True)]
