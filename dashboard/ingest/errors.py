"""What is said to a person whose file cannot be used."""

from __future__ import annotations


class UnreadableFile(ValueError):
    """The file cannot be used; the message is one sentence that says what is wrong and what to do."""

    kept_as: str | None = None
    """The token of an upload that was kept, so that it can be read another way."""

    def __init__(self, message: str, *, line: int | None = None, **suggestion: str | int) -> None:
        """`line`: of the text, which the sentence speaks of; `suggestion`: options to read it by instead."""
        super().__init__(message)
        self.line = line
        self.suggestion = suggestion


def unfit(column: str, role: str, reason: str, file: str) -> UnreadableFile:
    """What to say of a column that cannot have a role."""
    return UnreadableFile(f"Column {excerpt(column)} of {file} cannot be the {role}: {reason}.")


def excerpt(text: str, limit: int = 40) -> str:
    """A piece of the user's text in quotes, on one line, cut at `limit` characters."""
    flat = " ".join(text.split())
    return f'"{flat}"' if len(flat) <= limit else f'"{flat[:limit]}…"'


def name_list(names: tuple[str, ...], limit: int = 8) -> str:
    """Some of the names in quotes, and how many more there are."""
    head = ", ".join(excerpt(name) for name in names[:limit])
    return head if len(names) <= limit else f"{head} and {len(names) - limit} more"


def quantity(number: int, what: str) -> str:
    """`3 columns`, `1 column`, `no column`."""
    if number == 0:
        return f"no {what}"
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"
