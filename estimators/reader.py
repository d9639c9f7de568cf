"""Reader: a kind of file, and how it becomes a table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Reader:
    """Reads one kind of file, which is told by the end of its name."""

    id: str
    """Lower-case letters, digits, ``_`` and ``-``, starting with a letter; unique among the readers."""
    label: str
    """What people call such a file, as in ``SPSS file``."""
    suffixes: tuple[str, ...]
    """The ends of its names, each with its dot, as in ``(".sav",)``; capitals do not matter."""
    read: Callable[[Path], object]
    """Path -> the table as a frame of any library that narwhals knows (pandas, Polars, PyArrow, ...).

    What it raises is shown to the person with the file's name.
    """
