"""What the tests of blupboard and of every plugin on the shelf start from."""

from __future__ import annotations

import atexit
import gc
import os
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# examples are the same in every run; make quick asks for the first of them
settings.register_profile(
    "blupboard",
    deadline=None,
    derandomize=True,
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("quick", settings.get_profile("blupboard"), max_examples=15)
settings.load_profile("blupboard")

MOST_WORKERS = 8
"""Each has a server and a browser of its own: beyond this the machine's memory goes before its cores do."""

# what is imported and collected stays: walking it again and again takes a third of the time of collecting
gc.disable()

# what the shelf's tests share, in plugins/testing/shelf.py
sys.path.insert(0, str(Path(__file__).parent / "plugins" / "testing"))
# a plugin on the shelf is tested from its folder, installed or not
for project in sorted(Path(__file__).parent.glob("plugins/*/pyproject.toml")):
    sys.path.insert(0, str(project.parent))


def pytest_xdist_auto_num_workers() -> int:
    """As many workers as cores that this process may use."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return min(cores or 1, MOST_WORKERS)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Of tests with dear cases (`slow_cases`) all but the first case are slow."""
    seen = set()
    for item in items:
        if item.get_closest_marker("slow_cases"):
            name = item.nodeid.partition("[")[0]
            if name in seen:
                item.add_marker(pytest.mark.slow)
            seen.add(name)


def pytest_collection_finish() -> None:
    """From here on garbage is looked for among what tests make, not among all that there was before."""
    gc.freeze()
    atexit.register(gc.unfreeze)  # libraries count in the end what they still hold
    gc.enable()
