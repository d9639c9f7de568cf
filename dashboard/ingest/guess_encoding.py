"""Text that was read in the wrong encoding: told by letters where no language has them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

LATIN: Final = ("mac_roman", "cp850", "cp437", "cp1250", "iso8859_2", "cp1254")
"""Encodings of Latin letters, besides Windows-1252, the likeliest first."""
OTHER_SCRIPTS: Final = ("cp1251", "koi8_r", "cp1253")
"""Encodings of one byte a character of which whole words are past ASCII."""
EAST_ASIAN: Final = {
    "cp932": "cp932",
    "euc_jp": "euc_jp",
    "euc_kr": "euc_kr",
    "gb2312": "gb18030",
    "big5": "big5",
}
"""Encodings of two bytes a character as they are tried, and as they are named: of a
family the smallest is tried."""
COMMON_SHARE: Final = 0.9
"""Characters that must be common ones where an encoding of two bytes is right. Each of these sorts its
characters by use, and bytes of another encoding land anywhere."""
FEWEST_CHARACTERS: Final = 3
_KANA: Final = re.compile("[\u3041-\u30ff]")
_COMMON_LEADS: Final = {
    "cp932": range(0x88, 0x99),
    "euc_jp": range(0xB0, 0xD0),
    "euc_kr": range(0xB0, 0xC9),
    "gb2312": range(0xB0, 0xD8),
    "big5": range(0xA4, 0xC7),
}
"""First bytes of the characters in use: kanji of level 1 (JIS X 0208), Hangul (KS X 1001), hanzi of level 1
(GB 2312, Big5)."""
_WORD: Final = re.compile(r"[^\s\x00-\x40\[-`{-\x7f]+")
_USUAL: Final = "\u2019\u2013\u00b7\u00ad"
"""Marks past ASCII that stand within words."""
_MIXED: Final = re.compile(r"[a-z][^\W\d_a-zA-Z]|[^\W\d_a-zA-Z][a-z]")
"""A small letter of ASCII beside another script's, which bytes of Latin letters give."""


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
    foreign = [text for text in texts if not text.isascii()]
    wrong = [text for text in foreign if looks_wrong(text)]
    if not wrong:
        return None
    return (
        _first_right(wrong, OTHER_SCRIPTS, whole=True)
        or _first_east_asian(foreign)
        or _first_right(wrong, LATIN, whole=False)
    )


def _first_right(wrong: list[str], encodings: tuple[str, ...], *, whole: bool) -> tuple[str, str, str] | None:
    """The first encoding in which no text looks wrong; `whole`: nor mixes scripts."""
    for encoding in encodings:
        right = _decoded(wrong, encoding)
        if right is None or (whole and any(map(_MIXED.search, right))):
            continue
        if not any(map(looks_wrong, right)):
            return encoding, wrong[0], right[0]
    return None


def _first_east_asian(foreign: list[str]) -> tuple[str, str, str] | None:
    """The first encoding of two bytes in which the texts are of common characters."""
    for codec, encoding in EAST_ASIAN.items():
        right = _decoded(foreign, codec)
        if right is None or any(map(_MIXED.search, right)):
            continue
        if _is_common("".join(right), codec):
            return encoding, foreign[0], right[0]
    return None


def _decoded(texts: Iterable[str], encoding: str) -> list[str] | None:
    """What was read as Windows-1252 in another encoding; None where that has no such bytes."""
    try:
        return [_bytes(text).decode(encoding) for text in texts]
    except UnicodeError:
        return None


def _is_common(text: str, codec: str) -> bool:
    """Whether nearly all of a text past ASCII is in common use in an encoding of two bytes."""
    characters = [c for c in text if not c.isascii() and c.isalpha()]
    kana = len(_KANA.findall(text))
    if codec == "euc_jp" and not kana:
        return False  # the bytes of common kanji are those of common hanzi, which more files hold
    leads = _COMMON_LEADS[codec]
    common = sum(bool(_KANA.match(c)) or c.encode(codec)[0] in leads for c in characters)
    return len(characters) >= FEWEST_CHARACTERS and common >= COMMON_SHARE * len(characters)


def _bytes(text: str) -> bytes:
    """The bytes that were read as this text: Windows-1252, and Latin-1 where that has no character."""
    return b"".join(c.encode("latin-1") if "\x80" <= c <= "\x9f" else c.encode("windows-1252") for c in text)
