"""What each group alone does to a regression of groups: the model fitted again without it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from estimators.data.cross_products import NONE_WITHIN
from estimators.data.products_without import factors_without
from estimators.errors import DataError
from estimators.inference.second_order_regression import SpreadErrors
from estimators.methods.regression import fit_regression

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from estimators.data.covariates import Covariates
    from estimators.data.groups import GroupData
    from estimators.methods.profile import Method
    from estimators.methods.regression import RegressionModel

    Floats = NDArray[np.float64]

MOST_GROUPS = 500
"""Groups that are left out one after the other: each takes a fit of 4 to 8 ms."""


def require_few(data: GroupData) -> None:
    """Make sure that leaving out each group in turn takes seconds.

    Raises:
        DataError: there are too many groups, or rows to adjust are not at hand.

    """
    if len(data) > MOST_GROUPS:
        raise DataError(
            f"beside covariates each group is left out and all is fitted again, which is done for at most "
            f"{MOST_GROUPS} groups, and these are {len(data):,}"
        )
    if data.covariates is not None and data.covariates.adjusts:
        data.require_rows()


class WithoutEach:
    """The regression with all of J groups, and what it is without each, ``(J,)`` and ``(J, p)``.

    In the outcome's and the covariates' units; NaN where what is left cannot be fitted. Where a coefficient
    cannot be estimated without a group, there are spreads, and neither mu nor coefficients.
    """

    def __init__(self, data: GroupData, covariates: Covariates, method: Method) -> None:
        self.all = fit_regression(data, method)
        count, size = len(data), self.all.rows.rank
        self.mu, self.std_error, self.sigma_group, self.ratio, self.residual = np.full((5, count), np.nan)
        self.coefficients, self.coefficient_errors = np.full((2, count, size), np.nan)
        for j, others in enumerate(_without_each(data, covariates)):
            try:
                model = fit_regression(others, method)
            except DataError:  # too little is left beside the covariates: no numbers
                continue
            self.sigma_group[j], self.ratio[j] = model.sigma_group, model.ratio
            if model.rows.terms == self.all.rows.terms:
                self._take(j, data, covariates, model)

    def _take(self, j: int, data: GroupData, covariates: Covariates, model: RegressionModel) -> None:
        rows, scaled = model.rows, model.rows.scaled
        kept, center = rows.covariates.row_mean, data.origin + model.unit * float(scaled.center)
        middle = np.concatenate([[1.0], (covariates.row_mean - kept)[rows.kept]])
        self.mu[j] = center + float(middle @ model.beta)
        self.std_error[j] = model.std_error(middle[None])[0]
        found = model.rows.coefficients(model.beta / model.unit, model.std_error(model.rows.raw))
        self.coefficients[j] = [one.estimate for one in found]
        self.coefficient_errors[j] = [one.std_error for one in found]
        place = np.concatenate([[1.0], (covariates.mean[j] - kept)[rows.kept]])
        own = data.centered_mean[j] - model.unit * float(scaled.center) - place @ model.beta
        known = data.known_variance
        error = model.sigma_error**2 / data.information[j] if known is None else known[j]
        spread = model.sigma_group**2 + error + np.square(model.std_error(place[None])[0])
        self.residual[j] = own / np.sqrt(spread)

    @property
    def sigma_group_error(self) -> float | None:
        """Standard error of sigma_group with all groups; None where it is estimated as 0.

        By the information that the covariates leave on both spreads.
        """
        if self.all.sigma_group == 0:
            return None
        errors = SpreadErrors.of(self.all)
        variance = float(np.sqrt(errors.inverse[0])) * errors.step * self.all.sigma_error**2
        return variance / (2.0 * self.all.sigma_group)


def mean_level(model: RegressionModel) -> float:
    """The regression at the terms' means over all rows, in the outcome's units."""
    scaled = model.rows.scaled
    return float(scaled.origin + model.unit * float(scaled.center) + model.beta[0])


def _without_each(data: GroupData, covariates: Covariates) -> Iterator[GroupData]:
    """The groups but each in turn."""
    known = data.known_variance
    for j, within in enumerate(factors_without(data, covariates)):
        some = np.arange(len(data)) != j
        yield replace(
            data,
            labels=data.labels[some],
            n=data.n[some],
            centered_mean=data.centered_mean[some],
            ss_within=data.ss_within[some],
            constant=data.constant[some],
            rows_read=int(data.n[some].sum()),
            known_variance=None if known is None else known[some],
            weights=None if data.weights is None else data.weights.at(some),
            covariates=_of_some(covariates, some, data.n, within),
            read_rows=None,
            counts=None,
            given_place=None,
            published_n=None,
        )


def _of_some(
    covariates: Covariates, some: NDArray[np.bool_], n: NDArray[np.int64], within: Floats
) -> Covariates:
    """The covariates of some groups; one that does not vary among them is exactly constant."""
    mean = covariates.mean[some]
    row_mean = np.average(mean, axis=0, weights=n[some])
    same = (np.ptp(mean, axis=0) <= NONE_WITHIN) & ~within[:-1, :-1].any(axis=0)
    mean, row_mean = np.where(same, mean[0], mean), np.where(same, mean[0], row_mean)
    return replace(covariates, mean=mean, row_mean=row_mean, within=within)
