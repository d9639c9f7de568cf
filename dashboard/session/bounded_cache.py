"""What was computed, kept for whoever asks again, as long as it holds no more than so many bytes."""

from __future__ import annotations

import threading
from collections import OrderedDict
from itertools import islice
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

Value = TypeVar("Value")


IN_USE = 32
"""Values that may grow yet, of those used last: more than requests are answered at a time."""


class BoundedCache(Generic[Value]):
    """Values by key, those used last; safe to share between threads.

    What a value holds may grow while it is in use, so the IN_USE latest are measured whenever one comes. The
    latest is kept even where it alone holds more.
    """

    def __init__(self, most_bytes: int, bytes_of: Callable[[Value], int]) -> None:
        self._most_bytes = most_bytes
        self._bytes_of = bytes_of
        self._kept: OrderedDict[Hashable, Value] = OrderedDict()
        self._measured: dict[Hashable, int] = {}
        self.bytes_held = 0
        """About what is held, as measured last."""
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> Value | None:
        """What is kept under a key; None where nothing is."""
        with self._lock:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
            return found

    def keep(self, key: Hashable, value: Value) -> Value:
        """What is kept under the key from now on: ``value``, or what another thread kept before."""
        with self._lock:
            kept = self._kept.setdefault(key, value)
            self._kept.move_to_end(key)
            for used, held in islice(reversed(self._kept.items()), IN_USE):
                size = self._bytes_of(held)
                self.bytes_held += size - self._measured.get(used, 0)
                self._measured[used] = size
            while self.bytes_held > self._most_bytes and len(self._kept) > 1:
                oldest, _ = self._kept.popitem(last=False)
                self.bytes_held -= self._measured.pop(oldest)
            return kept

    def drop(self, unwanted: Callable[[Value], bool]) -> None:
        """Keep those no more that are not wanted."""
        with self._lock:
            for key in [key for key, value in self._kept.items() if unwanted(value)]:
                del self._kept[key]
                self.bytes_held -= self._measured.pop(key)

    def __len__(self) -> int:
        return len(self._kept)
