"""A few processes in which plugins' code runs; one that takes too long is ended and replaced."""

from __future__ import annotations

import contextlib
import os
import pickle
import queue
import signal
import subprocess
import sys
import threading
import time
import weakref
from pathlib import Path
from typing import Any, BinaryIO

from dashboard.plugin_host.wire import Fault, Setup
from estimators import NotRun

MOST_PROCESSES = max(2, min(4, os.cpu_count() or 2))
"""Fits of plugins that can run at the same time; others wait for their turn. Two at least, so that one that
hangs leaves a place until it is ended; four at most, as each process holds some 170 MB with numpy, scipy and
pandas imported, and more processes than cores win nothing."""
MOST_WAITING = 4
"""Requests that wait for their turn; more are turned away, so that plugins leave threads for others: with two
processes, two of the server's eight are free whatever plugins do."""
DEFAULT_SECONDS = 10.0
"""How long one request may take: past ten seconds people turn to something else (Nielsen 1993, Usability
Engineering, ch. 5)."""
START_SECONDS = 60.0
"""How long a process may take until it has imported all plugins. The built-in methods alone take half a
second; the rest is for large libraries on a cold disk."""

_WORKER = "dashboard.plugin_host.worker"
_LOOKS_SECONDS = 0.05
_END = object()
_ONE_THREAD = dict.fromkeys(("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS"), "1")
"""Several processes, each with a thread for each core, would stand in each other's way."""


class TookTooLong(NotRun):
    """A plugin did not answer in time, and its process was ended."""


class ProcessEnded(NotRun):
    """A plugin's process ended of itself."""


class Busy(NotRun):
    """Too many wait for a plugin already."""


class PluginProcesses:
    """Runs requests in the first process that is free."""

    def __init__(
        self,
        setup: Setup,
        *,
        seconds: float = DEFAULT_SECONDS,
        processes: int = MOST_PROCESSES,
        waiting: int = MOST_WAITING,
    ) -> None:
        """Nothing is started before it is needed.

        Args:
            setup: what each process is told first.
            seconds: how long one request may take.
            processes: how many there are at most.
            waiting: requests that wait for one of them at most.

        """
        self.seconds = seconds
        self._most = processes
        self._setup = setup
        self._free = threading.BoundedSemaphore(processes)
        self._queued = threading.BoundedSemaphore(processes + waiting)
        self._idle: list[WorkerProcess] = []
        self._busy: set[WorkerProcess] = set()
        self._lock = threading.Lock()
        self._closed = False

    def call(self, name: str, *args: object, patient: bool = False) -> object:
        """What the worker's method of that name returns.

        Args:
            name: of a method of :class:`dashboard.plugin_host.worker.Worker`.
            args: its arguments; can be pickled.
            patient: wait for a free process however many others do.

        Raises:
            TookTooLong: it was ended after ``seconds``.
            ProcessEnded: it ended of itself.
            Busy: too many others wait.
            Exception: what the plugin raised, or one that reads like it.

        """
        if patient:
            return self._in_turn(name, args)
        if not self._queued.acquire(blocking=False):
            raise Busy("too many fits of plugins are under way on this server: try again in a moment")
        try:
            return self._in_turn(name, args)
        finally:
            self._queued.release()

    @property
    def levels(self) -> tuple[float, ...]:
        """At which a method's own intervals are computed before they travel."""
        return self._setup.levels

    @property
    def all_busy(self) -> bool:
        """Whether a request would have to wait for its turn."""
        with self._lock:
            return len(self._busy) >= self._most

    def close(self) -> None:
        """End all processes; whoever waits for one is told that it ended."""
        with self._lock:
            self._closed = True
            for process in (*self._idle, *self._busy):
                process.end()
            self._idle.clear()

    def _in_turn(self, name: str, args: tuple[object, ...]) -> object:
        with self._free:
            process, is_new = self._take()
            try:
                if is_new:
                    self._ask(
                        process, self._setup, START_SECONDS, "the plugins were not imported within {} seconds"
                    )
                late = "it was stopped after {} seconds, the time that a plugin may take here"
                answer = self._ask(process, (name, args), self.seconds, late)
            except BaseException:
                process.end()
                raise
            finally:
                self._put_back(process)
        if isinstance(answer, Fault):
            raise answer.exception()
        return answer

    def _ask(self, process: WorkerProcess, request: object, seconds: float, late: str) -> object:
        try:
            return process.ask(request, seconds)
        except queue.Empty:
            raise TookTooLong(late.format(f"{seconds:g}")) from None

    def _take(self) -> tuple[WorkerProcess, bool]:
        """A process that is free, or a new one."""
        with self._lock:
            if self._closed:
                raise ProcessEnded("the server is closing")
            while self._idle and self._idle[-1].has_ended:
                self._idle.pop().end()
            is_new = not self._idle
            process = WorkerProcess(_WORKER) if is_new else self._idle.pop()
            self._busy.add(process)
            return process, is_new

    def _put_back(self, process: WorkerProcess) -> None:
        with self._lock:
            self._busy.discard(process)
            if process.end.alive:
                self._idle.append(process)


class WorkerProcess:
    """One worker, and the threads that write to it and read from it: a pipe can stand still."""

    def __init__(self, module: str) -> None:
        """Start the module of that name, which answers requests on its stdout."""
        path = os.pathsep.join(entry for entry in sys.path if entry)
        self._child = subprocess.Popen(  # noqa: S603 - our own modules
            [sys.executable, "-P", "-m", module],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**_ONE_THREAD, **os.environ, "PYTHONPATH": path},
            start_new_session=True,  # a group of its own, which ends with all that a plugin has started
        )
        self._requests: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._answers: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self.end = weakref.finalize(self, _end, self._child, self._requests, self._answers)
        for does, pipe, what in (
            (_write, self._child.stdin, self._requests),
            (_collect_answers, self._child.stdout, self._answers),
        ):
            threading.Thread(target=does, args=(pipe, what), daemon=True).start()

    @property
    def has_ended(self) -> bool:
        """Whether it ended of itself; asked between two requests, where there are no answers to come."""
        return not self._answers.empty()

    @property
    def id(self) -> int:
        """The number by which the system knows it."""
        return self._child.pid

    def ask(self, request: object, seconds: float, most_bytes: int | None = None) -> object:
        """The answer to one request.

        Raises queue.Empty where it does not come in time, and MemoryError where the process holds more than
        `most_bytes` meanwhile, as far as the system says how much it does.
        """
        self._requests.put(pickle.dumps(request))
        answer = self._answer(seconds, most_bytes)
        if answer is _END:
            raise ProcessEnded("it ended the process that it ran in")
        return pickle.loads(answer)  # noqa: S301 - our own process sends it

    def _answer(self, seconds: float, most_bytes: int | None) -> Any:  # noqa: ANN401 - bytes, or the end
        if most_bytes is None:
            return self._answers.get(timeout=seconds)
        end = time.monotonic() + seconds
        while True:
            with contextlib.suppress(queue.Empty):
                return self._answers.get(timeout=_LOOKS_SECONDS)
            if time.monotonic() > end:
                raise queue.Empty
            if bytes_held_by(self.id) > most_bytes:
                raise MemoryError


def bytes_held_by(process: int) -> int:
    """The memory of a process that is no file's; 0 where the system does not say."""
    with contextlib.suppress(OSError, ValueError):
        status = Path(f"/proc/{process}/status").read_text(encoding="ascii", errors="replace")
        for line in status.splitlines():
            if line.startswith("RssAnon:"):
                return int(line.split()[1]) * 1024
    return 0


def _write(pipe: BinaryIO, requests: queue.SimpleQueue[Any]) -> None:
    """Hand on requests, up to the end of the process: that it has ended is told by what it answers."""
    with contextlib.suppress(ValueError, OSError), pipe:
        while (packed := requests.get()) is not _END:
            pipe.write(packed)
            pipe.flush()


def _collect_answers(pipe: BinaryIO, answers: queue.SimpleQueue[Any]) -> None:
    """Take in answers as they come, up to the end of the process."""
    with contextlib.suppress(ValueError, OSError), pipe:
        while len(head := pipe.read(8)) == 8:
            answers.put(pipe.read(int.from_bytes(head, "little")))
    answers.put(_END)


def _end(
    child: subprocess.Popen[bytes], requests: queue.SimpleQueue[Any], answers: queue.SimpleQueue[Any]
) -> None:
    """End a process for good, whatever it is doing, with what it has started.

    The pipes are left to their threads: closing one waits for whoever reads it, as long as anybody holds its
    other end.
    """
    if sys.platform == "win32":
        child.kill()
    else:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
    child.wait()
    requests.put(_END)
    answers.put(_END)
