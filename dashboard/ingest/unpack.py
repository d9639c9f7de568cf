"""Compressed bytes to plain ones, streamed to a file, with a cap on what they expand to."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from dashboard.ingest.damage import is_damage
from dashboard.ingest.errors import UnreadableFile
from dashboard.ingest.magic import (
    Packing,
    is_packed_workbook,
    is_parquet,
    kind_of_content,
    member_of_zip,
    packing,
    refuse_foreign,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from _typeshed import SupportsRead

MAX_EXPANDED_BYTES = 8 << 30
"""What a compressed file may expand to."""
MOST_RATIO = 200
"""To so many times its size a packed table may unpack; one that repeats a few values reaches 50."""
_ANY_RATIO_BYTES = 64 << 20
"""Up to here it may unpack to any number of times."""
HEAD_BYTES = 1 << 16
_CHUNK_BYTES = 1 << 20


def plain_file(source: Path, *, name: str, folder: Path, max_bytes: int) -> tuple[Path, bytes, str | None]:
    """`source` itself, or what it unpacks to in `folder`, with its first bytes and its kind.

    The kind is one of `dashboard.ingest.kinds`, None for text and Parquet.

    Raises:
        UnreadableFile: a kind of file that holds no plain table, a damaged archive, or more than `max_bytes`.

    """
    head = _head(source)
    packed = packing(head)
    if packed == "zip" and is_packed_workbook(source):
        return source, head, "workbook"
    if packed is None:
        return source, head, _kind(head, name)
    target = folder / "unpacked"
    _unpack(source, target, kind=packed, name=name, max_bytes=max_bytes)
    head = _head(target)
    inside = packing(head)
    if inside == "zip" and is_packed_workbook(target):
        return target, head, "workbook"
    if inside is not None:
        raise UnreadableFile(f"{name} is packed twice: unpack it once and use what is inside.")
    return target, head, _kind(head, name)


def kind_of_text(text: Path, name: str) -> str | None:
    """The kind of a text that was written in another encoding, None for a table. Raises as `plain_file`."""
    return _kind(_head(text), name)


def _kind(head: bytes, name: str) -> str | None:
    if is_parquet(head):
        return None
    kind = kind_of_content(head)
    if kind is None:
        refuse_foreign(head, name)
    return kind


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(HEAD_BYTES)


def _unpack(source: Path, target: Path, *, kind: Packing, name: str, max_bytes: int) -> None:
    written, packed_bytes = 0, source.stat().st_size
    try:
        with _plain_bytes(source, kind, name) as packed, target.open("wb") as out:
            while chunk := packed.read(_CHUNK_BYTES):
                written += len(chunk)
                if written > _ANY_RATIO_BYTES and written > MOST_RATIO * packed_bytes:
                    raise UnreadableFile(
                        f"{name} unpacks to more than {MOST_RATIO} times its size: use the file inside."
                    )
                if written > max_bytes:
                    raise UnreadableFile(
                        f"{name} unpacks to more than {max_bytes / 1e9:.3g} GB: "
                        "use a smaller file, with only the columns that are needed."
                    )
                out.write(chunk)
    except Exception as error:
        if is_damage(error):
            raise _damage_error(name, kind) from error
        raise


def _damage_error(name: str, kind: Packing) -> UnreadableFile:
    return UnreadableFile(
        f"{name} is cut short or damaged ({kind}): copy or pack it again, or use the CSV itself."
    )


@contextmanager
def _plain_bytes(source: Path, kind: Packing, name: str) -> Iterator[SupportsRead[bytes]]:
    """The plain bytes of a compressed file as a stream."""
    if kind == "gzip":
        import gzip

        with gzip.open(source) as stream:
            yield stream
    elif kind == "bzip2":
        import bz2

        with bz2.open(source) as stream:
            yield stream
    elif kind == "xz":
        import lzma

        with lzma.open(source) as stream:
            yield stream
    elif kind == "zip":
        import zipfile

        member = member_of_zip(source, name)
        with zipfile.ZipFile(source) as archive, archive.open(member) as stream:
            yield stream
    else:
        import pyarrow as pa

        with pa.OSFile(str(source)) as file, pa.CompressedInputStream(file, "zstd") as stream:
            yield stream
