"""Codes of labels that mean the same in every piece of a file."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dashboard.ingest.plain_pieces import Irregular

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class FoundLabels:
    """The labels of some rows, as far as they were known when they were looked up."""

    codes: NDArray[np.int64]
    """(N,) places among the known ones; -1 of a new one."""
    new: pa.DictionaryArray | None
    """Those that are new, in their order."""
    indices: NDArray[np.int64] | None = None
    """Where these are the values of a dictionary, which of them each row has."""


class LabelCodes:
    """The labels of all pieces so far, each with a code: its place in ``names``."""

    def __init__(self) -> None:
        self.names: list[str] = []
        """In the order in which they came."""
        self._place: dict[str, int] = {}
        self._known = pa.array([], pa.string())
        """The same; replaced as a whole, so that other threads may look labels up in it."""

    def look_up(self, labels: pa.Array) -> FoundLabels:
        """Look up the labels of some rows, none of them missing; any thread may."""
        if pa.types.is_dictionary(labels.type):
            indices = np.from_dlpack(labels.indices).astype(np.int64)
            return replace(self.look_up(labels.dictionary), indices=indices)
        known = self._known
        if len(known) > len(labels):
            # a table of the many known ones would take longer than a look at each in turn
            return FoundLabels(np.full(len(labels), -1), labels.dictionary_encode())
        places = pc.index_in(labels, value_set=known)
        new = labels.filter(places.is_null()).dictionary_encode() if places.null_count else None
        return FoundLabels(np.from_dlpack(places.fill_null(-1)).astype(np.int64), new)

    def codes(self, found: FoundLabels) -> NDArray[np.int64]:
        """(N,) the codes of labels that were looked up; one thread alone may ask.

        Raises:
            Irregular: a new label is blank.

        """
        if found.new is not None:
            self._take(found.codes, found.new)
        return found.codes if found.indices is None else found.codes[found.indices]

    def _take(self, codes: NDArray[np.int64], new: pa.DictionaryArray) -> None:
        """Give new labels their codes."""
        names = new.dictionary.to_pylist()
        if not all(map(str.strip, names)):
            raise Irregular
        places = np.array([self._place.setdefault(name, len(self._place)) for name in names], dtype=np.int64)
        added = list(self._place)[len(self.names) :]
        self.names += added
        self._known = pa.concat_arrays([self._known, pa.array(added, pa.string())])
        codes[codes < 0] = places[np.from_dlpack(new.indices)]
