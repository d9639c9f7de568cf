"""What is on screen as a script in Python for those without blupboard: with pandas and statsmodels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard.ingest.table import TextLayout
from dashboard.ingest.written_plainly import NUMBER
from dashboard.scripts.file_rows import what_was_left_out, where_rows_are
from dashboard.scripts.method_code import method_comments, written_code
from dashboard.scripts.model_rows import model_columns, python_model_rows, python_same_rows

if TYPE_CHECKING:
    from dashboard.scripts.file_rows import FileRows
    from estimators import Comparison, GroupData, Result

_IMPORTS = """\
import numpy as np
import pandas as pd
import statsmodels.api as sm
from scipy import stats
"""
_KEEP = """\
tidy, parameters = [], []


def keep(estimator, found):
    \"\"\"Make what a method found rows of two tables; NaN is what it does not have.\"\"\"
    number = {name: found.get(name, np.nan) for name in ("std_error", "weight", *NUMBERS)}
    half = stats.t.ppf((1 + level) / 2, found.get("df", np.inf)) * number["std_error"]
    n = np.bincount(g)
    tidy.append(pd.DataFrame({
        "estimator": estimator, "group": labels, "n": n, "raw_mean": np.bincount(g, y) / n,
        "estimate": found["estimate"], "std_error": number["std_error"],
        "conf_low": found.get("conf_low", found["estimate"] - half),
        "conf_high": found.get("conf_high", found["estimate"] + half),
        "weight": number["weight"],
    }))
    parameters.append({"estimator": estimator, **{name: number[name] for name in NUMBERS}})"""
_OWN_MEAN, _WEIGHTED_MEAN = "np.bincount(g, y) / n", "np.bincount(g, w * y) / np.bincount(g, w)"
_NUMBERS = 'NUMBERS = ["mu", "mu_std_error", "sigma_group", "sigma_error", "icc"]'
_PRINT = """\
tidy, parameters = pd.concat(tidy), pd.DataFrame(parameters)
print(tidy.to_string(index=False))
print(parameters.to_string(index=False))"""


def statsmodels_script(comparison: Comparison, rows: FileRows) -> str:
    """A Python script that reads the rows of a comparison and prints what its methods say of them.

    It prints the table ``tidy``, a row for each method and group, and the table ``parameters``, a row for
    each method that has code for statsmodels; notes and failures become comments.
    """
    data = comparison.data
    factor = "g, labels = pd.factorize(group, sort=True)"
    if rows.model:
        where, rows = ([], rows) if rows.layout is not None else (where_rows_are(rows), rows.as_used)
        lines = [
            *where,
            *_cells(rows, model_columns(rows)),
            *python_model_rows(rows, data),
            factor,
            *python_same_rows(data),
        ]
        return statsmodels_script_text(["\n".join(lines), *statsmodels_fitting(comparison)])
    reading = _plain_file(rows, data) if rows.layout is not None else _rows_as_used(rows, data)
    lines = [*reading, factor, *_same_rows(data)]
    return statsmodels_script_text(["\n".join(lines), *statsmodels_fitting(comparison)])


def statsmodels_script_text(parts: list[str]) -> str:
    """The parts of a script that make ``y``, ``g`` and ``labels``, and those of `statsmodels_fitting`."""
    return "\n".join([_IMPORTS, *parts]) + "\n"


def statsmodels_fitting(comparison: Comparison) -> list[str]:
    """The parts that make ``tidy`` and ``parameters`` of ``y``, ``g`` and ``labels``, and print them."""
    methods = [_method(comparison, result) for result in comparison.results]
    keep = _KEEP if comparison.data.weights is None else _KEEP.replace(_OWN_MEAN, _WEIGHTED_MEAN)
    printing = _PRINT if any("\nkeep(" in method for method in methods) else ""
    return [f"\nlevel = {comparison.level!r}", _NUMBERS, keep, *methods, f"\n\n{printing}".rstrip()]


def _method(comparison: Comparison, result: Result) -> str:
    """The lines that keep what one method finds, or a comment that says why there are none."""
    code = written_code(comparison, result, "python_code", "code for statsmodels")
    if not code.lines:
        return f"\n\n{code.why_none}"
    body = [f"    {line}".rstrip() for line in code.lines]
    lines = ["def fit():", *body, "    return locals()", "", "", f"keep({result.id!r}, fit())"]
    return "\n".join(["\n", *method_comments(result), *lines])


def _rows_as_used(rows: FileRows, data: GroupData) -> list[str]:
    """Lines that read the rows as used."""
    return [
        *where_rows_are(rows),
        *what_was_left_out(data, rows),
        "rows = pd.read_csv(",
        f'    {rows.rows_file!r}, dtype={{"group": str, "outcome": float}}, keep_default_na=False,',
        '    float_precision="round_trip",',
        ")",
        'y, group = rows["outcome"].to_numpy(), rows["group"]',
    ]


def _plain_file(rows: FileRows, data: GroupData) -> list[str]:
    """Lines that read a file that pandas reads as blupboard does."""
    y, g = f"rows[{rows.outcome!r}]", f"rows[{rows.group!r}]"
    lines = [
        *_cells(rows, [rows.outcome, rows.group]),
        f'text, group = {y}.str.strip(" \\t"), {g}',
    ]
    if not data.left_out:
        return [*lines, "y = text.map(float).to_numpy()"]
    kept = f"\nusable &= ~group.isin({list(rows.chosen.exclude)!r})" if rows.chosen.exclude else ""
    return [
        *lines,
        "# What is not a number (blank, NA, other words) is not used, nor is a row without a group",
        *what_was_left_out(data, rows),
        f'usable = text.str.fullmatch(r"{NUMBER}") & group.str.contains(r"[^ \\t]"){kept}',
        "y, group = text[usable].map(float).to_numpy(), group[usable]",
    ]


def _cells(rows: FileRows, columns: list[str]) -> list[str]:
    """Lines that read the cells of some columns of a file of ``layout`` as text."""
    layout = rows.layout or TextLayout()
    sep = "" if layout.delimiter == "," else f"sep={layout.delimiter!r}, "
    bom = "" if layout.encoding == "UTF-8" else 'encoding="utf-8-sig", '
    return [
        "rows = pd.read_csv(",
        f"    {rows.file_name!r}, usecols={columns!r},",
        f"    {sep}{bom}dtype=str, keep_default_na=False,",
        ")",
    ]


def _same_rows(data: GroupData) -> list[str]:
    mean = float(data.origin + data.centered_grand_mean)
    return [
        "# The same rows as in blupboard? To go on with other rows, take this check away",
        f"if (len(y), len(labels)) != ({data.total}, {len(data)}) "
        f"or abs(y.mean() - {mean!r}) > 1e-8 * abs(y).mean():",
        '    raise SystemExit("These are other rows than those in blupboard.")',
    ]
