"""The rows of two columns of a stored table, judged one by one, and where they come from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from dashboard.ingest.reading import AS_FOUND, Reading
from estimators.data.frames import NOTHING_BESIDE, ModelColumns
from estimators.data.notation import Convention

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb

    from dashboard.ingest.condition_sql import StoredCondition
    from dashboard.ingest.label_sql import LabelNames
    from dashboard.ingest.outcome_sql import TextNumbers


@dataclass(frozen=True)
class Roles:
    """Where the columns lie in a stored Parquet file, and how they are read."""

    parquet: Path
    outcome: str
    group: str
    reading: Reading = AS_FOUND
    exclude: tuple[str, ...] = ()
    where: tuple[StoredCondition, ...] = ()
    convention: Convention = field(default_factory=Convention)
    """The decimal mark of the file."""
    first_line: int = 1
    """The line of the first row where the lines are not stored."""
    noun: str = "row"
    """What a row is called by its number: a line of a text file."""
    beside: ModelColumns = NOTHING_BESIDE
    """What the model has beside, by the names of the file."""
    beside_stored: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Those names -> where they lie."""
    in_place: bool = False
    """Whether the file is a user's own: its columns have their names of it, and none holds lines."""


@dataclass(frozen=True)
class JudgedRows:
    """The rows of two columns judged one by one, in the table ``cells (outcome, label, cause)``."""

    connection: duckdb.DuckDBPyConnection
    roles: Roles
    numbers: TextNumbers | None
    """How the outcome is read where it is text."""
    names: LabelNames
    counts: dict[int, int]
    """Rows by what became of them."""
