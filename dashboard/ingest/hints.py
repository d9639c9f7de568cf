"""What may be amiss with a file, and the change of its reading or its rows that would mend it."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dashboard.ingest.reading import Condition, Labels, Reading, RowFilter


@dataclass(frozen=True)
class Hint:
    """What may be amiss, and the change that would mend it."""

    code: str
    """What kind of hint it is."""
    sentence: str
    missing: str | None = None
    """A code that stands for a missing value."""
    exclude: str | None = None
    """A group to leave out."""
    where: Condition | None = None
    """What rows that take part should fulfil."""
    labels: Labels | None = None
    """How labels should be compared."""
    fill_down: bool = False
    """Whether a blank label means the one above."""
    encoding: str | None = None
    """The encoding that the file seems to have."""
    quote: str | None = None
    """What stands around values; empty for nothing."""
    outcome: str | None = None
    """Another column that looks like the outcome."""

    def applied(self, reading: Reading, rows: RowFilter) -> tuple[Reading, RowFilter]:
        """The reading and the rows with the change made; another outcome is the caller's to take."""
        if self.missing is not None:
            reading = replace(reading, missing=(*reading.missing, self.missing))
        if self.labels is not None:
            reading = replace(reading, labels=self.labels)
        if self.fill_down:
            reading = replace(reading, fill_down=True)
        if self.encoding is not None:
            reading = replace(reading, encoding=self.encoding)
        if self.quote is not None:
            reading = replace(reading, quote=self.quote)
        if self.exclude is not None:
            rows = replace(rows, exclude=(*rows.exclude, self.exclude))
        if self.where is not None:
            rows = replace(rows, where=(*rows.where, self.where))
        return reading, rows

    @property
    def flags(self) -> str:
        """The change as flags of the command line."""
        given = {
            "--missing": self.missing,
            "--exclude": self.exclude,
            "--where": None if self.where is None else self.where.text,
            "--labels": self.labels,
            "--encoding": self.encoding,
            "--quote": None if self.quote is None else self.quote or "none",
            "--outcome": self.outcome,
        }
        parts = [f"{flag} {shlex.quote(value)}" for flag, value in given.items() if value is not None]
        return " ".join([*parts, *(["--fill-down"] if self.fill_down else [])])

    @property
    def key(self) -> str:
        """The same for the same hint, whenever the file is read."""
        return f"{self.code} {self.flags}"

    def to_json(self) -> dict[str, Any]:
        """Ready for JSON."""
        return {"code": self.code, "sentence": self.sentence, "flags": self.flags}
