"""From what a person chose to what is on screen: dataset -> groups -> comparison -> scene, kept for reuse."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from dashboard.figures import views
from dashboard.plugin_host.stand_ins import StandIn
from dashboard.scene.scene import Scene, make_scene
from dashboard.scene.scene_cache import SceneCache
from dashboard.scene.style import styles
from dashboard.scene.truth import truth_of
from dashboard.session.choices import Choices
from dashboard.session.fit_cache import FitCache
from dashboard.session.plugin_views import plugin_views
from estimators import Comparison, Design, DesignError, GroupData, Registry, Simulated, compare, simulate
from estimators.fitting.compare import at_level

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from pathlib import Path

    from dashboard.figures.page_view import PageView
    from dashboard.ingest import Table
    from dashboard.plugin_host.processes import PluginProcesses
    from dashboard.scene.scene import Display
    from dashboard.session.choices import OptionValue
    from dashboard.storage.workspace import Workspace
    from estimators import Estimator, Result

KEPT = 16
"""Reductions and comparisons that are kept for reuse."""
KEPT_DRAWS = 4
SOON_SECONDS = 0.5
"""How long the page waits for plugins; what takes longer is shown later."""
QUICK_SECONDS = 0.08
"""What a plugin's fit may take so that a dial that is dragged waits for it."""
MOST_SIMULATED = 1_000_000
"""Rows that one simulation on the page may have, since the server's memory is everybody's."""


@dataclass(frozen=True)
class _Columns:
    """Two columns of a stored table; a file that is stored anew under the same token is another one."""

    token: str
    created: datetime
    outcome: str
    group: str
    table: Table = field(compare=False)


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
    ) -> None:
        self.workspace = workspace
        self.registry = registry
        self.plugins_dirs = tuple(map(str, plugins_dirs))
        """The folders that some of the estimators come from."""
        self.styles = styles(registry.values())
        self.preset_roles: dict[str, tuple[str | None, str | None]] = {}
        """Outcome and group by token, for a file that was opened with them from the command line."""
        self.processes = processes
        """Where plugins' views are drawn; None: here."""
        self.views: tuple[PageView, ...] = (
            *views.VIEWS,
            *plugin_views(registry, self.styles, processes),
        )
        """Everything that the page draws of a comparison, in its order."""
        self.live_views = [view for view in self.views if view.live]
        self.later_views = [view for view in self.views if not view.live]
        self._reduce = lru_cache(maxsize=KEPT)(_reduce)
        self._simulate = lru_cache(maxsize=KEPT_DRAWS)(simulate)
        self._truth = lru_cache(maxsize=KEPT_DRAWS)(truth_of)
        self._scenes = SceneCache(self.styles)
        self.fit_cache = FitCache()
        self._compared = lru_cache(maxsize=KEPT)(_compared)

    def comparison(self, owner: str, choices: Choices, wait_seconds: float | None = None) -> Comparison:
        """The chosen estimators on the chosen columns, or on what is simulated.

        After ``wait_seconds`` (None: for ever) plugins that take longer are results without a fit that are
        ``pending``.

        Raises:
            UnknownDataset: there is no such dataset for this owner.
            DataError, UnreadableFile: the columns cannot be used; one sentence.
            OptionError: an option out of its bounds.

        """
        source: _Columns | Design | None = choices.design
        if source is None:
            dataset = self.workspace.get(owner, choices.token)
            source = _Columns(dataset.token, dataset.created, choices.outcome, choices.group, dataset.table)
        chosen, options = self.chosen(choices)
        asked = [(e, tuple(options.get(e.id, {}).items())) for e in chosen]
        found = self.fit_cache.results(source, lambda: self._groups(source), asked, wait_seconds=wait_seconds)
        compared = _compared if any(result.pending for result in found) else self._compared
        return compared(self._groups(source), tuple(found), choices.level)

    def scene(self, owner: str, choices: Choices, wait_seconds: float | None = None) -> Scene:
        """The comparison in display order; raises what :meth:`comparison` does."""
        truth = None if choices.design is None else self._truth(self.simulated(choices.design))
        comparison = self.comparison(owner, choices, wait_seconds)
        return self._scenes.scene(comparison, truth=truth, **_display(choices))

    def simulated(self, design: Design) -> Simulated:
        """The draw of a design. Raises DesignError where it has more than MOST_SIMULATED rows."""
        rows = int(design.sizes.sum())
        if rows > MOST_SIMULATED:
            raise DesignError(
                "per_group",
                f"{rows:,} rows are too many for the page, which takes {MOST_SIMULATED:,}; "
                "the command line takes more",
            )
        return self._simulate(design)

    def passing_scene(self, design: Design, choices: Choices) -> Scene:
        """The scene of a draw that is looked at for a moment: nothing of it is kept. Raises as above.

        Plugins that took long last time, or would have to wait for their turn, are left out: a dial that is
        dragged waits for nobody.
        """
        simulated = simulate(design)
        chosen, options = self.chosen(choices)
        none_free = self.processes is not None and self.processes.all_busy
        waits = {
            e.id for e in chosen if isinstance(e, StandIn) and (none_free or e.last_seconds > QUICK_SECONDS)
        }
        quick = [e for e in chosen if e.id not in waits]
        options = {e.id: options[e.id] for e in quick if e.id in options}
        comparison = compare(simulated.data, quick, options=options, level=choices.level)
        return make_scene(comparison, truth=truth_of(simulated), style_of=self.styles, **_display(choices))

    def chosen(self, choices: Choices) -> tuple[list[Estimator], dict[str, dict[str, OptionValue]]]:
        """The estimators that are switched on, in display order, and their options by id."""
        on = [estimator for estimator in self.registry.values() if estimator.id in choices.on]
        return on, {i: o for i, o in choices.options_by_estimator().items() if i in self.registry}

    def _groups(self, source: _Columns | Design) -> GroupData:
        return self.simulated(source).data if isinstance(source, Design) else self._reduce(source)


def _display(choices: Choices) -> Display:
    """What a scene depends on besides the comparison."""
    return {
        "outcome": choices.outcome,
        "group": choices.group,
        "selection_key": selection_key(choices),
        "sort": choices.sort,
        "dark": choices.dark,
        "show_own": choices.show_own,
    }


def _compared(data: GroupData, results: tuple[Result, ...], level: float) -> Comparison:
    return Comparison(data, tuple(at_level(result, level) for result in results), level)


def _reduce(columns: _Columns) -> GroupData:
    from dashboard.ingest import reduce_table

    return reduce_table(columns.table, outcome=columns.outcome, group=columns.group)


def selection_key(choices: Choices) -> str:
    """The same for the same dataset and columns: what a selection of groups or a zoom belongs to."""
    of = [choices.token, choices.outcome, choices.group]
    if choices.design is not None:
        of.append(str(choices.design.groups))
    return hashlib.sha256("\0".join(of).encode()).hexdigest()[:16]
