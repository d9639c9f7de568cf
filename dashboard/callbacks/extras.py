"""What is fetched when asked for: table blocks, intervals of a zoomed view, code, the download address."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from dash import ALL, Input, Output, State, ctx, no_update

from dashboard.figures.zoom_detail import view_detail
from dashboard.pages import ids
from dashboard.pages.header import rows_entry
from dashboard.serving.server import owner
from dashboard.session.choices import Choices
from dashboard.storage.workspace import WorkspaceError
from dashboard.words.table import requested_rows
from estimators import BlupboardError

if TYPE_CHECKING:
    import dash

    from dashboard.scene.scene import Scene
    from dashboard.session.comparisons import Comparisons


def register(app: dash.Dash, comparisons: Comparisons) -> None:
    """Add the callbacks of this file."""

    @app.callback(
        Output(ids.TABLE, "getRowsResponse"), Input(ids.TABLE, "getRowsRequest"), State(ids.CHOICES, "data"),
        prevent_initial_call=True,
    )  # fmt: skip
    def table_block(request: dict[str, Any] | None, given: object) -> Any:  # noqa: ANN401 - no_update has no type
        scene = _scene(comparisons, given)
        if request is None or scene is None:
            return no_update
        rows, count = requested_rows(scene, request)
        return {"rowData": rows, "rowCount": count}

    @app.callback(
        Output(ids.VIEW_DETAIL, "data"), Input(ids.VIEW_WINDOW, "data"), State(ids.CHOICES, "data"),
        prevent_initial_call=True,
    )  # fmt: skip
    def detail(window: dict[str, Any] | None, given: object) -> Any:  # noqa: ANN401
        scene = _scene(comparisons, given)
        if not window or scene is None or window.get("view") != scene.selection_key:
            return no_update
        return view_detail(scene, int(window["first"]), int(window["last"]))

    @app.callback(
        Output(ids.CODE_R, "children"),
        Output(ids.CODE_PYTHON, "children"),
        Output("code-tabs", "value"),
        Output(ids.CODE_MODAL, "opened"),
        Input(ids.open_code(ALL), "n_clicks"),
        State(ids.CHOICES, "data"),
        prevent_initial_call=True,
    )
    def code(clicks: list[int | None], given: object) -> tuple[Any, ...]:
        choices = Choices.from_json(given)
        scene = _scene(comparisons, given, wait_seconds=None)
        if not any(clicks) or choices is None or scene is None:
            return (no_update,) * 4
        language = ctx.triggered_id["language"] if ctx.triggered_id else "r"
        return *scripts(comparisons, choices, scene), language, True

    @app.callback(
        Output(ids.DOWNLOAD_CSV, "href"), Output(ids.DOWNLOAD_ROWS, "children"), Input(ids.CHOICES, "data")
    )
    def download_addresses(given: object) -> tuple[str, Any]:
        choices = Choices.from_json(given)
        if choices is None:
            return "#", None
        asked = "?choices=" + quote(json.dumps(given))
        rows = None if choices.design is None else rows_entry(f"export/simulated.csv{asked}")
        return f"export/groups.csv{asked}", rows


def scripts(comparisons: Comparisons, choices: Choices, scene: Scene) -> tuple[str, str]:
    """What is on screen in R and in Python. Raises UnknownDataset where the data have gone meanwhile."""
    if choices.design is not None:
        from dashboard.scripts.simulated_code import simulated_python_script, simulated_r_script

        r = simulated_r_script(scene.comparison, comparisons.simulated(choices.design))
        return r, simulated_python_script(
            scene.comparison, choices.design, plugins_dirs=comparisons.plugins_dirs
        )
    from dashboard.scripts.code_export import python_script, r_script

    table = comparisons.workspace.get(owner(), choices.token).table
    what: dict[str, Any] = {
        "file_name": table.name,
        "outcome": choices.outcome,
        "group": choices.group,
        "reader": table.reader,
    }
    r = r_script(
        scene.comparison,
        **what,
        layout=table.layout_for(choices.outcome),
        columns=[column.name for column in table.columns],
    )
    return r, python_script(scene.comparison, **what, plugins_dirs=comparisons.plugins_dirs)


def _scene(comparisons: Comparisons, given: object, wait_seconds: float | None = 0.0) -> Scene | None:
    """The scene that the page shows, or will when all is fitted; None where it has gone meanwhile."""
    choices = Choices.from_json(given)
    if choices is None:
        return None
    try:
        return comparisons.scene(owner(), choices, wait_seconds)
    except (BlupboardError, WorkspaceError, ValueError):
        return None
