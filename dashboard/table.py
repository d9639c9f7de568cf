"""The comparison as a table on the page: one row per group, columns for what people compare."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from dashboard.words import number

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dashboard.scene import Scene

CLIENT_SIDE_GROUPS = 5_000
"""Groups up to which all rows are handed to the page at once."""


def table_columns(scene: Scene) -> list[dict[str, Any]]:
    """Column definitions for the grid; fields are ``key``, ``group``, ``n``, ``own``, ``e0``, ``e1``, ..."""
    digits = decimals(scene)
    value = {"function": f"params.value == null ? '–' : d3.format(',.{digits}f')(params.value)"}
    if digits < 0:
        value = {"function": "params.value == null ? '–' : d3.format('.4~g')(params.value)"}
    percent = {"function": "params.value == null ? '–' : d3.format('.0%')(params.value)"}
    numeric = {
        "type": "rightAligned",
        "filter": "agNumberColumnFilter",
        "sortingOrder": ["desc", "asc", None],
    }
    columns: list[dict[str, Any]] = [
        {
            "field": "group",
            "headerName": scene.unit.one,
            "pinned": "left",
            "minWidth": 110,
            "filter": "agTextColumnFilter",
        },
        {
            "field": "n",
            "headerName": "rows",
            **numeric,
            "valueFormatter": {"function": "d3.format(',')(params.value)"},
        },
        {"field": "own", "headerName": "own mean", **numeric, "valueFormatter": value},
    ]
    reference = scene.reference
    if reference is not None and reference.weight is not None:
        columns.append({"field": "weight", "headerName": "weight", **numeric, "valueFormatter": percent})
    columns += [
        {"field": f"e{i}", "headerName": s.label, **numeric, "valueFormatter": value}
        for i, s in enumerate(scene.series)
        if not s.is_own_mean
    ]
    if reference is not None and reference.low is not None:
        level = f"{100 * scene.comparison.level:g}%"
        columns += [
            {"field": "low", "headerName": f"{level} from", **numeric, "valueFormatter": value},
            {"field": "high", "headerName": f"{level} to", **numeric, "valueFormatter": value},
        ]
    columns.append({"field": "own_rank", "headerName": "own rank", **numeric})
    if reference is not None:
        columns.append({"field": "rank", "headerName": "rank", **numeric})
    for column in columns:
        column["headerTooltip"] = column["headerName"]
    return columns


def table_rows(scene: Scene, positions: Sequence[int] | None = None) -> list[dict[str, Any]]:
    """The rows at these positions of the display order; all by default."""
    at = np.arange(len(scene)) if positions is None else np.asarray(positions, dtype=np.int64)
    columns = {name: values[at].tolist() for name, values in _numbers(scene).items()}
    columns["key"] = [str(key) for key in scene.order[at]]
    columns["group"] = [scene.labels[i] for i in at]
    return [dict(zip(columns, line, strict=True)) for line in zip(*columns.values(), strict=True)]


def requested_rows(scene: Scene, request: Mapping[str, Any]) -> tuple[list[dict[str, Any]], int]:
    """A block of rows as the grid asks for it (``startRow``, ``endRow``, ``sortModel``, ``filterModel``), and how many
    rows pass the filters."""
    numbers = _numbers(scene)
    at = np.arange(len(scene))
    for field, condition in (request.get("filterModel") or {}).items():
        at = at[_passes(scene, numbers, str(field), condition)[at]]
    for order in reversed(request.get("sortModel") or []):
        field, sign = str(order.get("colId")), -1.0 if order.get("sort") == "desc" else 1.0
        if field in numbers:
            at = at[np.argsort(sign * numbers[field][at], kind="stable")]
        elif field == "group":
            from dashboard.scene import natural_place

            place = natural_place(scene.comparison.data.labels)[scene.order]
            at = at[np.argsort(sign * place[at], kind="stable")]
    start, end = int(request.get("startRow", 0)), int(request.get("endRow", 200))
    return table_rows(scene, at[max(start, 0) : max(end, 0)].tolist()), len(at)


def decimals(scene: Scene) -> int:
    """Digits after the point that tell the groups apart; -1 where numbers are too small or too large for that."""
    values = np.concatenate([scene.own_mean, *(s.estimate for s in scene.series)])
    spread, size = float(np.ptp(values)), float(np.abs(values).max())
    if not 1e-6 < (size or 1.0) < 1e12:
        return -1
    if spread == 0:
        shown = number(float(values[0]), digits=6)
        return min(len(shown.partition(".")[2]), 6)
    return min(max(4 - math.ceil(math.log10(spread)), 0), 9)


def _numbers(scene: Scene) -> dict[str, Any]:
    columns: dict[str, Any] = {"n": scene.n, "own": scene.own_mean, "own_rank": scene.own_rank}
    columns |= {f"e{i}": s.estimate for i, s in enumerate(scene.series)}
    reference = scene.reference
    if reference is not None:
        columns["rank"] = reference.rank
        if reference.weight is not None:
            columns["weight"] = reference.weight
        if reference.low is not None and reference.high is not None:
            columns |= {"low": reference.low, "high": reference.high}
    return columns


def _passes(scene: Scene, numbers: Mapping[str, Any], field: str, condition: Mapping[str, Any]) -> Any:  # noqa: ANN401
    """Mask ``(J,)`` of the positions that pass one column's filter of the grid."""
    if "conditions" in condition:
        masks = [_passes(scene, numbers, field, c) for c in condition["conditions"]]
        return (
            np.logical_or.reduce(masks) if condition.get("operator") == "OR" else np.logical_and.reduce(masks)
        )
    kind, given = condition.get("type"), condition.get("filter")
    if field == "group":
        wanted = str(given or "").casefold()
        tests = {
            "contains": lambda s: wanted in s,
            "notContains": lambda s: wanted not in s,
            "equals": lambda s: s == wanted,
            "notEqual": lambda s: s != wanted,
            "startsWith": lambda s: s.startswith(wanted),
            "endsWith": lambda s: s.endswith(wanted),
        }
        test = tests.get(str(kind))
        if test is None:
            return np.ones(len(scene), dtype=np.bool_)
        return np.array([test(label.casefold()) for label in scene.labels])
    values = numbers.get(field)
    if values is None or not isinstance(given, (int, float)):
        return np.ones(len(scene), dtype=np.bool_)
    upper = condition.get("filterTo")
    compared = {
        "equals": values == given,
        "notEqual": values != given,
        "lessThan": values < given,
        "lessThanOrEqual": values <= given,
        "greaterThan": values > given,
        "greaterThanOrEqual": values >= given,
        "inRange": (values >= given) & (values <= (upper if isinstance(upper, (int, float)) else np.inf)),
    }
    return compared.get(str(kind), np.ones(len(scene), dtype=np.bool_))
