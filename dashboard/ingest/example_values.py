"""The first few different values of a column, which are shown for it."""

from __future__ import annotations

from typing import Final

EXAMPLES: Final = 3
"""How many are shown."""
CHARACTERS: Final = 60
"""Of each so many."""
ROWS: Final = 2000
"""Among so many rows they are looked for."""


class ExampleValues:
    """They are given one by one; blank ones do not count."""

    def __init__(self) -> None:
        self._seen: dict[str, None] = {}
        self.are_enough = False
        """Whether no more are wanted."""

    def add(self, text: str | None) -> None:
        """The next value; more than one character past `CHARACTERS` makes no difference."""
        if self.are_enough or not text or text in self._seen:
            return
        text = text[: CHARACTERS + 1]
        if not text.isspace():
            self._seen[text if len(text) <= CHARACTERS else text[:CHARACTERS] + "…"] = None
            self.are_enough = len(self._seen) == EXAMPLES

    @property
    def texts(self) -> tuple[str, ...]:
        """As they are shown."""
        return tuple(self._seen)
