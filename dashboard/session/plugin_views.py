"""The views that plugins bring: each drawn for a scene, or the reason why it is not."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dashboard.figures.plugin_figure import adopted, look_of
from dashboard.plugin_host.wire import pack_comparison, plain_figure
from estimators import BlupboardError, DataError, NotRun
from estimators.errors import told

if TYPE_CHECKING:
    from dashboard.scene.scene import Scene
    from dashboard.session.comparisons import Comparisons
    from estimators import Look, View

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Shown:
    """One view as it stands: a figure as plotly's JSON, or a sentence; neither: there is nothing to show."""

    figure: dict[str, Any] | None = None
    problem: str = ""


def more_views(comparisons: Comparisons, scene: Scene) -> dict[str, Shown]:
    """Every view of a plugin, by its id."""
    look = look_of(scene, comparisons.styles)
    return {view.id: _shown(comparisons, view, scene, look) for view in comparisons.registry.views.values()}


def _shown(comparisons: Comparisons, view: View, scene: Scene, look: Look) -> Shown:
    try:
        given = _figure(comparisons, view, scene, look)
        return Shown() if given is None else Shown(adopted(given, scene).to_plotly_json())
    except (DataError, NotRun) as error:
        return Shown(problem=str(error))
    except BlupboardError as error:
        return Shown(
            problem=f"this view of the plugin {_name(comparisons, view)} broke its contract: {error}"
        )
    except (Exception, SystemExit) as error:  # noqa: BLE001 - a plugin's view may fail in any way
        _log.warning("The view %s failed with %s", view.id, told(error))
        return Shown(problem=f"this view of the plugin {_name(comparisons, view)} failed with {told(error)}")


def _figure(comparisons: Comparisons, view: View, scene: Scene, look: Look) -> object:
    if comparisons.processes is None or not comparisons.registry.source_of(view).is_foreign:
        return plain_figure(view.figure(scene.comparison, look))
    return comparisons.processes.call("view", view.id, pack_comparison(scene.comparison), look)


def _name(comparisons: Comparisons, view: View) -> str:
    return comparisons.registry.source_of(view).name
