"""Funnel limits: how far own means lie apart by chance alone, and by how much more than that they do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np

from estimators.arrays import sum_over_pairs
from estimators.errors import DataError, OptionError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from estimators.data.groups import GroupData

    Floats = NDArray[np.float64]

Spread = Literal["chance", "multiplicative", "additive"]

WINSORISED = 0.1
"""Share of the z-scores at each end that is drawn in before their size is measured (Spiegelhalter 2005)."""


@dataclass(frozen=True, eq=False)
class Funnel:
    """Own means against a common target; arrays are ``(J,)``, in the order of the data's labels."""

    target: float
    """Mean of the own means, weighted by their precisions, in the outcome's units."""
    deviation: Floats
    """Own means minus the target."""
    std_error: Floats
    """Of each own mean, in the outcome's units."""
    phi: float
    """Mean square of the winsorised z-scores: 1 where chance explains the spread, more where it does not."""
    tau: float
    """Standard deviation that true means would have to have around the target, in the outcome's units."""

    def half_width(self, std_error: Floats, z: float, *, spread: Spread = "chance") -> Floats:
        """How far from the target a limit lies for own means with these standard errors.

        ``spread``: ``chance``, ``multiplicative`` (errors times the root of phi, at least 1) or ``additive``
        (their squares plus tau^2).

        Raises:
            OptionError: ``spread`` is none of these.

        """
        if spread not in get_args(Spread):
            raise OptionError(f"the spread is one of {', '.join(get_args(Spread))}, not {spread!r}")
        if spread == "additive":
            return np.asarray(z * np.hypot(std_error, self.tau))
        times = np.sqrt(max(self.phi, 1.0)) if spread == "multiplicative" else 1.0
        return np.asarray(z * times * std_error)

    def beyond(self, z: float, *, spread: Spread = "additive") -> NDArray[np.bool_]:
        """(J,) whether a group lies outside of such limits."""
        return np.asarray(np.abs(self.deviation) > self.half_width(self.std_error, z, spread=spread))


def funnel(data: GroupData) -> Funnel:
    """The target, and how much more own means spread than chance explains.

    phi = mean of z^2, z = (ybar_j - target) / se_j with the outermost tenth of them at each end set to the
    quantile there; tau^2 = (J phi - (J - 1)) / (sum w - sum w^2 / sum w), w = 1 / se_j^2, at least 0
    (Spiegelhalter 2005, Stat. Med. 24, 1185-1202, section 5 and appendix).

    Raises:
        DataError: one group, one row in each, nothing that varies within, or covariates.

    """
    if data.covariates is not None:
        raise DataError("a funnel shows own means as they are, and these groups have covariates")
    variance = data.sampling_variance
    if len(data) < 2 or variance is None or not (variance > 0).all():
        raise DataError("needs at least 2 groups whose means have standard errors")
    error = np.sqrt(variance)
    unit = float(error.max())
    weight = np.square(unit / error)
    middle = float(weight @ data.centered_mean / weight.sum())
    deviation = data.centered_mean - middle
    z = deviation / error
    phi = float(np.square(np.clip(z, *np.quantile(z, [WINSORISED, 1.0 - WINSORISED]))).mean())
    groups, total = len(data), float(weight.sum())
    between = (groups * phi - (groups - 1)) * total / sum_over_pairs(weight)
    return Funnel(data.origin + middle, deviation, error, phi, unit * float(np.sqrt(max(between, 0.0))))
