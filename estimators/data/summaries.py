"""Groups that came as summaries: means with standard deviations, estimates, counts of events, rates.

Means with a standard deviation and a number of rows are sufficient for every method that sees no rows
(`ss_within` is then (n - 1) SD^2), and so are events out of trials, which are rows of 0 and 1. Estimates and
rates have variances that are taken as known.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from estimators.data.labels import label_text
from estimators.data.rows import Rows
from estimators.data.scaled import NEGLIGIBLE
from estimators.data.sums import check_range, midrange
from estimators.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]

DataKind = Literal["rows", "means", "estimates", "counts", "rates"]
"""What came of each group: its rows; mean, SD and n; an estimate with its standard error; events out of
trials; events in an exposure."""
SMALLEST, LARGEST = 1e-145, 1e145
"""Between these a number's square fits a double with room for sums."""
MOST_COUNTED: Final = 2**53
"""The largest number of events, trials or rows that a double holds exactly."""
MOST_ROWS: Final = 20_000_000
"""Up to so many trials stand as rows of 0 and 1 to the methods that need rows."""
_ROUNDING: Final = 8 * float(np.finfo(np.float64).eps)
"""A standard deviation this small beside its mean is what rounding leaves of rows that are equal."""


@dataclass(frozen=True, eq=False)
class Counts:
    """Events of J groups, in the order of their labels."""

    events: NDArray[np.int64]
    """(J,) how often it happened."""
    exposure: NDArray[np.float64]
    """(J,) out of how many trials, or in how much time or whatever else was exposed."""
    of_trials: bool
    """Whether the exposure is a number of trials, of which each is an event or not."""

    @property
    def pooled(self) -> float:
        """The share or the rate of all groups together: events / exposure."""
        return float(self.events.sum() / self.exposure.sum())


@dataclass(frozen=True, eq=False)
class Summaries:
    """J groups as they were published, sorted by label; fields are those of ``GroupData``."""

    kind: DataKind
    labels: NDArray[np.object_]
    n: NDArray[np.int64]
    origin: float
    centered_mean: Floats
    ss_within: Floats
    constant: NDArray[np.bool_]
    known_variance: Floats | None = None
    counts: Counts | None = None
    read_rows: Callable[[], Rows] | None = None
    given_place: NDArray[np.int64] | None = None
    published_n: Floats | None = None


def estimate_summaries(
    labels: Iterable[object],
    estimate: ArrayLike,
    std_error: ArrayLike | None = None,
    variance: ArrayLike | None = None,
    n: ArrayLike | None = None,
) -> Summaries:
    """See ``GroupData.from_estimates``."""
    given = std_error if variance is None else variance
    if given is None or not (std_error is None or variance is None):
        raise DataError("give each estimate one of these: a standard error, or a variance")
    what = "standard errors" if variance is None else "variances"
    sizes = {} if n is None else {"numbers of rows": n}
    names, (y, se, *size) = _columns(labels, {"estimates": estimate, what: given, **sizes})
    for rows in size:
        _whole(names, np.where(np.isnan(rows), 1.0, rows), "rows", least=1)
    if variance is not None:
        _require(names, se, np.isfinite(se) & (se > 0), "variances must be finite and above 0")
        se = np.sqrt(se)
    bad = np.flatnonzero(~(np.isfinite(y) & np.isfinite(se) & (se > 0)))
    if bad.size:
        raise DataError(
            "estimates must be finite, and standard errors finite and above 0: "
            f"{_of(names, bad[0])} has {y[bad[0]]:g} with a standard error of {se[bad[0]]:g}"
        )
    least, reach = float(se.min()), max(float(np.abs(y).max()), float(se.max()))
    if not SMALLEST < least <= reach < LARGEST or least < NEGLIGIBLE * reach:
        raise DataError(
            "estimates and standard errors differ too much in size: their squares do not fit a double"
        )
    known = np.square(se) if variance is None else np.asarray(variance, dtype=np.float64)
    found = _published("estimates", names, y, known)
    return replace(found, published_n=size[0][found.given_place]) if size else found


def mean_summaries(
    labels: Iterable[object],
    mean: ArrayLike,
    n: ArrayLike,
    *,
    sd: ArrayLike | None = None,
    variance: ArrayLike | None = None,
    std_error: ArrayLike | None = None,
) -> Summaries:
    """See ``GroupData.from_means``."""
    given = {
        name: values
        for name, values in (
            ("standard deviations", sd),
            ("variances", variance),
            ("standard errors", std_error),
        )
        if values is not None
    }
    if len(given) != 1:
        raise DataError("give each mean one of these: a standard deviation, a variance, or a standard error")
    ((what, spread),) = given.items()
    names, (y, size, s) = _columns(labels, {"means": mean, "numbers of rows": n, what: spread})
    rows = _whole(names, size, "rows", least=1)
    _require(names, y, np.isfinite(y), "means must be finite")
    s = np.where((rows == 1) & np.isnan(s), 0.0, s)  # one row has no spread, and nobody can publish one
    _require(names, s, np.isfinite(s) & (s >= 0), f"{what} must be finite and not below 0")
    _require(
        names, s, (rows > 1) | (s == 0), f"a single row has no spread, so its {what[:-1]} must be blank or 0"
    )
    if std_error is not None:
        s = s * np.sqrt(rows)
    elif variance is not None:
        s = np.sqrt(s)
    s = np.where(s <= _ROUNDING * np.abs(y), 0.0, s)
    check_range(float((y - s).min()), float((y + s).max()), int(rows.sum()))
    origin = _origin_of(y)
    order = np.argsort(names, kind="stable")
    return Summaries(
        kind="means",
        labels=names[order],
        n=rows[order],
        origin=origin,
        centered_mean=(y - origin)[order],
        ss_within=np.asarray((rows - 1) * np.square(s), dtype=np.float64)[order],
        constant=(s == 0)[order],
        given_place=order,
    )


def count_summaries(labels: Iterable[object], events: ArrayLike, trials: ArrayLike) -> Summaries:
    """See ``GroupData.from_counts``."""
    names, (y, size) = _columns(labels, {"numbers of events": events, "numbers of trials": trials})
    happened, tried = _whole(names, y, "events", least=0), _whole(names, size, "trials", least=1)
    bad = np.flatnonzero(happened > tried)
    if bad.size:
        j = bad[0]
        raise DataError(f"{_of(names, j)} has more events than trials: {happened[j]:,} of {tried[j]:,}")
    order = np.argsort(names, kind="stable")
    happened, tried = happened[order], tried[order]
    low, high = float((happened == tried).all()), float((happened > 0).any())
    origin = midrange(low, high)
    read_rows = partial(_zero_one_rows, happened, tried) if tried.sum() <= MOST_ROWS else None
    return Summaries(
        kind="counts",
        labels=names[order],
        n=tried,
        origin=origin,
        centered_mean=np.asarray((happened - origin * tried) / tried),
        ss_within=np.asarray(happened * ((tried - happened) / tried)),
        constant=(happened == 0) | (happened == tried),
        counts=Counts(happened, tried.astype(np.float64), of_trials=True),
        read_rows=read_rows,
        given_place=order,
    )


def rate_summaries(labels: Iterable[object], events: ArrayLike, exposure: ArrayLike) -> Summaries:
    """See ``GroupData.from_rates``."""
    names, (y, t) = _columns(labels, {"numbers of events": events, "exposures": exposure})
    happened = _whole(names, y, "events", least=0)
    _require(names, t, np.isfinite(t) & (t > 0), "exposures must be finite and above 0")
    if not happened.any():
        raise DataError("no event in any group: the variance of a rate cannot be told from counts of 0")
    order = np.argsort(names, kind="stable")
    counts = Counts(happened[order], t[order], of_trials=False)
    with np.errstate(over="ignore"):  # what does not fit a double is refused right below
        rate, error = happened / t, np.sqrt(counts.pooled / t)
    found = estimate_summaries(names, rate, error)
    return Summaries(**{**vars(found), "kind": "rates", "counts": counts})


def _published(kind: DataKind, names: NDArray[np.object_], y: Floats, known: Floats) -> Summaries:
    order = np.argsort(names, kind="stable")
    origin = _origin_of(y)
    return Summaries(
        kind=kind,
        labels=names[order],
        n=np.ones(len(y), dtype=np.int64),
        origin=origin,
        centered_mean=(y - origin)[order],
        ss_within=np.zeros(len(y)),
        constant=np.ones(len(y), dtype=np.bool_),
        known_variance=known[order],
        given_place=order,
    )


def _origin_of(y: Floats) -> float:
    """0 where numbers lie as far apart as half of their size: what is published then keeps its last digit."""
    low, high = float(y.min()), float(y.max())
    apart = high / 2 - low / 2  # of which the whole may not fit a double
    return 0.0 if apart >= max(abs(low), abs(high)) / 4 > 0 else midrange(low, high)


def _zero_one_rows(events: NDArray[np.int64], trials: NDArray[np.int64]) -> Rows:
    """The trials as rows: of each group first those with the event."""
    group = np.repeat(np.arange(len(trials)), trials)
    first = np.repeat(np.cumsum(trials) - trials, trials)
    outcome = np.arange(len(group)) - first < np.repeat(events, trials)
    return Rows(group=group.astype(np.int64), outcome=outcome.astype(np.float64))


def _columns(
    labels: Iterable[object], given: dict[str, ArrayLike]
) -> tuple[NDArray[np.object_], list[Floats]]:
    """Labels as text and numbers, ``(J,)`` each; raises DataError unless there is one of each a group."""
    names = np.array([label_text(label) for label in labels], dtype=object)
    columns = [_numbers(what, values) for what, values in given.items()]
    if not all(names.shape == column.shape for column in columns):
        sizes = [f"{column.size} {what}" for what, column in zip(given, columns, strict=True)]
        listed = ", ".join([f"{names.size} labels", *sizes[:-1]])
        raise DataError(f"{listed} and {sizes[-1]}: give one of each per group")
    if names.size == 0:
        raise DataError("there is no group to look at")
    if None in names.tolist():
        raise DataError("a label is missing: every published summary needs one")
    if len(set(names)) != len(names):
        again = next(label for label, times in Counter(names.tolist()).items() if times > 1)
        raise DataError(
            f"a label appears twice ({_quoted(again)}): published summaries hold one line per group"
        )
    return names, columns


def _numbers(what: str, values: ArrayLike) -> Floats:
    """Numbers as doubles; raises DataError where they are none, or whole ones too large for a double."""
    array = np.asarray(values)
    if array.dtype.kind in "mMc":
        raise DataError(f"{what} are given as {array.dtype} values: give numbers")
    whole = array if array.dtype.kind in "iu" else np.array([])
    if array.dtype.kind == "O":  # with whole numbers past 64 bits among them
        whole = np.array([value for value in array.flat if isinstance(value, int)], dtype=object)
    if whole.size and max(int(whole.max()), -int(whole.min())) > MOST_COUNTED:
        raise DataError(
            f"{what} are whole numbers that are rounded from {MOST_COUNTED:,} on: give smaller ones"
        )
    try:
        return array.astype(np.float64)
    except (TypeError, ValueError):
        raise DataError(f"{what} hold what is no number") from None


def _whole(names: NDArray[np.object_], values: Floats, what: str, least: int) -> NDArray[np.int64]:
    """Numbers of something; raises DataError with the first that is none."""
    fits = np.isfinite(values) & (values >= least) & (values <= MOST_COUNTED)
    with np.errstate(invalid="ignore"):
        fits &= values == np.floor(values)
    _require(names, values, fits, f"numbers of {what} must be whole and at least {least}")
    return values.astype(np.int64)


def _require(names: NDArray[np.object_], values: Floats, fits: NDArray[np.bool_], rule: str) -> None:
    bad = np.flatnonzero(~fits)
    if bad.size:
        raise DataError(f"{rule}: {_of(names, bad[0])} has {values[bad[0]]:.15g}")


def _of(names: NDArray[np.object_], place: int) -> str:
    return f"group {_quoted(names[place])}"


def _quoted(label: str) -> str:
    flat = " ".join(label.split())
    return f'"{flat}"' if len(flat) <= 40 else f'"{flat[:40]}…"'
