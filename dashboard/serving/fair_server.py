"""waitress's server with deadlines, a fair queue, and probes that are answered whatever else is going on.

What is scarce is given to whoever has had least of it. A request has to come in at some speed; where no
connection is free, the address that holds most of them loses its oldest; requests that wait for a thread take
turns by address; and what asks whether the server is well has a thread of its own.
"""

from __future__ import annotations

import sys
import time
from collections import Counter, OrderedDict, deque
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any, Final

from waitress import wasyncore
from waitress.channel import HTTPChannel
from waitress.server import TcpWSGIServer
from waitress.task import ThreadedTaskDispatcher

from dashboard.serving.few_at_work import FewAtWork

if TYPE_CHECKING:
    from collections.abc import Iterator

PROBES: Final = frozenset({"/health", "/healthz", "/readyz"})
"""Paths that are answered beside all others."""
MOST_CONNECTIONS: Final = 500
"""At a time; fewer where this process may open fewer files."""
GRACE_SECONDS: Final = 20.0
"""How long a request may take to come in, whatever its size."""
SLOWEST_BYTES: Final = 10_000
"""Bytes that have to come in each further second: an upload of 1 GB may take a day, a trickle ends."""
DRAIN_SECONDS: Final = 8.0
"""How long answers that are under way have when the server ends."""
LOOK_SECONDS: Final = 2
"""Between two looks for connections that are late."""


class FairChannel(HTTPChannel):  # type: ignore[misc]  # waitress has no types
    """One connection, which knows since when a request has been coming in."""

    begun: float | None = None
    taken = 0

    def received(self, data: bytes) -> bool:
        """Take what has come; see HTTPChannel."""
        if self.begun is None:
            self.begun, self.taken = time.monotonic(), 0
        self.taken += len(data)
        done: bool = super().received(data)
        if self.request is None:
            self.begun = None
        return done

    def readable(self) -> bool:
        """Whether more may come: not while the server ends."""
        return bool(super().readable()) and not self.server.draining

    def service(self) -> None:
        """Answer a request, few at a time but for probes; see HTTPChannel."""
        with nullcontext() if self.requests[0].path in PROBES else self.server.few_at_work.turn():
            super().service()

    def is_late(self, now: float) -> bool:
        """Whether the request that is coming in takes too long."""
        return self.begun is not None and now - self.begun > GRACE_SECONDS + self.taken / SLOWEST_BYTES

    def is_working(self) -> bool:
        """Whether a request is being answered, or its answer is on its way."""
        return bool(self.requests or self.total_outbufs_len)

    def del_channel(self, map: dict[int, object] | None = None) -> None:  # noqa: A002 - waitress's signature
        """Forget the connection, and what came of a request: its file too."""
        super().del_channel(map)
        if self.request is not None:
            self.request.close()


class FairServer(TcpWSGIServer):  # type: ignore[misc]
    """See the module. `most_connections` None: MOST_CONNECTIONS, as far as the system lets us."""

    channel_class = FairChannel
    draining = False

    def __init__(self, *arguments: Any, most_connections: int | None = None, **options: Any) -> None:  # noqa: ANN401
        super().__init__(*arguments, **options)
        self.most_connections = most_connections or _connections_possible()
        self.task_dispatcher.queue = TurnsByAddress()
        self.few_at_work = FewAtWork()
        self._probes = ThreadedTaskDispatcher()
        self._probes.set_thread_count(1)

    def add_task(self, task: FairChannel) -> None:
        """Have a request answered: a probe at once, another in its turn."""
        chosen = self._probes if task.requests[0].path in PROBES else self.task_dispatcher
        chosen.add_task(task)

    def handle_accept(self) -> None:
        """Take a new connection, for which another may have to go."""
        if len(self.active_channels) >= self.most_connections:
            self._close_one()
        super().handle_accept()

    def maintenance(self, now: float) -> None:
        """Close what is late; waitress closes what is idle."""
        super().maintenance(now)
        moment = time.monotonic()
        for channel in [c for c in self.active_channels.values() if c.is_late(moment)]:
            channel.handle_close()

    def run(self) -> None:
        """Serve; at SystemExit or Ctrl-C what is under way is delivered first."""
        try:
            wasyncore.loop(timeout=1, map=self._map, use_poll=self.adj.asyncore_use_poll)
        except (SystemExit, KeyboardInterrupt):
            self._drain()

    def shutdown(self) -> None:
        """End the threads: what they are at has two seconds, or half a one where it had its eight."""
        for dispatcher in (self.task_dispatcher, self._probes):
            dispatcher.shutdown(timeout=0.5 if self.draining else 2.0)

    def _drain(self) -> None:
        self.draining = True
        self.accepting = False
        wasyncore.dispatcher.close(self)  # the socket alone: what is under way still wakes this thread
        end = time.monotonic() + DRAIN_SECONDS
        while time.monotonic() < end and any(c.is_working() for c in self.active_channels.values()):
            wasyncore.loop(timeout=0.1, map=self._map, use_poll=self.adj.asyncore_use_poll, count=1)

    def _close_one(self) -> None:
        """Close the oldest connection of the address with most of those that are not being answered."""
        waiting = [c for c in self.active_channels.values() if not c.is_working()]
        if not waiting:
            return
        often = Counter(channel.addr[0] for channel in waiting)
        address, _ = often.most_common(1)[0]
        oldest = min((c for c in waiting if c.addr[0] == address), key=lambda c: c.creation_time)
        oldest.handle_close()


class TurnsByAddress:
    """A queue in which addresses take turns; it has the part of a deque's manners that waitress asks for."""

    def __init__(self) -> None:
        self._of: OrderedDict[object, deque[Any]] = OrderedDict()

    def append(self, task: Any) -> None:  # noqa: ANN401 - a channel
        """Put a request behind those of its address."""
        self._of.setdefault(task.addr[0] if task.addr else None, deque()).append(task)

    def popleft(self) -> Any:  # noqa: ANN401 - a channel
        """The next request of the address whose turn it is. Raises IndexError where there is none."""
        if not self._of:
            raise IndexError("no request waits")
        address, tasks = self._of.popitem(last=False)
        task = tasks.popleft()
        if tasks:
            self._of[address] = tasks
        return task

    def __len__(self) -> int:
        return sum(map(len, self._of.values()))

    def __iter__(self) -> Iterator[Any]:
        return iter([task for tasks in self._of.values() for task in tasks])


def _connections_possible() -> int:
    """Half of the files that this process may open are left to everything else."""
    if sys.platform == "win32":
        return MOST_CONNECTIONS
    import resource

    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return min(MOST_CONNECTIONS, max(soft // 2, 32))
