"""Parquet files in folders or an object store as one table: patterns, and columns in the names of folders.

Arrow finds and reads them, DuckDB sums them piece by piece: memory grows with the groups. What logs in to an
object store comes from the environment, as its own programs have it (``AWS_ACCESS_KEY_ID``).
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePath
from tempfile import gettempdir
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from dashboard.ingest.errors import UnreadableFile

if TYPE_CHECKING:
    from collections.abc import Iterator

    import duckdb
    from pyarrow import dataset, fs

_WILD = re.compile(r"[*?\[]")
_PARTS = re.compile(r"\*\*/|\*\*|\*|\?|\[!?[^]]+\]|.", re.DOTALL)


@dataclass(frozen=True)
class ManyFiles:
    """Files by a pattern or an address: ``data/year=*/*.parquet``, ``s3://bucket/data/**/*.parquet``."""

    address: str

    @contextmanager
    def opened(self) -> Iterator[duckdb.DuckDBPyRelation]:
        """Their rows as one relation, as long as the context lasts.

        ``*`` and ``?`` stand for what is within one name, ``**/`` for folders. A folder ``year=2024`` gives
        its files a column ``year``.

        Raises:
            UnreadableFile: there are none, they are no Parquet or of other columns, or the store refuses.

        """
        import duckdb
        import pyarrow as pa
        from pyarrow import dataset

        store, base, pattern = _place(self.address)
        try:
            files = sorted(_matching(store, base, pattern))
            if not files:
                raise UnreadableFile(f"No file matches {self.address!r}.")
            partitions = dataset.partitioning(flavor="hive")
            found = dataset.dataset(
                files, filesystem=store, format="parquet", partitioning=partitions, partition_base_dir=base
            )
            _same_columns(found)
            with duckdb.connect(
                config={"memory_limit": "512MB", "temp_directory": gettempdir()}
            ) as connection:
                yield connection.from_arrow(found)
        except (pa.ArrowException, OSError, duckdb.Error) as error:
            said = next(iter(str(error).strip().splitlines()), type(error).__name__)
            raise UnreadableFile(f"The files cannot be read: {said}") from error


def is_many(address: str) -> bool:
    """Whether an argument names files by a pattern or an address, and not one file of this machine."""
    return "://" in address or (bool(_WILD.search(address)) and not Path(address).exists())


def _place(address: str) -> tuple[fs.FileSystem, str, str]:
    """(where, the folder above all wildcards, the whole pattern as the file system writes paths)."""
    import pyarrow as pa
    from pyarrow import fs

    if "://" not in address:
        base, rest = _split(address)
        folder = str(Path(base).resolve())
        return fs.LocalFileSystem(), folder, f"{folder}/{rest}"
    path, _, query = address.partition("?")
    parts = urlsplit(path)
    if parts.username or parts.password or "secret_key" in query:
        raise UnreadableFile(
            "The address holds what logs in: leave it out, and set AWS_ACCESS_KEY_ID and "
            "AWS_SECRET_ACCESS_KEY."
        )
    base, rest = _split(path)
    try:
        store, folder = fs.FileSystem.from_uri(f"{base}?{query}" if query else base)
    except (pa.ArrowException, ValueError, OSError) as error:
        raise UnreadableFile(f"There is no store of files at this address: {error}") from error
    return store, folder, f"{folder}/{rest}"


def _split(path: str) -> tuple[str, str]:
    """(the folder above all wildcards, the rest)."""
    wild = _WILD.search(path)
    head = path[: wild.start()] if wild else path
    above, slash, _ = head.rpartition("/")
    return above or slash or ".", path[len(above) + len(slash) :]


def _matching(store: fs.FileSystem, base: str, pattern: str) -> list[str]:
    """The paths of the files that a pattern stands for, but for those whose names begin with . or _."""
    from pyarrow import fs

    if not _WILD.search(pattern):
        return [pattern]
    wanted = re.compile("".join(map(_as_expression, _PARTS.findall(pattern))))
    found = store.get_file_info(fs.FileSelector(base, recursive=True))
    return [
        info.path
        for info in found
        if info.type == fs.FileType.File and info.base_name[0] not in "._" and wanted.fullmatch(info.path)
    ]


def _as_expression(part: str) -> str:
    """A part of a pattern as a regular expression."""
    known = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    if part[0] == "[":
        signs = re.sub(r"([\\^\[])", r"\\\1", part[1:-1].removeprefix("!"))
        return f"[{'^' if part[1] == '!' else ''}{signs}]"
    return known.get(part) or re.escape(part)


def _same_columns(found: dataset.Dataset) -> None:
    """Raise UnreadableFile where a file has other columns than the first: its rows would be half empty."""
    first, names = "", frozenset[str]()
    for fragment in found.get_fragments():
        own = frozenset(fragment.physical_schema.names)
        if not first:
            first, names = fragment.path, own
        if own != names:
            other = ", ".join(sorted(own ^ names))
            raise UnreadableFile(
                f"{PurePath(fragment.path).name} and {PurePath(first).name} differ in the columns {other}: "
                "name files that are alike."
            )
