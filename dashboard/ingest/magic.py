"""What a file is, told by its first bytes; its name is only used to address the user."""

from __future__ import annotations

import re
import zipfile
from typing import TYPE_CHECKING, Literal

from dashboard.ingest.damage import is_damage
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
_NUMBERS = "a workbook of Numbers: export it there as Excel or CSV, and use that file"
_DOCUMENT = "a text document or presentation: save the table in it as CSV"
_FOREIGN: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "a PDF document: export the table in it as CSV"),
    (b"{\\rtf", "a text document: save the table in it as CSV"),
    (b"<?xml", "an XML document: save the table in it as CSV"),
    (b"SQLite format 3\x00", "an SQLite database: export the table in it as CSV"),
    (b"FEA1", "a Feather file of the first version: write it with the second, as Parquet or CSV"),
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
_KINDS: tuple[tuple[re.Pattern[bytes], str], ...] = tuple(
    (re.compile(pattern, re.DOTALL), kind)
    for pattern, kind in (
        (rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "workbook"),
        (rb"\$FL[23]", "spss"),
        (rb".{40,560}SPSSPORT", "spss_portable"),
        (rb"<stata_dta>|[\x68-\x77][\x01\x02]\x01\x00", "stata"),
        (rb"\x00{12}\xc2\xea\x81\x60", "sas"),
        (rb"HEADER RECORD\*{7}LIB(RARY|V8 +) HEADER RECORD!{7}", "sas_transport"),
        (rb"RD[XAB][23]\n[XAB]\n|X\n\x00\x00\x00[\x02\x03]|A\n[23]\n\d{5,}\n", "r"),
        (rb"ARROW1\x00\x00", "arrow"),
        (rb"\xff\xff\xff\xff.{2}\x00\x00[\x0c\x10\x14]\x00\x00\x00", "arrow_stream"),
    )
)
# comments are taken once and for good: where all ways to part them are tried, each more doubles the time
_HTML = re.compile(
    rb"\s*(<\?xml[^>]*>\s*|<!--(?:[^-]|-(?!->))*+-->\s*)*+<(!doctype\s+html|html|head|body|table|div|meta|style|title|center|br|p|h[1-6])\b",
    re.IGNORECASE,
)
_XML_WORKBOOK = re.compile(
    rb"\s*(?=<).{0,2000}?<(\w+:)?Workbook\s[^>]*urn:schemas-microsoft-com:office:spreadsheet", re.DOTALL
)
_WEB_ARCHIVE = re.compile(rb"(From: <Saved by [^\n]*\n.{0,2000}?)?MIME-Version: 1\.0\b", re.DOTALL)
_CODE: tuple[tuple[re.Pattern[bytes], str], ...] = (
    (
        re.compile(rb"\s*(structure\(|(data\.frame|tibble|list)\()"),
        "code of R: write the data there with write.csv",
    ),
    (re.compile(rb"\s*\\(begin|documentclass)\b"), "a LaTeX document: save the table in it as CSV"),
    (
        re.compile(
            rb"(\s|--[^\n]*\n|/\*(?:[^*]|\*(?!/))*+\*/;?)*+(CREATE TABLE|INSERT INTO|DROP TABLE)\b",
            re.IGNORECASE,
        ),
        "a script of a database: run it there, and export the table as CSV",
    ),
)
_JSON = re.compile(
    rb'\s*(\{\s*("(?:[^"\\]|\\.)*"\s*:|\})|\[\s*(\{\s*"|\[\s*["\d\[-]|"(?:[^"\\]|\\.)*"\s*,|\]\s*$))'
)


def packing(head: bytes) -> Packing | None:
    """How the file is compressed, by its first bytes."""
    if head.startswith(b"BZh") and head[4:10] in _BZIP2_BLOCKS:
        return "bzip2"
    return next((kind for magic, kind in _PACKINGS if head.startswith(magic)), None)


def is_parquet(head: bytes) -> bool:
    """Whether a file that begins with `head` is a Parquet file."""
    return head.startswith(b"PAR1")


def kind_of_content(head: bytes) -> str | None:
    """Which of `dashboard.ingest.kinds` begins with `head`; None for text and Parquet."""
    found = next((kind for pattern, kind in _KINDS if pattern.match(head)), None)
    text = head.removeprefix(b"\xef\xbb\xbf")
    of_text = ((_JSON, "json"), (_XML_WORKBOOK, "xml_workbook"), (_HTML, "web_page"))
    return found or next((kind for pattern, kind in of_text if pattern.match(text)), None)


def refuse_foreign(head: bytes, name: str) -> None:
    """Raise UnreadableFile when the first bytes are those of a kind of file that holds no plain table."""
    what = next(
        (what for magic, what in _FOREIGN if head.startswith(magic) and not _is_text(magic, head)), None
    )
    if what is None and head[257:262] == b"ustar":
        what = "a tar archive: unpack it and use the CSV file inside"
    plain = head.removeprefix(b"\xef\xbb\xbf")
    if what is None and _WEB_ARCHIVE.match(plain):
        what = "a web archive: open it in a browser or spreadsheet and save the table as CSV"
    if what is None:
        what = next((what for pattern, what in _CODE if pattern.match(plain)), None)
    if what is not None:
        raise UnreadableFile(f"{name} is {what}.")


def _is_text(magic: bytes, head: bytes) -> bool:
    """Whether a short, purely alphabetic magic may as well begin a line of column names."""
    after = head[len(magic) : len(magic) + 200]
    return magic in (b"FEA1", b"ORC", b"GIF8", b"Rar!") and b"\x00" not in after


def is_packed_workbook(source: Path) -> bool:
    """Whether a zip archive is a workbook of Excel or OpenDocument."""
    try:
        with zipfile.ZipFile(source) as archive:
            names = set(archive.namelist())
            if names & {"xl/workbook.xml", "xl/workbook.bin"}:
                return True
            return "mimetype" in names and b"opendocument.spreadsheet" in archive.read("mimetype")[:100]
    except Exception as error:
        if is_damage(error):
            return False  # said where it is unpacked
        raise


def member_of_zip(source: Path, name: str) -> str:
    """The name of the one file in a zip archive.

    Raises:
        UnreadableFile: the archive is damaged, a workbook, encrypted, empty, or holds several files.

    """
    try:
        with zipfile.ZipFile(source) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    except Exception as error:
        if is_damage(error):
            raise UnreadableFile(
                f"{name} is a damaged zip archive: pack it again, or use the CSV itself."
            ) from error
        raise
    names = {entry.filename for entry in entries}
    if any(n.startswith("Index/") and n.endswith(".iwa") for n in names):
        raise UnreadableFile(f"{name} is {_NUMBERS}.")
    if "[Content_Types].xml" in names or "mimetype" in names:
        raise UnreadableFile(f"{name} is {_DOCUMENT}.")
    files = [
        e for e in entries if not e.filename.startswith("__MACOSX/") and not e.filename.endswith(".DS_Store")
    ]
    if len(files) != 1:
        held = "nothing" if not files else f"{len(files)} files"
        raise UnreadableFile(f"{name} is a zip archive that holds {held}: use one CSV file, packed or not.")
    if files[0].flag_bits & 0x1:
        raise UnreadableFile(f"{name} is locked with a password: unpack it and use the file inside.")
    return files[0].filename
