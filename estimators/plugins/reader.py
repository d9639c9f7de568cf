"""Reader: a kind of file, and how it becomes a table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

PLAIN_SUFFIXES = (".csv", ".tsv", ".tab", ".txt", ".parquet", ".pq")
PACKED_SUFFIXES = (".gz", ".bz2", ".xz", ".zst", ".zstd", ".zip")
"""What blupboard reads by itself, plain and packed: no reader may take it over unnoticed."""


@dataclass(frozen=True)
class Reader:
    """Reads one kind of file, which is told by the end of its name."""

    id: str
    """Lower-case letters, digits, ``_`` and ``-``, starting with a letter; unique among the readers."""
    label: str
    """What people call such a file, as in ``SPSS file``."""
    suffixes: tuple[str, ...]
    """The ends of its names, each with its dot, as in ``(".sav",)``; capitals do not matter.

    Not those of CSV, text and Parquet, packed or not, which blupboard reads by itself. The longest that fits
    a name counts.
    """
    read: Callable[[Path], object]
    """Path -> the table as a frame of any library that narwhals knows (pandas, Polars, PyArrow, ...).

    What it raises is shown to the person with the file's name.
    """


def own_suffix(suffix: str) -> str | None:
    """The end by which blupboard knows that it reads such a file itself; None where it does not."""
    known = next((end for end in PLAIN_SUFFIXES if suffix.lower().endswith(end)), None)
    packed = next((end for end in PACKED_SUFFIXES if suffix.lower().endswith(end)), None)
    if packed is None:
        return known
    inside = suffix.lower().removesuffix(packed)
    return packed if not inside or inside.endswith(PLAIN_SUFFIXES) else None
