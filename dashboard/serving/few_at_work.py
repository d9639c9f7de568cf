"""Few requests at work at a time: threads that compute beside each other in one process hinder each other.

They take turns at the interpreter, and each turn taken from another costs both; what every request waits for
is done later the more of them share it. What has been at work for a while is waiting for a disk, another
process or a client, or is a long computation: it counts no more, so that it holds up nobody.
"""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST: Final = 3
"""At work at a time. Of 50 users who compare 1,000 groups each 95% waited at most .56 s with 8, .39 with 4
and .32 with 3, on two cores (``benchmarks/load.py``)."""
SECONDS: Final = 0.25
"""For which a request counts as at work, and for which another waits at most: a dozen usual ones."""


class FewAtWork:
    """The turns of the requests of one server."""

    def __init__(self, most: int = MOST, seconds: float = SECONDS) -> None:
        self._most = most
        self._seconds = seconds
        self._begun: dict[object, float] = {}
        self._changed = threading.Condition()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait until few enough others are at work, or long enough; be at work within."""
        request = object()
        with self._changed:
            until = time.monotonic() + self._seconds
            while (wait := self._wait(until)) > 0:
                self._changed.wait(wait)
            self._begun[request] = time.monotonic()
        try:
            yield
        finally:
            with self._changed:
                del self._begun[request]
                self._changed.notify()

    def _wait(self, until: float) -> float:
        """Seconds until it is to be looked again; 0 or less: it is one's turn."""
        now = time.monotonic()
        counted = [begun for begun in self._begun.values() if now - begun < self._seconds]
        return 0.0 if len(counted) < self._most else min(until, min(counted) + self._seconds) - now
