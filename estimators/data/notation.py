"""How the numbers of a column of text are written: told from all of its cells, then read by one pattern.

The pattern and the marks to take out serve Python's `re` and an SQL engine alike, so that a cell reads the
same wherever its column lies.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from estimators.data.number_forms import (
    MARKS,
    Affix,
    Form,
    Sign,
    body_pattern,
    groups,
    has_other_digits,
    plain_text,
    reads,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

LARGEST_EXACT: Final = 2**53
"""From here on a double does not hold every whole number."""
STRAY: Final = 20
"""One cell that speaks against a mark is a slip where more than so many speak for it."""
_WHOLE: Final = "0?9*"
_USUAL_SIGN: Final[Sign] = "leading"
_EXAMPLES: Final = 2


class Convention(NamedTuple):
    """The decimal mark of the file that a column stands in, and whether its other columns show it."""

    decimal: str = "."
    shown: bool = True


@dataclass(frozen=True)
class Notation:
    """How the numbers of a column are written; by default as programs write them, such as -1234.5."""

    decimal: str = "."
    thousands: str = ""
    """What sets thousands apart; nothing where nothing does. A space stands for any, an apostrophe too."""
    sign: Sign = "leading"
    """How negative numbers are written: -45, (45) or 45-."""
    before: str = ""
    """A currency before every number."""
    after: str = ""
    """A percent sign, a currency or a unit after every number."""
    in_doubt: str = ""
    """A mark that the column uses both ways: 1,234 is then left out, as it may be either."""
    either_way: bool = False
    """Whether the other reading of its marks would read every cell as well."""
    one: str = ""
    """In an outcome of two words the one that counts as 1; nothing in one of numbers."""
    zero: str = ""
    """The one that counts as 0."""
    examples: tuple[str, ...] = field(default=(), compare=False)
    """Cells of the column that show how it is read."""

    @property
    def is_plain(self) -> bool:
        """Whether numbers are written as programs write them."""
        return not (self.thousands or self.before or self.after or self.in_doubt or self.one) and (
            self.decimal == "." and self.sign == "leading"
        )

    @property
    def pattern(self) -> str:
        """A regular expression for the cells that are numbers, after `plain_text`."""
        body = body_pattern(self.decimal, self.thousands)
        before = f"(?:{re.escape(self.before)}) ?" if self.before else ""
        after = f" ?(?:{re.escape(self.after)})" if self.after else ""
        if self.sign == "brackets":
            opened = rf"(?:{before}\(|\( ?{before})" if before else r"\( ?"
            closed = rf"(?:{after}\)|\){after})" if after else r" ?\)"
            return rf"(?:\+? ?{before}\+?{body}{after}|{opened}{body}{closed})"
        signs = r"[+-]"
        if self.sign == "trailing":
            signs = r"\+"
            negative = body_pattern(self.decimal, self.thousands, to_a_digit=True)
            body = rf"(?:{body}|{negative} ?-)"
        if not before:
            return rf"{signs}?{body}{after}"
        return rf"(?:{signs}? ?{before}|{before}{signs}){body}{after}"

    @property
    def doubtful(self) -> str | None:
        """A regular expression for the cells that match `pattern` and may mean two things; None for none."""
        if not self.in_doubt:
            return None
        return rf"[^0-9]*[1-9][0-9]{{0,2}}{re.escape(self.in_doubt)}[0-9]{{3}}[^0-9]*"

    @property
    def telling(self) -> tuple[str, ...]:
        """Texts that only cells hold that need this notation, what is most in doubt first."""
        sign = {"brackets": "(", "trailing": "-"}.get(self.sign, "")
        mark = self.decimal if self.either_way else self.decimal.strip(".")
        return tuple(text for text in (self.thousands, mark, self.before, self.after, sign) if text)

    def with_examples(
        self, first: Callable[[str], str | None], other_digits: Callable[[], str | None]
    ) -> Notation:
        """The same with some cells that show it.

        `first` gives the first number that holds a text, `other_digits` the first in another script.
        """
        found: list[str] = []
        for text in self.telling:
            if len(found) < _EXAMPLES and not any(text in plain_text(cell) for cell in found):
                cell = first(text)
                found += [] if cell is None else [cell.strip()]
        other = other_digits()
        if other is not None and not any(map(has_other_digits, found)):
            found[_EXAMPLES - 1 :] = [other.strip()]
        return replace(self, examples=tuple(found))

    def sentence(self, column: str) -> str | None:
        """How the column is read, with examples; None where it is read as it stands."""
        if self.one:
            zero = f" and `{self.zero}` as 0" if self.zero else ""
            return f"{column}: `{self.one}` counts as 1{zero}, so that means are shares of `{self.one}`"
        read = self.reader()
        values = [(cell, read(plain_text(cell))) for cell in self.examples]
        parts = [f"`{cell}` as {value:.15g}" for cell, value in values if value is not None]
        if not parts:
            return None
        how = f"{column}: {' and '.join(parts).replace(' as ', ' is read as ', 1)}"
        if not self.either_way:
            return how
        other = "comma" if self.decimal == "." else "point"
        return f"{how}; with a decimal {other} it would be another number"

    @classmethod
    def from_json(cls, given: Mapping[str, Any]) -> Notation:
        """What `asdict` gave, now or in an earlier version."""
        known = {name: value for name, value in given.items() if name in cls.__dataclass_fields__}
        return cls(**{**known, "examples": tuple(known.get("examples", ()))})

    @property
    def removed_marks(self) -> str:
        """The characters that go before the digits are read."""
        return f"()+ {self.thousands}"

    def reader(self) -> Callable[[str], float | None]:
        """A function from a cell, as `plain_text` has it, to its number; None for what is none."""
        if self.one:
            coding = {word.lower(): number for word, number in ((self.one, 1.0), (self.zero, 0.0)) if word}
            return lambda text: coding.get(text.lower())
        matches = re.compile(self.pattern).fullmatch
        doubt = re.compile(self.doubtful).fullmatch if self.doubtful else None
        table = str.maketrans(self.decimal, ".", self.removed_marks)
        affixes = [affix for affix in (self.before, self.after) if affix]

        def read(text: str) -> float | None:
            if matches(text) is None or (doubt is not None and doubt(text) is not None):
                return None
            for affix in affixes:
                text = text.replace(affix, "")
            digits = text.translate(table)
            if self.sign == "trailing" and digits.endswith("-"):
                digits = "-" + digits[:-1]
            elif self.sign == "brackets" and "(" in text:
                digits = "-" + digits
            return float(digits)

        return read


PLAIN: Final = Notation()
POINT_OR_THOUSANDS: Final = r"[+-]?[1-9][0-9]{0,2}\.[0-9]{3}"
"""A regular expression for the plain numbers whose point may set thousands apart, such as 1.250."""


def shows_doubt(texts: Iterable[str]) -> bool:
    """Whether every point of a column's plain numbers may set thousands apart, and there is one."""
    may_group = re.compile(POINT_OR_THOUSANDS).fullmatch
    found = False
    for text in texts:
        bare = text.strip()
        if "." in bare and bare != ".":
            if may_group(bare) is None:
                return False
            found = True
    return found


def tell_notation(
    forms: Mapping[Form, int],
    convention: Convention = Convention(),  # noqa: B008 - immutable
    *,
    decimal: str | None = None,
    thousands: str | None = None,
) -> Notation:
    """The notation that reads most of the cells counted by form; evidence decides between equals.

    Args:
        forms: rows by form.
        convention: that of the file.
        decimal: the decimal mark where it is given and not to be found.
        thousands: the grouping mark where it is given: nothing for none.

    """
    marks = [
        pair for pair in MARKS if decimal in (None, pair[0]) and (thousands is None or thousands == pair[1])
    ] or [(decimal or ("," if thousands == "." else "."), thousands or "")]
    best_rows, best = -1, (Affix(), _USUAL_SIGN)
    bodies: dict[tuple[Affix, Sign], dict[str, int]] = {}
    for affix in _affixes(forms):
        for sign in _signs(forms, affix):
            found: dict[str, int] = defaultdict(int)
            for form, rows in forms.items():
                if form.affix == affix and form.sign in ("", sign):
                    found[form.body] += rows
            bodies[affix, sign] = found
            rows = max(_rows_read(found, pair) for pair in marks)
            if rows > best_rows:
                best_rows, best = rows, (affix, sign)
    affix, sign = best
    found = bodies[best]
    tied = _needed_pairs([pair for pair in marks if _rows_read(found, pair) == best_rows], found)
    pair = _evidence(tied, found, convention)
    fixed = decimal is not None and thousands is not None
    return Notation(
        *pair,
        sign=sign,
        before=affix.before,
        after=affix.after,
        in_doubt="" if fixed else _mark_in_doubt(found, pair),
        either_way=len({_values(found, other) for other in tied}) > 1,
    )


def _affixes(forms: Mapping[Form, int]) -> list[Affix]:
    """Nothing, and what may be taken off: a unit only where all cells share it."""
    rows: dict[Affix, int] = defaultdict(int)
    for form, n in forms.items():
        rows[form.affix] += n
    return [Affix()] + [
        affix
        for affix in sorted(rows, key=lambda a: (-rows[a], a))
        if affix != Affix() and (affix.is_percent or affix.is_currency or len(rows) == 1)
    ]


def _signs(forms: Mapping[Form, int], affix: Affix) -> list[Sign]:
    used = {form.sign for form in forms if form.affix == affix}
    others: tuple[Sign, ...] = ("brackets", "trailing")
    return [_USUAL_SIGN, *(sign for sign in others if sign in used)]


def _rows_read(bodies: Mapping[str, int], pair: tuple[str, str]) -> int:
    return sum(rows for body, rows in bodies.items() if reads(body, *pair))


def _needed_pairs(pairs: list[tuple[str, str]], bodies: Iterable[str]) -> list[tuple[str, str]]:
    """The pairs without those that set thousands apart by a mark that no number they read holds."""

    def used(pair: tuple[str, str]) -> bool:
        return any(groups(body, pair[1]) and reads(body, *pair) for body in bodies)

    fewer = [pair for pair in pairs if not pair[1] or used(pair)]
    return fewer or pairs


def _values(bodies: Iterable[str], pair: tuple[str, str]) -> frozenset[tuple[str, str]]:
    """What each body means in a pair of marks."""
    table = str.maketrans(pair[0], ".", pair[1])
    return frozenset((body, body.translate(table)) for body in bodies if reads(body, *pair))


def _evidence(
    tied: list[tuple[str, str]], bodies: Mapping[str, int], convention: Convention
) -> tuple[str, str]:
    """Which of the pairs that read as many cells is meant.

    A mark that repeats, stands beside the other one, or is not before three digits has decided already: the
    others read fewer cells. Left is 1,250, which the file's convention decides. Where semicolons alone speak
    for decimal commas, whole numbers beside such cells mean that the marks set thousands apart.
    """
    if len(tied) == 1:
        return tied[0]
    whole_beside = any(re.fullmatch(_WHOLE, body) for body in bodies)
    if not convention.shown:
        if whole_beside and (".", ",") in tied and (",", "") in tied:
            return ".", ","
        if not whole_beside and (".", "") in tied and (",", ".") in tied:
            return ".", ""
    return min(tied, key=lambda pair: (pair[0] != convention.decimal, tied.index(pair)))


def _mark_in_doubt(bodies: Mapping[str, int], pair: tuple[str, str]) -> str:
    """The mark of a pair that other cells, more than a slip, use the other way; nothing where none is."""
    for mark in (".", ","):
        if mark not in pair:
            continue
        decimals, thousands = ({p for p in MARKS if p[place] == mark} for place in (0, 1))
        as_decimal = as_thousands = 0
        for body, rows in bodies.items():
            if mark not in body:
                continue
            decimal = any(reads(body, *p) for p in decimals)
            grouping = any(reads(body, *p) for p in thousands)
            as_decimal += rows * (decimal and not grouping)
            as_thousands += rows * (grouping and not decimal)
        with_it, against = (as_decimal, as_thousands) if pair[0] == mark else (as_thousands, as_decimal)
        if against and against * STRAY > with_it:
            return mark
    return ""
