"""Processes of our own modules that answer requests, one at a time each, and a pool of them."""

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
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from estimators import NotRun

if TYPE_CHECKING:
    from collections.abc import Iterator

_LOOKS_SECONDS = 0.05
_END = object()
_ONE_THREAD = dict.fromkeys(("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS"), "1")
"""Several processes, each with a thread for each core, would stand in each other's way."""


class ProcessEnded(NotRun):
    """A process ended of itself."""


class PoolClosed(ProcessEnded):
    """There are no more processes, as the server is closing."""


class PoolFull(NotRun):
    """Too many wait for a process already."""


class WorkerPool:
    """Some processes of one module: a request runs in the first that is free."""

    def __init__(
        self, module: str, *, processes: int, waiting: int, most_idle_bytes: int | None = None
    ) -> None:
        """Nothing is started before it is needed.

        Args:
            module: what each process runs, see `WorkerProcess`.
            processes: how many there are at most.
            waiting: requests that wait for one of them at most.
            most_idle_bytes: a process that holds more between two requests is ended.

        """
        self.idle: list[WorkerProcess] = []
        self.busy: set[WorkerProcess] = set()
        self.ended: Counter[str] = Counter()
        """Processes that were ended in the middle of a request, by why: time, memory, itself, else."""
        self._module = module
        self._most = processes
        self._most_idle_bytes = most_idle_bytes
        self._free = threading.BoundedSemaphore(processes)
        self._queued = threading.BoundedSemaphore(processes + waiting)
        self._lock = threading.Lock()
        self._closed = False

    @contextlib.contextmanager
    def turn(self, *, patient: bool = False) -> Iterator[tuple[WorkerProcess, bool]]:
        """A process that is free, and whether it is new; it is ended where what is done with it raises.

        Args:
            patient: wait for a free process however many others do.

        Raises:
            PoolFull: too many others wait.
            PoolClosed: there are no more.

        """
        if not patient and not self._queued.acquire(blocking=False):
            raise PoolFull("too many requests are under way: try again in a moment")
        try:
            with self._free:
                process, is_new = self._take()
                try:
                    yield process, is_new
                except BaseException as error:
                    with self._lock:
                        self.ended[_reason(error)] += 1
                    process.end()
                    raise
                finally:
                    self._put_back(process)
        finally:
            if not patient:
                self._queued.release()

    @property
    def all_busy(self) -> bool:
        """Whether a request would have to wait for its turn."""
        with self._lock:
            return len(self.busy) >= self._most

    def close(self) -> None:
        """End all processes; whoever waits for one is told that it ended."""
        with self._lock:
            self._closed = True
            for process in (*self.idle, *self.busy):
                process.end()
            self.idle.clear()

    def _take(self) -> tuple[WorkerProcess, bool]:
        """A process that is free, or a new one."""
        with self._lock:
            if self._closed:
                raise PoolClosed("the server is closing")
            while self.idle and self.idle[-1].has_ended:
                self.idle.pop().end()
            is_new = not self.idle
            process = WorkerProcess(self._module) if is_new else self.idle.pop()
            self.busy.add(process)
            return process, is_new

    def _put_back(self, process: WorkerProcess) -> None:
        most = self._most_idle_bytes
        with self._lock:
            self.busy.discard(process)
            if process.end.alive and (most is None or bytes_held_by(process.id) <= most):
                self.idle.append(process)
            else:
                process.end()


def _reason(error: BaseException) -> str:
    """Why a process is ended, of what was raised in its turn."""
    for kind, reason in ((queue.Empty, "time"), (MemoryError, "memory"), (ProcessEnded, "itself")):
        if isinstance(error, kind) or isinstance(error.__context__, kind):
            return reason
    return "else"


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
        if not isinstance(answer, bytes):
            raise ProcessEnded("it ended the process that it ran in")
        return pickle.loads(answer)  # noqa: S301 - our own process sends it

    def _answer(self, seconds: float, most_bytes: int | None) -> object:
        """The bytes of an answer, or the sign that none comes any more."""
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
