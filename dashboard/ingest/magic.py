"""What a file is, told by its first bytes; its name is only used to address the user."""

from __future__ import annotations

import re
import zipfile
from typing import TYPE_CHECKING, Literal

from dashboard.ingest.errors import UnreadableFile

if TYPE_CHECKING:
    from pathlib import Path

Packing = Literal["gzip", "bzip2", "xz", "zstd", "zip"]

_PACKINGS: tuple[tuple[bytes, Packing], ...] = (
    (b"\x1f\x8b", "gzip"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
)

_BZIP2_BLOCKS = (b"1AY&SY", b"\x17rE8P\x90")
_WORKBOOK = "a spreadsheet workbook: open it there, save the sheet as CSV, and use that file"
_FOREIGN: tuple[tuple[bytes, str], ...] = (
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", _WORKBOOK),
    (b"%PDF", "a PDF document: export the table in it as CSV"),
    (b"{\\rtf", "a text document: save the table in it as CSV"),
    (b"<?xml", "an XML document: save the table in it as CSV"),
    (b"RDX", "an R workspace: in R, use write.csv on the data frame in it"),
    (b"RDA", "an R workspace: in R, use write.csv on the data frame in it"),
    (b"X\n\x00\x00\x00", "an R data file: in R, use write.csv(readRDS(file), row.names = FALSE)"),
    (b"A\n", "an R data file: in R, use write.csv(readRDS(file), row.names = FALSE)"),
    (b"$FL2", "an SPSS file: save it as CSV in SPSS"),
    (b"$FL3", "an SPSS file: save it as CSV in SPSS"),
    (b"<stata_dta>", "a Stata file: use `export delimited` in Stata to write a CSV"),
    (b"\x00" * 12 + b"\xc2\xea\x81\x60", "a SAS file: use PROC EXPORT to write a CSV"),
    (b"SQLite format 3\x00", "an SQLite database: export the table in it as CSV"),
    (b"ARROW1", "an Arrow file: write it as Parquet or CSV"),
    (b"FEA1", "a Feather file: write it as Parquet or CSV"),
    (b"ORC", "an ORC file: write it as Parquet or CSV"),
    (b"\x89HDF", "an HDF5 file: write the table in it as Parquet or CSV"),
    (b"\x93NUMPY", "a NumPy file: write it as CSV with a line of column names"),
    (b"\x89PNG", "a picture: the table itself is needed, as CSV"),
    (b"\xff\xd8\xff", "a picture: the table itself is needed, as CSV"),
    (b"GIF8", "a picture: the table itself is needed, as CSV"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive: unpack it and use the CSV file inside"),
    (b"Rar!", "a RAR archive: unpack it and use the CSV file inside"),
    (b"\x04\x22\x4d\x18", "packed with LZ4: unpack it and use the CSV file inside"),
)
_STATA_BINARY = re.compile(rb"[\x6c-\x77][\x01\x02]\x01\x00")
_HTML = re.compile(rb"\s*<(!doctype\s+html|html|head|body|table|div)\b", re.IGNORECASE)
_JSON = re.compile(rb'\s*(\{\s*("(?:[^"\\]|\\.)*"\s*:|\})|\[\s*(\{\s*"|\[\s*["\d\[-]|\]\s*$))')


def packing(head: bytes) -> Packing | None:
    """How the file is compressed, by its first bytes."""
    if head.startswith(b"BZh") and head[4:10] in _BZIP2_BLOCKS:
        return "bzip2"
    return next((kind for magic, kind in _PACKINGS if head.startswith(magic)), None)


def is_parquet(head: bytes) -> bool:
    """Whether a file that begins with `head` is a Parquet file."""
    return head.startswith(b"PAR1")


def refuse_foreign(head: bytes, name: str) -> None:
    """Raise UnreadableFile when the first bytes are those of a kind of file that holds no plain table."""
    what = next(
        (what for magic, what in _FOREIGN if head.startswith(magic) and not _is_text(magic, head)), None
    )
    if what is None and _STATA_BINARY.match(head):
        what = "a Stata file: use `export delimited` in Stata to write a CSV"
    if what is None and head[257:262] == b"ustar":
        what = "a tar archive: unpack it and use the CSV file inside"
    plain = head.removeprefix(b"\xef\xbb\xbf")
    if what is None and _HTML.match(plain):
        what = "a web page: open it in a browser or spreadsheet and save the table as CSV"
    if what is None and _JSON.match(plain):
        what = "JSON: write the table as CSV, one row a line"
    if what is not None:
        raise UnreadableFile(f"{name} is {what}.")


def _is_text(magic: bytes, head: bytes) -> bool:
    """Whether a short, purely alphabetic magic may as well begin a line of column names."""
    return magic in (
        b"ORC",
        b"RDA",
        b"RDX",
        b"A\n",
        b"GIF8",
        b"FEA1",
        b"ARROW1",
        b"Rar!",
    ) and _looks_like_text(magic, head)


def _looks_like_text(magic: bytes, head: bytes) -> bool:
    after = head[len(magic) : len(magic) + 200]
    if magic in (b"RDX", b"RDA"):
        return after[1:2] != b"\n"
    if magic == b"A\n":
        return not re.match(rb"[23]\n\d+\n", after)
    return b"\x00" not in after


def member_of_zip(source: Path, name: str) -> str:
    """The name of the one file in a zip archive.

    Raises:
        UnreadableFile: the archive is damaged, a workbook, encrypted, empty, or holds several files.

    """
    try:
        with zipfile.ZipFile(source) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise UnreadableFile(
            f"{name} is a damaged zip archive: pack it again, or use the CSV itself."
        ) from error
    names = {entry.filename for entry in entries}
    if "[Content_Types].xml" in names or "mimetype" in names or any(n.startswith("Index/") for n in names):
        raise UnreadableFile(f"{name} is {_WORKBOOK}.")
    files = [
        e for e in entries if not e.filename.startswith("__MACOSX/") and not e.filename.endswith(".DS_Store")
    ]
    if len(files) != 1:
        held = "nothing" if not files else f"{len(files)} files"
        raise UnreadableFile(f"{name} is a zip archive that holds {held}: use one CSV file, packed or not.")
    if files[0].flag_bits & 0x1:
        raise UnreadableFile(f"{name} is locked with a password: unpack it and use the file inside.")
    return files[0].filename
