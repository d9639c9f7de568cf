"""The comparison as a table on the page: one row per group, columns for what people compare."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from dashboard.scene.pooled_mean import pooled_mean
from dashboard.scene.rank_spread import rank_spread, top_quarter
from dashboard.scene.truth import TRUE
from dashboard.words.numbers import MOST_DIGITS, number
from estimators import BlupboardError
from estimators.inference.level_text import level_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from dashboard.scene.scene import Scene, Series

MOST_DECIMALS = 9
LEAST_WIDTH, LETTER_WIDTH, LETTERS_THAT_FIT = 96, 10, 9
"""Of a column and of a letter of its heading, in pixels; and how many letters the least width holds."""
CLIENT_SIDE_GROUPS = 5_000
"""Groups up to which all rows are handed to the page at once."""
MOST_WAITED_FOR = 50_000
"""Groups up to which a block of rows waits for their ranks, a second or two."""
NUMERIC = {
    "type": "rightAligned",
    "filter": "agNumberColumnFilter",
    "filterParams": {"inRangeInclusive": True},
    "sortingOrder": ["desc", "asc", None],
}
"""What the grid is told of every column of numbers."""


@dataclass(frozen=True)
class _Column:
    """One column of numbers: its field in the rows, its heading, its values ``(J,)`` in display order."""

    field: str
    heading: str
    values: NDArray[Any]
    form: Literal["value", "share", "rows", "rank", "error", "expected", "end"]
    """A value is in the outcome's units."""


_OF_THE_HEADLINE: Mapping[str, tuple[str, str, Literal["value", "share", "rank"]]] = {
    "rank": ("rank", "{method} rank", "rank"),
    "conf_low": ("low", "{method} {level} from", "value"),
    "conf_high": ("high", "{method} {level} to", "value"),
    "weight": ("weight", "{method} weight", "share"),
}
"""What is shown of the headline's method, by tidy column: field of `Series`, heading, form."""


def number_columns(scene: Scene, *, wait: bool = False) -> list[_Column]:
    """Every column of numbers in the page's order; ``wait``: for ranks that are not known yet."""
    return _columns_at_once(scene) + _rank_columns(scene, wait=wait)


def _columns_at_once(scene: Scene) -> list[_Column]:
    """All but how sure the ranks are; ``estimate-ID`` is a method's."""
    truth = scene.truth
    columns = [
        _Column("n", scene.row.many, scene.n, "rows")
        if scene.published_error is None
        else _Column("own_error", "own SE", scene.published_error, "error"),
        *_published_sizes(scene),
        _Column("own", "own mean", scene.shown(scene.own_mean), "value"),
    ]
    if (pooled := pooled_mean(scene)) is not None:
        columns.append(_Column("in_mu", "weight in μ", pooled.share, "share"))
    if truth is not None:
        columns.append(_Column("true", TRUE, truth.mean, "value"))
    for series in scene.series:
        if not series.is_own_mean:
            estimate = scene.shown(series.estimate)
            columns.append(_Column(f"estimate-{series.id}", series.label, estimate, "value"))
        if truth is not None:
            error = series.estimate - truth.mean
            columns.append(_Column(f"error-{series.id}", f"{series.label} error", error, "value"))
    columns.append(_Column("own_rank", "own rank", scene.own_rank, "rank"))
    if scene.reference is not None:
        columns += _headline_columns(scene, scene.reference)
    return columns


def _published_sizes(scene: Scene) -> list[_Column]:
    """The rows behind published estimates, where any were named."""
    sizes = scene.comparison.data.published_n
    return [] if sizes is None else [_Column("n", scene.row.many, sizes[scene.order], "rows")]


def _headline_columns(scene: Scene, reference: Series) -> list[_Column]:
    """More of the method that the headline speaks of, each column with its name."""
    level = level_text(scene.comparison.level)
    columns = []
    for name, (field, heading, form) in _OF_THE_HEADLINE.items():
        values = getattr(reference, field)
        if values is not None:
            values = scene.shown(values) if form == "value" else values
            columns.append(_Column(name, heading.format(method=reference.label, level=level), values, form))
    return columns


def _rank_columns(scene: Scene, *, wait: bool) -> list[_Column]:
    """How sure the ranks are, by the method that the headline speaks of; NaN as long as that is not known."""
    reference = scene.reference
    fit = None if reference is None else reference.result.fit
    if reference is None or fit is None or fit.joint is None:
        return []
    try:
        ranks = rank_spread(scene, reference, known_only=not wait)
    except BlupboardError:
        ranks = None  # the view of the ranks says why there are none
    level, unknown = level_text(scene.comparison.level), np.full(len(scene), np.nan)
    best = "best" if top_quarter(len(scene)) == 1 else "top quarter"
    named: dict[str, tuple[str, Literal["share", "end", "expected"]]] = {
        "expected": ("expected rank", "expected"),
        "low": (f"rank {level} from", "end"),
        "high": (f"rank {level} to", "end"),
        "p_top": (f"chance of {best}", "share"),
    }
    return [
        _Column(f"rank_{name}", heading, unknown if ranks is None else getattr(ranks, name), form)
        for name, (heading, form) in named.items()
    ]


def table_columns(scene: Scene) -> list[dict[str, Any]]:
    """Column definitions for the grid; see ``number_columns`` for the fields besides ``group``."""
    formatters = {
        "value": f"params.value == null ? '–' : d3.format('{value_format(scene)}')(params.value)",
        "share": "params.value == null ? '–' : params.value > 0 && params.value < 0.005 ? '<1%' : "
        "params.value >= 0.995 && params.value < 1 ? '>99%' : d3.format('.0%')(params.value)",
        "rows": "params.value == null ? '–' : d3.format(',')(params.value)",
        "error": "params.value == null ? '–' : d3.format('.4~g')(params.value)",
        "expected": "params.value == null ? '–' : d3.format(',.1f')(params.value)",
        "end": "params.value == null ? '–' : d3.format(',')(params.value)",
    }
    definitions: list[dict[str, Any]] = [
        {
            "field": "group",
            "headerName": scene.unit.one,
            "pinned": "left",
            "width": 150,
            "minWidth": 110,
            "filter": "agTextColumnFilter",
            "comparator": {"function": "byNamePlace"},
        }
    ]
    for column in number_columns(scene):
        definition: dict[str, Any] = {"field": column.field, "headerName": column.heading, **NUMERIC}
        if column.form in formatters:
            definition["valueFormatter"] = {"function": formatters[column.form]}
        definitions.append(definition)
    for definition in definitions:
        definition["headerTooltip"] = definition["headerName"]
        definition.setdefault("minWidth", _least_width(definition["headerName"]))
    return definitions


def _least_width(heading: str) -> int:
    """In pixels: the heading may be broken between its words only, as long as these are of usual length."""
    longest = max(map(len, heading.replace("–", " ").split()), default=0)
    return LEAST_WIDTH + LETTER_WIDTH * min(max(longest - LETTERS_THAT_FIT, 0), LETTERS_THAT_FIT)


def table_rows(scene: Scene) -> list[dict[str, Any]]:
    """All rows in display order, without their ranks, see ``rank_values``."""
    return _rows(scene, np.arange(len(scene)), _columns_at_once(scene))


def rank_values(scene: Scene) -> dict[str, list[float]]:
    """What ``table_rows`` leaves out, ``(J,)`` in its order by field, waited for; NaN where it has none."""
    return {column.field: column.values.tolist() for column in _rank_columns(scene, wait=True)}


def _rows(scene: Scene, at: NDArray[np.int64], numbers: Sequence[_Column]) -> list[dict[str, Any]]:
    """The rows at these positions of the display order; ``place`` is that of the name."""
    columns = {column.field: column.values[at].tolist() for column in numbers}
    columns["place"] = scene.name_place[at].tolist()
    columns["key"] = [str(key) for key in scene.order[at]]
    columns["group"] = scene.labels_at(at)
    return [dict(zip(columns, line, strict=True)) for line in zip(*columns.values(), strict=True)]


def requested_rows(scene: Scene, request: Mapping[str, Any]) -> tuple[list[dict[str, Any]], int]:
    """A block of rows as the grid asks for it, and how many rows pass the filters.

    ``request`` holds ``startRow``, ``endRow`` (exclusive), ``sortModel`` and ``filterModel``.
    """
    at = requested_positions(scene, request)
    start, end = int(request.get("startRow", 0)), int(request.get("endRow", 200))
    numbers = number_columns(scene, wait=len(scene) <= MOST_WAITED_FOR)
    return _rows(scene, at[max(start, 0) : max(end, 0)], numbers), len(at)


def requested_positions(scene: Scene, request: Mapping[str, Any]) -> NDArray[np.int64]:
    """The positions that pass the filters of ``filterModel``, in the order of ``sortModel``."""
    wait = len(scene) <= MOST_WAITED_FOR
    numbers = _numbers(scene, wait=wait)
    at = np.arange(len(scene))
    for field, condition in (request.get("filterModel") or {}).items():
        at = at[_passes(scene, numbers, str(field), condition)[at]]
    for order in reversed(request.get("sortModel") or []):
        field, sign = str(order.get("colId")), -1.0 if order.get("sort") == "desc" else 1.0
        values = scene.name_place if field == "group" else numbers.get(field)
        if values is not None:
            at = at[np.argsort(sign * values[at], kind="stable")]
    return at


def value_format(scene: Scene) -> str:
    """How d3 writes the table's values, so that the groups can be told apart."""
    digits = decimals(scene)
    if scene.is_share:
        return f",.{min(max(digits - 2, 1), MOST_DECIMALS)}%"
    if digits >= 0:
        return f",.{digits}f"
    spread, size = _spread_and_size(scene)
    apart = math.log10(size / spread) if 0 < spread < math.inf else 0.0
    return f".{min(4 + math.ceil(max(apart, 0.0)), MOST_DIGITS)}~g"


def decimals(scene: Scene) -> int:
    """Digits after the point that tell the groups apart; -1 where those would be too many."""
    spread, size = _spread_and_size(scene)
    if size == 0:
        return 0
    if not (1e-4 if spread == 0 else 1e-6) < size < 1e12:
        return -1
    if spread == 0:
        mean_text = number(float(scene.shown(scene.own_mean)[0]), digits=6)
        return min(len(mean_text.partition(".")[2].rstrip("0")), 6)
    needed = max(4 - math.ceil(math.log10(spread)), 0)
    return needed if needed <= MOST_DECIMALS else -1


def _spread_and_size(scene: Scene) -> tuple[float, float]:
    """Range and largest absolute value of everything that is tabulated in the outcome's units."""
    columns = (scene.own_mean, *(series.estimate for series in scene.series))
    ends = scene.shown(np.array([(column.min(), column.max()) for column in columns]))
    low, high = float(ends.min()), float(ends.max())
    return high - low, max(abs(low), abs(high))


def _numbers(scene: Scene, *, wait: bool) -> dict[str, NDArray[Any]]:
    return {column.field: column.values for column in number_columns(scene, wait=wait)}


def _passes(
    scene: Scene, numbers: Mapping[str, Any], field: str, condition: Mapping[str, Any]
) -> NDArray[np.bool_]:
    """Mask ``(J,)`` of the positions that pass one column's filter of the grid."""
    if "conditions" in condition:
        masks = [_passes(scene, numbers, field, c) for c in condition["conditions"]]
        join = np.logical_or if condition.get("operator") == "OR" else np.logical_and
        return np.asarray(join.reduce(masks), dtype=np.bool_)
    if condition.get("type") == "blank":  # no cell of the table is
        return np.zeros(len(scene), dtype=np.bool_)
    if field == "group":
        mask = _text_mask(scene.labels, condition)
    else:
        mask = _number_mask(numbers.get(field), condition)
    return np.ones(len(scene), dtype=np.bool_) if mask is None else mask


def _text_mask(labels: Sequence[str], condition: Mapping[str, Any]) -> NDArray[np.bool_] | None:
    passes = _TEXT_FILTERS.get(str(condition.get("type")))
    wanted = str(condition.get("filter") or "").casefold()
    if passes is None:
        return None
    return np.array([passes(label.casefold(), wanted) for label in labels], dtype=np.bool_)


def _number_mask(values: NDArray[Any] | None, condition: Mapping[str, Any]) -> NDArray[np.bool_] | None:
    kind, given, upper = (condition.get(name) for name in ("type", "filter", "filterTo"))
    if values is None or not isinstance(given, (int, float)):
        return None
    if kind == "inRange":
        return (values >= given) & (values <= (upper if isinstance(upper, (int, float)) else np.inf))
    compare = _NUMBER_FILTERS.get(str(kind))
    return None if compare is None else compare(values, given)


_TEXT_FILTERS: Mapping[str, Callable[[str, str], bool]] = {
    "contains": operator.contains,
    "notContains": lambda label, wanted: wanted not in label,
    "equals": operator.eq,
    "notEqual": operator.ne,
    "startsWith": str.startswith,
    "endsWith": str.endswith,
}
_NUMBER_FILTERS: Mapping[str, Callable[[Any, float], NDArray[np.bool_]]] = {
    "equals": operator.eq,
    "notEqual": operator.ne,
    "lessThan": operator.lt,
    "lessThanOrEqual": operator.le,
    "greaterThan": operator.gt,
    "greaterThanOrEqual": operator.ge,
}
