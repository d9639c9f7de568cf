"""check_estimator: does an estimator keep to the contract? Run it in a plugin's own tests."""

from __future__ import annotations

import contextlib
import io
import pickle
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from estimators.arrays import all_finite
from estimators.contract.batch import GroupBatch
from estimators.contract.estimator import ID_PATTERN, Estimator
from estimators.contract.fit import GroupFit, Note
from estimators.data.features import features_fault
from estimators.data.groups import GroupData
from estimators.data.rows import Rows
from estimators.errors import BlupboardError, DataError, NotRun, error_sentence
from estimators.fitting.compare import run
from estimators.fitting.fit_many import fit_many, is_looped

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from estimators.contract.batch import BatchFit
    from estimators.contract.comparison import Result

ORDINARY = "20 groups of 8 rows"
COUNTED = "events out of trials"
LEVEL = 0.9
BATCH_TOLERANCE = 1e-6
"""How far a batch may be off single fits, in units of the range of the rows."""
LONGEST_QUOTE = 60
"""Characters shown of what an estimator prints."""
REPLICATES = ("ordinary", "groups far apart", "groups alike", "equal values", "no spread within groups")


class ConformanceError(AssertionError):
    """An estimator breaks the contract; ``problems`` has a sentence for each fault."""

    def __init__(self, estimator_id: str, problems: list[str]) -> None:
        self.problems = tuple(problems)
        super().__init__(
            f"{estimator_id} does not keep to the contract:\n" + "\n".join(f"- {p}" for p in problems)
        )


def check_estimator(estimator: Estimator, options: object | None = None) -> None:
    """Hold an estimator against the contract on ordinary and awkward data.

    Args:
        estimator: an instance.
        options: an ``Options`` instance, a mapping of names to values, or None (the defaults).

    Raises:
        ConformanceError: with every fault found and how to mend it.

    """
    with contextlib.redirect_stdout(io.StringIO()) as printed, np.errstate(all="ignore"):
        problems = _problems(estimator, options)
    if text := printed.getvalue().strip():
        problems.append(
            f"it prints to stdout ({text.splitlines()[0][:LONGEST_QUOTE]!r}): a Note of the fit tells people "
            "something; for yourself, use logging or stderr"
        )
    if problems:
        raise ConformanceError(str(getattr(estimator, "id", type(estimator).__name__)), problems)


def _problems(estimator: Estimator, options: object) -> list[str]:
    problems = list(_identity(estimator))
    if problems:
        return problems
    checked = estimator.make_options(options)
    for name, data in _datasets():
        problems.extend(f"on {name}: {p}" for p in _fit_problems(estimator, checked, name, data))
    if not problems:
        problems.extend(_equivariance(estimator, checked))
        problems.extend(_batch_problems(estimator, checked))
    return problems


def _identity(estimator: Estimator) -> Iterator[str]:
    if not isinstance(estimator, Estimator):
        yield "it is no instance of estimators.Estimator: inherit from it and pass an instance"
        return
    for name in ("id", "label", "summary", "citation"):
        if not isinstance(getattr(estimator, name, None), str):
            yield f"{name} must be text: set it on the class"
    if isinstance(getattr(estimator, "id", None), str) and not ID_PATTERN.fullmatch(estimator.id):
        yield f"the id {estimator.id!r} must be lower-case letters, digits, _ and -, starting with a letter"
    if estimator.needs not in ("summary", "rows"):
        yield f"needs is {estimator.needs!r}: say 'summary' or 'rows'"
    if fault := features_fault(estimator.handles):
        yield f"handles {fault}"
    try:
        options = estimator.make_options()
        estimator.make_options(options)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - any fault of the estimator is what is looked for
        yield f"its options do not validate ({error}): give each a default within its own bounds and choices"
    try:
        estimator.make_options({"no such option": 1})
    except BlupboardError:
        return
    yield "an unknown option is accepted: leave make_options as it is"


def _datasets() -> Iterator[tuple[str, GroupData]]:
    rng = np.random.default_rng(20260101)
    for name, sizes, between in (
        (ORDINARY, [8] * 20, 1.0),
        ("30 groups of 1 to 40 rows", list(rng.integers(1, 40, 30)), 0.5),
        ("12 groups that do not differ", [6] * 12, 0.0),
        ("5 groups, one of them huge", [2000, 2, 1, 3, 2], 1.0),
    ):
        group = np.repeat(np.arange(len(sizes)), sizes)
        y = 10.0 + between * rng.standard_normal(len(sizes))[group] + rng.standard_normal(len(group))
        yield name, GroupData.from_arrays(y, group)
    yield "published summaries", GroupData.from_estimates("abcdef", [1, 4, 2, 8, 5, 7], [1, 2, 1, 3, 1, 2])
    events = [3, 9, 1, 14, 0, 6]
    yield COUNTED, GroupData.from_counts("abcdef", events, [12, 20, 9, 31, 4, 16])
    yield "events in an exposure", GroupData.from_rates("abcdef", events, [2.5, 4.0, 3.0, 2.0, 0.5, 7.0])
    yield "one group", GroupData.from_arrays([1.0, 2.0, 4.0], ["a"] * 3)
    yield "two groups", GroupData.from_arrays([1.0, 2.0, 4.0, 3.0], ["a", "a", "b", "b"])
    yield "groups of one row each", GroupData.from_arrays(np.arange(6.0), np.arange(6))
    yield "equal values", GroupData.from_arrays(np.full(12, 3.5), np.repeat(np.arange(4), 3))
    yield (
        "groups without spread within",
        GroupData.from_arrays(np.repeat([1.0, 5.0, 2.0, 9.0], 3), np.repeat(np.arange(4), 3)),
    )


def _fit_problems(estimator: Estimator, options: object, name: str, data: GroupData) -> Iterator[str]:
    before = _snapshot(data)
    expected = COUNTED if "counts" in estimator.handles else ORDINARY
    try:
        fit, again = estimator.fit(data, options), estimator.fit(data, options)
    except DataError as error:
        if name == expected:
            yield f"it refuses ordinary data ({error}): raise DataError only where the method cannot work"
        return
    except NotRun as error:
        if name == expected:
            yield f"it could not be run here, so nothing is known of it: {error}"
        return
    except (Exception, SystemExit) as error:  # noqa: BLE001 - any fault of the estimator is what is looked for
        hint = "" if name == expected else " (where data cannot carry the method, raise DataError)"
        yield f"{error_sentence(error)}{hint}"
        return
    if any((a != b).any() for a, b in zip(before, _snapshot(data), strict=True)):
        yield "it changes its input: work on copies"
    if not np.array_equal(fit.estimate, again.estimate):
        yield "the same data give different estimates: draw random numbers from a fixed seed"
    yield from _interval_problems(fit, len(data))
    if fit.weight is not None and ((fit.weight < -1e-9) | (fit.weight > 1 + 1e-9)).any():
        yield "weight lies outside 0 to 1: it is that of the group's own mean; leave it None if there is none"
    yield from _travel_problems(fit)
    yield from _display_problems(estimator, options, data, fit)


def _interval_problems(fit: GroupFit, groups: int) -> Iterator[str]:
    try:
        narrow, wide = fit.interval(0.5), fit.interval(0.99)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - a method's own interval_fn runs here
        yield f"interval(0.5) fails with {error_sentence(error)}"
        return
    if narrow is None or wide is None:
        return
    for low, high in (narrow, wide):
        if any(end.shape != (groups,) or not all_finite(end) for end in (low, high)):
            yield "its interval ends must be finite arrays with one entry per group"
            return
    if (narrow[0] > narrow[1]).any() or (wide[0] > wide[1]).any():
        yield "an interval's lower end is above the upper one: interval_fn gives (low, high)"
    slack = 1e-9 * (np.abs(wide[1]) + np.abs(wide[0]))
    if (wide[1] - wide[0] < narrow[1] - narrow[0] - slack).any():
        yield "a 99% interval is narrower than a 50% interval: take the level as the coverage wanted"


def _travel_problems(fit: GroupFit) -> Iterator[str]:
    """Whether the fit, its intervals aside, can go from one process to another, as it does on a server."""
    try:
        pickle.loads(pickle.dumps(replace(fit, interval_fn=None)))  # noqa: S301 - what was pickled here
    except Exception as error:  # noqa: BLE001 - pickling runs the fit's own code
        yield (
            f"its fit cannot be pickled ({type(error).__name__}: {error}): let details hold arrays, numbers, "
            "text, or instances of classes at the top level of a module"
        )


def _display_problems(estimator: Estimator, options: object, data: GroupData, fit: GroupFit) -> Iterator[str]:
    for note in fit.notes:
        if not isinstance(note, Note) or not isinstance(note.text, str):
            yield f"notes holds {note!r}: give instances of Note, each with a text"
    try:
        curve = estimator.weight_curve(fit, np.array([1.0, 10.0]))
        codes = {
            "r_code": estimator.r_code(data, options),
            "python_code": estimator.python_code(data, options),
        }
    except (Exception, SystemExit) as error:  # noqa: BLE001 - the estimator's own code runs here
        which = "weight_curve, r_code or python_code"
        yield f"{which} fails with {error_sentence(error)} (None where there is none)"
        return
    if curve is not None and (np.shape(curve) != (2,) or not np.isfinite(curve).all()):
        yield "weight_curve must give one finite weight for each entry of information, or None"
    for name, code in codes.items():
        if code is not None and not isinstance(code, str):
            yield f"{name} must give text, or None"


def _equivariance(estimator: Estimator, options: object) -> Iterator[str]:
    rng = np.random.default_rng(7)
    group = np.repeat(np.arange(10), rng.integers(2, 9, 10))
    y = rng.standard_normal(10)[group] + rng.standard_normal(len(group))
    shuffled = rng.permutation(len(y))
    estimate = _estimate(estimator, options, y, group)
    if estimate is None:
        return
    again = _estimate(estimator, options, y[shuffled], group[shuffled])
    if again is None or not np.allclose(estimate, again, rtol=1e-6, atol=1e-6):
        yield "the order of the rows changes the estimates: depend on the rows as a set only"


def _batch_problems(estimator: Estimator, options: object) -> Iterator[str]:
    """Whether all replicates of a batch at once get what each gets alone; of methods that offer it."""
    if is_looped(estimator):
        return
    for name, sizes in (
        ("8 groups of 6 rows", [6] * 8),
        ("8 groups of 1 to 30 rows", [2, 9, 4, 30, 1, 5, 8, 12]),
    ):
        batch, unit = _batch(np.array(sizes))
        many = fit_many(estimator, batch, options, level=LEVEL)
        for r, what in enumerate(REPLICATES):
            alone = run(batch[r], estimator, options, LEVEL)
            if differing := ", ".join(_differences(alone, many, r, unit[r])):
                yield (
                    f"on many replicates of {name} ({what}), _fit_many does not give what _fit gives: "
                    f"{differing}; mend it, or leave it out, and replicates are fitted one after the other"
                )


def _batch(n: NDArray[np.int64]) -> tuple[GroupBatch, NDArray[np.float64]]:
    """One replicate for each of REPLICATES, and the range of its rows; 1 where there is none."""
    rng = np.random.default_rng(11)
    group = np.repeat(np.arange(len(n)), n)
    between = np.array([1.0, 100.0, 0.0, 0.0, 1.0])[:, None] * rng.integers(-5, 6, len(n))
    within = np.array([1.0, 1.0, 1.0, 0.0, 0.0])[:, None] * rng.standard_normal(len(group))
    mean = between + np.stack([np.bincount(group, row) for row in within]) / n
    rest = within - (mean - between)[:, group]
    rows = 10.0 + between[:, group] + within
    batch = GroupBatch(
        labels=np.array([f"{i}" for i in range(len(n))], dtype=object),
        n=n,
        origin=10.0,
        centered_mean=mean,
        ss_within=np.stack([np.bincount(group, row) for row in np.square(rest)]),
        read_rows=lambda r: Rows(group=group, outcome=rows[r]),
    )
    spread = np.ptp(rows, axis=1)
    return batch, np.where(spread > 0, spread, 1.0)


def _differences(single: Result, many: BatchFit, replicate: int, unit: float) -> Iterator[str]:
    """What one replicate's part of a batch has otherwise than its single fit."""
    if single.fit is None or replicate in many.failures:
        if single.message != many.failures.get(replicate):
            yield f"failure ({many.failures.get(replicate)!r} in place of {single.message!r})"
        return
    fit, ends, both = single.fit, single.interval or (None, None), many.interval(LEVEL) or (None, None)
    for name, one, all_of_them, scale in (
        ("estimate", fit.estimate, many.estimate, unit),
        ("std_error", fit.std_error, many.std_error, unit),
        ("weight", fit.weight, many.weight, 1.0),
        ("lower end of the interval", ends[0], both[0], unit),
        ("upper end of the interval", ends[1], both[1], unit),
    ):
        nothing = np.full(len(fit.estimate), np.nan)
        wanted = nothing if one is None else np.asarray(one)
        found = nothing if all_of_them is None else all_of_them[replicate]
        if not np.allclose(found, wanted, rtol=0, atol=BATCH_TOLERANCE * scale, equal_nan=True):
            yield name
    yield from _other_parameters(fit, many, replicate, unit)


def _other_parameters(fit: GroupFit, many: BatchFit, replicate: int, unit: float) -> Iterator[str]:
    """Parameters that are not those of the single fit; of those left out, the one that risk studies count."""
    for name in (*many.parameters, *({"sigma_group"} & fit.parameters.keys() - many.parameters.keys())):
        single = fit.parameters.get(name)
        wanted = np.nan if single is None or single.value is None else single.value
        given = many.parameters.get(name)
        found = np.nan if given is None else given[replicate]
        if not np.isclose(found, wanted, rtol=BATCH_TOLERANCE, atol=BATCH_TOLERANCE * unit, equal_nan=True):
            yield f"parameter {name}"


def _estimate(
    estimator: Estimator, options: object, y: NDArray[np.float64], group: NDArray[np.int64]
) -> NDArray[np.float64] | None:
    try:
        return estimator.fit(GroupData.from_arrays(y, group), options).estimate
    except BlupboardError:
        return None


def _snapshot(data: GroupData) -> list[NDArray[np.float64]]:
    arrays = [
        np.array(getattr(data, name)) for name in ("n", "centered_mean", "ss_within", "constant", "mean")
    ]
    return arrays if data.rows is None else [*arrays, np.array(data.rows.group), np.array(data.rows.outcome)]
