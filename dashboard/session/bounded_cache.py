"""What was computed, kept for whoever asks again, as long as it holds no more than so many bytes."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

Value = TypeVar("Value")


class BoundedCache(Generic[Value]):
    """Values by key, those used last; safe to share between threads.

    What a value holds may grow while it is kept, so all are counted whenever one comes. The latest is kept
    even where it alone holds more.
    """

    def __init__(self, most_bytes: int, bytes_of: Callable[[Value], int]) -> None:
        self._most_bytes = most_bytes
        self._bytes_of = bytes_of
        self._kept: OrderedDict[Hashable, Value] = OrderedDict()
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
            held = sum(map(self._bytes_of, self._kept.values()))
            while held > self._most_bytes and len(self._kept) > 1:
                _, oldest = self._kept.popitem(last=False)
                held -= self._bytes_of(oldest)
            return kept

    @property
    def bytes_held(self) -> int:
        """About what is held now."""
        with self._lock:
            return sum(map(self._bytes_of, self._kept.values()))

    def __len__(self) -> int:
        return len(self._kept)
