"""A comparison as text or as a file: terminal table, CSV, JSON, Parquet."""

from __future__ import annotations

import io
import math
from typing import TYPE_CHECKING, Any

from dashboard.cli.json_output import as_json
from dashboard.cli.ratio_columns import coefficient_ratio, ratio_columns
from dashboard.words.csv_text import EXACT, csv_block
from dashboard.words.ranks import rank_columns
from dashboard.words.summaries import summaries_line
from dashboard.words.tidy_csv import tidy_csv
from estimators.contract.comparison import TIDY, shown_n, tidy_arrays
from estimators.contract.impossible_ends import notes_of
from estimators.data.covariates import INTERCEPT
from estimators.data.left_out import groups_sentence, printable_label, sentences

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from dashboard.ingest.reduce import FileGroups
    from estimators import Coefficient, Comparison

MANY_GROUPS = 5_000
"""Past these a CSV is written from whole columns, for which Arrow asks for pandas: some 0.3 s."""
COEFFICIENT_RATIOS = "As ratios, exp of the coefficients, with their intervals:"
RATIOS = "As ratios, exp of the estimates; what stands above, and published_se, is of the logarithms:"


def render(
    comparison: Comparison,
    layout: str,
    read: FileGroups | None = None,
    more: Mapping[str, object] | None = None,
    conclusions: Mapping[str, Mapping[str, Any]] | None = None,
    *,
    ratios: bool = False,
) -> Iterator[bytes]:
    """A comparison in a layout of :data:`LAYOUTS`, in pieces, with how its file was read; text is UTF-8.

    ``more`` is for JSON alone; of ``conclusions``, by estimator id, files of columns have the ranks. With
    ``ratios`` files have the ratios that estimates are logarithms of beside these, a table in their place.
    """
    if layout == "json":
        yield from as_json(comparison, read, more, conclusions, ratios=ratios)
    elif layout == "table":
        yield as_table(comparison, read, ratios=ratios)
    else:
        beside = rank_columns(comparison, conclusions)
        yield from COLUMNAR[layout](comparison, beside | (ratio_columns(comparison) if ratios else {}))


def omissions(
    comparison: Comparison,
    read: FileGroups | None = None,
    conclusions: Mapping[str, Mapping[str, Any]] | None = None,
) -> list[str]:
    """What the tidy columns cannot show: what was left out, how the file was read, and why ranks lack."""
    lines = [_data_line(comparison)] if comparison.data.dropped.total else []
    lines += reading_lines(comparison, read)
    lines += [f"{r.label}: left out, {r.message}" for r in comparison.failed]
    refused = {r.label: (conclusions or {}).get(r.id, {}).get("ranks_refused") for r in comparison.succeeded}
    return lines + [f"{label}: no ranks, {why}" for label, why in refused.items() if why is not None]


def reading_lines(comparison: Comparison, read: FileGroups | None) -> list[str]:
    """What was left out, by example; how the outcome was read; what may be amiss."""
    data = comparison.data
    lines = sentences(data.left_out, "row" if read is None else read.noun)
    groups = groups_sentence(data.unused_labels)
    if groups and lines:
        lines[-1] += f"; and {groups}"
    if read is None:
        return lines
    return [*lines, *read.remarks, *(f"{hint.sentence} ({hint.flags})" for hint in read.hints)]


def as_csv(comparison: Comparison, beside: Mapping[str, list[Any]]) -> Iterator[bytes]:
    """The tidy columns: numbers with all their digits, empty where there is none, labels exactly."""
    if len(comparison.data) > MANY_GROUPS:
        yield from tidy_csv(comparison, EXACT, beside)
    else:
        columns = {**comparison.columns(), **beside}
        yield csv_block([tuple(columns), *zip(*columns.values(), strict=True)], EXACT.end)


def as_parquet(comparison: Comparison, beside: Mapping[str, list[Any]]) -> Iterator[bytes]:
    """The tidy columns, typed; a method after the other."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    types = {"text": pa.string(), "integer": pa.int64(), "number": pa.float64()}
    further = {name: pa.array(values) for name, values in beside.items()}
    fields = [(column.name, types[column.kind]) for column in TIDY]
    schema = pa.schema([*fields, *((name, values.type) for name, values in further.items())])
    buffer, groups = io.BytesIO(), len(comparison.data)
    with pq.ParquetWriter(buffer, schema) as writer:
        for number, result in enumerate(comparison.succeeded):
            columns = tidy_arrays(comparison.data, result)
            own = [
                pa.nulls(groups, kind)
                if columns[name] is None
                else pa.array(columns[name], kind, from_pandas=True)
                for name, kind in fields
            ]
            more = [values.slice(number * groups, groups) for values in further.values()]
            writer.write_table(pa.table([*own, *more], schema=schema))
    yield buffer.getvalue()


def as_table(comparison: Comparison, read: FileGroups | None = None, *, ratios: bool = False) -> bytes:
    """For reading: what was used, the parameters by estimator, every group's estimates, the notes."""
    digits = _digits(comparison)
    notes = [f"{r.label}: {n.text}" for r in comparison.succeeded for n in notes_of(comparison.data, r)]
    failures = [f"{r.label}: left out, {r.message}" for r in comparison.failed]
    blocks = (
        [_data_line(comparison), *reading_lines(comparison, read)],
        _parameters(comparison, digits),
        _coefficients(comparison, ratios=ratios),
        [*([RATIOS] if ratios else []), *_groups(comparison, digits, ratios=ratios)],
        [" ".join(sentence.split()) for sentence in (*notes, *failures)],
    )
    return ("\n\n".join("\n".join(block) for block in blocks if block) + "\n").encode()


COLUMNAR: dict[str, Callable[[Comparison, Mapping[str, list[Any]]], Iterator[bytes]]] = {
    "csv": as_csv,
    "parquet": as_parquet,
}
LAYOUTS = ("table", "csv", "json", "parquet")


def _data_line(comparison: Comparison) -> str:
    data, dropped = comparison.data, comparison.data.dropped
    if data.kind != "rows":
        return summaries_line(data)
    causes = {
        "missing outcome": dropped.missing_outcome,
        "missing group": dropped.missing_group,
        "not a number": dropped.not_a_number,
        "not finite": dropped.not_finite,
    }
    by_example = bool(data.left_out)  # then each cause has a line of its own
    left_out = ", ".join(f"{count:,} {cause}" for cause, count in causes.items() if count and not by_example)
    line = f"{data.total:,} of {data.rows_read:,} rows in {len(data):,} groups"
    return f"{line}; left out: {left_out}" if left_out else line


def _digits(comparison: Comparison) -> int:
    """Significant digits enough to tell the groups apart: six, or more where they lie far from zero."""
    low, high = float(comparison.data.mean.min()), float(comparison.data.mean.max())
    if low == high:
        return 6
    distance = math.log10(max(abs(low), abs(high))) - math.log10(high - low)
    return min(max(6, 4 + math.ceil(distance)), 17)


def _parameters(comparison: Comparison, digits: int) -> list[str]:
    fits = [(result.label, result.fit.parameters) for result in comparison.results if result.fit is not None]
    names = list(dict.fromkeys(name for _, found in fits for name in found))
    if not names:
        return []
    between = "sigma_group" if comparison.data.known_variance is None else "tau"
    rows = [["", *(between if name == "sigma_group" else name for name in names)]]
    for label, found in fits:
        values = (found[name].value if name in found else None for name in names)
        rows.append([label, *(_number(value, digits) for value in values)])
    return column_lines(rows)


def _coefficients(comparison: Comparison, *, ratios: bool) -> list[str]:
    """The covariates' terms by estimator, each with its standard error and interval where there is one.

    As ``ratios`` exponentials with their intervals, as errors of ratios are none of an even interval.
    """
    fits = {r.id: {c.term: c for c in r.fit.coefficients} for r in comparison.succeeded if r.fit is not None}
    fits = {name: found for name, found in fits.items() if found}
    terms = list(dict.fromkeys(term for found in fits.values() for term in found))
    if INTERCEPT in terms:
        terms.insert(0, terms.pop(terms.index(INTERCEPT)))
    if not terms:
        return []
    level = comparison.level
    cell = _ratio if ratios else _coefficient
    lines = (
        [printable_label(term), *(cell(found.get(term), level) for found in fits.values())] for term in terms
    )
    return [*([COEFFICIENT_RATIOS] if ratios else []), *column_lines([["term", *fits], *lines])]


def _ratio(found: Coefficient | None, level: float) -> str:
    if found is None:
        return "-"
    estimate, *ends = (coefficient_ratio(found, level)[name] for name in ("estimate", "low", "high"))
    low, high = (_number(end, 4) for end in ends)
    return _number(estimate, 6) if (low, high) == ("-", "-") else f"{_number(estimate, 6)} {low} to {high}"


def _coefficient(found: Coefficient | None, level: float) -> str:
    if found is None:
        return "-"
    ends = found.interval(level)
    if found.std_error is None or ends is None:
        return f"{found.estimate:.6g}"
    return f"{found.estimate:.6g} ({found.std_error:.3g}) {ends[0]:.4g} to {ends[1]:.4g}"


def _groups(comparison: Comparison, digits: int, *, ratios: bool) -> list[str]:
    data = comparison.data
    fits = {result.id: result.fit.estimate for result in comparison.results if result.fit is not None}
    known, size = data.known_variance, None if data.counts_rows else shown_n(data)
    sizes = [] if size is None else [["-" if n is None else str(n)] for n in size.tolist()]
    head = ["n"] if known is None else ["published_se", *(["n"] if sizes else [])]
    rows = [["group", *head, "raw_mean", *fits]]
    for j, label in enumerate(data.labels):
        own = str(data.n[j]) if known is None else _number(math.sqrt(known[j]), digits)
        numbers = [float(values[j]) for values in (data.mean, *fits.values())]
        numbers = [math.exp(value) for value in numbers] if ratios else numbers
        rows.append(
            [
                printable_label(label),
                own,
                *(sizes[j] if sizes else []),
                *(_number(value, digits) for value in numbers),
            ]
        )
    return column_lines(rows)


def _number(value: float | None, digits: int) -> str:
    return "-" if value is None else f"{value:.{digits}g}"


def column_lines(rows: list[list[str]]) -> list[str]:
    """Lines of cells in columns: the first to the left, the others to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [_line(row, widths) for row in rows]


def _line(row: list[str], widths: list[int]) -> str:
    first, *rest = zip(row, widths, strict=True)
    return "  ".join([first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in rest)]).rstrip()
