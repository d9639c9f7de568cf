"""The order of names in which runs of digits count as numbers: ``g2`` before ``g10``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

READ = 80
"""Characters of a label that count; labels of thousands of characters are ordered by their beginning."""
DIGITS = 18
"""Of one number: as many as a 64-bit integer surely holds. A longer run counts as several numbers."""

_NUMBER = re.compile(rf"\d{{1,{DIGITS}}}")
_BEFORE_NUMBERS = "\0"
"""Stands before every number in a key, so that a name that goes on with a number comes before one that goes
on with text."""
_ESCAPES = str.maketrans({"\0": "\1\1", "\1": "\1\2"})
"""Leaves that mark to the keys alone, and the order as it is."""


def natural_places(labels: NDArray[np.object_]) -> NDArray[np.int64]:
    """Place ``(J,)``, from 0, of each label ``(J,)`` in natural order; labels alike keep their order.

    A label is text, number, text, number, ... and compared part by part. Labels that differ in one number at
    their end only (``shop 1`` to ``shop 100000``) are ordered by that number, any others by a key for each.
    """
    texts = [label[:READ] for label in labels]
    numbers = _numbers_at_the_end(texts)
    if numbers is None:
        keys = [_key(text) for text in texts]
        ordered = np.array(sorted(range(len(keys)), key=keys.__getitem__), dtype=np.int64)
    else:
        ordered = np.argsort(numbers, kind="stable")
    places = np.empty(len(texts), dtype=np.int64)
    places[ordered] = np.arange(len(texts))
    return places


def _numbers_at_the_end(texts: Sequence[str]) -> NDArray[np.int64] | None:
    """The number ``(J,)`` that ends each text, where all begin alike and nothing else follows; else None."""
    if not texts:
        return None
    prefix = _shared_beginning(min(texts), max(texts))
    while prefix[-1:].isdecimal():  # it ended within a number
        prefix = prefix[:-1]
    ends = [text[len(prefix) :] for text in texts]
    if not all(end.isascii() and end.isdigit() and len(end) <= DIGITS for end in ends):
        return None
    return np.array(list(map(int, ends)), dtype=np.int64)


def _shared_beginning(one: str, other: str) -> str:
    """Of the first and the last of some texts by code points it is that of all of them."""
    apart = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), None)
    return one[:apart] if apart is not None else min(one, other, key=len)


def _key(text: str) -> str:
    """A text that sorts by code points as the label does naturally: each number in DIGITS digits."""
    if "\0" in text or "\1" in text:
        text = text.translate(_ESCAPES)
    return _NUMBER.sub(_number_text, text)


def _number_text(number: re.Match[str]) -> str:
    digits = number[0] if number[0].isascii() else str(int(number[0]))
    return _BEFORE_NUMBERS + digits.zfill(DIGITS)
