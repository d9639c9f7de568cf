"""The process in which plugins' code runs: ``python -m dashboard.plugin_host.worker``.

It reads pickled requests from stdin and writes a pickled answer to each to stdout, in order. What a plugin
prints goes to stderr. It ends when stdin does, in the middle of a fit too.
"""

from __future__ import annotations

import contextlib
import logging
import os
import pickle
import queue
import signal
import sys
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

from dashboard.plugin_host import wire
from estimators import (
    BlupboardError,
    ConformanceError,
    Estimator,
    Registry,
    build_registry,
    check_estimator,
    check_view,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from estimators import GroupFit, Look

_log = logging.getLogger(__name__)


class Worker:
    """Answers requests; each public method is one kind of them."""

    def __init__(self, setup: wire.Setup) -> None:
        self._registry: Registry = build_registry(setup.plugins_dirs, files=setup.files)
        self._levels = setup.levels

    def fit(self, estimator_id: str, options: dict[str, Any], groups: dict[str, Any]) -> object:
        """One fit, its own intervals computed at every level."""
        estimator = self._registry.find(estimator_id)
        with np.errstate(all="ignore"):
            return wire.with_intervals_at(estimator.fit(wire.unpack(groups), options), self._levels)

    def fit_many(self, estimator_id: str, options: dict[str, Any], batch: dict[str, Any]) -> object:
        """A batch at once; None where the method fits one replicate after the other."""
        estimator = self._registry.find(estimator_id)
        with np.errstate(all="ignore"):
            found = estimator._fit_many(wire.unpack_batch(batch), estimator.make_options(options))
            return None if found is None else wire.with_intervals_at(found, self._levels)

    def weight_curve(self, estimator_id: str, fit: GroupFit, information: NDArray[np.float64]) -> object:
        """The weight that groups whose data weigh so much would get."""
        with np.errstate(all="ignore"):
            return self._registry.find(estimator_id).weight_curve(fit, information)

    def r_code(self, estimator_id: str, options: dict[str, Any], groups: dict[str, Any]) -> object:
        """The method in R."""
        estimator: Estimator = self._registry.find(estimator_id)
        return estimator.r_code(wire.unpack(groups), estimator.make_options(options))

    def python_code(self, estimator_id: str, options: dict[str, Any], groups: dict[str, Any]) -> object:
        """The method in Python without blupboard."""
        estimator: Estimator = self._registry.find(estimator_id)
        return estimator.python_code(wire.unpack(groups), estimator.make_options(options))

    def view(self, view_id: str, comparison: dict[str, Any], look: Look) -> object:
        """The figure of a view."""
        unpacked = wire.unpack_comparison(comparison, self._registry)
        return wire.plain_figure(self._registry.views[view_id].figure(unpacked, look))

    def check(self, estimator_id: str) -> list[str]:
        """The faults of an estimator."""
        return _faults(lambda: check_estimator(self._registry.find(estimator_id)))

    def check_view(self, view_id: str, estimator_ids: list[str]) -> list[str]:
        """The faults of a view, drawn with these estimators too."""
        estimators = [self._registry.find(name) for name in estimator_ids]
        return _faults(lambda: check_view(self._registry.views[view_id], estimators))

    def read(self, reader_id: str, path: Path) -> object:
        """A file as an Arrow table."""
        from dashboard.ingest.plugin_kinds import as_arrow

        return as_arrow(self._registry.readers[reader_id].read(path))


def _faults(check: Callable[[], None]) -> list[str]:
    try:
        check()
    except ConformanceError as error:
        return list(error.problems)
    return []


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer until there are no more requests."""
    waiting: queue.SimpleQueue[Any] = queue.SimpleQueue()
    threading.Thread(target=_receive, args=(requests, waiting), daemon=True).start()
    worker = Worker(waiting.get())
    _send(answers, None)
    logged: set[tuple[str, str, str]] = set()
    environment = dict(os.environ)
    while True:
        name, args = waiting.get()
        try:
            answer = getattr(worker, name)(*args)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - a plugin's code ran: the server gets what it raised
            answer = wire.Fault.of(error)
            fault = (name, str(args[0]), answer.kind)
            if fault not in logged and not isinstance(error, BlupboardError):
                logged.add(fault)
                _log.warning("%s of %s failed.", name, args[0], exc_info=error)  # for the plugin's author
        if dict(os.environ) != environment:  # is not to be the next plugin's
            os.environ.clear()
            os.environ.update(environment)
        _send(answers, answer)


def _send(answers: BinaryIO, answer: object) -> None:
    try:
        packed = pickle.dumps(answer)
    except Exception as error:  # noqa: BLE001 - pickling runs the code of what a plugin returned
        packed = pickle.dumps(wire.Fault.of(error))
    answers.write(len(packed).to_bytes(8, "little") + packed)
    answers.flush()


def _receive(requests: BinaryIO, waiting: queue.SimpleQueue[Any]) -> None:
    """Take in requests as they come; the server's end is this process's end."""
    try:
        while True:
            waiting.put(pickle.load(requests))  # noqa: S301 - the server itself sends them
    except (EOFError, OSError):
        os._exit(0)


def main() -> None:
    """Keep stdin and stdout for requests and answers, and serve; the server ends this process, not Ctrl+C."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    if sys.platform != "win32":
        # or a plugin's child would answer for it, and keep the pipes open after its end
        os.register_at_fork(after_in_child=partial(_close, requests.fileno(), answers.fileno()))
    with Path(os.devnull).open("rb") as nothing:
        os.dup2(nothing.fileno(), 0)
    os.dup2(2, 1)
    serve(requests, answers)


def _close(*descriptors: int) -> None:
    for descriptor in descriptors:
        with contextlib.suppress(OSError):  # a plugin has closed it
            os.close(descriptor)


if __name__ == "__main__":
    main()
