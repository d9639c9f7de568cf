"""The table as it stands on the page, as CSV: its columns, its order, what passes its filters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dashboard.words.csv_text import csv_block, csv_of_columns, formula_safe
from dashboard.words.table import number_columns, requested_positions

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dashboard.scene.scene import Scene


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
    cells = [labels[scene.order[at]] if field == "group" else columns[field].values[at] for field in fields]
    yield from csv_of_columns(cells)
