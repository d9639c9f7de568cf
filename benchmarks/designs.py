"""The data of the benchmarks: one random intercept, groups of random sizes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Design:
    """So many rows in so many groups."""

    rows: int
    groups: int

    def __str__(self) -> str:
        return f"{self.rows:.0e} / {self.groups:.0e}".replace("e+0", "e")


DESIGNS = (Design(10**4, 10**2), Design(10**6, 10**4), Design(10**6, 10**5), Design(10**7, 10**5))
WARM_UP = Design(2_000, 20)


def columns(design: Design) -> tuple[NDArray[np.float64], NDArray[np.int32]]:
    """Outcome and group ``(rows,)``: sigma_group 1.5, sigma_error 3, mean 10."""
    rng = np.random.default_rng(design.rows + design.groups)
    group = rng.integers(0, design.groups, design.rows, dtype=np.int32)
    effect = 1.5 * rng.standard_normal(design.groups)
    return 10.0 + effect[group] + 3.0 * rng.standard_normal(design.rows), group


def write(design: Design, folder: Path) -> None:
    """Both columns as raw little-endian bytes, which numpy and R read alike."""
    outcome, group = columns(design)
    outcome.astype("<f8").tofile(folder / "outcome.f8")
    group.astype("<i4").tofile(folder / "group.i4")


def read(folder: Path) -> tuple[NDArray[np.float64], NDArray[np.int32]]:
    """The columns that :func:`write` wrote."""
    return np.fromfile(folder / "outcome.f8", dtype="<f8"), np.fromfile(folder / "group.i4", dtype="<i4")
