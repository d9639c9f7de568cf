"""check_view: does a view keep to the contract? Run it in a plugin's own tests."""

from __future__ import annotations

import base64
import contextlib
import io
import pickle
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from estimators.checks.check_estimator import LONGEST_QUOTE, ConformanceError
from estimators.data.groups import GroupData
from estimators.errors import DataError, error_sentence
from estimators.fitting.compare import compare
from estimators.plugins.admission import registration_fault
from estimators.plugins.builtins import register_estimators
from estimators.plugins.view import Look, View

if TYPE_CHECKING:
    from estimators.contract.comparison import Comparison
    from estimators.contract.estimator import Estimator

INK = {False: ("#3c4650", "#5f6b78", "#0067a3"), True: ("#c3ccd6", "#98a4b1", "#66b3e3")}
"""Ink, faint ink and the colour of every method, on light and on dark."""


def check_view(view: View, estimators: Iterable[Estimator] = ()) -> None:
    """Hold a view against the contract, in light and in dark.

    It is drawn of ordinary groups, of groups that few methods can be fitted to, and without any method; as on
    a server, the groups come without their rows. It may say that there is nothing to draw (None) or why
    (DataError).

    Args:
        view: an instance.
        estimators: methods that it shows, besides the built-ins.

    Raises:
        ConformanceError: with every fault found and how to mend it.

    """
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        problems = list(dict.fromkeys(_problems(view, list(estimators))))
    if text := printed.getvalue().strip():
        problems.append(
            f"it prints to stdout ({text.splitlines()[0][:LONGEST_QUOTE]!r}): use logging or stderr"
        )
    if problems:
        raise ConformanceError(str(getattr(view, "id", type(view).__name__)), problems)


def _problems(view: View, estimators: list[Estimator]) -> Iterator[str]:
    if fault := registration_fault(view, View):
        yield fault
        return
    everyone = [*register_estimators(), *estimators]
    for name, data, chosen in (
        ("20 groups of 2 to 9 rows", _ordinary(), everyone),
        ("one group", GroupData.from_arrays([1.0, 2.0, 4.0], ["a"] * 3), everyone),
        ("groups of one row each", GroupData.from_arrays(np.arange(6.0), np.arange(6)), everyone),
        ("20 groups and no method", _ordinary(), []),
    ):
        comparison = replace(compare(data, chosen), data=replace(data, read_rows=None))
        for dark in (False, True):
            for fault in _faults(view, comparison, _look(comparison, dark=dark)):
                yield f"on {name}: {fault}"


def _ordinary() -> GroupData:
    rng = np.random.default_rng(20260102)
    group = np.repeat(np.arange(20), rng.integers(2, 10, 20))
    y = 10.0 + rng.standard_normal(20)[group] + rng.standard_normal(len(group))
    return GroupData.from_arrays(y, group)


def _look(comparison: Comparison, *, dark: bool) -> Look:
    ink, faint, color = INK[dark]
    ids = [result.id for result in comparison.results]
    return Look(
        dark=dark,
        outcome="score",
        group="school",
        colors=dict.fromkeys(ids, color),
        symbols=dict.fromkeys(ids, "circle"),
        ink=ink,
        faint=faint,
    )


def _faults(view: View, comparison: Comparison, look: Look) -> Iterator[str]:
    try:
        figure = view.figure(comparison, look)
        to_json = getattr(figure, "to_plotly_json", None)
        given: Any = figure if to_json is None else to_json()
    except DataError:
        return
    except (Exception, SystemExit) as error:  # noqa: BLE001 - any fault of the view is what is looked for
        yield (
            f"{error_sentence(error)} (a method that failed has no fit: look at "
            "comparison.succeeded; return None where there is nothing to draw, raise DataError to say why)"
        )
        return
    if given is not None:
        yield from _figure_faults(given, len(comparison.data))


def _figure_faults(figure: object, groups: int) -> Iterator[str]:
    if not isinstance(figure, Mapping):
        yield f"figure gives a {type(figure).__name__}: return a dict with data and layout, or None"
        return
    data, layout = figure.get("data", ()), figure.get("layout")
    if not isinstance(data, (list, tuple)) or not all(isinstance(trace, Mapping) for trace in data):
        yield "the data of the figure must be a list of traces, each a dict"
        return
    if layout is not None and not isinstance(layout, Mapping):
        yield "the layout of the figure must be a dict"
    for trace in data:
        yield from _trace_faults(trace, groups)
    try:
        pickle.dumps(figure)
    except Exception as error:  # noqa: BLE001 - pickling runs the figure's own code
        yield (
            f"the figure cannot be pickled ({type(error).__name__}: {error}): it goes from one process to "
            "another, so let it hold numbers, text, lists, dicts and arrays"
        )


def _trace_faults(trace: Mapping[str, Any], groups: int) -> Iterator[str]:
    meta = trace.get("meta")
    if not isinstance(meta, Mapping) or not meta.get("groups"):
        return
    for axis in "xy":
        found = _length(trace.get(axis))
        if found != groups:
            yield (
                f"a trace of meta groups has {'no' if found is None else found} {axis} for {groups} groups: "
                "give one entry for each, in the order of comparison.data.labels, or leave meta out"
            )


def _length(values: object) -> int | None:
    """How many entries it has, in the form too in which plotly's own objects write arrays."""
    if isinstance(values, Mapping) and values.keys() >= {"dtype", "bdata"}:
        return len(base64.b64decode(values["bdata"])) // np.dtype(values["dtype"]).itemsize
    try:
        return len(values)  # type: ignore[arg-type]  # what has no length is told by the TypeError
    except TypeError:
        return None
