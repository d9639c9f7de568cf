"""How scripts read the rows of a file with covariates and weights, in R and in Python."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard.ingest.written_plainly import NUMBER
from dashboard.scripts.curve_terms import curve_terms, has_spline, python_bend, r_bend
from dashboard.scripts.file_rows import what_was_left_out
from dashboard.scripts.literals import r_number, r_text, r_texts

if TYPE_CHECKING:
    from dashboard.scripts.file_rows import FileRows
    from estimators import GroupData

_NOT_USED = (
    "# What is not a number (blank, NA, other words) is not used, nor is a row without a group or category"
)
_ZERO = "^[+-]?[0.]+([eE].*)?$"


def r_model_rows(rows: FileRows, data: GroupData) -> list[str]:
    """Lines that make ``y``, ``g``, covariates ``x`` with ``explains``, and weights ``w`` of ``rows``."""
    numbers, categories = covariate_columns(rows, data)
    weight = None if rows.model.weights is None else _r_cell(rows.model.weights)
    usable = [f"number({_r_cell(name)})" for name in (rows.outcome, *numbers)]
    usable += [f"filled({_r_cell(name)})" for name in (rows.group, *categories)]
    if weight is not None:
        usable.append(f"number({weight}) & !grepl({r_text(_ZERO)}, trimws({weight}))")
    if rows.chosen.exclude:
        usable.append(f"!({_r_cell(rows.group)} %in% {r_texts(rows.chosen.exclude)})")
    every = " &\n  ".join(usable)
    lines = [
        f'number <- function(text) grepl("^{NUMBER}$", trimws(text))',
        r'filled <- function(text) grepl("[^ \t]", text)',
        _NOT_USED,
        *what_was_left_out(data, rows),
        f"rows <- rows[{every}, ]",
    ]
    if weight is not None and rows.model.weight_kind == "frequency":
        lines.append(f"rows <- rows[rep(seq_len(nrow(rows)), as.numeric(trimws({weight}))), ]")
    elif weight is not None:
        lines.append(f"w <- as.numeric(trimws({weight}))")
    lines += [f"y <- as.numeric(trimws({_r_cell(rows.outcome)}))", f"g <- enc2utf8({_r_cell(rows.group)})"]
    return lines + _r_covariates(rows, data, categories)


def _r_covariates(rows: FileRows, data: GroupData, categories: list[str]) -> list[str]:
    covariates, columns = data.covariates, _that_differ(rows, data)
    if covariates is None or not columns:
        return []
    made, owns = list[str](), list[bool]()
    for name in columns:
        curve = covariates.curves.get(name)
        number = f"as.numeric(trimws({_r_cell(name)}))"
        terms = [f"factor({_r_cell(name)})"] if name in categories else curve_terms(curve, number, in_r=True)
        made += terms
        owns += [name in rows.model.explained_by] * len(terms)
    named = (f"  x{k} = {term}" for k, term in enumerate(made, start=1))
    explains = ("TRUE" if own else "FALSE" for own in owns)
    return [
        *(r_bend() if has_spline(data) else []),
        "x <- data.frame(",
        ",\n".join(named),
        ")",
        f"explains <- c({', '.join(explains)})",
    ]


def r_same_rows(data: GroupData) -> list[str]:
    """Lines that stop where the rows are other ones."""
    mean = r_number(data.origin + data.centered_grand_mean)
    middle = "mean(y)" if data.weights is None else "weighted.mean(y, w)"
    checks = [
        f"length(y) == {data.total}, nlevels(g) == {len(data)}",
        f"abs({middle} - {mean}) <= 1e-8 * mean(abs(y))",
    ]
    terms = _terms_that_differ(data)
    if terms:
        checks.append(f"!anyNA(x), ncol(model.matrix(~ ., x)) == {terms + 1}")
    return [
        "# The same rows as in blupboard? To go on with other rows, take this check away",
        f"stopifnot({', '.join(checks)})",
    ]


def python_model_rows(rows: FileRows, data: GroupData) -> list[str]:
    """The same in Python: ``y``, ``group``, ``x``, ``explains`` and ``w``."""
    numbers, categories = covariate_columns(rows, data)
    weight = rows.model.weights
    usable = [f"number({name!r})" for name in (rows.outcome, *numbers)]
    usable += [f"filled({name!r})" for name in (rows.group, *categories)]
    lines = [
        "",
        "",
        "def number(name):",
        f'    return rows[name].str.strip(" \\t").str.fullmatch(r"{NUMBER}")',
        "",
        "",
        "def filled(name):",
        '    return rows[name].str.contains(r"[^ \\t]")',
        "",
        "",
        _NOT_USED,
        *what_was_left_out(data, rows),
        f"usable = {' & '.join(usable)}",
    ]
    if rows.chosen.exclude:
        lines.append(f"usable &= ~rows[{rows.group!r}].isin({list(rows.chosen.exclude)!r})")
    if weight is None:
        lines.append("rows = rows[usable]")
    else:
        lines += [f"usable &= number({weight!r})", "rows = rows[usable]", f"w = rows[{weight!r}].map(float)"]
        lines.append("rows, w = rows[w != 0], w[w != 0].to_numpy()")
    if weight is not None and rows.model.weight_kind == "frequency":
        lines.append("rows = rows.loc[rows.index.repeat(w.astype(int))]")
    lines.append(f"y, group = rows[{rows.outcome!r}].map(float).to_numpy(), rows[{rows.group!r}]")
    return lines + _python_covariates(rows, data, categories)


def _python_covariates(rows: FileRows, data: GroupData, categories: list[str]) -> list[str]:
    covariates, columns = data.covariates, _that_differ(rows, data)
    if covariates is None or not columns:
        return []
    made, owns = list[str](), list[bool]()
    for name in columns:
        curve = covariates.curves.get(name)
        cell = f"rows[{name!r}]"
        terms = [cell] if name in categories else curve_terms(curve, f"{cell}.map(float)", in_r=False)
        made += terms
        owns += [name in rows.model.explained_by] * len(terms)
    return [
        *(python_bend() if has_spline(data) else []),
        "x = pd.DataFrame({",
        *(f'    "x{k}": {term},' for k, term in enumerate(made, start=1)),
        "})",
        f"explains = {owns!r}",
    ]


def python_same_rows(data: GroupData) -> list[str]:
    """Lines that stop where the rows are other ones."""
    mean = float(data.origin + data.centered_grand_mean)
    middle = "y.mean()" if data.weights is None else "np.average(y, weights=w)"
    count = _terms_that_differ(data)
    terms = [
        "terms = sum(1 if x[name].dtype.kind == 'f' else x[name].nunique() - 1 for name in x)",
        f"if terms != {count}:",
        '    raise SystemExit("These are other covariates than those in blupboard.")',
    ]
    return [
        "# The same rows as in blupboard? To go on with other rows, take this check away",
        f"if (len(y), len(labels)) != ({data.total}, {len(data)}) "
        f"or abs({middle} - {mean!r}) > 1e-8 * abs(y).mean():",
        '    raise SystemExit("These are other rows than those in blupboard.")',
        *(terms if count else []),
    ]


def model_columns(rows: FileRows) -> list[str]:
    """The columns of the file that a comparison needs, each once."""
    return list(dict.fromkeys([rows.outcome, rows.group, *rows.model.names]))


def covariate_columns(rows: FileRows, data: GroupData) -> tuple[list[str], list[str]]:
    """The covariates that are numbers, and those that are categories."""
    covariates = data.covariates
    columns = [*rows.model.adjust, *rows.model.explained_by]
    categories = [name for name in columns if covariates is not None and name in covariates.references]
    return [name for name in columns if name not in categories], categories


def _that_differ(rows: FileRows, data: GroupData) -> list[str]:
    """The covariates that differ between rows: of others no program makes a term."""
    covariates = data.covariates
    if covariates is None:
        return []
    differ = {column for column, some in zip(covariates.of_column, covariates.differs, strict=True) if some}
    return [name for name in (*rows.model.adjust, *rows.model.explained_by) if name in differ]


def _terms_that_differ(data: GroupData) -> int:
    return 0 if data.covariates is None else int(data.covariates.differs.sum())


def _r_cell(name: str) -> str:
    return f"rows[[{r_text(name)}]]"
