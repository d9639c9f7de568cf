"""What stands in place of code for covariates and weights of files that other programs read differently."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dashboard.scripts.file_rows import what_was_left_out
from dashboard.scripts.literals import comment
from dashboard.scripts.method_code import method_comments
from dashboard.scripts.python_code import python_fitting, python_model, python_names, python_reading

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dashboard.ingest.data_kinds import SummaryColumns
    from dashboard.scripts.file_rows import FileRows
    from estimators import Comparison, Result

NO_CODE = (
    "With covariates or weights blupboard writes code of other programs where these read the file as it "
    "does, and they may not read this one so: the script for Python with blupboard gives what is on screen. "
    "The models as formulas, of the columns of the file:"
)
_PLAIN_NAME = re.compile(r"[A-Za-z][A-Za-z0-9._]*")


def model_scripts(comparison: Comparison, rows: FileRows) -> tuple[str, str]:
    """(R, Python without blupboard): comments alone."""
    in_r = _script(comparison, rows, _lm(rows), lambda result: _lmer(rows, result))
    return in_r, _script(comparison, rows, *_statsmodels(rows))


def _script(comparison: Comparison, rows: FileRows, levels: str, mixed: Callable[[Result], str]) -> str:
    parts = [
        comment(NO_CODE),
        *what_was_left_out(comparison.data, rows),
        comment(f"Level means: {levels}"),
        *(
            "\n".join([*method_comments(result), comment(f"The model: {mixed(result)}")])
            for result in comparison.succeeded
            if result.estimator.likelihood is not None
        ),
        *(comment(f"{result.label}: no result, {result.message}") for result in comparison.failed),
    ]
    return "\n\n".join(parts) + "\n"


def _terms(rows: FileRows, names: Sequence[str]) -> list[str]:
    """Columns of the file in a formula of R, those that are codes as factors."""
    codes = rows.model.categorical
    return [f"factor({_r_name(name)})" if name in codes else _r_name(name) for name in names]


def _lm(rows: FileRows) -> str:
    model, group = rows.model, _r_name(rows.group)
    if model.weights is not None and model.weight_kind == "survey":
        design = f"survey::svydesign(~1, weights = ~{_r_name(model.weights)}, data = rows)"
        return f"survey::svyby(~{_r_name(rows.outcome)}, ~{group}, {design}, survey::svymean)"
    right = " + ".join(["0", group, *_terms(rows, model.adjust)])
    return f"lm({_r_name(rows.outcome)} ~ {right}, {_r_data(rows)})"


def _lmer(rows: FileRows, result: Result) -> str:
    model = rows.model
    fixed = _terms(rows, (*model.adjust, *model.explained_by)) or ["1"]
    formula = f"{_r_name(rows.outcome)} ~ {' + '.join(fixed)} + (1 | {_r_name(rows.group)})"
    reml = "TRUE" if _is_restricted(result) else "FALSE"
    return f"lme4::lmer({formula}, {_r_data(rows)}, REML = {reml})"


def _is_restricted(result: Result) -> bool:
    """Whether the likelihood that a method fits by is the restricted one."""
    return (result.estimator.likelihood or "").upper() == "REML"


def _r_data(rows: FileRows) -> str:
    model = rows.model
    if model.weights is None:
        return "data = rows"
    weight = _r_name(model.weights)
    if model.weight_kind == "frequency":
        return f"data = rows[rep(seq_len(nrow(rows)), rows${weight}), ]"
    return f"data = rows, weights = {weight}"


def _r_name(name: str) -> str:
    """A column in a formula of R."""
    return name if _PLAIN_NAME.fullmatch(name) else "`" + name.replace("\\", "\\\\").replace("`", "\\`") + "`"


def _statsmodels(rows: FileRows) -> tuple[str, Callable[[Result], str]]:
    """The formula of level means, and of what a method fits by a likelihood, of the columns of the file."""

    def term(name: str) -> str:
        plain = name if name.isidentifier() else f"Q({name!r})"
        return f"C({plain})" if name in rows.model.categorical else plain

    model, outcome = rows.model, term(rows.outcome)
    group = f"C({term(rows.group)})"
    of_rows, by = "rows", f"rows[{model.weights!r}]"
    if model.weights is not None and model.weight_kind == "frequency":
        of_rows = f"rows.loc[rows.index.repeat({by})]"
    weighs = model.weights is not None and model.weight_kind == "precision"
    adjust = [term(name) for name in model.adjust]
    right = " + ".join([f"{outcome} ~ 0", group, *adjust])
    levels = f"smf.wls({right!r}, rows, weights={by})" if weighs else f"smf.ols({right!r}, {of_rows})"
    if model.weights is not None and model.weight_kind == "survey":
        levels = "statsmodels has none for survey weights"

    def mixed(result: Result) -> str:
        fixed = [*adjust, *(term(name) for name in model.explained_by)] or ["1"]
        reml = _is_restricted(result)
        formula = f"{outcome} ~ {' + '.join(fixed)}"
        if weighs:
            return f"{formula} by {rows.group}; MixedLM of statsmodels takes no weights"
        return f"smf.mixedlm({formula!r}, {of_rows}, groups={rows.group!r}).fit(reml={reml})"

    return levels, mixed


def explained_scripts(
    comparison: Comparison, summary: SummaryColumns, rows: FileRows
) -> tuple[str, str, str]:
    """(R, Python with blupboard, Python without) of summaries that covariates explain."""
    data, names = comparison.data, " + ".join(_terms(rows, rows.model.explained_by))
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
        f"from estimators import {', '.join(sorted(python_names(rows.plugins_dirs)))}",
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
