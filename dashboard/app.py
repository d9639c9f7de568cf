"""create_app: put the rooms together. Wiring only."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

import dash
import dash_mantine_components as dmc
import flask
import plotly
from dash.fingerprint import build_fingerprint

from dashboard import callbacks
from dashboard.callbacks import (
    conclude,
    coverage,
    downloads,
    linked_groups,
    live_frame,
    model_checks,
    plan,
    possible_truths,
    take_data,
)
from dashboard.ingest import Reading
from dashboard.ingest.named_connections import NamedConnections
from dashboard.pages import ids
from dashboard.pages.facts import element
from dashboard.pages.layout import layout
from dashboard.pages.static_html import merge_static
from dashboard.plugin_host.collect_plugins import collect
from dashboard.plugin_host.file_kinds import foreign_kinds
from dashboard.plugin_host.processes import DEFAULT_SECONDS, PluginProcesses
from dashboard.plugin_host.reading_processes import ReadingProcesses
from dashboard.plugin_host.stand_ins import with_stand_ins
from dashboard.plugin_host.wire import Setup
from dashboard.serving import page_assets, server
from dashboard.serving.lifetime import at_end
from dashboard.serving.metrics import Measures, offer_measures
from dashboard.session.choices import LEVELS
from dashboard.session.comparisons import CACHE_BYTES, Comparisons
from dashboard.session.first_choices import session_start, worked_example
from dashboard.session.running_studies import RunningStudies
from dashboard.storage.expiry import KEEP_DAYS
from dashboard.storage.private_files import default_root
from dashboard.storage.quota import Quota
from dashboard.storage.workspace import DEFAULT_MAX_UPLOAD_BYTES, Workspace
from estimators import DataError

_Callback: TypeAlias = Callable[..., Any]
_HERE = Path(__file__).parent
_IMPORTED = r"^(?!main\.(css|mjs)$).*\.(css|mjs)$"
"""Assets that Dash is not to name in the page, as it would with a query: a module under two addresses is
there twice. They are imported from beside it, under an address that has the version of them all."""


def create_app(
    *,
    data_dir: Path | None = None,
    plugins_dirs: Iterable[Path] = (),
    plugins: Iterable[object] = (),
    plugin_seconds: float = DEFAULT_SECONDS,
    max_upload_bytes: int = DEFAULT_MAX_UPLOAD_BYTES,
    quota: Quota | None = None,
    keep_days: float = KEEP_DAYS,
    cache_bytes: int = CACHE_BYTES,
    data: Path | None = None,
    outcome: str | None = None,
    group: str | None = None,
    stack: tuple[str, ...] = (),
    connections: NamedConnections | None = None,
    strict_scripts: bool = False,
) -> dash.Dash:
    """The dashboard as a Dash app; ``app.server`` is the WSGI application.

    Args:
        data_dir: where datasets are kept; None: a folder of the account that runs the server.
        plugins_dirs: folders of plugins, which run in processes of their own, as installed ones do.
        plugins: estimators, samples, readers and views, or objects with hooks. Their code runs in the server.
        plugin_seconds: how long a fit of a plugin may take before its process is ended.
        max_upload_bytes: the largest upload.
        quota: how much is kept; None: as `Quota` has it.
        keep_days: how long a file is kept that nobody looks at.
        cache_bytes: what was computed is kept for reuse as long as it holds no more memory.
        data: a file that every session finds opened.
        outcome: its outcome column.
        group: its grouping column.
        stack: those of its columns that are stacked, as ``--stack`` names them.
        connections: databases whose tables every session may compare.
        strict_scripts: whether scripts of the page make no code from text, as WebGL of plugins' views needs.

    Raises UnusableRoot, UnreadableFile, OSError, OptionError or DataError: one sentence.

    """
    folders = tuple(plugins_dirs)
    processes = PluginProcesses(Setup(tuple(map(str, folders)), LEVELS), seconds=plugin_seconds)
    registry = with_stand_ins(collect(folders, plugins=plugins), processes)
    reading = ReadingProcesses(foreign_kinds(registry, processes))
    workspace = Workspace(
        data_dir or default_root(),
        max_upload_bytes=max_upload_bytes,
        quota=quota,
        keep_days=keep_days,
        samples={sample.id: sample.file for sample in registry.samples.values()},
        store=reading.store,
        raw=reading.raw,
    )
    given = (workspace, registry, folders, processes)
    comparisons = Comparisons(
        *given, cache_bytes=cache_bytes, connections=connections, strict_scripts=strict_scripts
    )
    first = _first_token(comparisons, data, (outcome, group), stack)
    app = _empty_app(workspace, strict_scripts=strict_scripts)
    _fill(app, comparisons, processes, reading)
    app.layout = _page_of(comparisons, first, prefer=data is not None)
    return app


def _fill(
    app: dash.Dash, comparisons: Comparisons, processes: PluginProcesses, reading: ReadingProcesses
) -> None:
    """What the app answers besides its page, and what is closed with it."""
    studies = RunningStudies(queue=comparisons.queue)
    _install_routes(app.server, comparisons, studies)
    callbacks.register(app, comparisons, studies)
    _close_at_end(app.server, reading, processes, comparisons, studies)
    offer_measures(app.server, _measures(comparisons, processes, reading))


def _page_of(comparisons: Comparisons, first: str, *, prefer: bool) -> Callable[[], dmc.MantineProvider]:
    """What gives the page to whoever asks for it; ``prefer``: always with ``first`` opened."""

    def page() -> dmc.MantineProvider:
        who = server.owner()
        start = session_start(comparisons, who, first, prefer=prefer)
        news = [str(sentence) for sentence in flask.get_flashed_messages()]
        return merge_static(layout(comparisons, who, start, news))

    return page


def _install_routes(flask_server: flask.Flask, comparisons: Comparisons, studies: RunningStudies) -> None:
    downloads.install(flask_server, comparisons, studies)
    asked = (conclude, coverage, live_frame, linked_groups, model_checks, plan, possible_truths, take_data)
    for part in asked:
        part.install(flask_server, comparisons)


def _measures(comparisons: Comparisons, processes: PluginProcesses, reading: ReadingProcesses) -> Measures:
    """What is counted of the server; also how many processes were ended, by what they were for and why."""

    def ended() -> dict[tuple[str, str], int]:
        counted = (("plugins", processes.ended), ("files", reading.ended))
        return {(of, why): number for of, counts in counted for why, number in counts.items()}

    return Measures(comparisons.queue.counts, comparisons.cache_bytes, ended)


def _close_at_end(
    flask_server: flask.Flask,
    reading: ReadingProcesses,
    processes: PluginProcesses,
    comparisons: Comparisons,
    studies: RunningStudies,
) -> None:
    # in this order: what comes last waits for plugins
    drawn = (comparisons.coverage, comparisons.resampled)
    beside = (studies, *drawn, comparisons.scorecards, comparisons.fit_cache)
    for running in (reading, processes, *beside):
        at_end(flask_server, running.close)


_UNUSED_SCRIPTS = ("/deps/polyfill@", "/dash_table/")
"""Of what dash names in the page: what old browsers lack, which run none of the modules, and whose functions
of text take the place of faster ones (dash's own components that are fetched when they are drawn need its
regeneratorRuntime; none is on the page); and a table that is not on the page."""


class _App(dash.Dash):
    """In what its callbacks answer, elements that nothing changes are few components."""

    def interpolate_index(self, *parts: str, **named: str) -> str:
        """The page that a browser gets first, with the scripts that it uses."""
        scripts = named.pop("scripts").splitlines()
        used = [line for line in scripts if not any(unused in line for unused in _UNUSED_SCRIPTS)]
        page: Callable[..., str] = super().interpolate_index
        return page(*parts, scripts="\n".join(used), **named)

    def callback(self, *arguments: object, **options: object) -> Callable[[_Callback], _Callback]:
        register: Callable[[_Callback], _Callback] = super().callback(*arguments, **options)

        def registered(function: _Callback) -> _Callback:
            return register(lambda *values, **named: merge_static(function(*values, **named)))

        return registered


def _empty_app(workspace: Workspace, *, strict_scripts: bool) -> dash.Dash:
    app = _App(
        __name__,
        title="blupboard",
        update_title="",  # the title stays as it is while callbacks run
        assets_folder=str(page_assets.FOLDER),
        assets_url_path=page_assets.URL,
        assets_ignore=_IMPORTED,
        serve_locally=True,
        suppress_callback_exceptions=True,
        add_log_handler=False,  # what is logged is said once, as the command line has it
    )
    index = (_HERE / "index.html").read_text(encoding="utf-8")
    app.index_string = (
        index.replace("{%modules%}", "\n".join(_preloads(app)))
        .replace("{%plotly%}", _plotly(app))
        .replace("{%facts%}", element())
    )
    # Modules run once the page is read, and the first callback may come before that.
    app.renderer = 'document.addEventListener("DOMContentLoaded", () => new DashRenderer());'
    server.install(app.server, workspace, csp_hashes=app.csp_hashes, strict_scripts=strict_scripts)
    return app


def _preloads(app: dash.Dash) -> Iterator[str]:
    """For each imported module a line that fetches it at once, not when the one that imports it has come."""
    for module in sorted(page_assets.FOLDER.rglob("*.mjs")):
        path = module.relative_to(page_assets.FOLDER).as_posix()
        if path != "main.mjs":
            yield f'<link rel="modulepreload" href="{app.get_asset_url(path)}">'


def _plotly(app: dash.Dash) -> str:
    """What fetches plotly beside all else; dash would with a graph of its own, of which there is none."""
    folder, script = Path(plotly.__file__).parent, "package_data/plotly.min.js"
    fingerprinted: Callable[..., str] = build_fingerprint
    name = fingerprinted(script, plotly.__version__, int((folder / script).stat().st_mtime))
    address = f"{app.config.requests_pathname_prefix}_dash-component-suites/plotly/{name}"
    return f'<script async id="{ids.PLOTLY}" src="{address}"></script>'


def _first_token(
    comparisons: Comparisons,
    path: Path | None,
    roles: tuple[str | None, str | None],
    stack: tuple[str, ...],
) -> str:
    """Of what a session finds opened: a file with these roles and columns stacked, or the worked example."""
    if path is None:
        return worked_example(comparisons.registry)
    dataset = comparisons.workspace.import_file(path, Reading(stack=stack) if stack else None)
    names = [column.name for column in dataset.table.columns]
    for role, name in zip(("outcome", "group"), roles, strict=True):
        if name is not None and name not in names:
            raise DataError(
                f"{path.name} has no column {name!r} for the {role}; it has {', '.join(map(repr, names))}"
            )
    comparisons.holdings.preset_roles[dataset.token] = roles
    return dataset.token
