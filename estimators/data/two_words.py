"""Outcomes of two words, such as yes and no: which of them counts as 1."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from estimators.data.notation import Notation
from estimators.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Iterable

_WORDS: Final = """
    no n non nein nej não nao nee false f fail failed failure alive survived living negative neg control
    absent loss lose lost miss missed incorrect wrong healthy never none off censored discharged noncase low
    unexposed placebo
"""
NOTHING_HAPPENED: Final = frozenset(_WORDS.split())
"""In lower case: of two words the one that counts as 0. Where neither is here the later one in the alphabet
counts as 1, as the second level of a factor does in R."""
_NAMED: Final = 4


def two_word_notation(words: Iterable[str], event: str | None = None) -> Notation | None:
    """The coding of an outcome that holds these words for its values; None for other than two words.

    What holds a digit, such as <0.5 or 1:30, is no word unless it is the event.

    Args:
        words: the different values, trimmed, those for missing aside; spellings that differ in case are one.
        event: the word that counts as 1 where it is given; one word alone may then be all that there is.

    Raises:
        DataError: no value is `event`, or there are more than two.

    """
    spelling: dict[str, str] = {}
    for word in sorted(set(words)):
        spelling.setdefault(word.lower(), word)
    if event is None:
        if len(spelling) != 2 or any(c.isdecimal() for word in spelling for c in word):
            return None
        first, second = sorted(spelling)
        one, zero = (first, second) if {first, second} & NOTHING_HAPPENED == {second} else (second, first)
        return Notation(one=spelling[one], zero=spelling[zero])
    one = event.strip().lower()
    others = [word for word in spelling if word != one]
    if one not in spelling or len(others) > 1:
        raise _no_event(event, sorted(spelling.values()))
    return Notation(one=spelling[one], zero=spelling[others[0]] if others else "")


def refuse_event(given: str | None) -> None:
    """Raise DataError where an outcome of numbers is given the word that counts as 1."""
    if given is not None:
        raise _no_event(given, [])


def _no_event(event: str, words: list[str]) -> DataError:
    if not words:
        return DataError(f"`{event}` cannot be what counts as 1, as the outcome holds numbers")
    named = ", ".join(f"`{word}`" for word in words[:_NAMED]) + (", ..." if len(words) > _NAMED else "")
    return DataError(
        f"`{event}` cannot be what counts as 1, as the outcome holds {named}: name one of two words, and "
        "declare any others to be missing"
    )
