"""What a cell of text looks like as a number: its sign, what stands around it, its marks."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final, Literal, NamedTuple

Sign = Literal["", "leading", "brackets", "trailing"]

MINUS_SIGNS: Final = "\u2212\u2010\u2011\u2012\u2013\ufe63\uff0d"
"""What is written for a hyphen-minus: the minus sign, hyphens, figure and en dash, small and full width."""
SOFT_HYPHEN: Final = "\u00ad"
"""Invisible or a minus, as the program has it: a cell with one is no number."""
APOSTROPHES: Final = "\u2019\u02bc\u2018\uff07\u00b4`"
_LOOK_ALIKES: Final = {
    **dict.fromkeys(MINUS_SIGNS, "-"),
    **dict.fromkeys(APOSTROPHES, "'"),
    "\uff0b": "+",
    "\uff0e": ".",
    "\uff0c": ",",
    "\uff05": "%",
    "\u066a": "%",
    "\uff08": "(",
    "\uff09": ")",
}
ARABIC_DECIMAL: Final = "\u066b"
ARABIC_THOUSANDS: Final = "\u066c"
GROUPING_MARKS: Final = (",", ".", " ", "'", ARABIC_THOUSANDS)
"""What can set thousands apart, after `plain_text`: any space is a space, any apostrophe an apostrophe."""

CURRENCY_SIGNS: Final = (
    "$\u00a2-\u00a5\u058f\u060b\u07fe\u07ff\u09f2\u09f3\u0e3f\u17db\u20a0-\u20c0\ua838\ufdfc\ufe69\uff04"
    "\uffe0\uffe1\uffe5\uffe6"
)
"""The characters of category Sc, as a class of a regular expression (Unicode 15)."""
_ISO_4217: Final = """
    AED ARS AUD BDT BGN BRL CAD CHF CLP CNY COP CZK DKK EGP EUR GBP HKD HUF IDR ILS INR ISK JPY KES
    KRW LKR MAD MXN MYR NGN NOK NPR NZD PEN PHP PKR PLN QAR RON RSD RUB SAR SEK SGD THB TND TRY TWD
    UAH UGX USD UYU VND XAF XOF ZAR
"""
_CODES: Final = frozenset((_ISO_4217 + "kr Kr Rs Rs. Fr Fr. SFr. K\u010d z\u0142 Ft lei Lt").split())
"""Codes of ISO 4217 and short forms that stand before or after an amount."""

_END: Final = f"[0-9.,{ARABIC_DECIMAL}]"
_BODY: Final = rf"{_END}(?:[0-9., '{ARABIC_DECIMAL}{ARABIC_THOUSANDS}]*{_END})?"
_BEFORE: Final = rf"(?:%|[A-Z]{{0,3}}[{CURRENCY_SIGNS}]|[A-Za-z\u0142\u010d]{{2,3}}\.?)"
_AFTER: Final = r"[^\s0-9.,'()+-][^\s0-9()+,-]{0,11}"
_SIGNS_OF_UNITS: Final = "%°′″‰‱\"'"
_CELL: Final = re.compile(
    rf"(?P<open>\()?(?P<first>[+-])? ?(?P<before>{_BEFORE})? ?(?P<inner>\()?(?P<second>[+-])?"
    rf"(?P<body>{_BODY})(?P<exponent>[eE][+-]?[0-9]+)? ?(?P<last>-)?(?P<middle>\))? ?"
    rf"(?P<after>{_AFTER})?(?P<close>\))?"
)
_BRACKETS: Final = (("open", "inner"), ("middle", "close"))
_DIGITS = str.maketrans("123456789", "9" * 9)
_LONG_RUN = re.compile("9{4,}")


class Affix(NamedTuple):
    """What stands before and after the digits: a currency, a percent sign, a unit, or nothing."""

    before: str = ""
    after: str = ""

    @property
    def is_percent(self) -> bool:
        """Whether it is a percent sign and nothing else."""
        return self in (("", "%"), ("%", ""))

    @property
    def is_currency(self) -> bool:
        """Whether it is a currency and nothing else."""
        sides = [side for side in self if side]
        return len(sides) == 1 and is_currency(sides[0])


class Form(NamedTuple):
    """What a cell looks like; cells of one form are read or left out together."""

    sign: Sign
    affix: Affix
    body: str
    """The digits with their marks, each digit a 9 but for a zero that leads; longer runs cut at four."""


class _PlainCharacters(dict[int, str]):
    """For str.translate: characters as `plain_text` has them, worked out when they are first met."""

    def __missing__(self, code: int) -> str:
        self[code] = found = plain_character(chr(code))
        return found


def plain_character(character: str) -> str:
    """A digit of any script as 0 to 9, any space as a space, any minus as -, what is invisible as nothing."""
    if character.isascii():
        return character
    digit = unicodedata.decimal(character, None)
    if digit is not None:
        return str(digit)
    if character.isspace():
        return " "
    if unicodedata.category(character) == "Cf" and character != SOFT_HYPHEN:
        return ""
    return _LOOK_ALIKES.get(character, character)


_PLAIN = _PlainCharacters()


def has_other_digits(text: str) -> bool:
    """Whether a text holds digits of another script than 0 to 9."""
    return any(c.isdecimal() and not c.isascii() for c in text)


def plain_text(text: str) -> str:
    """A cell without outer white space, its digits, signs, spaces and apostrophes in ASCII."""
    return text.translate(_PLAIN).strip()


def is_currency(text: str) -> bool:
    """Whether some text is a currency's sign, code or short form."""
    return re.fullmatch(rf"[A-Z]{{0,3}}[{CURRENCY_SIGNS}]", text) is not None or text in _CODES


def form_of(text: str) -> Form | None:
    """The form of `plain_text`; None for what is no number in any notation."""
    found = _CELL.fullmatch(text)
    if found is None:
        return None
    before, after = found["before"] or "", found["after"] or ""
    if before and before != "%" and not is_currency(before):
        return None
    if after and not _may_be_unit(after):
        return None
    sign = _sign(found)
    if sign is None:
        return None
    body = _shape(found["body"]) + ("e9" if found["exponent"] else "")
    return Form(sign, Affix(before, after), body) if _is_number(body) else None


def _may_be_unit(text: str) -> bool:
    """Whether a text has a letter, or is a sign of units or a currency: 5.1* and 5.1** are flags."""
    return any(c.isalpha() for c in text) or text in _SIGNS_OF_UNITS or is_currency(text)


def _sign(found: re.Match[str]) -> Sign | None:
    """How the sign is written; None where brackets do not match or there are two signs."""
    brackets = [sum(found[name] is not None for name in ends) for ends in _BRACKETS]
    if brackets[0] != brackets[1] or brackets[0] > 1:
        return None
    signs: list[Sign] = ["brackets"] if brackets[0] else []
    if found["first"]:
        signs.append("leading" if found["first"] == "-" else "")
    if found["second"]:
        signs.append("leading" if found["second"] == "-" else "")
    if found["last"]:
        if not found["body"][-1].isdecimal():  # a price without cents: 12,-
            return None
        signs.append("trailing")
    if len(signs) > 1:
        return None
    return signs[0] if signs else ""


def _shape(digits: str) -> str:
    shape = _LONG_RUN.sub("9999", digits.translate(_DIGITS).replace("0", "9"))
    return "0" + shape[1:] if digits[0] == "0" else shape


@lru_cache(maxsize=4096)
def _is_number(body: str) -> bool:
    return any(reads(body, decimal, grouping) for decimal, grouping in MARKS)


MARKS: Final = tuple(
    (decimal, grouping)
    for decimal in (".", ",", ARABIC_DECIMAL)
    for grouping in ("", *GROUPING_MARKS)
    if decimal != grouping and (decimal == ARABIC_DECIMAL) >= (grouping == ARABIC_THOUSANDS)
)
"""Every decimal mark with every grouping mark it goes with."""


def body_pattern(decimal: str, grouping: str, *, to_a_digit: bool = False) -> str:
    """A regular expression for digits with these marks, without groups that capture.

    With `to_a_digit` it matches no text that ends in a mark, such as 12.
    """
    d, decimals = re.escape(decimal), "[0-9]+" if to_a_digit else "[0-9]*"
    plain = rf"(?:[0-9]+(?:{d}{decimals})?|{d}[0-9]+)(?:[eE][+-]?[0-9]+)?"
    if not grouping:
        return plain
    g = re.escape(grouping)
    grouped = rf"[1-9][0-9]{{0,2}}(?:{g}[0-9]{{3}})+"
    if grouping == ",":  # as in India: 12,34,567
        grouped = rf"(?:{grouped}|[1-9][0-9]?(?:{g}[0-9]{{2}})+{g}[0-9]{{3}})"
    return rf"(?:{plain}|{grouped}(?:{d}{decimals})?)"


@lru_cache(maxsize=4096)
def reads(body: str, decimal: str, grouping: str) -> bool:
    """Whether the body of a form is a number with these marks."""
    return re.fullmatch(body_pattern(decimal, grouping), body) is not None


def groups(body: str, grouping: str) -> bool:
    """Whether the body of a form holds this mark."""
    return bool(grouping) and grouping in body
