"""The bytes of an upload as they came, kept beside its table so that it can be read another way."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

PLAIN, PACKED = "upload", "upload.zst"
_SAMPLE_BYTES = 2**20
_CHUNK_BYTES = 2**20
_WORTH_PACKING = 0.7
"""Of a file's first MB, the share that zlib's quickest level must fall below for the file to be packed."""


def keep_upload(source: Path, folder: Path) -> None:
    """Move `source` into `folder`, on the same disk, packed where that saves much."""
    with source.open("rb") as file:
        head = file.read(_SAMPLE_BYTES)
    if len(zlib.compress(head, 1)) >= _WORTH_PACKING * len(head):
        source.rename(folder / PLAIN)
        return
    import pyarrow as pa

    with (
        source.open("rb") as file,
        pa.OSFile(str(folder / PACKED), "wb") as target,
        pa.CompressedOutputStream(target, "zstd") as packed,
    ):
        while chunk := file.read(_CHUNK_BYTES):
            packed.write(chunk)
    source.unlink()


def unpacked_upload(folder: Path, scratch: Path) -> Path | None:
    """The upload of a dataset as it came, unpacked into `scratch` if need be; None where it was not kept."""
    packed, plain = folder / PACKED, folder / PLAIN
    if not packed.is_file():
        return plain if plain.is_file() else None
    import pyarrow as pa

    target = scratch / PLAIN
    with (
        pa.OSFile(str(packed)) as source,
        pa.CompressedInputStream(source, "zstd") as stream,
        target.open("xb") as file,
    ):
        while chunk := stream.read(_CHUNK_BYTES):
            file.write(chunk)
    return target
