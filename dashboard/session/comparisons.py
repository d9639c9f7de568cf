"""From what a person chose to what is on screen: source -> groups -> comparison -> scene, kept for reuse."""

from __future__ import annotations

import threading
from dataclasses import replace
from operator import methodcaller
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from dashboard.figures import views
from dashboard.ingest.named_connections import NamedConnections
from dashboard.plugin_host.stand_ins import StandIn
from dashboard.scene.scene import Scene, make_scene
from dashboard.scene.scene_cache import SceneCache, bytes_of_comparison
from dashboard.scene.style import styles
from dashboard.session.bounded_cache import BoundedCache
from dashboard.session.counted_coverage import CountedCoverage
from dashboard.session.fair_queue import FairQueue
from dashboard.session.fit_cache import FitCache
from dashboard.session.foreseen import Foresight
from dashboard.session.plugin_views import plugin_views
from dashboard.session.resampled_intervals import ResampledIntervals
from dashboard.session.running_scorecards import RunningScorecards
from dashboard.session.sources import GroupSource, Holdings
from estimators import Comparison, GroupData, Registry, compare
from estimators.fitting.compare import at_level

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from pathlib import Path

    from dashboard.figures.page_view import PageView
    from dashboard.ingest.json_values import OptionValue
    from dashboard.plugin_host.processes import PluginProcesses
    from dashboard.scene.kept_pictures import KeptPictures
    from dashboard.scene.scene import Display
    from dashboard.session.choices import Choices
    from dashboard.storage.workspace import Workspace
    from estimators import Estimator, Result

CACHE_BYTES = 2**29
"""What is kept for reuse may hold so many, of all who use a server: half of it the sources with their groups,
a quarter the fits, an eighth each the comparisons and the scenes. That is some thousand sources of the usual
size, and the fits of three with 100,000 groups.
"""
SOON_SECONDS = 0.5
"""How long the page waits for plugins; what takes longer is shown later. Past about a second people notice
that they wait (Nielsen 1993, Usability Engineering, ch. 5), and the page itself takes part of that.
"""
QUICK_SECONDS = 0.08
"""What a plugin's fit may take so that a dial that is dragged waits for it: with drawing, a frame then stays
near the tenth of a second up to which what a hand does seems to act at once (same place).
"""


class Comparisons:
    """The one place where pages get data and results from.

    Every way in asks the workspace first, so that a session sees its own data only; what is kept here is
    keyed by dataset and never handed out without that.
    """

    def __init__(
        self,
        workspace: Workspace,
        registry: Registry,
        plugins_dirs: Iterable[str | Path] = (),
        processes: PluginProcesses | None = None,
        *,
        cache_bytes: int = CACHE_BYTES,
        connections: NamedConnections | None = None,
        strict_scripts: bool = False,
    ) -> None:
        self.workspace = workspace
        self.registry = registry
        self.plugins_dirs = tuple(map(str, plugins_dirs))
        """The folders that some of the estimators come from."""
        self.styles = styles(registry.values())
        self.holdings = Holdings(workspace, registry.samples, connections=connections or NamedConnections())
        """What the sources are opened from."""
        self.processes = processes
        """Where plugins' views are drawn; None: here."""
        self.views: tuple[PageView, ...] = (
            *views.VIEWS,
            *plugin_views(registry, self.styles, processes, strict_scripts=strict_scripts),
        )
        """Everything that the page draws of a comparison, in its order."""
        self.live_views = [view for view in self.views if view.live]
        self.later_views = [view for view in self.views if not view.live]
        self.fit_cache = FitCache(cache_bytes // 4)
        self.queue = FairQueue()
        """In which all long jobs have their turn."""
        self.foresight = Foresight(self.queue)
        self.coverage = CountedCoverage(self.queue)
        self.resampled = ResampledIntervals(self.queue)
        self.scorecards = RunningScorecards(self.queue)
        self._token_of: WeakKeyDictionary[GroupData, str] = WeakKeyDictionary()
        self._lock = threading.Lock()
        self._scenes = SceneCache(self.styles, cache_bytes // 8)
        self._sources: BoundedCache[GroupSource] = BoundedCache(cache_bytes // 2, methodcaller("bytes_held"))
        self._compared: BoundedCache[Comparison] = BoundedCache(cache_bytes // 8, bytes_of_comparison)

    def source(self, owner: str, choices: Choices) -> GroupSource:
        """Where the chosen groups come from, with what was computed of it before.

        Raises:
            UnknownDataset: there is no such dataset for this owner.

        """
        return self.hold(choices.source.open(self.holdings, owner))

    def hold(self, source: GroupSource) -> GroupSource:
        """The source with what was computed of it before, kept for reuse."""
        return self._sources.keep(source, source)

    def comparison(self, owner: str, choices: Choices, wait_seconds: float | None = None) -> Comparison:
        """The chosen estimators on the chosen groups.

        After ``wait_seconds`` (None: for ever) plugins that take longer are results without a fit that are
        ``pending``, and so are fits whose intervals by the bootstrap are still being drawn.

        Raises:
            UnknownDataset: there is no such dataset for this owner.
            DataError, UnreadableFile, DesignError: the source has no usable groups; one sentence.
            OptionError: an option out of its bounds.
            BlupboardError: intervals that were waited for are not drawn.

        """
        return self._comparison(owner, self.source(owner, choices), choices, wait_seconds)

    def scene(
        self, owner: str, choices: Choices, wait_seconds: float | None = None, *, dark: bool = False
    ) -> Scene:
        """The comparison in display order; raises what :meth:`comparison` does.

        ``dark`` is for what can be drawn for a theme only; the page turns the colours of all else itself.
        """
        source = self.source(owner, choices)
        comparison = self._comparison(owner, source, choices, wait_seconds)
        display = _display(choices, dark=dark)
        return self._scenes.scene(comparison, source.truth(), source.rows_of_groups, **display)

    def pictures(self, scene: Scene) -> KeptPictures:
        """What was drawn of a scene, as far as another level would not change it."""
        return self._scenes.pictures(scene)

    def passing_scene(self, owner: str, choices: Choices) -> Scene:
        """The scene of a source that is looked at for a moment: nothing of it is kept. Raises as above.

        Plugins that took long last time, or would have to wait for their turn, are left out: a dial that is
        dragged waits for nobody.
        """
        source = choices.source.open(self.holdings, owner)
        estimators, options = self.chosen_estimators(choices)
        none_free = self.processes is not None and self.processes.all_busy
        waits = {
            e.id
            for e in estimators
            if isinstance(e, StandIn) and (none_free or e.last_seconds > QUICK_SECONDS)
        }
        quick = [e for e in estimators if e.id not in waits]
        options = {e.id: options[e.id] for e in quick if e.id in options}
        comparison = compare(
            source.groups(),
            quick,
            options=options,
            level=choices.level,
            smallest_first=choices.smallest_first,
        )
        return make_scene(
            comparison,
            truth=source.truth(),
            style_of=self.styles,
            rows_of=source.rows_of_groups,
            **_display(choices),
        )

    def forget(self, owner: str, tokens: Collection[str]) -> None:
        """Stop the owner's long jobs, and keep nothing in memory of the datasets behind these tokens."""
        self.queue.stop_of(owner)
        with self._lock:
            groups = [data for data, token in self._token_of.items() if token in tokens]
        unwanted = set(map(id, groups))
        self._sources.drop(lambda source: source.token in tokens)
        self._compared.drop(lambda comparison: id(comparison.data) in unwanted)
        self._scenes.drop(groups)
        self.fit_cache.drop(lambda key: isinstance(key, tuple) and getattr(key[0], "token", "") in tokens)
        self.scorecards.forget(owner)
        self.coverage.forget(owner, groups)
        self.resampled.forget(owner, groups)

    def cache_bytes(self) -> dict[str, int]:
        """About what is kept for reuse, by what it is of."""
        return {
            "sources": self._sources.bytes_held,
            "fits": self.fit_cache.bytes_held,
            "comparisons": self._compared.bytes_held,
            "scenes": self._scenes.bytes_held,
        }

    def chosen_estimators(
        self, choices: Choices
    ) -> tuple[list[Estimator], dict[str, dict[str, OptionValue]]]:
        """The estimators that are switched on, in display order, and their options by id."""
        on = [estimator for estimator in self.registry.values() if estimator.id in choices.on]
        return on, {i: o for i, o in choices.options_by_estimator().items() if i in self.registry}

    def _comparison(
        self, owner: str, source: GroupSource, choices: Choices, wait_seconds: float | None
    ) -> Comparison:
        estimators, options = self.chosen_estimators(choices)
        asked = [(e, tuple(options.get(e.id, {}).items())) for e in estimators]
        found = self.fit_cache.results(source.key, source.groups, asked, wait_seconds=wait_seconds)
        data = source.groups()
        with self._lock:
            self._token_of[data] = source.token
        if choices.bootstrap:
            found = self.resampled.results(owner, data, found, wait=wait_seconds is None)
        asked_for = data, tuple(found), choices.level, choices.smallest_first
        if any(result.pending for result in found):
            return _comparison_of(*asked_for)
        return self._compared.get(asked_for) or self._compared.keep(asked_for, _comparison_of(*asked_for))


def _display(choices: Choices, *, dark: bool = False) -> Display:
    """What a scene depends on besides the comparison."""
    return {
        "outcome": choices.source.compared,
        "group": choices.source.group,
        "selection_key": choices.source.selection_key,
        "sort": choices.sort,
        "dark": dark,
        "show_own": choices.show_own,
        "arrangement": choices.arrangement,
        "as_ratios": choices.as_ratios,
    }


def _comparison_of(
    data: GroupData,
    results: tuple[Result, ...],
    level: float,
    smallest_first: bool,
) -> Comparison:
    found = (at_level(replace(result, smallest_first=smallest_first), level) for result in results)
    return Comparison(data, tuple(found), level, smallest_first)
