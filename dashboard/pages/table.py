"""The place of the table, and what its grid is given."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import dash_ag_grid  # noqa: F401 -- dash serves its scripts, which the module of this component draws with

from dashboard.pages import ids
from dashboard.pages.own_component import OwnComponent
from dashboard.words.table import LEAST_WIDTH

ROW_HEIGHT, HEADER_HEIGHT, TALLEST_HEADER, TALLEST_TABLE = 34, 40, 60, 440


class Table(OwnComponent):
    """A grid of AG Grid by ``assets/shared/grid.mjs``: there once it is near what is in sight.

    What it is given out of sight waits until then, and of all that the kit's component tells of itself dash
    hears which rows it asks for: the grid is the dearest part of the page, and mostly nobody looks at it yet.

    ``ranks`` are columns that come after ``rowData``, by field, in its order.
    """

    properties = (
        "id",
        "className",
        "columnDefs",
        "contentKey",
        "dashGridOptions",
        "defaultColDef",
        "getRowId",
        "getRowsRequest",
        "getRowsResponse",
        "ranks",
        "rowData",
        "rowModelType",
        "style",
    )


def content_key(columns: list[dict[str, Any]], rows: list[dict[str, Any]]) -> str:
    """What tells these columns and rows from others."""
    return hashlib.sha256(json.dumps([columns, rows]).encode()).hexdigest()


def table_grid(columns: list[dict[str, Any]], rows: list[dict[str, Any]] | None) -> Table:
    """The table; without rows it asks the server for them block by block."""
    height = (
        TALLEST_TABLE if rows is None else min(TALLEST_TABLE, TALLEST_HEADER + ROW_HEIGHT * len(rows) + 16)
    )
    options: dict[str, Any] = {
        "rowHeight": ROW_HEIGHT,
        "headerHeight": HEADER_HEIGHT,
        "suppressCellFocus": False,
        "animateRows": False,
        "suppressColumnVirtualisation": True,
        "enableCellTextSelection": True,
        "suppressDragLeaveHidesColumns": True,
    }
    more: dict[str, Any] = {"rowModelType": "infinite"}
    if rows is not None:
        more = {"rowData": rows, "contentKey": content_key(columns, rows)}
    else:
        options |= {"cacheBlockSize": 200, "maxBlocksInCache": 20, "infiniteInitialRowCount": 200}
        options |= {"maxConcurrentDatasourceRequests": 1}  # of two at once dash hears one
    return Table(
        id=ids.TABLE,
        columnDefs=columns,
        defaultColDef={
            "sortable": True,
            "resizable": True,
            "filter": True,
            "minWidth": LEAST_WIDTH,
            "flex": 1,
            "wrapHeaderText": True,
            "autoHeaderHeight": True,
        },
        dashGridOptions=options,
        getRowId="params.data.key",
        className="ag-theme-quartz ag-theme-blupboard",
        style={"height": f"{height}px", "width": "100%"},
        **more,
    )
