"""What is on screen as a script: R with lme4, and Python with our own ``compare``.

Both read the file beside them as blupboard does: labels are text exactly as they stand, and what is not a
number is left out. Names of files and columns can hold anything; they only become literals and comments.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Sequence
from pathlib import PurePath
from typing import TYPE_CHECKING

from dashboard.ingest.table import TextLayout
from estimators.errors import error_sentence

if TYPE_CHECKING:
    from estimators import Comparison, Result

PARQUET = (".parquet", ".pq")
TABBED = (".tsv", ".tab")
NOT_READ_BY_R = (".zip", ".zst", ".zstd")
R_NEEDS_LME4 = '# Needs the package lme4: install.packages("lme4")\n'
R_PRINT = "print(result, row.names = FALSE)"
_MADE_UP_NAME = re.compile(r".* \(column \d+\)|column \d+", re.DOTALL)


def r_script(
    comparison: Comparison,
    *,
    file_name: str,
    outcome: str,
    group: str,
    layout: TextLayout | None = None,
    columns: Sequence[str] = (),
    reader: str | None = None,
    kind: str | None = None,
) -> str:
    """An R script that prints one line for each group and one column for each estimator that has R code.

    Args:
        comparison: what is on screen; its notes and failures become comments.
        file_name: the file that the script reads; Parquet where its name ends so.
        outcome: name of the column with the numbers.
        group: name of the column that names each row's group.
        layout: how a text file is written; None: with tabs where its name ends in .tsv, else as usual CSV.
        columns: the names of all columns in the file's order; needed where a name was made up because the
            file has none or the same twice (``y (column 5)``).
        reader: the id of the plugin's reader that read the file, which R does not have.
        kind: which of `dashboard.ingest.kinds` the file is; None for text and Parquet.

    """
    head = []
    at_outcome, at_group = (_r_column(name, columns) for name in (outcome, group))
    if reader is not None:
        saved = f"{PurePath(file_name).stem}.csv"
        head += [
            _comment(f"{file_name} was read by a plugin for Python: save its table as {saved} first."),
            _comment("There, frame is what its reader gives; with pandas: frame.to_csv(..., index=False)"),
        ]
        file_name, layout = saved, None
    elif kind is not None:
        saved = f"{PurePath(file_name).stem}.csv"
        head.append(_comment(f"{file_name} is no text: save the table in it as {saved} first."))
        file_name, layout = saved, None
    elif _suffix(file_name) in NOT_READ_BY_R:
        head.append(f"# Unpack the file first: R does not read {_suffix(file_name)} by itself")
        file_name = str(PurePath(file_name).with_suffix(""))
    if _suffix(file_name) in PARQUET:
        reading = _r_read_parquet(file_name, at_outcome, at_group)
    else:
        reading = _r_read_text(file_name, at_outcome, at_group, layout or _usual_layout(file_name))
    data = comparison.data
    usable = [
        'usable <- is.finite(y) & grepl("[^[:space:]]", g)',
        "y <- y[usable]",
        f"g <- {r_factor('g[usable]')}",
        f"# In blupboard: {data.total} of {data.rows_read} rows in {len(data)} groups",
        r'cat(length(y), "of", length(usable), "rows in", nlevels(g), "groups\n")',
    ]
    return r_script_text(["\n".join([*head, *reading]), "\n".join(usable), *r_fitting(comparison), R_PRINT])


def python_script(
    comparison: Comparison,
    *,
    file_name: str,
    outcome: str,
    group: str,
    plugins_dirs: Sequence[str] = (),
    reader: str | None = None,
    sheet: str | None = None,
) -> str:
    """A Python script that runs the same comparison with blupboard itself and prints the tidy table.

    Args:
        comparison: what is on screen: its estimators, options and level.
        file_name: the file that the script reads, in any format that blupboard reads.
        outcome: name of the column with the numbers.
        group: name of the column that names each row's group.
        plugins_dirs: folders of plugin files that the estimators come from, beside those that are installed.
        reader: the id of the plugin's reader that read the file; None where blupboard reads it.
        sheet: the name of the sheet that is read; None where the file has none to choose from.

    """
    names, roles = python_names(plugins_dirs), f"outcome={outcome!r}, group={group!r}"
    imports = ["from pathlib import Path", ""]
    if reader is None:
        imports.append("from dashboard.ingest import reduce_file")
        lines = [
            f"data = reduce_file(Path({file_name!r}), {roles}{_of_sheet(sheet)})",
            "# With a frame at hand: data = GroupData.from_frame(frame, outcome=..., group=...)",
        ]
    else:
        names = sorted({*names, "GroupData", "build_registry"})
        folders = repr([str(folder) for folder in plugins_dirs]) if plugins_dirs else ""
        lines = [
            "# The file is of a kind that a plugin reads",
            f"frame = build_registry({folders}).readers[{reader!r}].read(Path({file_name!r}))",
            f"data = GroupData.from_frame(frame, {roles})",
        ]
    imports += [f"from estimators import {', '.join(names)}", ""]
    return "\n".join([*imports, *lines, *python_fitting(comparison, "data", plugins_dirs)]) + "\n"


def r_script_text(parts: Iterable[str]) -> str:
    """The parts of an R script with a blank line between them; the first says what has to be installed."""
    script = "\n\n".join(parts) + "\n"
    return R_NEEDS_LME4 + script if "lme4::" in script else script


def r_factor(labels: str) -> str:
    """An R expression for the groups of an R vector of labels, in the order that blupboard has them in."""
    return f'factor({labels}, levels = sort(unique({labels}), method = "radix"))'


def r_fitting(comparison: Comparison, *more_columns: str) -> list[str]:
    """The parts that make ``result`` of ``y`` and the factor ``g``: a row for each group.

    ``more_columns`` are R arguments such as ``"true_mean = m"``; the estimators' columns follow them.
    """
    first = [
        "group = levels(g), n = as.vector(table(g)), raw_mean = as.vector(tapply(y, g, mean))",
        *more_columns,
    ]
    return [
        "result <- data.frame(\n  " + ",\n  ".join(first) + "\n)",
        *(_r_fit(comparison, result) for result in comparison.results),
    ]


def python_names(plugins_dirs: Sequence[str]) -> list[str]:
    """What :func:`python_fitting` needs from ``estimators``."""
    return ["build_registry", "compare"] if plugins_dirs else ["compare"]


def python_fitting(comparison: Comparison, data: str, plugins_dirs: Sequence[str]) -> list[str]:
    """Lines that run the same comparison on the Python expression ``data`` and print the tidy table."""
    ids = [result.id for result in comparison.results]
    options = {result.id: changed for result in comparison.results if (changed := _changed_options(result))}
    chosen, lines = f"{ids!r}", list[str]()
    if plugins_dirs:
        chosen = f"[registry[name] for name in {ids!r}]"
        lines.append(f"registry = build_registry({[str(folder) for folder in plugins_dirs]!r})")
    lines += [
        "comparison = compare(",
        f"    {data},",
        f"    {chosen},",
        *([f"    options={options!r},"] if options else []),
        f"    level={comparison.level!r},",
        ")",
        "print(comparison.tidy().to_string(index=False))",
    ]
    if comparison.failed:
        lines += ["for result in comparison.failed:", '    print(f"{result.label}: {result.message}")']
    return lines


def _changed_options(result: Result) -> dict[str, object]:
    """The options that are not at their defaults."""
    return {
        spec.name: value
        for spec in result.estimator.option_specs()
        if (value := getattr(result.options, spec.name)) != spec.default
    }


def _of_sheet(sheet: str | None) -> str:
    return "" if sheet is None else f", sheet={sheet!r}"


def _suffix(file_name: str) -> str:
    return PurePath(file_name).suffix.lower()


def _usual_layout(file_name: str) -> TextLayout:
    """The layout that a name promises, whatever compression it ends in."""
    endings = [suffix.lower() for suffix in PurePath(file_name).suffixes[-2:]]
    return TextLayout(delimiter="\t") if any(ending in TABBED for ending in endings) else TextLayout()


def _r_fit(comparison: Comparison, result: Result) -> str:
    """The lines that add one estimator's column, or a comment that says why there is none."""
    if result.fit is None:
        return _comment(f"{result.label}: left out, {result.message}")
    title = [_comment(result.label), *(_comment(f"Note: {note.text}") for note in result.fit.notes)]
    try:
        code = result.estimator.r_code(comparison.data, result.options)
        body = None if code is None else [f"  {line}".rstrip() for line in code.strip("\n").split("\n")]
    except Exception as error:  # noqa: BLE001 - a plugin's r_code: its fault stands in its lines' place
        return _comment(f"{result.label}: its R code failed with {error_sentence(error)}")
    if body is None:
        return _comment(f"{result.label}: has no R code")
    return "\n".join([*title, f"result[[{_r_text(result.id)}]] <- local({{", *body, "  estimate", "})"])


def _r_read_text(file_name: str, outcome: str, group: str, layout: TextLayout) -> list[str]:
    sep = "" if layout.delimiter == " " else layout.delimiter
    arguments = [
        _r_text(file_name),
        'colClasses = "character"',
        "check.names = FALSE",
        "na.strings = character()",
    ]
    if sep != ",":
        arguments.append(f"sep = {_r_text(sep)}")
    if layout.quote != '"':
        arguments.append(f"quote = {_r_text(layout.quote)}")
    kind = "encoding" if layout.encoding == "UTF-8" else "fileEncoding"
    arguments.append(f"{kind} = {_r_text(layout.encoding)}")
    if layout.lines_above:
        arguments.append(f"skip = {layout.lines_above}")
    mark = layout.decimal
    number = f"^[+-]?([0-9]+[{mark}]?[0-9]*|[{mark}][0-9]+)([eE][+-]?[0-9]+)?$"
    digits = "text[readable]" if mark == "." else f'sub("{mark}", ".", text[readable], fixed = TRUE)'
    return [
        f"rows <- read.csv(\n  {', '.join(arguments)}\n)",
        "# What is not a number (blank, NA, other words) is left out, as is a row without a group",
        rf'text <- trimws(rows[[{outcome}]], whitespace = "[\\h\\v]")',
        *_r_without_thousands(layout),
        f'readable <- grepl("{number}", text)',
        "y <- rep(NA_real_, length(text))",
        f"y[readable] <- as.numeric({digits})",
        f"g <- enc2utf8(rows[[{group}]])",
    ]


def _r_without_thousands(layout: TextLayout) -> list[str]:
    """Lines that take the separators out of numbers with separated thousands."""
    if not layout.thousands:
        return []
    mark, separator = layout.decimal, "." if layout.decimal == "," else ","
    number = f"^[+-]?[0-9]{{1,3}}([{separator}][0-9]{{3}})+([{mark}][0-9]*)?$"
    return [
        f'separated <- grepl("{number}", text)',
        f'text[separated] <- gsub("{separator}", "", text[separated], fixed = TRUE)',
    ]


def _r_read_parquet(file_name: str, outcome: str, group: str) -> list[str]:
    return [
        '# Reading Parquet needs the package arrow: install.packages("arrow")',
        f"rows <- arrow::read_parquet({_r_text(file_name)})",
        "# What is not a number (NA, other words) is left out, as is a row without a group",
        f"y <- suppressWarnings(as.numeric(rows[[{outcome}]]))",
        f"g <- as.character(rows[[{group}]])",
    ]


def _r_column(name: str, columns: Sequence[str]) -> str:
    """How R finds a column: by its name, or by its place where the file itself does not have that name.

    A name is spelled in ASCII, so that R finds it in every locale.
    """
    if _MADE_UP_NAME.fullmatch(name) and name in columns:
        return str(columns.index(name) + 1)
    return "".join(c if c.isascii() else _r_number(c) for c in _r_text(name))


def _r_text(text: str) -> str:
    """A string literal of R: quotes and backslashes escaped, whatever does not print by its number."""
    return '"' + "".join(_r_character(c) for c in text) + '"'


def _r_character(c: str) -> str:
    if c in '"\\':
        return "\\" + c
    if c.isprintable():
        return c
    return {"\n": "\\n", "\t": "\\t", "\r": "\\r"}.get(c) or _r_number(c)


def _r_number(c: str) -> str:
    return rf"\U{{{ord(c):x}}}"


def _comment(text: str) -> str:
    """Text behind a hash on each of its lines."""
    plain = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in " ".join(text.split()))
    return textwrap.fill(plain, 100, initial_indent="# ", subsequent_indent="#   ")
