"""What a file that cannot be read begins with, as it stands, for a person to say how it is read."""

from __future__ import annotations

from dataclasses import dataclass
from io import StringIO
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final, Protocol

from dashboard.ingest.damage import damage_as_sentence
from dashboard.ingest.encoding import is_binary, python_codec, utf8_file
from dashboard.ingest.errors import UnreadableFile
from dashboard.ingest.magic import is_parquet
from dashboard.ingest.plugin_kinds import kind_of
from dashboard.ingest.reading import AS_FOUND, Reading
from dashboard.ingest.unpack import MAX_EXPANDED_BYTES, plain_file

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dashboard.ingest.plugin_kinds import ForeignKind

ROWS: Final = 20
"""How many rows are shown from the top."""
_COLUMNS: Final = 30
_LONGEST: Final = 300
_HEAD_CHARACTERS: Final = 1 << 18


@dataclass(frozen=True)
class RawRows:
    """The first rows of a text or of one of several sheets, and the row that was found fault with."""

    numbers: tuple[int, ...]
    """Lines of a text as an editor counts them, rows of a sheet; from 1."""
    cells: tuple[tuple[str, ...], ...]
    """The cells of each row; of a text the whole line is one."""
    encoding: str | None
    """What the text was read as; None for a sheet."""
    sheet: str | None = None
    """The sheet whose rows they are; None for a text."""
    sheets: tuple[str, ...] = ()
    """All that there are to choose from."""


class ShowRaw(Protocol):
    """What shows the first rows of a file: `raw_rows`, which knows the kinds that plugins read."""

    def __call__(
        self, source: Path, *, name: str, folder: Path, reading: Reading = ..., line: int | None = ...
    ) -> RawRows | None:
        """See :func:`raw_rows`."""


def raw_rows(
    source: Path,
    *,
    name: str,
    folder: Path,
    reading: Reading = AS_FOUND,
    line: int | None = None,
    kinds: Iterable[ForeignKind] = (),
    max_expanded_bytes: int = MAX_EXPANDED_BYTES,
) -> RawRows | None:
    """The first rows of a file, and the `line` of a text beyond them; None where no `Reading` can help.

    That is so for whatever is neither text nor a workbook of several sheets, and where there is nothing in
    it. Characters that the encoding does not have are shown as U+FFFD. `folder` takes copies for a while.

    Raises:
        OSError: the file cannot be opened, or the disk is full.

    """
    if kind_of(name, kinds) is not None:
        return None
    with TemporaryDirectory(prefix="raw-", dir=folder) as scratch:
        work = Path(scratch)
        try:
            with damage_as_sentence(name):
                plain, head, content = plain_file(
                    source, name=name, folder=work, max_bytes=max_expanded_bytes
                )
        except UnreadableFile:
            return None
        if content == "workbook":
            return _of_workbook(plain, work, name, reading.sheet)
        if content is not None or is_parquet(head) or not head.strip() or is_binary(head):
            return None
        return _of_text(plain, head, work, reading.encoding, line)


def _of_workbook(plain: Path, folder: Path, name: str, wanted: str | None) -> RawRows | None:
    from dashboard.ingest.kinds.workbook import first_cells

    try:
        with damage_as_sentence(name):
            sheet, sheets, rows = first_cells(plain, folder, name=name, sheet=wanted, rows=ROWS)
    except UnreadableFile:
        return None
    if len(sheets) < 2:
        return None
    cells = tuple(tuple(map(_short, row[:_COLUMNS])) for row in rows)
    return RawRows(tuple(range(1, len(cells) + 1)), cells, None, sheet, sheets)


def _of_text(plain: Path, head: bytes, folder: Path, encoding: str | None, line: int | None) -> RawRows:
    try:
        text, used = utf8_file(plain, head, name="", folder=folder, encoding=encoding)
        codec = "utf-8-sig"
    except UnreadableFile:
        text, used, codec = plain, encoding or "UTF-8", python_codec(encoding or "utf-8") or "utf-8"
    with text.open(encoding=codec, errors="replace", newline="") as file:
        lines = StringIO(file.read(_HEAD_CHARACTERS), newline=None).readlines()[:ROWS]
    found = dict(enumerate(lines, 1))
    if line is not None and line > len(found):
        with text.open(encoding=codec, errors="replace") as file:
            found |= dict.fromkeys([line], next(islice(file, line - 1, None), ""))
    return RawRows(tuple(found), tuple((_short(row.rstrip("\n")),) for row in found.values()), used)


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
