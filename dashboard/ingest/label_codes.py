"""Codes of labels that mean the same in every piece of a file."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa

from dashboard.ingest.judge_rows import ROWS_HELD
from estimators.data.labels import arrow_texts

if TYPE_CHECKING:
    from numpy.typing import NDArray


_MANY_TIMES: Final = 8


@dataclass(frozen=True, eq=False)
class FoundLabels:
    """The labels of some rows, as far as they were known when they were looked up."""

    codes: NDArray[np.int64]
    """(N,) places among the known ones; -1 of a new one."""
    new: pa.Array | None
    """Those that are new, in their order: as a dictionary, or as text where they are few."""
    indices: NDArray[np.int64] | None = None
    """Where these are the values of a dictionary, which of them each row has."""


class LabelCodes:
    """The labels of all pieces so far, each with a code: its place in ``names``."""

    def __init__(self) -> None:
        self.names: list[str] = []
        """In the order in which they came."""
        self.blank: list[int] = []
        """The codes of those that are no label, of nothing or of white space."""
        self._place: dict[str, int] = {}
        self._known = pa.nulls(0, pa.string())
        """The same; replaced as a whole, so that other threads may look labels up in it."""

    def look_up(self, labels: pa.Array) -> FoundLabels:
        """Look up the labels of some rows, none of them missing; any thread may."""
        if pa.types.is_dictionary(labels.type):
            indices = np.from_dlpack(labels.indices).astype(np.int64)
            return replace(self.look_up(labels.dictionary), indices=indices)
        if len(labels) <= ROWS_HELD:  # Arrow's functions are not loaded for so few
            return FoundLabels(np.full(len(labels), -1), labels)
        known = self._known
        if len(known) > _MANY_TIMES * len(labels):
            # a table of the many known ones would take longer than a look at each in turn
            return FoundLabels(np.full(len(labels), -1), labels.dictionary_encode())
        import pyarrow.compute as pc

        places = pc.index_in(labels, value_set=known)
        if not places.null_count:
            return FoundLabels(np.from_dlpack(places).astype(np.int64), None)
        is_new = places.is_null()
        codes = np.zeros(len(labels), dtype=np.int64)
        codes[np.from_dlpack(is_new.cast(pa.uint8())) == 1] = -1
        codes[codes == 0] = np.from_dlpack(places.drop_null())
        return FoundLabels(codes, labels.filter(is_new).dictionary_encode())

    def codes(self, found: FoundLabels) -> NDArray[np.int64]:
        """(N,) the codes of labels that were looked up; one thread alone may ask."""
        if found.new is not None:
            self._take(found.codes, found.new)
        return found.codes if found.indices is None else found.codes[found.indices]

    def _take(self, codes: NDArray[np.int64], new: pa.Array) -> None:
        """Give new labels their codes."""
        few = not pa.types.is_dictionary(new.type)
        names = (new if few else new.dictionary).to_pylist()
        places = np.array([self._place.setdefault(name, len(self._place)) for name in names], dtype=np.int64)
        added = list(self._place)[len(self.names) :]
        if not all(map(str.strip, added)):
            self.blank += [self._place[name] for name in added if not name.strip()]
        self.names += added
        codes[codes < 0] = places if few else places[np.from_dlpack(new.indices)]
        if not few:
            self._known = arrow_texts(self.names).cast(pa.string())
