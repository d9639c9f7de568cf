"""The cells that leave their rows out, piece by piece: how many, and where the first of them stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from estimators.data.left_out import EXAMPLES

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy as np
    from numpy.typing import NDArray


class MissingCells:
    """The missing cells of all pieces so far."""

    def __init__(self) -> None:
        self.rows = 0
        self.enough: frozenset[str] = frozenset()
        """Texts of which no more examples are wanted; replaced as a whole, so that other threads may look."""
        self._places: dict[str, list[int]] = {}

    def add(self, places: NDArray[np.int64], texts: Iterable[str] | None) -> None:
        """Count rows by their places, in their order, and how their cells read; None: as `enough` do."""
        self.rows += len(places)
        if texts is None:
            return
        for place, text in zip(places.tolist(), texts, strict=True):
            if text in self.enough:
                continue
            # of more different texts than there are examples the later ones are never among them
            if text in self._places or len(self._places) < EXAMPLES:
                self._places.setdefault(text, []).append(place)
            if len(self._places.get(text, ())) in (0, EXAMPLES):
                self.enough |= {text}

    def examples(self) -> list[tuple[int, str]]:
        """(place, text) of some in the order of the table, the first of each different text before others."""
        ranked = [
            (again, place, text)
            for text, places in self._places.items()
            for again, place in enumerate(places)
        ]
        return sorted((place, text) for _, place, text in sorted(ranked)[:EXAMPLES])
