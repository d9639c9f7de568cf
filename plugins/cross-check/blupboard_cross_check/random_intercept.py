"""What both packages have in common: the model, its options, and how an answer becomes a fit."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from blupboard_cross_check.standard import standard_rows
from estimators import DataError, Estimator, GroupFit, Note, Parameter, option

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from blupboard_cross_check.standard import StandardRows
    from estimators import GroupData


@dataclass(frozen=True)
class CriterionOptions:
    """What the package is asked to make largest."""

    criterion: str = option(
        "reml",
        label="Criterion",
        help="REML is the default of both packages; ML takes groups to differ a little less.",
        choices={"reml": "REML", "ml": "ML"},
    )


@dataclass(frozen=True, eq=False)
class Answer:
    """What a package says about standardised rows, in their units."""

    version: str
    """The package and its version."""
    mu: float
    mu_std_error: float | None
    sigma_group: float
    sigma_error: float
    log_likelihood: float | None
    """Restricted for REML."""
    effects: NDArray[np.float64]
    """(J,) predictions of b_j."""
    variances: NDArray[np.float64]
    """(J,) their conditional variances: mu and both sigmas are taken as known."""
    notes: tuple[Note, ...] = ()
    """What the package had to say besides."""


class RandomIntercept(Estimator):
    """y_ij = mu + b_j + e_ij as another package fits it: its BLUPs mu + b_j.

    The standard error is the conditional one, the first of the three that exist: that of b_j with mu and both
    sigmas taken as known, sqrt((1 - gamma_j) sigma_group^2). It is the only one that the packages give. The
    weight gamma_j = n_j lambda / (1 + n_j lambda), lambda = sigma_group^2 / sigma_error^2, follows from the
    package's sigmas. Everything else is what the package says, moved back to the outcome's units.
    """

    needs = "rows"
    Options = CriterionOptions
    on_at_first = False
    program: ClassVar[str]
    """The package's name in sentences."""
    mu_std_error_help: ClassVar[str] = ""

    @abstractmethod
    def ask(self, rows: StandardRows, *, reml: bool) -> Answer:
        """Have the package fit the rows.

        Raises:
            DataError: it cannot, with its reason.

        """

    def _fit(self, data: GroupData, options: CriterionOptions) -> GroupFit:
        rows = standard_rows(data, self.program)
        reml = options.criterion == "reml"
        answer = self.ask(rows, reml=reml)
        numbers = (answer.mu, answer.sigma_group, answer.sigma_error, *answer.effects, *answer.variances)
        if not np.isfinite(numbers).all() or answer.sigma_error <= 0:
            raise DataError(f"{self.program} ended with numbers that are none")
        ratio = (answer.sigma_group / answer.sigma_error) ** 2
        likelihood = answer.log_likelihood
        if likelihood is not None:
            likelihood -= (data.total - reml) * float(np.log(rows.unit))
        mu, unit = rows.place(answer.mu), rows.unit
        mu_std_error = None if answer.mu_std_error is None else unit * answer.mu_std_error
        return GroupFit(
            estimate=rows.location(answer.mu + answer.effects),
            std_error=unit * np.sqrt(np.maximum(answer.variances, 0.0)),
            weight=data.n * ratio / (1.0 + data.n * ratio),
            center=mu,
            parameters={
                "mu": mu,
                "mu_std_error": Parameter("mu_std_error", mu_std_error, help=self.mu_std_error_help),
                "sigma_group": unit * answer.sigma_group,
                "sigma_error": unit * answer.sigma_error,
                "icc": ratio / (1.0 + ratio),
                "criterion": None if likelihood is None else -2.0 * likelihood,
                "log_likelihood": likelihood,
            },
            notes=(*answer.notes, _conditional(answer.version)),
        )

    def weight_curve(self, fit: GroupFit, information: NDArray[np.float64]) -> NDArray[np.float64] | None:
        """The curve n lambda / (1 + n lambda) of groups of n rows."""
        return fit.reliability(information)


def _conditional(version: str) -> Note:
    text = (
        f"From {version}. Its standard errors are conditional: they take the population mean and both "
        "spreads as known, so its intervals are shorter than those of a prediction."
    )
    return Note("conditional_std_error", "info", text, of_errors=True)


def says(program: str, message: str) -> Note:
    """A package's own words as a note."""
    return Note("package_says", "warning", f"{program} says: {' '.join(message.split())}")
