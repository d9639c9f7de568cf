"""Labels as text to be shown: on one line, cut in the middle, with nothing invisible but joiners."""

from __future__ import annotations

import unicodedata

LONGEST_LABEL = 120
"""Characters of a label on the page; the files have all."""
JOINERS = frozenset("\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}\N{SOFT HYPHEN}")
"""Invisible, but part of how words and emoji are written (Persian, Hindi, families)."""


def short_label(label: str, longest: int = LONGEST_LABEL) -> str:
    """A label on one line, cut to what can be shown.

    What is invisible or turns the direction of the text around, as U+202E does, is shown as a replacement
    character: a name must not look like another one.
    """
    return visible_label(middle_cut(label, longest))


def visible_label(label: str) -> str:
    """A label in full, on one line, with nothing invisible but joiners."""
    return label if label.isprintable() else "".join(map(_visible, label))


def middle_cut(text: str, longest: int) -> str:
    """Text of at most ``longest`` characters: its beginning and end, since names often differ there.

    No letter is parted from the accents and joiners that follow it.
    """
    if len(text) <= longest:
        return text
    tail = (longest - 1) // 3
    start, end = longest - 1 - tail, len(text) - tail
    while start > 1 and _continues(text[start]):
        start -= 1
    while end < len(text) and _continues(text[end]):
        end += 1
    return f"{text[:start]}…{text[end:]}"


def _continues(character: str) -> bool:
    """Whether a character belongs to the one before it."""
    return character in JOINERS or unicodedata.category(character) in ("Mn", "Me", "Mc")


def _visible(character: str) -> str:
    if character.isprintable() or character in JOINERS:
        return character
    return " " if character.isspace() else "\N{REPLACEMENT CHARACTER}"
