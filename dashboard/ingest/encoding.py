"""Text in any usual encoding to a file of valid UTF-8 without NUL."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dashboard.ingest.errors import UnreadableFile

if TYPE_CHECKING:
    from pathlib import Path

_CHUNK_BYTES = 1 << 20
_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CONTROLS = re.compile(rb"[\x01-\x08\x0e-\x19\x7f]")
_LINE_ENDS = re.compile(rb"\r\n|\r|\n")


@dataclass(frozen=True)
class _Scan:
    """What one pass over the bytes saw."""

    first_bad: int | None
    """Where the first byte stands that is not UTF-8."""
    first_nul: int | None


def utf8_file(
    source: Path, head: bytes, *, name: str, folder: Path, encoding: str | None = None
) -> tuple[Path, str]:
    """`source` itself where it is UTF-8, else a copy of it in UTF-8 in `folder`; and the encoding it has.

    Text that is not Unicode is taken for Windows-1252, and for Latin-1 at the five bytes that leaves out,
    unless its `encoding` is given.

    Raises:
        UnreadableFile: no text, or UTF-8 with a broken byte in it.

    """
    given = None if encoding is None else _codec(encoding)
    if given not in (None, "utf-8", "utf-8-sig"):
        return _utf8_copy(source, given, name=name, folder=folder), given
    declared = next((encoding for bom, encoding in _BOMS if head.startswith(bom)), None) or _unmarked_utf16(
        head
    )
    if declared is not None:
        return _utf8_copy(source, declared, name=name, folder=folder), declared.upper()
    if is_binary(head):
        raise _no_text(name)
    scan = _scan(source)
    if scan.first_nul is not None:
        line = _line_at(source, scan.first_nul)
        raise UnreadableFile(
            f"{name} has a NUL byte in line {line}, so it is no plain text there: "
            "save the table again as CSV (UTF-8).",
            line=line,
        )
    if scan.first_bad is None:
        return source, "UTF-8-BOM" if head.startswith(codecs.BOM_UTF8) else "UTF-8"
    if given is not None or _mostly_utf8(source):
        line = _line_at(source, scan.first_bad)
        raise UnreadableFile(
            f"{name} is UTF-8 text but line {line} has a byte that is not: "
            "correct it, save the file again as UTF-8, or choose its encoding.",
            line=line,
        )
    return _utf8_copy(source, "windows-1252", name=name, folder=folder), "windows-1252"


def is_binary(head: bytes) -> bool:
    """Whether the first bytes of a file hold more control characters than a text does."""
    return len(_CONTROLS.findall(head)) > len(head) / 20


def python_codec(encoding: str) -> str | None:
    """The usual name of an encoding of text; None where Python knows none of this name."""
    try:
        codec = codecs.lookup(encoding)
        "".encode(codec.name)
    except LookupError:
        return None
    return codec.name


def _codec(encoding: str) -> str:
    """The usual name of an encoding. Raises UnreadableFile where there is none of this name."""
    codec = python_codec(encoding)
    if codec is None:
        raise UnreadableFile(
            f'There is no encoding "{encoding}": name one such as utf-8, windows-1252, mac_roman or utf-16.'
        )
    return codec


def _no_text(name: str) -> UnreadableFile:
    return UnreadableFile(
        f"{name} is no table in plain text: save the table as CSV (UTF-8) and use that file."
    )


def _unmarked_utf16(head: bytes) -> str | None:
    """UTF-16 without a byte order mark: every other byte of what is mostly ASCII is NUL."""
    pairs = len(head) // 2
    if pairs == 0 or len(head) < 4:
        return None
    high_first, low_first = head[0 : 2 * pairs : 2].count(0), head[1 : 2 * pairs : 2].count(0)
    if low_first > 0.5 * pairs and high_first < 0.05 * pairs:
        return "utf-16-le"
    if high_first > 0.5 * pairs and low_first < 0.05 * pairs:
        return "utf-16-be"
    return None


def _scan(source: Path) -> _Scan:
    decoder = codecs.getincrementaldecoder("utf-8")()
    first_bad: int | None = None
    first_nul: int | None = None
    at = 0
    with source.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            if first_nul is None and (nul := chunk.find(b"\x00")) >= 0:
                first_nul = at + nul
            if first_bad is None and not (chunk.isascii() and not decoder.getstate()[0]):
                kept = len(decoder.getstate()[0])
                try:
                    decoder.decode(chunk)
                except UnicodeDecodeError as error:
                    first_bad = at - kept + error.start
            at += len(chunk)
    if first_bad is None and (rest := decoder.getstate()[0]):
        first_bad = at - len(rest)
    return _Scan(first_bad, first_nul)


def _mostly_utf8(source: Path) -> bool:
    """Whether more of the bytes past ASCII are well-formed UTF-8 than not."""
    decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
    good = bad = 0
    with source.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            text = decoder.decode(chunk)
            broken = text.count("\ufffd")
            bad += broken
            good += sum(1 for _ in re.finditer(r"[^\x00-\x7f]", text)) - broken
    return good > bad


def _line_at(source: Path, offset: int) -> int:
    """The number of the line (from 1) that holds the byte at `offset`."""
    line, left, carry = 1, offset, b""
    with source.open("rb") as file:
        while left > 0 and (chunk := file.read(min(left, _CHUNK_BYTES))):
            left -= len(chunk)
            chunk = carry + chunk
            carry = b"\r" if chunk.endswith(b"\r") and left > 0 else b""
            line += len(_LINE_ENDS.findall(chunk[: len(chunk) - len(carry)]))
    return line


def _windows_1252_or_latin_1(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("latin-1"), error.end


def _utf8_copy(source: Path, encoding: str, *, name: str, folder: Path) -> Path:
    errors = "strict"
    if encoding == "windows-1252":
        errors = "blupboard-latin-1"
        codecs.register_error(errors, _windows_1252_or_latin_1)
    target = folder / "utf8"
    decoder = codecs.getincrementaldecoder(encoding)(errors=errors)
    with source.open("rb") as file, target.open("wb") as out:
        last = False
        while not last:
            chunk = file.read(_CHUNK_BYTES)
            last = not chunk
            try:
                text = decoder.decode(chunk, last)
                plain = text.encode()
            except UnicodeError as error:
                raise UnreadableFile(
                    f"{name} is {encoding.upper()} text with a broken character: save it again as UTF-8, "
                    "or choose another encoding."
                ) from error
            if "\x00" in text:
                raise _no_text(name)
            out.write(plain)
    return target
