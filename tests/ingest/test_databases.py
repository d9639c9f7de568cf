"""DuckDB and SQLite in place of a file: read-only, stopped in time, and nothing said that logs in."""

from __future__ import annotations

import hashlib
import sqlite3
from contextlib import closing
from pathlib import Path

import duckdb
import pytest

from dashboard.ingest import UnreadableFile
from dashboard.ingest.connection import Connection, connected_groups
from dashboard.ingest.database_address import resolved_address, without_secrets
from dashboard.ingest.databases import opened_database
from estimators import DataError, GroupData
from tests.databases import AWKWARD, duckdb_address, dyestuff_rows, sqlite_address

pytestmark = [
    pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning"),  # Ibis of DuckDB
    pytest.mark.filterwarnings("ignore:The 'future.infer_string' option:DeprecationWarning"),  # of SQLite
]
MAKE = {"duckdb": duckdb_address, "sqlite": sqlite_address}
ENDLESS = {
    "duckdb": "select count(*) as n from range(100000000000) t(a) where sqrt(a) = 0.5",
    "sqlite": "with recursive r(a) as (select 1 union all select a + 1 from r) select count(*) as n from r",
}


@pytest.fixture(params=MAKE)
def kind(request):
    return request.param


@pytest.fixture
def address(kind, tmp_path):
    return MAKE[kind](tmp_path)


def digest(address):
    return hashlib.sha256(Path(address.partition("://")[2]).read_bytes()).hexdigest()


@pytest.mark.slow
@pytest.mark.parametrize(
    "source", [{"table": "measured"}, {"query": 'select "Batch", "Yield" from measured'}]
)
def test_a_table_gives_the_answer_of_its_rows_and_stays_as_it_is(address, source):
    before = digest(address)
    found = connected_groups(Connection(address, **source), outcome="Yield", group="Batch").data
    labels, values = zip(*dyestuff_rows(), strict=True)
    want = GroupData.from_arrays(values, labels)
    assert found.labels.tolist() == want.labels.tolist()
    assert found.mean == pytest.approx(want.mean, rel=1e-13)
    assert found.ss_within == pytest.approx(want.ss_within, rel=1e-12)
    rows = found.require_rows()
    assert sorted(rows.outcome.tolist()) == sorted(values)
    assert digest(address) == before


@pytest.mark.slow_cases
def test_tables_are_listed_and_their_names_quoted(kind, address):
    with opened_database(address, 60) as database:
        tables = database.tables()
        assert ("", "measured") in tables
        assert ("", AWKWARD) in tables
        assert (("other", "rest") in tables) == (kind == "duckdb")
        found = GroupData.from_frame(database.table("", AWKWARD), outcome="a b", group=AWKWARD)
    assert found.total == 30
    with opened_database(address, 60) as database, pytest.raises(UnreadableFile, match="no table 'nowhere'"):
        database.table("", "nowhere")


def ask(kind, address, sql, seconds=60):
    """Send a statement of the test's own past all that looks at queries."""
    with opened_database(address, seconds) as database:
        database.table("", "measured")
        connection = database._connection if kind == "duckdb" else database._backend.con
        return connection.execute(sql).fetchall()


@pytest.mark.slow_cases
@pytest.mark.parametrize(
    "change", ["delete from measured", "create table more (a integer)", "drop table measured"]
)
def test_nothing_can_be_written_past_the_check_of_the_query_either(kind, address, change):
    before = digest(address)
    with pytest.raises(UnreadableFile, match=r"The database says: .*read"):
        ask(kind, address, change)
    assert digest(address) == before


@pytest.mark.slow_cases
def test_a_statement_is_stopped_in_time_and_the_database_can_be_asked_again(kind, address):
    with pytest.raises(UnreadableFile, match=r"stopped after 0\.3 seconds"):
        ask(kind, address, ENDLESS[kind], seconds=0.3)
    assert ask(kind, address, "select count(*) from measured") == [(30,)]


@pytest.mark.slow
def test_all_that_is_read_of_sqlite_is_of_one_moment(tmp_path):
    address = sqlite_address(tmp_path)
    path = address.partition("://")[2]
    with closing(sqlite3.connect(path)) as writer:
        writer.execute("pragma journal_mode = wal")
        with opened_database(address, 60) as database:
            table = database.table("", "measured")
            assert table.count().execute() == 30
            writer.execute("delete from measured")
            writer.commit()
            assert table.count().execute() == 30


@pytest.mark.slow
def test_rows_of_a_table_that_has_changed_are_refused_and_so_are_too_many(tmp_path):
    address = duckdb_address(tmp_path)
    asked = {"outcome": "Yield", "group": "Batch"}
    few = connected_groups(Connection(address, "measured"), **asked, most_rows=29).data
    with pytest.raises(DataError, match="30 are more than the 29"):
        few.require_rows()
    enough = connected_groups(Connection(address, "measured"), **asked, most_rows=30).data
    with duckdb.connect(address.partition("://")[2]) as connection:
        connection.execute("""insert into measured values ('A', 1500, 1)""")
    with pytest.raises(DataError, match="has changed"):
        enough.require_rows()


SECRETS = {"SECRET": "pa/ss@w:rd", "WHOLE": "postgresql://me:hidden@db.example.org/school", "EMPTY": ""}


def test_a_variable_stands_for_a_password_or_for_all_of_an_address():
    url = resolved_address("postgresql://me:${SECRET}@db/school", SECRETS)
    assert url == "postgresql://me:pa%2Fss%40w%3Ard@db/school"
    assert resolved_address(" ${WHOLE} ", SECRETS) == SECRETS["WHOLE"]
    assert resolved_address("duckdb://${SECRET}.db", SECRETS) == "duckdb://pa%2Fss%40w%3Ard.db"


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://me:secret@db/school",
        "postgresql://db/school?user=me&password=secret",
        "postgresql://db/school?sslpassword=secret",
        "postgresql://me:secret${SECRET}@db/school",
        "postgresql://me:secret@db:port/school",
        "postgresql://me:sec/ret@db/school",
        "postgresql://[me:secret@db/school",
        "mysql://me:secret@db/school",
        "${EMPTY}",
        "${NOT_SET}",
    ],
)
def test_what_is_wrong_with_an_address_is_said_without_it(address):
    with pytest.raises(UnreadableFile) as error:
        resolved_address(address, SECRETS)
    assert "secret" not in str(error.value)
    assert "sec/ret" not in str(error.value)
    assert error.value.__cause__ is None


def test_a_password_is_taken_out_of_what_a_database_says():
    said = "could not log in with pa/ss@w:rd (pa%2Fss%40w%3Ard)"
    address = resolved_address("postgresql://me:${SECRET}@db/school", SECRETS)
    assert without_secrets(said, address) == "could not log in with ... (...)"
