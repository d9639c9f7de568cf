"""What every test of blupboard runs under: no network, one engine, as if no plugin were installed."""

from __future__ import annotations

import importlib.metadata
import signal
import socket

import pytest

from dashboard.cli import main
from dashboard.ingest import engine
from tests.commands import Done
from tests.shared_engine import opened_in_shared

LOCAL = ("127.0.0.1", "::1", "localhost", "0.0.0.0")


@pytest.fixture(autouse=True)
def no_network(monkeypatch):
    """Connections leave this machine in no test."""
    connect = socket.socket.connect

    def connect_locally(self, address):
        if isinstance(address, tuple) and address[0] not in LOCAL:
            raise AssertionError(f"a test tried to reach {address[0]}")
        return connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", connect_locally)


@pytest.fixture(scope="session", autouse=True)
def _shared_engine():
    """Small files are read by one DuckDB: `tests/ingest/test_engine.py` is about engines as they are."""
    patch = pytest.MonkeyPatch()
    patch.setattr(engine, "opened_in_memory", opened_in_shared)
    yield
    patch.undo()


@pytest.fixture(scope="session", autouse=True)
def _interrupts():
    """Programs that tests start can be interrupted, in a run in the background too, which ignores it."""
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def blupboard(capfdbinary, monkeypatch):
    """Run the command line in this process, as if no plugin were installed."""
    monkeypatch.setattr(importlib.metadata, "entry_points", lambda **_: ())

    def run(*arguments):
        capfdbinary.readouterr()
        with pytest.raises(SystemExit) as exit_:
            main([str(argument) for argument in arguments])
        out, err = capfdbinary.readouterr()
        return Done(exit_.value.code, out, err.decode("utf-8"))

    return run


@pytest.fixture
def refused(blupboard):
    """Run the command line on something wrong; its one sentence."""

    def run(*arguments):
        done = blupboard(*arguments)
        assert done.code == 2
        assert done.raw == b""
        assert done.err.startswith("blupboard: ")
        assert done.err.count("\n") == 1
        assert done.err.endswith("\n")
        assert "Traceback" not in done.err
        return done.err.removeprefix("blupboard: ").rstrip("\n")

    return run
