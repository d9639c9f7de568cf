"""Words put together: an article, a list of names, a sentence."""

from __future__ import annotations

import re
from typing import Final

LONGEST: Final = 1_000
"""Characters of a sentence that are shown: what someone typed may be in it, however long."""


def article(noun: str) -> str:
    """``a`` or ``an``, by the sound that a lower-case word begins with."""
    return "an" if re.match(r"(?!uni|us[aeiu]|eu|one)[aeiou]|hour|heir|hono", noun) else "a"


def join_names(names: list[str]) -> str:
    """``A``, ``A and B``, ``A, B and C``."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def sentence(text: str) -> str:
    """With a capital and a full stop; a first word that is no plain one, such as a file's name, stays."""
    text = shortened(text.strip())
    if not text:
        return text
    first = text.split(maxsplit=1)[0].rstrip(",:;.!?")
    plain = first.isascii() and first.replace("'", "").replace("-", "").isalpha()
    return (text[0].upper() if plain else text[0]) + text[1:] + ("" if text[-1] in ".!?" else ".")


def shortened(text: str) -> str:
    """With an ellipsis for what is in the middle of a long text."""
    kept = LONGEST // 2
    return text if len(text) <= LONGEST else f"{text[:kept]} … {text[-kept:]}"
