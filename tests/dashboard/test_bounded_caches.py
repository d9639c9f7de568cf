"""What is kept for reuse is bounded by what it holds, whatever is asked for."""

from dataclasses import replace

import pytest

from dashboard.session.bounded_cache import BoundedCache
from dashboard.session.choices import Choices
from dashboard.session.comparisons import Comparisons
from dashboard.session.simulation import ChosenDesign
from dashboard.storage.workspace import Workspace
from estimators import Design, build_registry

DESIGN = Design(groups=300, per_group="5")


def test_the_latest_are_kept_and_of_two_threads_the_first_has_its_way():
    cache = BoundedCache(10, len)
    assert cache.keep("a", "aaaa") == "aaaa"
    assert cache.keep("a", "other") == "aaaa"
    cache.keep("b", "bbbb")
    assert cache.get("a") == "aaaa"  # and is later now than the other
    cache.keep("c", "cccc")
    assert [cache.get(key) for key in "abc"] == ["aaaa", None, "cccc"]
    assert cache.bytes_held == 8
    cache.keep("large", "x" * 100)
    assert [cache.get(key) for key in ("a", "c", "large")] == [None, None, "x" * 100]


def test_what_grows_while_it_is_kept_is_counted_as_it_is():
    cache, growing = BoundedCache(10, len), ["x"]
    cache.keep("growing", growing)
    growing += ["x"] * 20
    cache.keep("b", ["y"])
    assert cache.get("growing") is None
    assert len(cache) == 1


@pytest.mark.slow
@pytest.mark.parametrize("megabytes", [1, 8])
def test_however_many_designs_are_looked_at_memory_stays_level(tmp_path, megabytes):
    most = megabytes * 2**20
    comparisons = Comparisons(Workspace(tmp_path), build_registry(entry_points=False), cache_bytes=most)
    held = []
    for seed in range(12):
        choices = Choices(ChosenDesign(replace(DESIGN, seed=seed)), ("ols", "reml"))
        scene = comparisons.scene("ann", choices)
        assert comparisons.scene("ann", choices) is scene
        caches = comparisons._sources, comparisons._compared
        held.append(sum(cache.bytes_held for cache in caches))
        assert held[-1] <= most * 5 // 8
    first = comparisons.source("ann", Choices(ChosenDesign(replace(DESIGN, seed=0)), ("ols",)))
    assert ("_groups_and_truth" in vars(first)) is (megabytes == 8)
