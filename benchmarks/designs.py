"""The data of the benchmarks: one random intercept, groups of random sizes, covariates of the rows."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Design:
    """So many rows in so many groups, with so many covariates."""

    rows: int
    groups: int
    covariates: int = 0

    def __str__(self) -> str:
        sizes = f"{self.rows:.0e} / {self.groups:.0e}".replace("e+0", "e")
        return f"{sizes}, {self.covariates} covariates" if self.covariates else sizes

    @property
    def warm_up(self) -> Design:
        """One of few rows."""
        return Design(2_000, 20, self.covariates)


DESIGNS = (Design(10**4, 10**2), Design(10**6, 10**4), Design(10**6, 10**5), Design(10**7, 10**5))
WITH_COVARIATES = (Design(10**6, 10**4, 5),)
Columns = tuple["NDArray[np.float64]", "NDArray[np.int32]", "NDArray[np.float64]"]


def columns(design: Design) -> Columns:
    """Outcome and group ``(rows,)`` and covariates ``(P, rows)``: sigma_group 1.5, sigma_error 3, mean 10."""
    rng = np.random.default_rng(design.rows + design.groups)
    group = rng.integers(0, design.groups, design.rows, dtype=np.int32)
    effect = 1.5 * rng.standard_normal(design.groups)
    outcome = 10.0 + effect[group] + 3.0 * rng.standard_normal(design.rows)
    covariates = rng.standard_normal((design.covariates, design.rows))
    return outcome + np.arange(1.0, design.covariates + 1.0) @ covariates, group, covariates


def write(design: Design, folder: Path) -> None:
    """The columns as raw little-endian bytes, which numpy and R read alike."""
    outcome, group, covariates = columns(design)
    outcome.astype("<f8").tofile(folder / "outcome.f8")
    group.astype("<i4").tofile(folder / "group.i4")
    for k, covariate in enumerate(covariates):
        covariate.astype("<f8").tofile(folder / f"x{k}.f8")


def read(folder: Path) -> Columns:
    """The columns that :func:`write` wrote."""
    outcome = np.fromfile(folder / "outcome.f8", dtype="<f8")
    covariates = [np.fromfile(path, dtype="<f8") for path in sorted(folder.glob("x*.f8"))]
    group = np.fromfile(folder / "group.i4", dtype="<i4")
    return outcome, group, np.array(covariates).reshape(len(covariates), len(outcome))
