"""A table of a database in place of FILE: what is refused before any database is asked."""

from __future__ import annotations

import sys

import pytest

from tests.commands import DYESTUFF, ROLES

TABLE = ("--connect", "sqlite://no.sqlite", "--table", "measured")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((), "Missing argument 'FILE'."),
        ((DYESTUFF, "--table", "t"), "--table and --query go with --connect"),
        ((DYESTUFF, *TABLE), "--connect stands in place of FILE"),
        (("--connect", "sqlite://x"), "--connect takes one of --table NAME and --query SQL"),
        ((*TABLE, "--query", "select 1"), "--connect takes one of --table NAME and --query SQL"),
        ((*TABLE, "--where", "y=1"), "--where is for files: let --query do what it would"),
        ((*TABLE, "--kind", "means"), "--kind is for files"),
        (("--connect", "mysql://host/db", "--table", "t"), "Connections are to duckdb://, sqlite://"),
    ],
)
@pytest.mark.parametrize("command", ["compare", "select", "plan"])
def test_flags_that_do_not_go_together_are_refused(refused, command, arguments, sentence):
    assert refused(command, *arguments, *ROLES).startswith(sentence)


def test_a_password_in_the_address_is_refused_and_not_repeated(refused):
    said = refused("compare", "--connect", "postgresql://me:secret@localhost/db", "--table", "t", *ROLES)
    assert "PGPASSWORD" in said
    assert "secret" not in said


def test_without_ibis_it_is_said_what_to_install(refused, monkeypatch):
    monkeypatch.setitem(sys.modules, "ibis", None)
    assert "pip install 'blupboard[connect]'" in refused("compare", *TABLE, *ROLES)
