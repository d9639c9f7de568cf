"""Ranks and orders of the groups that outlive a change of level: each is sorted out once for its fits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar
from weakref import WeakKeyDictionary

import numpy as np

from estimators.contract.comparison import mean_rank

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from numpy.typing import NDArray

    from estimators import GroupData, Result


T = TypeVar("T")


class Orders:
    """What sorting a million groups takes a good part of a second for, kept as long as what was sorted.

    Arrays are ``(J,)`` in the order of the data's labels.
    """

    def __init__(self) -> None:
        self._kept: WeakKeyDictionary[object, dict[Hashable, NDArray[np.float64]]] = WeakKeyDictionary()
        self._orders: WeakKeyDictionary[object, dict[Hashable, NDArray[np.int64]]] = WeakKeyDictionary()
        self._sorted: WeakKeyDictionary[object, dict[Hashable, _Sorted]] = WeakKeyDictionary()

    def rank(self, result: Result) -> NDArray[np.float64]:
        """The ranks of a result's estimates, as :attr:`Result.rank` gives them. ValueError without a fit."""
        fit, smallest_first = result.fit, result.smallest_first
        if fit is None:
            raise ValueError(f"{result.id} has no fit to rank")
        return _once(
            self._kept.setdefault(fit, {}),
            smallest_first,
            lambda: mean_rank(fit.estimate, result.rounding, smallest_first=smallest_first),
        )

    def own_rank(self, data: GroupData, *, smallest_first: bool) -> NDArray[np.float64]:
        """The ranks of the groups' own means."""
        return _once(
            self._kept.setdefault(data, {}),
            smallest_first,
            lambda: mean_rank(data.mean, data.rounding, smallest_first=smallest_first),
        )

    def order(self, of: object, by: Hashable, sort: Callable[[], NDArray[np.int64]]) -> NDArray[np.int64]:
        """The order ``of`` something, a fit or the data, ``by`` some rule; ``sort`` makes it."""
        return _once(self._orders.setdefault(of, {}), by, sort)

    def sorted(
        self, of: object, name: Hashable, order: NDArray[np.int64], values: Callable[[], NDArray[np.float64]]
    ) -> NDArray[np.float64]:
        """The ``values`` that something, a fit, has under a name, in the last order that was asked for."""
        kept = self._sorted.setdefault(of, {})
        found = kept.get(name)
        if found is None or found.order is not order:
            found = kept[name] = _Sorted(order, values()[order])
        return found.values


@dataclass(frozen=True, eq=False)
class _Sorted:
    order: NDArray[np.int64]
    values: NDArray[np.float64]


def _once(kept: dict[Hashable, T], key: Hashable, make: Callable[[], T]) -> T:
    found = kept.get(key)
    if found is None:
        found = kept[key] = make()
    return found
