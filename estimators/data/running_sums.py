"""Sums by code of pieces of the rows that come one after the other, all around one origin."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_FIRST_ROOM = 1024


@dataclass(frozen=True, eq=False)
class CodedSums:
    """Sums around a given origin by code, ``(groups,)`` each.

    ``low`` and ``high`` hold a group's rows between them; they are equal where all its rows are.
    """

    n: NDArray[np.int64]
    centered_mean: NDArray[np.float64]
    ss_within: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]


class RunningSums:
    """The sums of all pieces so far, by place; memory grows with the places and not with the pieces."""

    def __init__(self) -> None:
        self._places = 0
        self._held = _nothing(_FIRST_ROOM)

    def add(self, places: NDArray[np.int64], piece: CodedSums) -> None:
        """Add a piece whose codes stand for different places (Chan, Golub and LeVeque 1983)."""
        some = np.flatnonzero(piece.n)
        at = places[some]
        self._places = max(self._places, int(at.max(initial=-1)) + 1)
        if self._places > len(self._held.n):
            self._held = _joined(self._held, _nothing(2 * self._places - len(self._held.n)))
        held = self._held
        n_before, n_new = held.n[at], piece.n[some]
        n = n_before + n_new
        gap = np.where(n_before > 0, piece.centered_mean[some] - held.centered_mean[at], 0.0)
        base = np.where(n_before > 0, held.centered_mean[at], piece.centered_mean[some])
        held.n[at] = n
        held.centered_mean[at] = base + gap * (n_new / n)
        held.ss_within[at] += piece.ss_within[some] + np.square(gap) * (n_before * (n_new / n))
        held.low[at] = np.minimum(held.low[at], piece.low[some])
        held.high[at] = np.maximum(held.high[at], piece.high[some])

    def around(self, shift: float) -> CodedSums:
        """The sums by place around the origin moved by ``shift``."""
        held = _first(self._held, self._places)
        return replace(held, centered_mean=held.centered_mean - shift)


def _nothing(groups: int) -> CodedSums:
    return CodedSums(
        n=np.zeros(groups, dtype=np.int64),
        centered_mean=np.zeros(groups),
        ss_within=np.zeros(groups),
        low=np.full(groups, np.inf),
        high=np.full(groups, -np.inf),
    )


def _joined(a: CodedSums, b: CodedSums) -> CodedSums:
    arrays: dict[str, NDArray[Any]] = {
        name: np.concatenate((values, getattr(b, name))) for name, values in vars(a).items()
    }
    return CodedSums(**arrays)


def _first(sums: CodedSums, groups: int) -> CodedSums:
    return CodedSums(**{name: values[:groups] for name, values in vars(sums).items()})
