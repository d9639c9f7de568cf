"""Text that was read in the wrong encoding: told by letters where no language has them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

CANDIDATES: Final = (
    *("mac_roman", "cp850", "cp437", "cp1250", "iso8859_2"),
    *("cp1251", "koi8_r", "cp1253", "cp1254"),
)
"""Encodings of one byte a character, besides Windows-1252, the likeliest first."""
_WORD: Final = re.compile(r"[^\s\x00-\x40\[-`{-\x7f]+")
_USUAL: Final = "\u2019\u2013\u00b7\u00ad"
"""Marks past ASCII that stand within words."""


def looks_wrong(text: str) -> bool:
    """Whether some word holds a sign among letters, a capital after a small letter, or no plain letter."""
    for word in _WORD.findall(text):
        special = [i for i, c in enumerate(word) if not c.isascii() and c not in _USUAL]
        if not special:
            continue
        if any(not word[i].isalpha() for i in special) and any(c.isalpha() for c in word):
            return True
        if any(word[i].isupper() and i > 0 and word[i - 1].islower() for i in special):
            return True
        if len(word) > 3 and len(special) == len(word) and word.isupper() is False and _is_latin(word):
            return True
    return False


def _is_latin(word: str) -> bool:
    return all("\u00c0" <= c <= "\u024f" for c in word)


def likelier_encoding(texts: Iterable[str]) -> tuple[str, str, str] | None:
    """An encoding in which what was read as Windows-1252 makes sense, and a text in both; None for none."""
    wrong = [text for text in texts if not text.isascii() and looks_wrong(text)]
    for encoding in CANDIDATES if wrong else ():
        try:
            right = [_bytes(text).decode(encoding) for text in wrong]
        except UnicodeError:
            continue
        if not any(map(looks_wrong, right)):
            return encoding, wrong[0], right[0]
    return None


def _bytes(text: str) -> bytes:
    """The bytes that were read as this text: Windows-1252, and Latin-1 where that has no character."""
    return b"".join(c.encode("latin-1") if "\x80" <= c <= "\x9f" else c.encode("windows-1252") for c in text)
