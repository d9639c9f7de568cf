"""The groups of a plain file in one pass: its rows are summed as they are parsed, and lie on disk nowhere.

What is plain needs no judgement of single cells: numbers with a decimal point, labels as they stand, no row
left out. Of everything else `Irregular` is raised, and `judge_rows` gives the same answer for plain files.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from dashboard.ingest.judge_rows import ROWS_HELD
from dashboard.ingest.left_out_sql import USED
from dashboard.ingest.plain_pieces import Irregular
from dashboard.ingest.reading import AS_FOUND, Reading
from dashboard.ingest.row_facts import CODES, CodedOutcomes
from estimators.data.texts import FOUND

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from dashboard.ingest.plain_pieces import PlainPiece
    from dashboard.ingest.source import Source
    from estimators import GroupData


def as_they_stand(source: Source, reading: Reading) -> bool:
    """Whether nothing was asked about cells, and the file's numbers have decimal points."""
    return (
        source.pieces is not None
        and source.convention.decimal == "."
        and reading.numbers == FOUND
        and reading.labels in (None, "exact")
        and not reading.fill_down
        and not reading.stack
    )


@dataclass
class PlainFacts:
    """What is known of the rows once all of their pieces have passed; see `RowFacts`."""

    noun: str
    reading: Reading = AS_FOUND
    rows: int = 0
    low: float = np.inf
    high: float = -np.inf
    coded: Counter[float] = field(default_factory=Counter)
    """Outcomes that are written as codes are and lie outside of all others of their piece."""
    low_of_others: float = np.inf
    high_of_others: float = -np.inf
    has_point: bool = False
    point_is_decimal: bool = False

    @property
    def counts(self) -> dict[int, int]:
        """All are used."""
        return {USED: self.rows}

    def codes(self) -> CodedOutcomes:
        """See `RowFacts`."""
        return CodedOutcomes(self.coded, self.low_of_others, self.high_of_others)

    def extremes(self) -> tuple[float, float]:
        """See `RowFacts`."""
        return self.low, self.high

    def line_of(self, _: float, /) -> int | None:
        """Raises Irregular: the rows are gone."""
        raise Irregular

    def numbers_below_labels(self) -> int:
        """No label is blank."""
        return 0

    def add(self, piece: PlainPiece) -> None:
        """Look at a piece."""
        y = piece.outcome
        self.rows += len(y)
        self.has_point |= piece.has_point
        self.point_is_decimal |= piece.point_is_decimal
        low, high = _extremes(y)
        self.low, self.high = min(self.low, low), max(self.high, high)
        while low in CODES or high in CODES:
            code = low if low in CODES else high
            self.coded[code] += int(np.count_nonzero(y == code))
            y = y[y != code]
            low, high = _extremes(y)
        self.low_of_others = min(self.low_of_others, low)
        self.high_of_others = max(self.high_of_others, high)


def _extremes(y: NDArray[np.float64]) -> tuple[float, float]:
    return (float(y.min()), float(y.max())) if len(y) else (np.inf, -np.inf)


def sum_plain_rows(source: Source, places: tuple[int, int], noun: str) -> tuple[GroupData, PlainFacts]:
    """The groups of the rows of a plain source by two of its columns, and what else is known of them.

    Few rows are kept with the groups, many are not.

    Raises:
        Irregular: they have to be judged one by one, which says what is wrong where no row can be used.

    """
    from dashboard.ingest.label_codes import LabelCodes
    from estimators import DataError

    if source.pieces is None:
        raise Irregular
    facts, labels = PlainFacts(noun), LabelCodes()
    passing = _looked_at(source.pieces(*places, labels), facts)
    few: list[PlainPiece] = []
    while facts.rows <= ROWS_HELD and (piece := next(passing, None)) is not None:
        few.append(piece)
    if facts.rows == 0:
        raise Irregular
    try:
        if facts.rows <= ROWS_HELD:
            data = _of_few(few, labels.names)
        else:
            data = _of_many(chain(few, passing), labels.names)
    except DataError as error:
        raise Irregular from error
    if facts.has_point and not facts.point_is_decimal:
        raise Irregular
    return data, facts


def _of_few(pieces: Sequence[PlainPiece], names: Sequence[str]) -> GroupData:
    from estimators import GroupData

    y = np.concatenate([piece.outcome for piece in pieces])
    return GroupData.from_arrays(y, [names[code] for piece in pieces for code in piece.codes.tolist()])


def _of_many(pieces: Iterable[PlainPiece], names: list[str]) -> GroupData:
    from estimators import GroupData

    return GroupData.from_code_chunks(((piece.outcome, piece.codes) for piece in pieces), names)


def _looked_at(pieces: Iterable[PlainPiece], facts: PlainFacts) -> Iterator[PlainPiece]:
    for piece in pieces:
        facts.add(piece)
        yield piece
