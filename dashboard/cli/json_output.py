"""A comparison as JSON, written piece by piece: a list of millions of groups is never held."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any, Final

from dashboard.cli.ratio_columns import ratio_dict
from estimators.contract.comparison import tidy_arrays
from estimators.inference.heterogeneity import fit_heterogeneity
from estimators.inference.meta_regression import fit_meta_regression

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from dashboard.ingest.reduce import FileGroups
    from estimators import Comparison, GroupData, Result

PIECE: Final = 5_000
"""Groups of one piece."""


def as_json(
    comparison: Comparison,
    read: FileGroups | None = None,
    more: Mapping[str, object] | None = None,
    conclusions: Mapping[str, Mapping[str, Any]] | None = None,
    *,
    ratios: bool = False,
) -> Iterator[bytes]:
    """Everything in pieces, null where a number does not exist, and ``more`` behind it.

    What a fit lets conclude, by estimator id in ``conclusions``, is its ``inference``; how much the true
    values of published estimates differ by it is its ``heterogeneity``, and with ``ratios`` what estimates
    are logarithms of its ``ratios``.
    """
    found = {**comparison.to_dict(groups=False), **(more or {})}
    for fit, result in zip(found["fits"], comparison.results, strict=True):
        differ = fit_heterogeneity(comparison.data, result.estimator, result.fit)
        if differ is not None:
            fit["heterogeneity"] = differ.to_dict(comparison.level)
        around = fit_meta_regression(comparison.data, result.estimator, result.fit)
        if around is not None:
            fit["heterogeneity"] = around.to_dict()
        if conclusions is not None and conclusions.get(fit["estimator"]):
            fit["inference"] = conclusions[fit["estimator"]]
        if ratios and result.fit is not None:
            fit["ratios"] = ratio_dict(comparison, result)
    if read is not None:
        found["reading"] = read.reading.to_json()
        found["remarks"] = list(read.remarks)
        found["hints"] = [hint.to_json() for hint in read.hints]
    place = os.urandom(16).hex()  # no text of the answer
    for fit in found["fits"]:
        if fit["status"] == "ok":
            fit["groups"] = place
    text = json.dumps(found, ensure_ascii=False, allow_nan=False, indent=1)
    first, *others = text.split(json.dumps(place))
    yield first.encode()
    for result, part in zip(comparison.succeeded, others, strict=True):
        yield from _groups(comparison.data, result)
        yield part.encode()
    yield b"\n"


def _groups(data: GroupData, result: Result) -> Iterator[bytes]:
    """The list of a fit's groups as ``json.dumps`` with an indentation of one writes it there."""
    columns = tidy_arrays(data, result)
    del columns["estimator"]  # it stands in the head
    fields = ",\n".join(f"     {json.dumps(name)}: %s" for name in columns)
    line = f"    {{\n{fields}\n    }}"
    for start in range(0, len(data), PIECE):
        here = slice(start, min(start + PIECE, len(data)))
        cells = [_cells(None if some is None else some[here], here.stop - start) for some in columns.values()]
        lines = ",\n".join(line % one for one in zip(*cells, strict=True))
        yield f"{',' if start else '['}\n{lines}".encode()
    yield b"\n   ]"


def _cells(values: NDArray[Any] | None, count: int) -> list[str]:
    """The texts of values, each as JSON has it."""
    if values is None:
        return ["null"] * count
    joined = json.dumps(values.tolist(), ensure_ascii=False, allow_nan=False, separators=("\n", ":"))
    return joined[1:-1].split("\n")
