"""The column that a person means by a name, or a sentence that helps to find it."""

from __future__ import annotations

import difflib
import unicodedata
from typing import TYPE_CHECKING

from dashboard.ingest.errors import UnreadableFile, excerpt, name_list

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

_LONGEST_NAME_SHOWN = 200


def matching_column(wanted: str, names: Sequence[str], file: str) -> str:
    """The column of a name, or the one whose name differs in nothing that can be seen.

    Raises:
        UnreadableFile: there is none, or several differ in nothing else; the sentence says what may be meant.

    """
    if wanted in names:
        return wanted
    alike = [name for name in names if _visible(name) == _visible(wanted)]
    if len(alike) != 1:
        raise UnreadableFile(f"{file} has no column {quoted_name(wanted)}: {_instead(wanted, names)}.")
    return alike[0]


def quoted_name(name: str) -> str:
    """A name exactly as it stands, spaces included, unless it is very long."""
    return f'"{name}"' if len(name) <= _LONGEST_NAME_SHOWN else excerpt(name, _LONGEST_NAME_SHOWN)


def _visible(name: str) -> str:
    """A name without what cannot be seen: kinds of white space, outer white space, format characters."""
    seen = "".join(c for c in name if unicodedata.category(c) != "Cf")
    return unicodedata.normalize("NFC", " ".join(seen.split()))


def _instead(name: str, names: Sequence[str]) -> str:
    """What a name that is not there may have been meant for."""
    plain = {other: other.strip().casefold() for other in names}
    close = [
        other
        for other in names
        if plain[other] == name.strip().casefold() or other.startswith(f"{name} (column ")
    ]
    close = close or difflib.get_close_matches(name, names, n=3)
    if close:
        quoted = " or ".join(map(quoted_name, close))
        return f"did you mean {quoted} (names match exactly, capitals included)"
    return f"the columns are {name_list(tuple(names), 20)}"


def free_name(name: str, taken: Collection[str]) -> str:
    """The name, or one like it that is not taken."""
    while name in taken:
        name += "_"
    return name
