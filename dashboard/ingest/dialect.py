"""How a text table is laid out: told from its beginning, confirmed or refused when all of it is read."""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import dataclass, field, replace
from functools import cached_property
from io import StringIO
from operator import itemgetter
from typing import TYPE_CHECKING

from dashboard.ingest.decimal_mark import decimal_convention
from dashboard.ingest.errors import UnreadableFile, excerpt, quantity
from dashboard.ingest.header import READS_AS_NUMBER, column_names, refuse_if_data
from dashboard.ingest.lines import TableLines
from dashboard.ingest.lines_above import (
    Row,
    are_names,
    comment_lines,
    declared_delimiter,
    names_further_down,
    rows_above_names,
)
from dashboard.ingest.names_below import describes_device, names_of_two_rows, rows_below_names
from dashboard.ingest.reading import AS_FOUND, Reading
from dashboard.ingest.row_widths import fits, is_blank_row
from dashboard.ingest.sign_columns import SignColumn, sign_columns
from estimators.data.notation import Convention

if TYPE_CHECKING:
    import _csv
    from collections.abc import Iterable

SAMPLE_CHARACTERS = 1 << 18
_SAMPLE_ROWS = 1000
MAX_COLUMNS = 50_000
"""What a text table may have."""
DELIMITERS = (",", ";", "\t", "|")
"""What usually separates columns."""
RARE_DELIMITERS = ("^", ":", " ")
_FEW_COLUMNS = 200


@dataclass(frozen=True)
class Dialect:
    """What separates, quotes and escapes values; a space stands for any run of spaces."""

    delimiter: str
    quote: str = '"'
    """Nothing where no quotes are used."""
    escape: str | None = None
    skips_spaces: bool = False
    """Whether spaces after a delimiter are no part of a value."""

    def rows(self, lines: Iterable[str]) -> _csv.Reader:
        """A reader of rows that raises csv.Error for what the dialect does not allow."""
        return csv.reader(
            lines,
            delimiter=self.delimiter,
            quotechar=self.quote or None,
            quoting=csv.QUOTE_MINIMAL if self.quote else csv.QUOTE_NONE,
            escapechar=self.escape,
            doublequote=self.escape is None,
            skipinitialspace=self.skips_spaces or self.delimiter == " ",
            strict=True,
        )


@dataclass(frozen=True)
class Layout:
    """A dialect, the names of the columns, and how many lines come before the first row of data."""

    dialect: Dialect
    names: tuple[str, ...]
    lines_before_data: int
    lines_above: int = 0
    """Lines above the names."""
    left_out_above: tuple[Row, ...] = ()
    """The rows above the names that were found to be none of the table."""
    left_out_below: tuple[Row, ...] = ()
    """Rows right below the names that hold units or questions, and no data."""
    two_rows: str | None = None
    """The first name of two rows of names, of which one of the first stands over several of the second."""
    header: int | None = 1
    """The line that the names begin in; None where there are none."""
    comment: str | None = None
    """What begins a line that is a remark, wherever it stands."""
    remark: str | None = None
    """What begins the remarks above the names."""
    binary: tuple[str, ...] = ()
    """The columns that hold 0 and 1 and nothing else in the sample."""
    signs: tuple[SignColumn, ...] = ()
    """The columns that hold the signs of amounts in the sample."""
    convention: Convention = field(default_factory=Convention)
    """The decimal mark that its cells, or its semicolons, speak for."""
    agreement: float = 1.0
    """The share of the rows in the sample that have as many values as there are columns."""


@dataclass(frozen=True)
class _Trial:
    """The sample read in one dialect: rows with the number of the line they begin on, blank ones left out."""

    dialect: Dialect
    rows: list[Row]
    lines: list[int]
    """The number of the last line of each row."""
    error: str | None
    above: tuple[Row, ...] = ()
    """The rows before the first of these, which are none of the table."""

    @cached_property
    def width(self) -> int:
        """Columns, by the first row; one more where a name for the row names of R is left out."""
        first = len(self.rows[0][1]) if self.rows else 0
        return first + 1 if self.has_row_names else first

    @cached_property
    def has_row_names(self) -> bool:
        """Whether every row has one value more than the first, as R's write.table does it.

        Between commas and semicolons, where an unquoted 1,234 gives one more too, they must be 1, 2, 3, ...
        """
        first, body = self.rows[0][1], [row for _, row in self.rows[1:]]
        if not body or any(len(row) != len(first) + 1 for row in body):
            return False
        names = [row[0] for row in body]
        if self.dialect.delimiter in " \t":
            return len(set(names)) == len(names) and any(row[-1].strip() for row in body)
        return names == [str(i) for i in range(1, len(names) + 1)]

    @cached_property
    def names_in_single_quotes(self) -> bool:
        """Whether each name stands in single quotes."""
        names = self.rows[0][1] if self.rows else []
        return bool(names) and all(len(name) > 1 and name[0] == name[-1] == "'" for name in names)

    @cached_property
    def agreement(self) -> float:
        """Share of the rows that have as many values as there are columns."""
        body = self.rows[1:]
        return sum(fits(row, self.width) for _, row in body) / len(body) if body else 1.0

    @cached_property
    def is_likely(self) -> bool:
        """Whether no name stands before its value in each line, and no time is cut at its colons."""
        if self.dialect.delimiter == " ":
            return not all(row[0].endswith(":") for _, row in self.rows)
        spaced = any(cell.startswith(" ") for _, row in self.rows for cell in row)
        return self.dialect.delimiter != ":" or (are_names(self.rows[0][1]) and not spaced)

    @cached_property
    def numbers(self) -> float:
        """Share of the values that read as a number."""
        cells = [cell for _, row in self.rows[1:] for cell in row]
        return (
            sum(READS_AS_NUMBER.fullmatch(cell) is not None for cell in cells) / len(cells) if cells else 0.0
        )


def tell_layout(sample: str, *, whole: bool, name: str, reading: Reading = AS_FOUND) -> Layout:
    """The layout of a text table that begins with `sample`, which is all of it when `whole`.

    Raises:
        UnreadableFile: only blank lines, one column only, lines above the column names, or no column names.

    """
    sample = sample.removeprefix("\ufeff")
    skip, declared, remark = _lines_above(sample, reading)
    lines = _physical_lines(sample)[skip:]
    delimiter = reading.delimiter or declared
    candidates = [delimiter] if delimiter else [*DELIMITERS, *RARE_DELIMITERS]
    trials = [trial for mark in candidates for trial in _trials(mark, lines, whole, reading)]
    trials = [trial for trial in trials if trial.rows]
    if not trials:
        raise UnreadableFile(f"{name} is empty: choose a file with a line of column names and rows of data.")
    if reading.header is None and reading.skip_rows is None:
        trials = [_below_other_lines(trial) for trial in trials]
    best = _best(trials, reading)
    if best is None:
        raise _one_column(trials, skip, name)
    found = Layout(
        best.dialect,
        names=(),
        lines_before_data=skip + best.lines[0],
        lines_above=skip + (best.rows[0][0] - 1 if best.above else 0),
        left_out_above=tuple((skip + line, cells) for line, cells in best.above),
        header=skip + best.rows[0][0],
        comment=reading.comment or None,
        remark=reading.comment or remark,
        convention=decimal_convention(best.rows[1:], best.dialect.delimiter),
        agreement=best.agreement,
    )
    if reading.header == 0:
        names = column_names([""] * best.width)
        return replace(found, names=names, lines_before_data=skip + best.rows[0][0] - 1, header=None)
    if reading.header is None and best.agreement < 0.5:
        _refuse_preamble(best, skip, name)
    if reading.header is None and reading.skip_rows is None and not best.above:
        _refuse_other_names(best, skip, name)
    header, body = best.rows[0][1], [row for _, row in best.rows[1:]]
    unnamed = [""] * (best.width - len(header))  # trailing columns that only some row of the sample holds
    names = column_names(["row names", *header] if best.has_row_names else [*header, *unnamed])
    if reading.header is None:
        refuse_if_data(header, body, name)
    below = rows_below_names(body, len(names))
    joined = names_of_two_rows(header, body[0]) if below == 1 and reading.header is None else None
    left_out = best.rows[1 : below + 1]
    if joined is not None:
        names, left_out = column_names(joined), []
    values = _different_cells(body[below:], names)
    return replace(
        found,
        names=names,
        binary=tuple(name for name, cells in values.items() if cells == {"0", "1"}),
        signs=sign_columns(values.items()),
        lines_before_data=skip + best.lines[below],
        left_out_below=tuple((skip + line, cells) for line, cells in left_out),
        two_rows=None if joined is None else next(name for name in joined if " " in name),
    )


def _best(trials: list[_Trial], reading: Reading) -> _Trial | None:
    """The best of the trials with two columns or more, from its row of names on."""
    usual = (*DELIMITERS, reading.delimiter)
    wide = [t for t in trials if t.width >= 2]
    usable = [t for t in wide if t.dialect.delimiter in usual or (t.agreement == 1.0 and t.is_likely)]
    best = usable[0] if len(usable) == 1 else max(usable, key=_score, default=None)
    if best is None:
        return None
    told = reading.header is not None or reading.skip_rows is not None or best.above
    if told or not describes_device([row for _, row in best.rows]):
        return best
    return replace(best, rows=best.rows[1:], lines=best.lines[1:], above=(best.rows[0],))


def _different_cells(body: list[list[str]], names: tuple[str, ...]) -> dict[str, set[str]]:
    """What columns hold, blank cells aside; only looked at where columns are few."""
    if len(names) > _FEW_COLUMNS:
        return {}
    return {name: {row[i].strip() for row in body if i < len(row)} - {""} for i, name in enumerate(names)}


def _lines_above(sample: str, reading: Reading) -> tuple[int, str | None, str | None]:
    """How many lines stand above the table, the delimiter that one of them declares, what begins remarks."""
    skip, declared = declared_delimiter(sample)
    if reading.skip_rows is not None or reading.header:
        return max(reading.skip_rows or 0, (reading.header or 1) - 1), declared, None
    remarks = 0 if reading.comment is not None else comment_lines(_physical_lines(sample)[skip:], DELIMITERS)
    return skip + remarks, declared, "#" if remarks else None


def _below_other_lines(trial: _Trial) -> _Trial:
    """The trial from its row of names on, where rows that clearly are none of the table stand above it."""
    usual = trial.dialect.delimiter in DELIMITERS and trial.error is None
    place = rows_above_names(trial.rows) if usual else 0
    rows, lines = trial.rows[place:], trial.lines[place:]
    return replace(trial, rows=rows, lines=lines, above=tuple(trial.rows[:place])) if place else trial


def _score(trial: _Trial) -> tuple[bool, float, bool, bool, float, int, int]:
    """What makes one way to read the sample better than another, most important first."""
    dialect = trial.dialect
    common = dialect.delimiter in DELIMITERS
    plain = dialect.quote == '"' and dialect.escape is None and not dialect.skips_spaces
    return (
        *(trial.error is None, trial.agreement, common, not trial.above),
        *(trial.numbers, trial.width, int(plain)),
    )


def _physical_lines(text: str) -> list[str]:
    return StringIO(text, newline="").readlines()


def _trials(delimiter: str, lines: list[str], whole: bool, reading: Reading) -> list[_Trial]:
    """The sample read with one delimiter: with double quotes, and with other habits where those fail."""

    def trial(dialect: Dialect) -> _Trial:
        return _trial(dialect, lines, whole, reading.comment)

    text = "".join(lines)
    quote = '"' if reading.quote is None else reading.quote
    plain = Dialect(delimiter, quote)
    if delimiter not in text:
        return [trial(plain)] if delimiter in (",", reading.delimiter) else []
    first = trial(plain)
    single = first.names_in_single_quotes and reading.quote is None
    if first.error is None and first.agreement == 1.0 and not single:
        return [first]
    others = []
    if quote and f"\\{quote}" in text:
        others.append(trial(replace(plain, escape="\\")))
    if quote and f"{delimiter} {quote}" in text:
        others.append(trial(replace(plain, skips_spaces=True)))
    if "'" in text and reading.quote is None:
        others.append(trial(replace(plain, quote="'")))
    others = [trial for trial in others if trial.error is None and trial.agreement == 1.0]
    return others if others and single else [first, *others]


def _trial(dialect: Dialect, lines: list[str], whole: bool, comment: str | None) -> _Trial:
    source = TableLines(lines, comment)
    reader = dialect.rows(source)
    rows: list[Row] = []
    ends: list[int] = []
    error: str | None = None
    try:
        for _ in range(_SAMPLE_ROWS):
            source.first_of_row = True
            row = next(reader, None)
            if row is None:
                break
            if not is_blank_row(row):
                rows.append((source.row_line, row))
                ends.append(source.number)
    except csv.Error as problem:
        error = None if not whole and "unexpected end" in str(problem) else str(problem)
    else:
        if not whole and len(rows) > 1 and len(rows) < _SAMPLE_ROWS:
            rows.pop(), ends.pop()
    return _Trial(dialect, rows, ends, error)


def _one_column(trials: list[_Trial], skip: int, name: str) -> UnreadableFile:
    """What to say where no delimiter gives two columns in the first row."""
    wide = [found for trial in trials if (found := _wider_rows(trial)) is not None]
    if wide:
        _, _, trial, table_line = max(wide, key=itemgetter(0, 1))
        first_line, first = trial.rows[0]
        return _preamble(skip + first_line, first, skip + table_line, name)
    return _too_few_columns(trials[0].rows[0][1][0], name)


def _too_few_columns(such_as: str, name: str) -> UnreadableFile:
    return UnreadableFile(
        f"{name} has only one column, {excerpt(such_as)}: two are needed, one with numbers "
        "and one that says which group each row belongs to, with commas, semicolons or tabs between them."
    )


def _wider_rows(trial: _Trial) -> tuple[int, int, _Trial, int] | None:
    """Of rows that agree on two values or more: how many, how wide, the trial, and the line of the first.

    None where they are fewer than half, or the delimiter is a rare one.
    """
    widths = Counter(len(row) for _, row in trial.rows if len(row) >= 2)
    if not widths or trial.dialect.delimiter not in DELIMITERS:
        return None
    width, often = widths.most_common(1)[0]
    if often < max(2, len(trial.rows) / 2):
        return None
    return often, width, trial, next(line for line, row in trial.rows if len(row) == width)


def _refuse_preamble(trial: _Trial, skip: int, name: str) -> None:
    """Raise where most rows agree on another width than the first row has."""
    widths = [len(row) for _, row in trial.rows]
    usual = max(set(widths[1:]), key=widths[1:].count)
    first_line, first = trial.rows[0]
    line, row = next((line, row) for line, row in trial.rows[1:] if len(row) == usual)
    if trial.agreement == 0.0 and usual == 1:
        raise _too_few_columns(row[0], name)
    if usual > trial.width + 1 or (usual > trial.width and not any(map(READS_AS_NUMBER.fullmatch, row))):
        raise _preamble(skip + first_line, first, skip + line, name)
    if usual > trial.width:
        raise UnreadableFile(
            f"Line {skip + line} of {name} has {usual} values but the first line names "
            f"{quantity(len(first), 'column')}: give every column a name, "
            "and put quotes around values that hold the separator.",
            line=skip + line,
        )


def _refuse_other_names(trial: _Trial, skip: int, name: str) -> None:
    """Raise where a row further down looks more like the names than the first one."""
    place = names_further_down(trial.rows) if trial.dialect.delimiter in DELIMITERS else 0
    if place:
        (line, row), (table_line, _) = trial.rows[0], trial.rows[place]
        raise _preamble(skip + line, row, skip + table_line, name)


def _preamble(line: int, row: list[str], table_line: int, name: str) -> UnreadableFile:
    return UnreadableFile(
        f"Line {line} of {name} ({excerpt(' '.join(row))}) does not look like the names of the columns, "
        f"which seem to begin in line {table_line}: delete the lines above the column names, or skip "
        f"{quantity(table_line - 1, 'line')}.",
        line=line,
        skip_rows=table_line - 1,
    )
