"""Sample: a dataset to begin with."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Sample:
    """One dataset that comes along, with the two columns that matter and what to look at in it."""

    id: str
    """Lower-case letters, digits, ``_`` and ``-``, starting with a letter; unique among the samples."""
    title: str
    """A short name for people."""
    file: Path
    """Any file that can be uploaded; its name is what the data are called."""
    outcome: str
    """The column with the numbers."""
    group: str
    """The column that names each row's group."""
    paragraph: str = ""
    """What to look at."""
    source: str = ""
    """Where the data come from."""
