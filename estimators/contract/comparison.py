"""Comparison: the answers of several estimators on the same groups, side by side."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from estimators.contract.fit import STANDARD_PARAMETERS
from estimators.contract.impossible_ends import notes_of

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import ArrayLike, NDArray

    from estimators.contract.estimator import Estimator
    from estimators.contract.fit import Coefficient, GroupFit, Interval
    from estimators.data.groups import GroupData


@dataclass(frozen=True, eq=False)
class Result:
    """One estimator's answer: a fit, or the reason why there is none."""

    estimator: Estimator
    options: object
    """An instance of the estimator's ``Options``."""
    level: float
    """Of the intervals."""
    fit: GroupFit | None = None
    message: str | None = None
    """Why there is no fit."""
    pending: bool = False
    """Whether the fit is still under way somewhere else, or other intervals of it are."""
    rounding: ArrayLike = 0.0
    """How far rounding may have put each estimate, one number or ``(J,)``; see ``GroupData.rounding``."""
    smallest_first: bool = False
    """Whether rank 1 is the smallest estimate."""

    @property
    def id(self) -> str:
        """The estimator's id."""
        return self.estimator.id

    @property
    def label(self) -> str:
        """The estimator's label."""
        return self.estimator.label

    @cached_property
    def interval(self) -> Interval | None:
        """Lower and upper ends ``(J,)`` at the comparison's level; None if the method has none, or failed."""
        return None if self.fit is None else self.fit.interval(self.level)

    @cached_property
    def rank(self) -> NDArray[np.float64] | None:
        """Rank of each estimate ``(J,)``, 1 = largest, or ``smallest_first``; None if the method failed.

        Ties share the mean, and estimates tie where they agree within ``rounding``.
        """
        if self.fit is None:
            return None
        return mean_rank(self.fit.estimate, self.rounding, smallest_first=self.smallest_first)


@dataclass(frozen=True)
class TidyColumn:
    """One column of every table and file: one entry for each estimator that succeeded and each group."""

    name: str
    kind: Literal["text", "integer", "number"]
    values: Callable[[GroupData, Result], NDArray[Any] | None]
    """Groups and a result with a fit -> ``(J,)`` in the order of the labels, masked where a group has no such
    number; None: the method provides none."""


def shown_n(data: GroupData) -> NDArray[Any] | None:
    """Rows behind each group ``(J,)``, masked where not known; None of estimates published without them."""
    if data.counts_rows:
        return data.n
    if data.published_n is None:
        return None
    known = ~np.isnan(data.published_n)
    return np.ma.array(np.where(known, data.published_n, 0.0).astype(np.int64), mask=~known)


TIDY = (
    TidyColumn("estimator", "text", lambda data, result: np.full(len(data), result.id, dtype=object)),
    TidyColumn("group", "text", lambda data, _: data.labels),
    TidyColumn("n", "integer", lambda data, _: shown_n(data)),
    TidyColumn("raw_mean", "number", lambda data, _: data.mean),
    TidyColumn("estimate", "number", lambda _, result: _fit(result).estimate),
    TidyColumn("std_error", "number", lambda _, result: _fit(result).std_error),
    TidyColumn("conf_low", "number", lambda _, result: result.interval and result.interval[0]),
    TidyColumn("conf_high", "number", lambda _, result: result.interval and result.interval[1]),
    TidyColumn("weight", "number", lambda _, result: _fit(result).weight),
    TidyColumn("rank", "number", lambda _, result: result.rank),
)
"""The columns, in this order. What reads or writes them goes by this list, so a new one is a line here."""
TIDY_COLUMNS = tuple(column.name for column in TIDY)
"""The names of the columns of every table and file, in this order."""

ALWAYS_COUNTED = ("missing_outcome", "missing_group", "not_a_number", "not_finite")
"""Causes that JSON counts though no row has them; others need a column of covariates or weights."""
_DTYPES = {"text": "object", "integer": "int64", "number": "float64"}


@dataclass(frozen=True, eq=False)
class Comparison:
    """The same groups through several estimators, in the order in which they were asked for.

    ``comparison["reml"]`` is the result of the estimator of that id.

    Raises:
        KeyError: there is none of that id.

    """

    data: GroupData
    """The groups."""
    results: tuple[Result, ...]
    """One for each estimator, fitted or not."""
    level: float = 0.95
    """Of the intervals."""
    smallest_first: bool = False
    """Whether lower is better, so that rank 1 is the smallest."""

    def __getitem__(self, estimator_id: str) -> Result:
        for result in self.results:
            if result.id == estimator_id:
                return result
        raise KeyError(estimator_id)

    @property
    def succeeded(self) -> tuple[Result, ...]:
        """The results that hold a fit."""
        return tuple(r for r in self.results if r.fit is not None)

    @property
    def failed(self) -> tuple[Result, ...]:
        """The results that hold a message instead."""
        return tuple(r for r in self.results if r.fit is None)

    def columns(self) -> dict[str, list[Any]]:
        """The tidy columns as lists, None where a number does not exist; one entry per estimator and group.

        Estimators that failed have none. Estimates, errors and intervals are in the outcome's units.
        """
        out: dict[str, list[Any]] = {name: [] for name in TIDY_COLUMNS}
        for result in self.succeeded:
            for name, values in tidy_columns(self.data, result).items():
                out[name].extend(values)
        return out

    def tidy(self) -> pd.DataFrame:
        """The tidy columns as a pandas frame, NaN where a number does not exist; see :meth:`columns`."""
        import pandas as pd

        columns = self.columns()
        whole = _DTYPES if self.data.counts_rows else {**_DTYPES, "integer": "float64"}
        return pd.DataFrame({c.name: pd.Series(columns[c.name], dtype=whole[c.kind]) for c in TIDY})

    def to_dict(self, *, groups: bool = True) -> dict[str, Any]:
        """Everything as plain numbers, text and None, ready for JSON.

        Without ``groups`` the ``groups`` of each fit are empty: of millions, lists of dicts are many times as
        large as :func:`tidy_arrays`.
        """
        return {
            "data": {
                "rows": self.data.rows_read if self.data.counts_rows else None,
                "used": self.data.total if self.data.counts_rows else None,
                "dropped": {
                    cause: rows
                    for cause, rows in self.data.dropped.by_cause.items()
                    if rows or cause in ALWAYS_COUNTED
                },
                "groups": len(self.data),
            },
            "left_out": [cause.to_dict() for cause in self.data.left_out],
            "lower_is_better": self.smallest_first,
            "fits": [_fit_dict(self.data, result, self.level, groups=groups) for result in self.results],
        }


def mean_rank(
    values: NDArray[np.float64], rounding: ArrayLike = 0.0, *, smallest_first: bool = False
) -> NDArray[np.float64]:
    """Ranks ``(J,)`` from the largest down, or the smallest up, starting at 1; equal values share their mean.

    Neighbours are equal where they are no further apart than the ``rounding`` of both together, one number or
    ``(J,)``.
    """
    values = -values if smallest_first else values
    order = np.argsort(-values, kind="stable")
    ordered, slack = values[order], np.broadcast_to(np.asarray(rounding), values.shape)[order]
    apart = ordered[:-1] - ordered[1:] > slack[:-1] + slack[1:]
    of = np.concatenate([[0], np.cumsum(apart)])
    count = np.bincount(of)
    rank = np.empty(len(values))
    rank[order] = (np.cumsum(count) - (count - 1) / 2.0)[of]
    return rank


def tidy_columns(data: GroupData, result: Result) -> dict[str, list[Any]]:
    """The tidy columns of one result that holds a fit, one entry for each group, None for no number."""
    nothing: list[None] = [None] * len(data)
    return {
        name: nothing if values is None else values.tolist()
        for name, values in tidy_arrays(data, result).items()
    }


def tidy_arrays(data: GroupData, result: Result) -> dict[str, NDArray[Any] | None]:
    """The tidy columns of one result that holds a fit ``(J,)``, None where it has no number of that kind."""
    return {column.name: column.values(data, result) for column in TIDY}


def _fit(result: Result) -> GroupFit:
    if result.fit is None:
        raise ValueError(f"{result.id} has no fit: {result.message}")
    return result.fit


def _fit_dict(data: GroupData, result: Result, level: float, *, groups: bool) -> dict[str, Any]:
    head = {
        "estimator": result.id,
        "label": result.label,
        "status": "failed" if result.fit is None else "ok",
        "message": result.message,
    }
    if result.fit is None:
        return {**head, "parameters": None, "notes": [], "groups": []}
    found = result.fit.parameters
    parameters: dict[str, float | None] = {
        name: found[name].value if name in found else None for name in STANDARD_PARAMETERS
    }
    parameters.update({name: p.value for name, p in found.items() if name not in parameters})
    coefficients = [_coefficient_dict(one, level) for one in result.fit.coefficients]
    return {
        **head,
        "parameters": parameters,
        **({"coefficients": coefficients} if coefficients else {}),
        "notes": [{"code": n.code, "severity": n.severity, "text": n.text} for n in notes_of(data, result)],
        "groups": _group_dicts(data, result) if groups else [],
    }


def _group_dicts(data: GroupData, result: Result) -> list[dict[str, Any]]:
    columns = tidy_columns(data, result)
    del columns["estimator"]  # it stands in the head
    return [dict(zip(columns, line, strict=True)) for line in zip(*columns.values(), strict=True)]


def _coefficient_dict(one: Coefficient, level: float) -> dict[str, Any]:
    """With the ends of its interval, None where it has none."""
    low, high = one.interval(level) or (None, None)
    return {**asdict(one), "low": low, "high": high}
