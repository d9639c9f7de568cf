"""What travels between the server and a plugin's process, in a form that pickle carries.

Groups and fits are made anew at the other end, so that their arrays are read-only there too.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any, TypeVar

from estimators import Comparison, DataError, FitError, GroupBatch, GroupData, NotRun, OptionError, Result
from estimators.errors import error_text

if TYPE_CHECKING:
    from estimators import BatchFit, Estimator, GroupFit, Registry
    from estimators.contract.fit import Interval

Fit = TypeVar("Fit", "GroupFit", "BatchFit")

_KNOWN_ERRORS: dict[str, type[Exception]] = {
    kind.__name__: kind for kind in (DataError, FitError, NotRun, OptionError)
}


@dataclass(frozen=True)
class Setup:
    """What a process is told first."""

    plugins_dirs: tuple[str, ...]
    levels: tuple[float, ...]
    """At which a method's own intervals are computed."""
    files: tuple[str, ...] = ()
    """Single plugin files besides."""


@dataclass(frozen=True)
class Fault:
    """An exception of a plugin: what is told of it."""

    kind: str
    message: str

    @classmethod
    def of(cls, error: BaseException) -> Fault:
        """What can be sent of an exception, whatever its class needs."""
        kind = next((name for name, known in _KNOWN_ERRORS.items() if isinstance(error, known)), None)
        return cls(kind or type(error).__name__, error_text(error))

    def exception(self) -> Exception:
        """An exception that reads like the one that was raised."""
        kind: type[Exception] = _KNOWN_ERRORS.get(self.kind) or type(self.kind, (Exception,), {})
        return kind(self.message)


@dataclass(frozen=True)
class IntervalsAtLevels:
    """Intervals that were computed at certain levels, in place of the function that computes them."""

    ends: dict[float, Interval]

    def __call__(self, level: float) -> Interval:
        """Those of one of the levels."""
        if level not in self.ends:
            raise OptionError(f"no interval was computed at the level {level:g}")
        return self.ends[level]


def with_intervals_at(fit: Fit, levels: Iterable[float]) -> Fit:
    """The fit, its own intervals computed at the levels that the page offers."""
    interval_fn = fit.interval_fn
    if interval_fn is None:
        return fit
    return replace(fit, interval_fn=IntervalsAtLevels({level: interval_fn(level) for level in levels}))


def pack(groups: GroupData | GroupBatch, *, rows: bool = False) -> dict[str, Any]:
    """The fields of the groups; with their rows, where a method needs them."""
    packed = {f.name: getattr(groups, f.name) for f in fields(groups) if f.name != "read_rows"}
    if rows and isinstance(groups, GroupData):
        packed["rows"] = None if groups.rows is None else replace(groups.rows, terms=())
    return packed


def unpack(packed: dict[str, Any]) -> GroupData:
    """The groups."""
    rest = dict(packed)
    rows = rest.pop("rows", None)
    return GroupData(**rest, read_rows=None if rows is None else lambda: rows)


def unpack_batch(packed: dict[str, Any]) -> GroupBatch:
    """Replicates of groups."""
    return GroupBatch(**packed)


def pack_comparison(comparison: Comparison, levels: Iterable[float]) -> dict[str, Any]:
    """A comparison without its rows, with estimators by id, options by name, and intervals at ``levels``."""
    levels = tuple(levels)
    return {
        "data": pack(comparison.data),
        "level": comparison.level,
        "smallest_first": comparison.smallest_first,
        "results": [
            {
                "id": result.id,
                "options": option_values(result.estimator, result.options),
                "fit": None if result.fit is None else with_intervals_at(result.fit, levels),
                "message": result.message,
            }
            for result in comparison.results
        ],
    }


def unpack_comparison(packed: dict[str, Any], registry: Registry) -> Comparison:
    """The comparison, with this registry's estimators."""
    level, smallest_first, data = packed["level"], packed["smallest_first"], unpack(packed["data"])
    results = []
    for given in packed["results"]:
        estimator = registry.get(given["id"])
        if estimator is None:
            continue  # an object that a program gave to the server, which nobody else knows
        options = estimator.make_options(given["options"])
        results.append(
            Result(
                estimator,
                options,
                level,
                given["fit"],
                given["message"],
                rounding=data.rounding,
                smallest_first=smallest_first,
            )
        )
    return Comparison(data, tuple(results), level, smallest_first)


def plain_figure(figure: object) -> object:
    """A figure as plain JSON, where it is one of plotly's objects."""
    to_json = getattr(figure, "to_plotly_json", None)
    return figure if to_json is None else to_json()


def option_values(estimator: Estimator, options: object) -> dict[str, Any]:
    """Options by name: their class may be known to one process only."""
    return {spec.name: getattr(options, spec.name) for spec in estimator.option_specs()}
