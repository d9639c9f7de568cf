"""Groups by name, among any number of them."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dashboard.scene.scene import Scene


def positions_named(scene: Scene, text: str) -> NDArray[np.int64]:
    """The positions of the groups with a text in their names, in any case; those named so exactly first.

    None for an empty text.
    """
    wanted = unicodedata.normalize("NFKC", text).lower().strip()
    if not wanted:
        return np.zeros(0, dtype=np.int64)
    labels = pa.array(scene.comparison.data.labels, type=pa.large_string())
    names = pc.utf8_trim_whitespace(pc.utf8_lower(pc.utf8_normalize(labels, form="NFKC")))
    found = np.asarray(pc.match_substring(names, wanted), dtype=np.bool_)[scene.order]
    exact = np.asarray(pc.equal(names, wanted), dtype=np.bool_)[scene.order]
    return np.concatenate([np.flatnonzero(found & exact), np.flatnonzero(found & ~exact)])
