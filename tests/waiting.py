"""Waiting for what is about to happen: until it has, or for so long that it never will."""

from __future__ import annotations

import threading
import time

from estimators.fitting.fit_many import Stopped

PATIENCE = 300.0
"""Seconds for what should take next to none: how busy the machine is decides over no test."""


def wait_for(found):
    """What the function gives, once that is something."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if value := found():
            return value
        time.sleep(0.01)
    raise AssertionError("it did not come")


class NeverDone:
    """What is computed until it is told to stop."""

    def __init__(self):
        self.begun, self.ended = threading.Event(), threading.Event()

    def __call__(self, *_, stopped, **__):
        self.begun.set()
        wait_for(stopped)
        self.ended.set()
        raise Stopped
