"""Columns that hold the signs of amounts, as debit and credit: S/H of German ledgers, D/C, plus and minus."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from dashboard.ingest.foreign_names import plain_letters
from dashboard.ingest.word_sets import word_set

if TYPE_CHECKING:
    from collections.abc import Iterable

_WORDS: Final = (
    ("soll", "haben"),
    ("debit", "credit"),
    ("debet", "credit"),
    ("dr", "cr"),
    ("dare", "avere"),
    ("debe", "haber"),
    ("+", "-"),
    ("+", "\u2212"),
)
"""What two values say by themselves, in lower case without accents."""
_LETTERS: Final = (("s", "h"), ("d", "c"), ("d", "h"), ("d", "a"))
_CALLED: Final = word_set("sh shkz shkzg dc drcr dh da sens kennzeichen sollhabenkennzeichen")
"""What columns are called whose single letters say the same; and those that name both sides."""


class SignColumn(NamedTuple):
    """A column whose two values say on which side an amount stands."""

    name: str
    first: str
    """The value of debit, or of plus."""
    second: str


def sign_columns(columns: Iterable[tuple[str, Iterable[str]]]) -> tuple[SignColumn, ...]:
    """Those of columns, each with its different values, that hold the signs of amounts."""
    found = (_signs(name, {value.strip() for value in values} - {""}) for name, values in columns)
    return tuple(column for column in found if column is not None)


def _signs(name: str, values: set[str]) -> SignColumn | None:
    if len(values) != 2:
        return None
    plain = {plain_letters(value).lower(): value for value in values}
    pairs = (*_WORDS, *(_LETTERS if _is_called_so(name) else ()))
    pair = next((pair for pair in pairs if plain.keys() == set(pair)), None)
    return None if pair is None else SignColumn(name, plain[pair[0]], plain[pair[1]])


def _is_called_so(name: str) -> bool:
    letters = re.sub("[^a-z]", "", plain_letters(name).lower())
    return letters in _CALLED or any(first in letters and second in letters for first, second in _WORDS[:3])
