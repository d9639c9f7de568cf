"""What the page knows of the groups: of up to INDEXED all of them, of more those that it has to do with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypedDict

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dashboard.scene.scene import Scene

INDEXED = 2_000
"""Groups of which the page is told all names: some 15 KB, compressed."""


class GroupEntries(TypedDict):
    """Some groups, one entry for each in every list."""

    positions: list[int]
    keys: list[int]
    labels: list[str]
    n: list[int] | None
    """Rows; None where means were published."""
    error: list[str] | None
    """Published standard errors; None where there are rows."""


def group_entries(scene: Scene, at: NDArray[np.int64]) -> GroupEntries:
    """The groups at some positions of the display order."""
    known = scene.published_error
    return {
        "positions": at.tolist(),
        "keys": scene.order[at].tolist(),
        "labels": scene.labels_at(at),
        "n": scene.n[at].tolist() if known is None else None,
        "error": None if known is None else [f"{error:.3g}" for error in known[at].tolist()],
    }


def groups_index(scene: Scene) -> dict[str, Any]:
    """What the linked views start from: ``groups`` is None where they are too many to be told of at once."""
    everyone = group_entries(scene, np.arange(len(scene))) if len(scene) <= INDEXED else None
    return {
        "view": scene.selection_key,
        "order": scene.order_key,
        "total": len(scene),
        "groups": everyone,
        "published": scene.published_error is not None,
        "unit": {"one": scene.unit.one, "many": scene.unit.many},
        "row": {"one": scene.row.one, "many": scene.row.many},
    }
