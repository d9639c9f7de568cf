"""What is on screen as a script in R: the same rows, each method's own R, and what the page shows of it.

Names of files and columns can hold anything; they only become literals and comments.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from dashboard.ingest.table import TextLayout
from dashboard.ingest.written_plainly import NUMBER
from dashboard.scripts.file_rows import what_was_left_out, where_rows_are
from dashboard.scripts.literals import r_number, r_text, r_texts
from dashboard.scripts.method_code import method_comments, written_code
from dashboard.scripts.model_rows import r_model_rows, r_same_rows

if TYPE_CHECKING:
    from dashboard.scripts.file_rows import FileRows
    from estimators import Comparison, GroupData, Result

R_NEEDS_LME4 = '# Needs the package lme4: install.packages("lme4")\n'
R_PRINT = "options(width = 160)\nprint(tidy, row.names = FALSE)\nprint(parameters, row.names = FALSE)"
_AS_TEXT = 'colClasses = "character", check.names = FALSE, na.strings = character()'
_KEEP = """\
# What a method found becomes rows of two tables; NA is what it does not have
tidy <- parameters <- NULL
keep <- function(estimator, found) {
  number <- function(name, absent = NA_real_) if (is.null(found[[name]])) absent else found[[name]]
  half <- qt((1 + level) / 2, number("df", Inf)) * number("std_error")
  tidy <<- rbind(tidy, data.frame(
    estimator, group = levels(g), n = as.vector(table(g)), raw_mean = as.vector(tapply(y, g, mean)),
    estimate = found$estimate, std_error = number("std_error"),
    conf_low = number("conf_low", found$estimate - half),
    conf_high = number("conf_high", found$estimate + half),
    weight = number("weight")
  ))
  parameters <<- rbind(parameters, data.frame(
    estimator, mu = number("mu"), mu_std_error = number("mu_std_error"),
    sigma_group = number("sigma_group"), sigma_error = number("sigma_error"), icc = number("icc")
  ))
}"""


_OWN_MEAN, _WEIGHTED_MEAN = "as.vector(tapply(y, g, mean))", "as.vector(rowsum(w * y, g) / rowsum(w, g))"


def r_script(comparison: Comparison, rows: FileRows) -> str:
    """An R script that reads the rows of a comparison and prints what its methods say of them.

    It prints the table ``tidy``, a row for each method and group, and the table ``parameters``, a row for
    each method that has R code; notes and failures become comments.
    """
    data = comparison.data
    if rows.model:
        where, rows = ([], rows) if rows.layout is not None else (where_rows_are(rows), rows.as_used)
        reading = [*where, *_cells(rows), *r_model_rows(rows, data), f"g <- {r_factor('g')}"]
        return r_script_text(["\n".join([*reading, *r_same_rows(data)]), *r_fitting(comparison), R_PRINT])
    reading = _plain_file(rows, data) if rows.layout is not None else _rows_as_used(rows, data)
    return r_script_text(["\n".join([*reading, *_same_rows(data)]), *r_fitting(comparison), R_PRINT])


def r_script_text(parts: Iterable[str]) -> str:
    """The parts of an R script with a blank line between them; the first says what has to be installed."""
    script = "\n\n".join(parts) + "\n"
    return R_NEEDS_LME4 + script if "lme4::" in script else script


def r_factor(labels: str) -> str:
    """An R expression for the groups of an R vector of labels, in the order that blupboard has them in."""
    return f'factor({labels}, levels = sort(unique({labels}), method = "radix"))'


def r_fitting(comparison: Comparison) -> list[str]:
    """The parts that make ``tidy`` and ``parameters`` of ``y`` and the factor ``g``."""
    methods = [_r_method(comparison, result) for result in comparison.results]
    keep = _KEEP if comparison.data.weights is None else _KEEP.replace(_OWN_MEAN, _WEIGHTED_MEAN)
    return [f"level <- {r_number(comparison.level)}\n{keep}", *methods]


def _r_method(comparison: Comparison, result: Result) -> str:
    """The lines that keep what one method finds, or a comment that says why there are none."""
    code = written_code(comparison, result, "r_code", "R code")
    if not code.lines:
        return code.why_none
    body = [f"  {line}".rstrip() for line in code.lines]
    lines = [f"keep({r_text(result.id)}, local({{", *body, "  environment()", "}))"]
    return "\n".join([*method_comments(result), *lines])


def _rows_as_used(rows: FileRows, data: GroupData) -> list[str]:
    """Lines that read the rows as used."""
    classes = 'colClasses = c("character", "numeric"), na.strings = character(), encoding = "UTF-8"'
    return [
        *where_rows_are(rows),
        *what_was_left_out(data, rows),
        f"rows <- read.csv(\n  {r_text(rows.rows_file)}, {classes}\n)",
        "y <- rows$outcome",
        f"g <- {r_factor('rows$group')}",
    ]


def _plain_file(rows: FileRows, data: GroupData) -> list[str]:
    """Lines that read a file that R reads as blupboard does."""
    lines = _cells(rows)
    y, g = (f"rows[[{r_text(name)}]]" for name in (rows.outcome, rows.group))
    if not data.left_out:
        return [*lines, f"y <- as.numeric({y})", f"g <- enc2utf8({g})", f"g <- {r_factor('g')}"]
    usable = [f'grepl("^{NUMBER}$", text)', r'grepl("[^ \t]", g)']
    if rows.chosen.exclude:
        usable.append(f"!(g %in% {r_texts(rows.chosen.exclude)})")
    return [
        *lines,
        "# What is not a number (blank, NA, other words) is not used, nor is a row without a group",
        *what_was_left_out(data, rows),
        f"text <- trimws({y})",
        f"g <- enc2utf8({g})",
        f"usable <- {' & '.join(usable)}",
        "y <- as.numeric(text[usable])",
        f"g <- {r_factor('g[usable]')}",
    ]


def _cells(rows: FileRows) -> list[str]:
    """Lines that read the cells of a file of ``layout`` as text."""
    layout = rows.layout or TextLayout()
    sep = "" if layout.delimiter == "," else f", sep = {r_text(layout.delimiter)}"
    kind = "encoding" if layout.encoding == "UTF-8" else "fileEncoding"
    arguments = f"{r_text(rows.file_name)}, {_AS_TEXT}{sep}, {kind} = {r_text(layout.encoding)}"
    return [f"rows <- read.csv(\n  {arguments}\n)"]


def _same_rows(data: GroupData) -> list[str]:
    mean = r_number(data.origin + data.centered_grand_mean)
    return [
        "# The same rows as in blupboard? To go on with other rows, take this check away",
        f"stopifnot(length(y) == {data.total}, nlevels(g) == {len(data)}, "
        f"abs(mean(y) - {mean}) <= 1e-8 * mean(abs(y)))",
    ]
