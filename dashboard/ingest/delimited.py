"""Text tables to Parquet: every value as the text it is, every row kept or the file refused.

Arrow's reader does the work where a file is regular. It is lenient about quotes and strict about widths, so
whatever it may read differently from what a person would (stray quotes, rows with trailing blanks, runs of
spaces) goes through `_rewrite` first, which is slow and exact.
"""

from __future__ import annotations

import csv
from itertools import islice
from typing import TYPE_CHECKING, TextIO

import numpy as np
import pyarrow as pa
import pyarrow.csv as pc

from dashboard.ingest.dialect import (
    SAMPLE_CHARACTERS,
    Dialect,
    Layout,
    tell_layout,
)
from dashboard.ingest.errors import UnreadableFile, quantity
from dashboard.ingest.first_line import refuse_long_first_line
from dashboard.ingest.lines import TableLines, count_lines, row_lines
from dashboard.ingest.reading import AS_FOUND, Reading
from dashboard.ingest.row_widths import ShortLines, fits, is_blank_row, lacks_last_values
from dashboard.ingest.table import LINE, stored_name
from dashboard.ingest.write_parquet import add_lines, write_stored

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

_BLOCK_BYTES, _LARGE_BLOCK_BYTES = 1 << 18, 1 << 25
_MANY_COLUMNS, _WIDE_BLOCK_BYTES = 1000, 1 << 26
_CHUNK_BYTES = 1 << 20
_FEW_LINES, _ENOUGH_CHARACTERS = 3, 1 << 20
"""Where lines are long, so many of them tell the layout once so much has been looked at."""
_CANONICAL = Dialect(",")


def read_layout(path: Path, name: str, reading: Reading = AS_FOUND) -> Layout:
    """The layout of a UTF-8 text table; see `tell_layout` for what is refused."""
    size = SAMPLE_CHARACTERS
    while True:
        sample, whole = _sample(path, size)
        lines = sample.count("\n") + sample.count("\r")
        refuse_long_first_line(sample, name)
        enough = lines > 20 or (lines > _FEW_LINES and size >= _ENOUGH_CHARACTERS)
        if whole or enough or size >= 1 << 26:
            return tell_layout(sample, whole=whole, name=name, reading=reading)
        size *= 8


def _sample(path: Path, characters: int) -> tuple[str, bool]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        text = file.read(characters + 1)
    return text[:characters], len(text) <= characters


def text_to_parquet(
    path: Path,
    layout: Layout,
    target: Path,
    *,
    keep: Sequence[int] | None,
    name: str,
    folder: Path,
    short: ShortLines,
) -> int:
    """Write the columns `keep` (all when None) of a UTF-8 text table to Parquet; the number of rows.

    Lines with fewer values than names are added to `short`.

    Raises:
        UnreadableFile: a row without one value for each column, or broken quotes; with the line number.

    """
    if is_regular(layout) and not has_stray_quotes(path, layout.dialect):
        try:
            rows = _arrow_to_parquet(path, layout, target, keep=keep, block_bytes=_BLOCK_BYTES)
        except pa.ArrowInvalid:
            pass  # not as regular as it seemed: what it is, the exact reader says
        else:
            if count_lines(path) == layout.lines_before_data + rows:
                return rows
            lines = row_lines(path, layout.dialect.quote, layout.lines_before_data)
            if add_lines(target, lines, folder / "with-lines.parquet"):
                return rows
            # a quote that stands for itself: which line ends are inside a value the exact reader tells
    clean = folder / "clean.csv"
    _rewrite(path, layout, clean, name, short)
    plain = Layout(_CANONICAL, layout.names, 0)
    try:
        return _arrow_to_parquet(clean, plain, target, keep=keep, block_bytes=_LARGE_BLOCK_BYTES, lines=True)
    except pa.ArrowInvalid as error:
        raise UnreadableFile(
            f"{name} has rows longer than {_LARGE_BLOCK_BYTES >> 20} MB: leave out long texts."
        ) from error


def is_regular(layout: Layout) -> bool:
    """Whether Arrow's reader may read such a table as it is, if its quotes are in order."""
    dialect = layout.dialect
    plain = dialect.delimiter != " " and dialect.escape is None and not dialect.skips_spaces
    return plain and layout.comment is None


def arrow_parse_options(dialect: Dialect, *, newlines_in_values: bool) -> pc.ParseOptions:
    """How Arrow reads the rows of a regular table."""
    return pc.ParseOptions(
        delimiter=dialect.delimiter,
        quote_char=dialect.quote or False,
        double_quote=True,
        newlines_in_values=newlines_in_values,
        ignore_empty_lines=True,
    )


def _arrow_to_parquet(
    path: Path,
    layout: Layout,
    target: Path,
    *,
    keep: Sequence[int] | None,
    block_bytes: int,
    lines: bool = False,
) -> int:
    """Let Arrow read the file; with `lines` its first column is the line that each row begins in."""
    columns = [stored_name(i) for i in range(len(layout.names))]
    if len(columns) > _MANY_COLUMNS:
        block_bytes = max(block_bytes, _WIDE_BLOCK_BYTES)
    kept = columns if keep is None else [stored_name(i) for i in keep]
    types = dict.fromkeys(columns, pa.string())
    if lines:
        columns, kept = [LINE, *columns], [*kept, LINE]
        types[LINE] = pa.int64()
    schema = pa.schema([(column, types[column]) for column in kept])
    if path.stat().st_size == 0 or _ends_before(path, layout.lines_before_data):
        return write_stored((), schema, target, source_bytes=0)
    reader = pc.open_csv(
        str(path),
        read_options=pc.ReadOptions(
            column_names=columns,
            skip_rows=layout.lines_before_data,
            use_threads=len(columns) > _MANY_COLUMNS,
            block_size=block_bytes,
        ),
        parse_options=arrow_parse_options(layout.dialect, newlines_in_values=True),
        convert_options=pc.ConvertOptions(
            column_types=types, strings_can_be_null=False, include_columns=kept
        ),
        memory_pool=_pool(len(layout.names)),
    )
    with reader:
        return write_stored(reader, schema, target, source_bytes=path.stat().st_size)


def _pool(columns: int) -> pa.MemoryPool:
    """Where the reader's memory comes from: the system's allocator gives it back when the file is read.

    A wide table asks for so many small pieces that it takes twice the memory there.
    """
    if columns > _MANY_COLUMNS and "mimalloc" in pa.supported_memory_backends():
        return pa.mimalloc_memory_pool()
    return pa.system_memory_pool()


def _ends_before(path: Path, lines: int) -> bool:
    """Whether a file holds nothing but blank lines after its first `lines`."""
    with path.open(encoding="utf-8", newline="") as file:
        return all(not line.strip() for line in islice(file, lines, lines + 64)) and _rest_is_blank(file)


def _rest_is_blank(file: TextIO) -> bool:
    while text := file.read(_CHUNK_BYTES):
        if text.strip():
            return False
    return True


def _rewrite(path: Path, layout: Layout, target: Path, name: str, short: ShortLines) -> None:
    """Copy the rows in canonical CSV behind their lines: none blank, each as wide as the names say.

    Raises:
        UnreadableFile: a row without one value for each column, or broken quotes; with the line number.

    """
    width, skipped = len(layout.names), layout.lines_before_data
    short.begin()
    blanks = [""] * width
    with (
        path.open(encoding="utf-8-sig", newline="") as source,
        target.open("w", encoding="utf-8", newline="") as out,
    ):
        for _ in islice(source, skipped):
            pass
        lines = TableLines(source, layout.comment, skipped)
        reader = layout.dialect.rows(lines)
        writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n")
        try:
            while (row := next(reader, None)) is not None:
                line, lines.first_of_row = lines.row_line, True
                if not is_blank_row(row):
                    if not fits(row, width) and not lacks_last_values(row, width, layout.dialect.delimiter):
                        raise _ragged_line_error(line, len(row), width, name)
                    if len(row) < width:
                        short.add(line)
                    writer.writerow([line, *row[:width], *blanks[len(row) :]])
        except csv.Error as error:
            raise _broken(lines.row_line, str(error), layout.dialect.quote, name) from error


def _ragged_line_error(line: int, values: int, width: int, name: str) -> UnreadableFile:
    return UnreadableFile(
        f"Line {line} of {name} has {quantity(values, 'value')} where the column names say {width}: "
        "correct that line, and put quotes around values that hold the separator.",
        line=line,
    )


def _broken(line: int, problem: str, quote: str, name: str) -> UnreadableFile:
    if "unexpected end" in problem:
        return UnreadableFile(
            f"Line {line} of {name} opens a quote ({quote}) that is never closed: close it, or write it "
            "twice if it is part of a quoted value.",
            line=line,
        )
    if "field limit" in problem:
        return UnreadableFile(
            f"Line {line} of {name} begins a value of more than {csv.field_size_limit():,} characters: "
            f"a quote ({quote}) that is never closed is the usual cause.",
            line=line,
        )
    return UnreadableFile(
        f"Line {line} of {name} has text after a closing quote ({quote}): "
        "write quotes inside a quoted value twice.",
        line=line,
    )


def has_stray_quotes(path: Path, dialect: Dialect) -> bool:
    """Whether some quote may be other than the begin, the end or a doubled part of a quoted value.

    True is a suspicion, False is certain: each value that a quote begins behind a separator or a line end is
    ended by one before another, so that quotes alone say which line ends are inside a value.
    """
    if not dialect.quote:
        return False
    quote, edges = ord(dialect.quote), _edges(dialect)
    carry, inside = b"\n", False
    with path.open("rb") as file:
        file.seek(3 if file.read(3) == b"\xef\xbb\xbf" else 0)
        while chunk := file.read(_CHUNK_BYTES):
            data = carry + chunk
            # a run of quotes at the end waits for what follows it
            cut = len(data.rstrip(bytes([quote])))
            carry = data[max(cut - 1, 0) :]
            ends_inside = _inside_after(np.frombuffer(data[:cut], dtype=np.uint8), quote, edges, inside)
            if ends_inside is None or len(carry) > 1 << 16:
                return True
            inside = ends_inside
    tail = np.frombuffer(carry + b"\n", dtype=np.uint8)
    return _inside_after(tail, quote, edges, inside) is None


def strays(rows: bytes, dialect: Dialect) -> bool:
    """The same of whole rows in a dialect with quotes."""
    data = np.frombuffer(b"\n%b\n" % rows.removeprefix(b"\xef\xbb\xbf"), dtype=np.uint8)
    return _inside_after(data, ord(dialect.quote), _edges(dialect), inside=False) is None


def _edges(dialect: Dialect) -> NDArray[np.bool_]:
    """(256,) which bytes stand beside a value."""
    edges = np.zeros(256, dtype=np.bool_)
    edges[[ord(dialect.delimiter), 10, 13]] = True
    return edges


def _inside_after(data: NDArray[np.uint8], quote: int, edges: NDArray[np.bool_], inside: bool) -> bool | None:
    """Whether a quoted value goes on past the end of `data`; None where some quote is a stray one.

    ``inside``: whether one goes on at its begin. Runs of quotes are looked at that lie strictly inside.
    """
    at = np.flatnonzero(data == quote)
    if len(at) == 0:
        return inside
    breaks = np.flatnonzero(np.diff(at) > 1)
    first, last = at[np.r_[0, breaks + 1]], at[np.r_[breaks, len(at) - 1]]
    odd = (last - first) % 2 == 0
    edge_before = edges[data[np.maximum(first - 1, 0)]]
    edge_after = edges[data[np.minimum(last + 1, len(data) - 1)]]
    if not inside and not edge_before.any():  # marks of inches, say: no value is in quotes
        return None if np.any(odd & ~edge_after) else False
    after = (np.cumsum(odd) + inside) % 2 == 1
    before = after ^ odd
    stray = np.where(before, odd & ~edge_after, ~edge_before | (~odd & ~edge_after))
    return None if stray.any() else bool(after[-1])
