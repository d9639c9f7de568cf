"""What is asked of the rows beyond the sums of their groups, to see what may be amiss."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from dashboard.ingest.engine import select
from dashboard.ingest.left_out_sql import NO_GROUP, USED, row_line

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dashboard.ingest.judged_rows import JudgedRows
    from dashboard.ingest.reading import Reading

_NINES: Final = ("99.9", "999.9", "9999.9", "99.99", "999.99", "9999.99")
_LAST_OF_MANY: Final = tuple("9" * nines + digit for nines in range(1, 6) for digit in "45678")
CODES: Final = tuple(
    sign * float(written)
    for written in (
        *(digit * length for digit in "987" for length in range(1, 7)),
        *_LAST_OF_MANY,
        *_NINES,
    )
    for sign in (1, -1)
    if len(written) > 1 or sign < 0
)
"""What is written for a missing value: two to six nines, eights or sevens, with a minus or without; one with
a minus; the last five numbers before a power of ten, as 9997 in surveys; and nines with decimals, as of
weather."""


class CodedOutcomes(NamedTuple):
    """Outcomes in use that are written as codes are, and the extremes of the others."""

    rows: Mapping[float, int]
    """By code; those between the extremes may be left out."""
    low: float
    """Infinite where all are codes."""
    high: float


class RowFacts(Protocol):
    """The rows of two columns, as far as they are asked about."""

    @property
    def reading(self) -> Reading:
        """How they were read."""

    @property
    def noun(self) -> str:
        """What a row is called by its number."""

    @property
    def counts(self) -> Mapping[int, int]:
        """Rows by what became of them."""

    def codes(self) -> CodedOutcomes:
        """Which outcomes in use may be codes."""

    def extremes(self) -> tuple[float, float]:
        """The smallest and the largest outcome in use."""

    def line_of(self, outcome: float, /) -> int | None:
        """The number of the one row in use with this outcome; None where there are several."""

    def numbers_below_labels(self) -> int:
        """Rows with a number and a blank label, where the first row has a label; else 0."""


@dataclass(frozen=True)
class JudgedFacts:
    """Of rows that were judged one by one."""

    judged: JudgedRows

    @property
    def reading(self) -> Reading:
        """See `RowFacts`."""
        return self.judged.roles.reading

    @property
    def noun(self) -> str:
        """See `RowFacts`."""
        return self.judged.roles.noun

    @property
    def counts(self) -> Mapping[int, int]:
        """See `RowFacts`."""
        return self.judged.counts

    def codes(self) -> CodedOutcomes:
        """See `RowFacts`."""
        among = f"outcome IN ({', '.join(map(repr, CODES))})"
        counts = select("outcome, count(*)", "cells", f"WHERE cause = {USED} AND {among} GROUP BY outcome")
        found = dict(self.judged.connection.execute(counts).fetchall())
        if not found:
            return CodedOutcomes({}, float("inf"), float("-inf"))
        low, high = self._extremes(f"AND NOT {among}")
        return CodedOutcomes(found, low, high)

    def extremes(self) -> tuple[float, float]:
        """See `RowFacts`."""
        return self._extremes()

    def _extremes(self, among: str = "") -> tuple[float, float]:
        query = select("min(outcome), max(outcome)", "cells", f"WHERE cause = {USED} {among}")
        low, high = self.judged.connection.execute(query).fetchall()[0]
        return (float("inf"), float("-inf")) if low is None else (low, high)

    def line_of(self, outcome: float, /) -> int | None:
        """See `RowFacts`."""
        query = select("rowid", "cells", f"WHERE cause = {USED} AND outcome = {outcome!r} LIMIT 2")
        rows = self.judged.connection.execute(query).fetchall()
        return row_line(self.judged, rows[0][0]) if len(rows) == 1 else None

    def numbers_below_labels(self) -> int:
        """See `RowFacts`."""
        first = select("cause", "cells", "WHERE rowid = 0")
        if self.judged.connection.execute(first).fetchall()[0][0] == NO_GROUP:
            return 0
        usable = select("count(*)", "cells", f"WHERE cause = {NO_GROUP} AND isfinite(outcome)")
        found: int = self.judged.connection.execute(usable).fetchall()[0][0]
        return found
