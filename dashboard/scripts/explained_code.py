"""Summaries that covariates explain as scripts: in Python with blupboard, and as a formula of R."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dashboard.scripts.file_rows import what_was_left_out
from dashboard.scripts.literals import comment, r_number
from dashboard.scripts.python_code import python_fitting, python_model, python_names, python_reading

if TYPE_CHECKING:
    from dashboard.ingest.data_kinds import SummaryColumns
    from dashboard.scripts.file_rows import FileRows
    from estimators import Comparison, GroupData

NO_CODE = (
    "Of summaries that covariates explain blupboard writes no code of other programs: the script for Python "
    "with blupboard gives what is on screen."
)
_PLAIN_NAME = re.compile(r"[A-Za-z][A-Za-z0-9._]*")


def _terms(rows: FileRows, data: GroupData) -> list[str]:
    """What explains the groups in a formula of R: codes as factors, curves by what R calls them."""
    codes, curves = rows.model.categorical, data.covariates.curves if data.covariates is not None else {}

    def term(name: str) -> str:
        if name in codes:
            return f"factor({_r_name(name)})"
        curve = curves.get(name)
        if curve is None:
            return _r_name(name)
        if not curve.is_spline:
            return f"poly({_r_name(name)}, {curve.degree})"
        return f"rms::rcs({_r_name(name)}, c({', '.join(map(r_number, curve.places))}))"

    return [term(name) for name in rows.model.explained_by]


def _r_name(name: str) -> str:
    """A column in a formula of R."""
    return name if _PLAIN_NAME.fullmatch(name) else "`" + name.replace("\\", "\\\\").replace("`", "\\`") + "`"


def explained_scripts(
    comparison: Comparison, summary: SummaryColumns, rows: FileRows
) -> tuple[str, str, str]:
    """(R, Python with blupboard, Python without) of summaries that covariates explain."""
    data, names = comparison.data, " + ".join(_terms(rows, comparison.data))
    said = [comment(NO_CODE), *what_was_left_out(data, rows)]
    known = data.known_variance is not None
    formula = f'metafor::rma(yi, sei = se, mods = ~ {names}, method = "REML")' if known else ""
    in_r = [*said, *([comment(f"Of estimates yi with standard errors se: {formula}")] if known else [])]
    python = [
        "from pathlib import Path",
        "",
        "from dashboard.ingest import Condition, ModelColumns, Reading, RowFilter",
        "from dashboard.ingest.data_kinds import SummaryColumns",
        "from dashboard.ingest.summary_groups import file_summaries",
        f"from estimators import {', '.join(sorted(python_names(comparison, rows.plugins_dirs)))}",
        "",
        "data = file_summaries(",
        f"    Path({rows.file_name!r}),",
        f"    summary=SummaryColumns.of({summary.kind!r}, {dict(summary.columns)!r}),",
        f"    group={rows.group!r},",
        f"    reading={python_reading(rows.reading)},",
        f"    rows={rows.chosen!r},",
        f"    beside={python_model(rows.model)},",
        ").data",
        *python_fitting(comparison, "data", rows.plugins_dirs),
    ]
    return "\n\n".join(in_r) + "\n", "\n".join(python) + "\n", "\n\n".join(said) + "\n"
