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
    import pyarrow as pa
    from pyarrow import dataset, fs

_WILD = re.compile(r"[*?\[]")
_WHOLE = re.compile(r"0|-?[1-9][0-9]{0,17}")
_NO_VALUE = "__HIVE_DEFAULT_PARTITION__"
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
            partitions = dataset.partitioning(_folder_columns(files, base), flavor="hive")
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
    """The paths of the files that a pattern stands for, but for names that begin with . or _."""
    from pyarrow import fs

    if not _WILD.search(pattern):
        return [pattern]
    wanted = re.compile("".join(map(_as_expression, _PARTS.findall(pattern))))
    found = store.get_file_info(fs.FileSelector(base, recursive=True))
    return [
        info.path
        for info in found
        if info.type == fs.FileType.File
        and wanted.fullmatch(info.path)
        and not any(part[0] in "._" for part in PurePath(info.path).relative_to(base).parts)
    ]


def _folder_columns(files: list[str], base: str) -> pa.Schema:
    """The columns that folders such as ``year=2024`` give: numbers, or text where one is like ``007``."""
    import pyarrow as pa

    values: dict[str, set[str]] = {}
    for path in files:
        for part in PurePath(path).relative_to(base).parts[:-1]:
            name, equals, value = part.partition("=")
            if equals:
                values.setdefault(name, set()).add(value)
    numbers = {name: all(map(_WHOLE.fullmatch, found - {_NO_VALUE})) for name, found in values.items()}
    return pa.schema([(name, pa.int64() if whole else pa.string()) for name, whole in numbers.items()])


def _as_expression(part: str) -> str:
    """A part of a pattern as a regular expression."""
    known = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    if part[0] == "[":
        signs = re.sub(r"([\\^\[])", r"\\\1", part[1:-1].removeprefix("!"))
        return f"[{'^' if part[1] == '!' else ''}{signs}]"
    return known.get(part) or re.escape(part)


def _same_columns(found: dataset.Dataset) -> None:
    """Raise UnreadableFile where a file has other columns than the first, or of other types.

    Rows would be half empty, or turned to the first file's types, and rounded.
    """
    first, columns = "", frozenset[tuple[str, str]]()
    for fragment in found.get_fragments():
        own = frozenset((column.name, str(column.type)) for column in fragment.physical_schema)
        if not first:
            first, columns = fragment.path, own
        if own != columns:
            other = ", ".join(sorted({f"{name} ({kind})" for name, kind in own ^ columns}))
            raise UnreadableFile(
                f"{PurePath(fragment.path).name} and {PurePath(first).name} differ in the columns {other}: "
                "name files that are alike."
            )
