"""Plugins' views as views of the page: handed a comparison and a look, here or in a process of their own."""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING

from dashboard.figures.page_view import PageView
from dashboard.figures.plugin_figure import MOST, look_of, page_figure
from dashboard.plugin_host.wire import pack_comparison, plain_figure
from estimators import BlupboardError, DataError, NotRun
from estimators.errors import error_sentence

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dashboard.figures.plotly_json import PlotlyFigure
    from dashboard.plugin_host.processes import PluginProcesses
    from dashboard.scene.scene import Scene
    from dashboard.scene.style import Style
    from estimators import Registry, View
    from estimators.plugins.discovery import Source

_log = logging.getLogger(__name__)


def plugin_views(
    registry: Registry,
    styles: Mapping[str, Style],
    processes: PluginProcesses | None,
    *,
    strict_scripts: bool = False,
) -> list[PageView]:
    """Every plugin's view of the registry; ``processes``: where those of others' code are drawn, None: here.

    With ``strict_scripts`` the page runs no code that is made from text, as some of plotly's traces need.

    Their ids are those of the plugins behind ``more-``, which no built-in view has. They are drawn when the
    page is there, so that nobody waits for them; whatever fails in one is a sentence in its place.
    """
    return [
        PageView(
            id=f"more-{view.id}",
            title=view.title,
            subtitle=view.subtitle,
            figure=partial(_figure, registry, view, styles, processes, strict=strict_scripts),
            live=False,
            for_theme=True,
        )
        for view in registry.views.values()
    ]


def _figure(
    registry: Registry,
    view: View,
    styles: Mapping[str, Style],
    processes: PluginProcesses | None,
    scene: Scene,
    *,
    strict: bool,
) -> PlotlyFigure | None:
    source, look = registry.source_of(view), look_of(scene, styles)
    if len(scene) > MOST:
        if not _is_of_methods_on(registry, source, scene):
            return None
        raise DataError(
            f"this view draws every {scene.unit.one}, which is done up to {MOST:,}; there are {len(scene):,}"
        )
    try:
        if processes is None or not source.is_foreign:
            given = plain_figure(view.figure(scene.comparison, look))
        else:
            packed = pack_comparison(scene.comparison, processes.levels)
            given = processes.call("view", view.id, packed, look)
        return None if given is None else page_figure(given, scene, strict_scripts=strict)
    except (DataError, NotRun):
        raise
    except BlupboardError as error:
        raise DataError(f"this view of the plugin {source.name} broke its contract: {error}") from error
    except (Exception, SystemExit) as error:
        _log.warning("The view %s failed with %s", view.id, error_sentence(error))
        raise DataError(
            f"this view of the plugin {source.name} failed with {error_sentence(error)}"
        ) from error


def _is_of_methods_on(registry: Registry, source: Source, scene: Scene) -> bool:
    """Whether a method of the same plugin is on, or the plugin has none."""
    own = {method.id for method in registry.values() if registry.source_of(method) == source}
    return not own or any(result.id in own for result in scene.comparison.results)
