"""Databases made for a test: the rows of the sample dyestuff, and names that have to be quoted."""

from __future__ import annotations

import contextlib
import sqlite3

import duckdb

from tests.commands import DYESTUFF

AWKWARD = 'se"lect; drop'
"""A name that only survives where it is quoted."""


def dyestuff_rows():
    return duckdb.sql(f"select Batch, Yield from read_csv('{DYESTUFF}')").fetchall()


def duckdb_address(folder, rows=None):
    path = folder / "measured.duckdb"
    with duckdb.connect(path) as connection:
        _fill(connection, rows or dyestuff_rows(), "double")
        connection.execute("create schema other")
        connection.execute(
            'create table other.rest as select "Batch" || \'!\' as "Batch", "Yield" from measured'
        )
    return f"duckdb://{path}"


def sqlite_address(folder, rows=None):
    path = folder / "measured.sqlite"
    with contextlib.closing(sqlite3.connect(path)) as connection:
        _fill(connection, rows or dyestuff_rows(), "real")
        connection.commit()
    return f"sqlite://{path}"


def _fill(connection, rows, number):
    connection.execute(f'create table measured ("Batch" text, "Yield" {number}, n integer)')
    connection.executemany("insert into measured values (?, ?, 1)", rows)
    quoted = AWKWARD.replace('"', '""')
    connection.execute(
        f'create table "{quoted}" as select "Batch" as "{quoted}", "Yield" as "a b" from measured'
    )
