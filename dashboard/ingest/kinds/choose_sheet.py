"""Which of several tables in one file is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard.ingest.errors import UnreadableFile, excerpt, name_list

if TYPE_CHECKING:
    from collections.abc import Sequence


def place_of_sheet(wanted: str, names: Sequence[str], *, name: str, what: str) -> int:
    """The place of the sheet that is called `wanted`, or has that number from 1.

    Raises:
        UnreadableFile: there is none; the sentence lists the names.

    """
    if wanted in names:
        return names.index(wanted)
    if wanted.isascii() and wanted.isdigit() and 1 <= int(wanted) <= len(names):
        return int(wanted) - 1
    plain = [other.strip().casefold() for other in names]
    if plain.count(wanted.strip().casefold()) == 1:
        return plain.index(wanted.strip().casefold())
    raise UnreadableFile(
        f"{name} has no {what} {excerpt(wanted)}: choose from {name_list(tuple(names), 10)}."
    )


def refuse_sheet(sheet: str | None, name: str) -> None:
    """Raise UnreadableFile where a sheet is asked for and the file has none to choose from."""
    if sheet is not None:
        raise UnreadableFile(f"{name} has no sheets to choose from: leave out the sheet.")
