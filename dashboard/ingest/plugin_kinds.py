"""Kinds of files that somebody else reads: told by the end of the name, and made Parquet on the way in."""

from __future__ import annotations

import errno
import os
import re
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

from dashboard.ingest.errors import UnreadableFile

if TYPE_CHECKING:
    import pyarrow as pa
    from narwhals.typing import IntoFrame

_SPELLED_OUT = "AEFHILMNORSX"
"""Letters whose names begin with a vowel, as in "an SPSS file"."""
_RAISED_WITH_WORDS = {"BlupboardError", "ValueError"}
"""By name, since an error from another process is of a class made there."""
_INDEX = re.compile(r"__index_level_\d+__")


@dataclass(frozen=True)
class ForeignKind:
    """One kind of file, and who reads it."""

    id: str
    label: str
    """What people call such a file, as in ``SPSS file``."""
    suffixes: tuple[str, ...]
    plugin: str
    """The name of the plugin that brings it, for sentences."""
    read: Callable[[Path], object]
    """Path -> a frame of any library that narwhals knows; may raise anything."""


def kind_of(name: str, kinds: Iterable[ForeignKind]) -> tuple[ForeignKind, str] | None:
    """The kind of a file of this name, with the end that tells it: the longest; None for an ordinary file."""
    fitting = [(kind, end) for kind in kinds for end in kind.suffixes if name.lower().endswith(end.lower())]
    return max(fitting, key=lambda found: len(found[1]), default=None)


def foreign_to_parquet(source: Path, *, name: str, kind: ForeignKind, suffix: str, folder: Path) -> Path:
    """A Parquet file in `folder` with the table that the kind's reader makes of `source`.

    Raises:
        UnreadableFile: whatever the reader raises, in a sentence.
        OSError: the file cannot be opened, or the disk is full.

    """
    with source.open("rb"):
        pass  # that it is not there is no fault of the reader
    target = folder / "read.parquet"
    try:
        read_with(kind, file_with_suffix(source, suffix, folder), target)
    except (Exception, SystemExit) as error:
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise UnreadableFile(
            f"{name} could not be read as {_article(kind.label)} {kind.label} "
            f"by the plugin {kind.plugin}: {_error_line(error)}"
        ) from error
    return target


def read_with(kind: ForeignKind, path: Path, target: Path) -> None:
    """Let the reader read `path` and write what it gives to `target` as Parquet. Raises anything."""
    import pyarrow.parquet as pq

    table = as_arrow(kind.read(path))
    table = table.drop_columns([column for column in table.column_names if _INDEX.fullmatch(column)])
    if not table.num_columns:
        raise ValueError("its table has no columns")
    pq.write_table(table, target)


def as_arrow(frame: object) -> pa.Table:
    """What a reader gives as an Arrow table. Raises ValueError for what is no frame."""
    import narwhals as nw

    try:
        found = nw.from_native(cast("IntoFrame", frame))
    except TypeError:
        kind = type(frame).__name__
        raise ValueError(f"it gives a {kind}, not a frame (pandas, Polars, PyArrow, ...)") from None
    return (found.collect() if isinstance(found, nw.LazyFrame) else found).to_arrow()


def file_with_suffix(source: Path, suffix: str, folder: Path) -> Path:
    """The file under a name that ends as the reader expects: an upload lies on disk without."""
    if source.name.endswith(suffix):
        return source
    named = folder / f"file{suffix}"
    try:
        os.link(source.resolve(), named)
    except OSError:  # another file system, or one without hard links
        shutil.copyfile(source, named)
    return named


def _error_line(error: BaseException) -> str:
    """The error on one line; with its kind, unless it is one that is raised to say something to people."""
    words = " ".join(str(error).split())
    kinds = {kind.__name__ for kind in type(error).__mro__}
    return words if words and kinds & _RAISED_WITH_WORDS else f"{type(error).__name__}: {words}"


def _article(label: str) -> str:
    first = label.strip().partition(" ")[0]
    vowels = _SPELLED_OUT if first.isupper() else "AEIOU"
    return "an" if first[:1].upper() in tuple(vowels) else "a"
