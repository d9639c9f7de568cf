"""One JSON object that holds a whole table: its columns, a list of records, or records by their names."""

from __future__ import annotations

from typing import Any

from dashboard.ingest.errors import excerpt

Record = dict[str, Any]


def records_of_object(found: Record) -> tuple[list[Record], str | None] | None:
    """The records of a table in one object, and a sentence on what was left aside; None where it holds none.

    It holds its columns (``{"g": ["a", "b"], "y": [1, 2]}``, also as pandas writes them, with cells by the
    number of their row, or with a list for each row), or records by number or name, or one list of records
    among other things.
    """
    if found.keys() in ({"columns", "data"}, {"columns", "data", "index"}):
        split = records_of_lists([found["columns"], *_listed(found["data"])])
        if split is not None:
            return split, None
    values = list(found.values())
    if values and all(isinstance(value, list) for value in values):
        columns = _records_of_columns(found, [range(len(value)) for value in values])
        if columns is not None:
            return columns, None
    if values and all(isinstance(value, dict) and value for value in values):
        return _records_of_objects(found), None
    lists = [(name, value) for name, value in found.items() if _is_records(value)]
    if len(lists) != 1:
        return None
    (name, records), others = lists[0], [excerpt(other) for other in found if other != lists[0][0]]
    if not others:
        return records, None
    return records, f"The rows are those of {excerpt(name)}; {', '.join(others)} beside it left out."


def records_of_lists(found: list[Any]) -> list[Record] | None:
    """The records of lists, of which the first holds the names; None where they are none of a table."""
    if not found or not all(isinstance(row, list) and len(row) == len(found[0]) for row in found):
        return None
    names, cells = found[0], [cell for row in found[1:] for cell in row]
    if not all(isinstance(name, str) for name in names) or len(set(names)) < len(names):
        return None
    if any(isinstance(cell, (dict, list)) for cell in cells):
        return None
    return [dict(zip(names, row, strict=True)) for row in found[1:]]


def _listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else [None]


def _is_records(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(record, dict) for record in value)


def _records_of_objects(found: Record) -> list[Record]:
    """Of an object of objects: the inner ones are columns where they are numbered alike, else records."""
    inner = [list(value) for value in found.values()]
    if inner[0] == [str(row) for row in range(len(inner[0]))]:
        columns = _records_of_columns(found, inner)
        if columns is not None:
            return columns
    return list(found.values())


def _records_of_columns(found: Record, rows: list[Any]) -> list[Record] | None:
    """Records of columns whose cells stand in ``rows``, the places of each one; None where these differ."""
    if any(list(some) != list(rows[0]) for some in rows):
        return None
    cells = [[column[row] for row in rows[0]] for column in found.values()]
    if any(isinstance(cell, (dict, list)) for column in cells for cell in column):
        return None
    return [dict(zip(found, record, strict=True)) for record in zip(*cells, strict=True)]
