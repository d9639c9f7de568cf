"""Text of any kind as literals and comments of code; nothing that a file holds can become more than that."""

from __future__ import annotations

import shlex
import textwrap


def r_text(text: str) -> str:
    """A string literal of R in ASCII, which R reads alike in every locale."""
    return '"' + "".join(_r_character(c) for c in text) + '"'


def r_texts(texts: tuple[str, ...]) -> str:
    """A vector of string literals of R."""
    return f"c({', '.join(map(r_text, texts))})"


def r_number(value: float) -> str:
    """A number with every digit, as R and Python write it."""
    return repr(float(value)).removesuffix(".0")


def shell_text(text: str) -> str:
    """One argument of a command on one line; what does not print is escaped as bash and zsh have it."""
    if text.isprintable():
        return shlex.quote(text)
    inner = "".join(_shell_character(c) for c in text)
    return f"$'{inner}'"


def comment(text: str) -> str:
    """Text behind a hash on each of its lines."""
    plain = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in " ".join(text.split()))
    return textwrap.fill(plain, 100, initial_indent="# ", subsequent_indent="#   ")


def _r_character(c: str) -> str:
    if c in '"\\':
        return "\\" + c
    if c.isprintable() and c.isascii():
        return c
    return {"\n": "\\n", "\t": "\\t", "\r": "\\r"}.get(c) or rf"\U{{{ord(c):x}}}"


def _shell_character(c: str) -> str:
    if c in "'\\":
        return "\\" + c
    return c if c.isprintable() else f"\\U{ord(c):08x}"
