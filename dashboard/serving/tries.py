"""How often an address may try a password: some times at once, and then once in a while."""

from __future__ import annotations

import ipaddress
import threading
import time
from collections import OrderedDict
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

AT_ONCE: Final = 10
"""Wrong tries of an address without a pause: a class behind one address mistypes."""
PAUSE_SECONDS: Final = 6.0
"""Between two more: 14,400 a day."""
REMEMBERED: Final = 10_000
"""Addresses."""


class Tries:
    """Wrong tries by address; safe to share between threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._free_at: OrderedDict[str, float] = OrderedDict()
        """When each address could try as often as at first."""
        self._lock = threading.Lock()

    def pause_seconds(self, address: str) -> float:
        """How long an address has to wait until its next try; 0 where it has not."""
        with self._lock:
            free_at = self._free_at.get(_network(address), 0.0)
        return max(free_at - self._clock() - (AT_ONCE - 1) * PAUSE_SECONDS, 0.0)

    def note_wrong(self, address: str) -> None:
        """Count a wrong try."""
        network = _network(address)
        with self._lock:
            now = self._clock()
            self._free_at[network] = max(self._free_at.get(network, now), now) + PAUSE_SECONDS
            self._free_at.move_to_end(network)
            while len(self._free_at) > REMEMBERED:
                self._free_at.popitem(last=False)


def _network(address: str) -> str:
    """What one customer of a provider has: an address of version 4, 64 bits of one of version 6."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv4Address) or found.ipv4_mapped:
        return str(found)
    return str(ipaddress.ip_network((found, 64), strict=False))
