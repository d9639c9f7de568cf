"""What the first rows of a stored table show: which columns are constant within which."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from dashboard.ingest.damage import damage_as_sentence
from dashboard.ingest.table import stored_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from dashboard.ingest.table import Column, Table

ROWS_LOOKED_AT = 10_000
COLUMNS_LOOKED_AT = 60
"""So many columns are looked at, and as many of the first rows."""
MOST_VALUES = 0.67
"""The share of rows with a value of their own from which a column is no unit."""

FEWEST_BY_CHANCE = 3.0
"""Pairs that at random would come twice: where so many are expected, none does in one table of twenty."""
_A_FEW, _SOME = 250, 2_000
"""So many rows are looked at first, since few show most of what is not so."""
_NO_ENDS: Final = (np.inf, -np.inf)


class Dependence:
    """Columns as codes, and what one tells of another; nothing is known of one that was not looked at."""

    def __init__(
        self, codes: Mapping[str, NDArray[np.int64]], ends: Mapping[str, tuple[float, float]]
    ) -> None:
        """Columns by name.

        ``codes`` are the place of each row's value among the column's values, -1 where it is blank; ``ends``
        the least and the largest number.
        """
        self._codes = codes
        self._ends = ends
        self._distinct = {name: int(column.max(initial=-1)) + 1 for name, column in codes.items()}
        self._known: dict[tuple[str, str], bool] = {}
        self._pairs: dict[str, float] = {}

    def knows(self, column: str, group: str) -> bool:
        """Whether both were looked at."""
        return column in self._codes and group in self._codes

    def constant_within(self, column: str, group: str) -> bool:
        """Whether rows of the same group have the same value; False where that is not known."""
        if not self.knows(column, group):
            return False
        if (column, group) not in self._known:
            self._known[column, group] = self._constant(column, group)
        return self._known[column, group]

    def _constant(self, column: str, group: str) -> bool:
        x, g = self._codes[column], self._codes[group]
        both = (x >= 0) & (g >= 0)
        x, g = x[both], g[both]
        if _varies_within(x[:_A_FEW], g[:_A_FEW]):
            return False
        if len(g) == 0 or len(np.unique(g)) > MOST_VALUES * len(g):
            return False
        lowest = np.full(self._distinct[group], np.iinfo(np.int64).max)
        highest = np.full(self._distinct[group], -1)
        np.minimum.at(lowest, g, x)
        np.maximum.at(highest, g, x)
        used = highest >= 0
        return bool(np.all(lowest[used] == highest[used]))

    def constant_columns(self, group: str) -> list[str]:
        """The columns that vary, are constant within the group, and do not tell it."""
        return [
            name
            for name in self._codes
            if name != group
            and self._distinct[name] > 1
            and self.constant_within(name, group)
            and not self.constant_within(group, name)
        ]

    def constant_share(self, group: str) -> float:
        """How many of the other columns that vary are constant within the group; 0 where none is known."""
        if group not in self._codes:
            return 0.0
        others = [name for name in self._codes if name != group and self._distinct[name] > 1]
        return len(self.constant_columns(group)) / max(len(others), 1)

    def balanced(self, column: str) -> bool:
        """Whether each value of a column comes equally often, as those of a design do."""
        codes = self._codes.get(column)
        if codes is None or not len(codes) or codes.min() < 0:
            return False
        times = np.bincount(codes)
        return bool(len(times) > 1 and times.min() == times.max() > 1)

    def crossed(self, column: str, other: str) -> bool:
        """Whether each value of one meets each value of the other, as those of a design do."""
        if column == other or not self.knows(column, other):
            return False
        x, y = self._codes[column], self._codes[other]
        both = (x >= 0) & (y >= 0)
        pairs = self._distinct[column] * self._distinct[other]
        if min(self._distinct[column], self._distinct[other]) < 2 or pairs > np.count_nonzero(both):
            return False
        return len(np.unique(x[both] * self._distinct[other] + y[both])) == pairs

    def is_panel(self, group: str, times: Sequence[str]) -> bool:
        """Whether each of the group's values meets each value of some column of times at most once.

        Not where pairs at random would hardly do otherwise.
        """
        return any(
            self._meets_once(group, time) for time in times if time != group and self.knows(time, group)
        )

    def _meets_once(self, group: str, time: str) -> bool:
        g, t = self._codes[group], self._codes[time]
        groups, times, rows = self._distinct[group], self._distinct[time], len(g)
        if rows <= max(groups, times) or rows > (groups + 1) * (times + 1):
            return False
        by_chance = 2 * self._ties(group) * self._ties(time) / (rows * (rows - 1))
        if by_chance < FEWEST_BY_CHANCE:
            return False
        pairs = g * (times + 1) + t  # t is -1 where the time is blank
        return all(len(np.unique(part)) == len(part) for part in (pairs[:_SOME], pairs))

    def _ties(self, column: str) -> float:
        """How many pairs of rows have the same value there."""
        if column not in self._pairs:
            times = np.bincount(self._codes[column] + 1)
            self._pairs[column] = float(np.sum(times * (times - 1.0))) / 2
        return self._pairs[column]

    def piles_up(self, column: str) -> bool:
        """Whether some value comes more than three times as often as another, as answers and counts do."""
        codes = self._codes.get(column)
        if codes is None or not len(codes):
            return False
        times = np.bincount(codes + 1)[1:]
        return bool(len(times) > 1 and times.max() > 3 * times.min())

    def compact(self, column: str) -> bool:
        """Whether whole numbers leave hardly any out between their ends, as those that count units do."""
        low, high = self.ends(column)
        return bool(high >= low) and self._distinct.get(column, 0) >= 0.8 * (high - low + 1)

    def runs_from_one(self, column: str) -> bool:
        """Whether whole numbers leave few out from 1 on, as those do that number units in some order."""
        low, high = self.ends(column)
        return low == 1 and self._distinct.get(column, 0) >= 0.5 * high

    def ends(self, column: str) -> tuple[float, float]:
        """The least and the largest number of a column; (inf, -inf) where none is known."""
        return self._ends.get(column, _NO_ENDS)


def _varies_within(x: NDArray[np.int64], g: NDArray[np.int64]) -> bool:
    """Whether two rows of a group differ, of codes ``x`` and groups ``g (N,)``."""
    order = np.argsort(g, kind="stable")
    x, g = x[order], g[order]
    return bool(np.any((g[1:] == g[:-1]) & (x[1:] != x[:-1])))


def look_at_rows(table: Table) -> Dependence:
    """See what the first rows of a stored table show; nothing where its file is gone."""
    chosen = _candidates(table.columns)
    if not chosen or not table.path.exists():
        return Dependence({}, {})
    cells = first_cells(table, [stored_name(c.stored) for c in chosen])
    codes: dict[str, NDArray[np.int64]] = {}
    ends: dict[str, tuple[float, float]] = {}
    for column in chosen:
        places: dict[object, int] = {}
        found = (_code(cell, places) for cell in cells[stored_name(column.stored)])
        codes[column.name] = np.fromiter(found, np.int64)
        ends[column.name] = _ends(places) if column.kind == "number" and column.whole else _NO_ENDS
    return Dependence(codes, ends)


def _candidates(columns: Sequence[Column]) -> list[Column]:
    able = [c for c in columns if c.not_outcome is None or c.not_group is None]
    return able[:COLUMNS_LOOKED_AT]


def first_cells(table: Table, columns: list[str]) -> dict[str, list[object]]:
    """The cells of columns of a stored table in its first rows, by their stored names."""
    import pyarrow.parquet as pq

    with damage_as_sentence(), pq.ParquetFile(table.path) as file:
        batch = next(file.iter_batches(batch_size=ROWS_LOOKED_AT, columns=columns), None)
    # by Python alone: functions of pyarrow.compute ask for pandas, whose import takes longer than all of this
    return {name: [] if batch is None else batch.column(name).to_pylist() for name in columns}


def _code(cell: object, places: dict[object, int]) -> int:
    """The place of a cell's value among those that came before; -1 where it is blank."""
    blank = cell is None or (isinstance(cell, str) and not cell.strip())
    return -1 if blank else places.setdefault(cell, len(places))


def _ends(values: Iterable[object]) -> tuple[float, float]:
    try:
        numbers = [float(value) for value in values if isinstance(value, (str, float, int))]
    except ValueError:
        return _NO_ENDS
    return (min(numbers), max(numbers)) if numbers else _NO_ENDS
