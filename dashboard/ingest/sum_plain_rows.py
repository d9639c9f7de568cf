"""The groups of a plain file in one pass: its rows are summed as they are parsed, and lie on disk nowhere.

What is plain needs no judgement of single cells: numbers with a decimal point, labels as they stand, cells
that are missing, whose rows are left out. Of everything else `Irregular` is raised, and `judge_rows` gives
the same answer for plain files.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from dashboard.ingest.judge_rows import ROWS_HELD, dropped_rows
from dashboard.ingest.left_out_sql import CAUSES, NO_GROUP, NO_OUTCOME, USED
from dashboard.ingest.missing_cells import MissingCells
from dashboard.ingest.plain_pieces import Irregular
from dashboard.ingest.reading import AS_FOUND, Reading
from dashboard.ingest.row_facts import CODES, CodedOutcomes
from estimators.data.left_out import Example, LeftOut
from estimators.data.texts import FOUND

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from dashboard.ingest.label_codes import LabelCodes
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
    labels: LabelCodes
    reading: Reading = AS_FOUND
    rows: int = 0
    """In use."""
    read: int = 0
    """Those that were left out too."""
    missing: dict[int, MissingCells] = field(
        default_factory=lambda: {cause: MissingCells() for cause in (NO_OUTCOME, NO_GROUP)}
    )
    """By cause."""
    lacking: set[int] = field(default_factory=set)
    """The codes of the labels of rows whose outcome is missing."""
    numbers_beside_blanks: int = 0
    begins_blank: bool = False
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
        """See `RowFacts`."""
        missing = {cause: cells.rows for cause, cells in self.missing.items() if cells.rows}
        return {USED: self.rows, **missing}

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
        """See `RowFacts`."""
        return 0 if self.begins_blank else self.numbers_beside_blanks

    def usable(self, piece: PlainPiece) -> PlainPiece:
        """The rows of a piece that can be used; what is known of all of them is kept."""
        self.has_point |= piece.has_point
        self.point_is_decimal |= piece.point_is_decimal
        piece = self._without_missing(piece)
        self._add(piece.outcome)
        return piece

    def _without_missing(self, piece: PlainPiece) -> PlainPiece:
        before = self.read
        self.read += len(piece.codes)
        no_group = np.isin(piece.codes, self.labels.blank) if self.labels.blank else None
        if no_group is None and not piece.lacks:
            return piece
        lacks = np.isnan(piece.outcome)
        no_group = np.zeros_like(lacks) if no_group is None else no_group
        no_outcome = lacks & ~no_group
        texts = None if piece.missing is None else np.array(piece.missing, dtype=object)[no_outcome[lacks]]
        self.missing[NO_OUTCOME].add(before + np.flatnonzero(no_outcome), texts)
        blanks = (self.labels.names[code] for code in piece.codes[no_group].tolist())
        self.missing[NO_GROUP].add(before + np.flatnonzero(no_group), blanks)
        self.lacking.update(np.unique(piece.codes[no_outcome]).tolist())
        self.numbers_beside_blanks += int(np.count_nonzero(no_group & ~lacks))
        self.begins_blank |= before == 0 and bool(no_group[:1].any())
        return piece.rows(~(lacks | no_group))

    def _add(self, y: NDArray[np.float64]) -> None:
        self.rows += len(y)
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
    labels = LabelCodes()
    facts = PlainFacts(noun, labels)
    passing = map(facts.usable, source.pieces(places, labels, facts.missing[NO_OUTCOME]))
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
    return _with_left_out(data, facts, source), facts


def _with_left_out(data: GroupData, facts: PlainFacts, source: Source) -> GroupData:
    """The groups with the rows that were left out, where there are some."""
    dropped = dropped_rows({cause: cells.rows for cause, cells in facts.missing.items()})
    if not dropped.total:
        return data
    causes = []
    for cause, cells in facts.missing.items():
        if cells.rows:
            places, texts = zip(*cells.examples(), strict=True)
            examples = map(Example, source.lines(places), texts)
            causes.append(LeftOut(CAUSES[cause], cells.rows, tuple(examples)))
    used = set(data.labels.tolist())
    unused = sorted(name for code in facts.lacking if (name := facts.labels.names[code]) not in used)
    rows_read = data.rows_read + dropped.total
    return replace(
        data, rows_read=rows_read, dropped=dropped, left_out=tuple(causes), unused_labels=tuple(unused)
    )


def _of_few(pieces: Sequence[PlainPiece], names: Sequence[str]) -> GroupData:
    from estimators import GroupData

    y = np.concatenate([piece.outcome for piece in pieces])
    return GroupData.from_arrays(y, [names[code] for piece in pieces for code in piece.codes.tolist()])


def _of_many(pieces: Iterable[PlainPiece], names: list[str]) -> GroupData:
    from estimators import GroupData

    return GroupData.from_code_chunks(((piece.outcome, piece.codes) for piece in pieces), names)
