"""Sets of words, written as one text."""

from __future__ import annotations


def word_set(text: str) -> frozenset[str]:
    """The words between the spaces and line ends of a text."""
    return frozenset(text.split())
