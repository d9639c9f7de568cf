"""Heritability of group means: how much of what a trial shows of its entries would show again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from estimators.errors import DataError
from estimators.inference.estimable import estimable
from estimators.methods.regression import fit_regression
from estimators.methods.variance_components import fit_variance_components

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from estimators.data.groups import GroupData
    from estimators.methods.profile import Method

    Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Heritability:
    """Shares of variance, 0 to 1; 0 where sigma_group is estimated as 0."""

    plot: float
    """Of one row, of weight 1 where rows have weights: sigma_group^2 / (sigma_group^2 + sigma_error^2)."""
    entry_mean: float
    """Of a group's mean: sigma_group^2 / (sigma_group^2 + sigma_error^2 / n), n the harmonic mean of what
    groups weigh."""
    cullis: float
    """1 - mean variance of differences between predictions and their truths / (2 sigma_group^2)."""
    accuracy: Floats
    """(J,) correlation of each group's predicted with its true deviation."""


def heritability(data: GroupData, method: Method = "reml") -> Heritability:
    """The heritability of groups by the spreads of ``method``, on the bases that breeders use.

    With g1_j = (1 - gamma_j) sigma_group^2 and L_j the part of b_j's error that comes from the coefficients,
    the mean over pairs is 2 (mean g1 + sum |L_j - mean L|^2 / (J - 1)) (Cullis, Smith & Coombes 2006, J.
    Agric. Biol. Environ. Stat. 11, 381-393; bases: Piepho & Moehring 2007, Genetics 177, 1881-1888). Accuracy
    is sqrt(1 - PEV_j / sigma_group^2) with PEV_j = g1_j + |L_j|^2 (Mrode 2014, Linear Models for the
    Prediction of Animal Breeding Values, 3rd ed., sec. 3.3.3).

    Raises:
        DataError: spreads that cannot be told apart, published means, or covariates that explain the groups.

    """
    if data.known_variance is not None:
        raise DataError("published means have no spread within groups, and so no heritability")
    if data.covariates is not None:
        if data.covariates.explains_groups:
            raise DataError("heritability takes groups that no covariate explains")
        model = fit_regression(data, method)
        scaled, ratio, group = model.rows.scaled, model.ratio, model.sigma_group
        signal = scaled.information * ratio
        shared = model.error_root((signal / (1.0 + signal))[:, None] * model.rows.design)
    else:
        scaled = estimable(data)
        plain = fit_variance_components(scaled, method)
        ratio, group = float(plain.ratio), float(plain.sigma_group)
        signal = scaled.information * ratio
        shared = (signal / (1.0 + signal) * float(plain.mu_std_error))[:, None]
    if ratio == 0:
        return Heritability(0.0, 0.0, 0.0, np.zeros(scaled.groups))
    harmonic = scaled.groups / float((1.0 / scaled.information).sum())
    loads = shared / group
    apart = float(np.square(loads - loads.mean(axis=0)).sum()) / (scaled.groups - 1)
    # a prediction that is all of what the others say has no accuracy, and rounding may leave less than 0
    reliable = signal / (1.0 + signal) - np.square(loads).sum(axis=1)
    return Heritability(
        plot=ratio / (1.0 + ratio),
        entry_mean=harmonic * ratio / (1.0 + harmonic * ratio),
        cullis=1.0 - float((1.0 / (1.0 + signal)).mean()) - apart,
        accuracy=np.sqrt(np.maximum(reliable, 0.0)),
    )
