"""The table as it stands on the page, as CSV: its columns, its order, what passes its filters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from dashboard.words.csv_text import csv_block, formula_safe
from dashboard.words.table import number_columns, requested_positions

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from dashboard.scene.scene import Scene

_LINES = 5_000


def table_csv(scene: Scene, request: Mapping[str, Any]) -> Iterator[bytes]:
    """The file in pieces, numbers with every digit and labels in full.

    ``request`` holds the grid's ``columns`` from left to right, its ``sortModel`` and its ``filterModel``;
    without columns it is all of them, without an order that of the page.
    """
    columns = {column.field: column for column in number_columns(scene, wait=True)}
    headings = {"group": scene.unit.one} | {field: column.heading for field, column in columns.items()}
    wanted = request.get("columns")
    fields = [field for field in wanted if field in headings] if isinstance(wanted, list) else list(headings)
    at = requested_positions(scene, request)
    labels = scene.comparison.data.labels
    yield csv_block([[formula_safe(headings[field]) for field in fields]])
    for start in range(0, len(at), _LINES):
        some = at[start : start + _LINES]
        cells: list[Sequence[object]] = [
            [formula_safe(label) for label in labels[scene.order[some]]]
            if field == "group"
            else [None if np.isnan(value) else value for value in columns[field].values[some].tolist()]
            for field in fields
        ]
        yield csv_block(zip(*cells, strict=True))
