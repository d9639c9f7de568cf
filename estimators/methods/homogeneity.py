"""Whether group means lie further apart than chance alone would put them: the F test, and Cochran's Q."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from estimators.inference.estimable import is_estimable
from estimators.inference.sums_of_squares import sums_of_squares

if TYPE_CHECKING:
    from estimators.data.groups import GroupData

SIGNIFICANT = 0.05
"""A p value below this is one that the test sees a difference by, as is the custom."""
Case = Literal["no_further", "within_chance", "beyond_chance"]


@dataclass(frozen=True)
class Homogeneity:
    """A test that all true means are equal: F = MSB / MSW of rows, Q of means with known variances.

    F = sum n_j (ybar_j - ybar)^2 / (J - 1) / (SSW / (N - J)), which is F(J - 1, N - J) where they are
    (Searle, Casella & McCulloch 1992, Variance Components, ch. 3); Q = sum (y_j - m)^2 / v_j, m weighted by
    1 / v_j, which is chi-square with J - 1 (Cochran 1954, Biometrics 10, 101-129).
    """

    statistic: float
    df: int
    """J - 1, or what covariates leave of it."""
    df_within: int | None
    """N - J minus the slopes of covariates; None for Q."""
    p: float
    """The chance of a statistic at least so large if all true means are equal."""

    @property
    def case(self) -> Case:
        """The means lie no further apart than chance would put them, further but within it, or beyond it.

        Chance puts them so far apart that F, or Q / (J - 1), is 1.
        """
        ratio = self.statistic if self.df_within is not None else self.statistic / self.df
        if ratio <= 1:
            return "no_further"
        return "beyond_chance" if self.p < SIGNIFICANT else "within_chance"

    @property
    def name(self) -> str:
        """What the test is called, as a sentence begins."""
        return "Cochran's test" if self.df_within is None else "The F test"

    def __str__(self) -> str:
        if self.df_within is None:
            name, expected = f"Q({self.df:,})", float(self.df)
        else:
            name, expected = f"F({self.df:,}, {self.df_within:,})", 1.0
        p = "p < .0001" if self.p < 1e-4 else f"p = {_on_one_side(self.p, SIGNIFICANT, 'g')}"
        return f"{name} = {_on_one_side(self.statistic, expected, 'f')}, {p}".replace("p = 0.", "p = .")


def _on_one_side(value: float, border: float, kind: str) -> str:
    """A number with two digits, or as many as show on which side of a border it lies."""
    texts = (f"{value:.{digits}{kind}}" for digits in range(2, 17))
    sided = (t for t in texts if float(t) == border == value or (float(t) - border) * (value - border) > 0)
    return next(sided, repr(value))


def homogeneity(data: GroupData) -> Homogeneity | None:
    """The test for these groups; None of one group, of one row in each, and of no spread within.

    With covariates it is of what they leave between groups: F with the sums of squares and degrees of freedom
    of module `sums_of_squares`, and Q of the residuals of weighted least squares (Q_E of meta-regression).
    """
    if data.covariates is not None:
        return _beside_covariates(data)
    scaled, df = data.scaled(), len(data) - 1
    if df == 0 or not (scaled.published or data.varies_within):
        return None
    between = float(np.square(scaled.value) @ scaled.information)
    if scaled.published:
        return _of_sums(between, df)
    return _of_sums(between, df, float(scaled.ss_within), data.df_within)


def _beside_covariates(data: GroupData) -> Homogeneity | None:
    if not is_estimable(data):
        return None
    squares = sums_of_squares(data)
    between = float(squares.between(np.zeros(1))[0])
    if squares.published:
        return _of_sums(between, squares.df)
    return _of_sums(between, squares.df, squares.within, squares.df_within)


def _of_sums(between: float, df: int, within: float = 0.0, df_within: int | None = None) -> Homogeneity:
    """The test by sums of squares; without ``df_within`` that between is a chi-square by itself."""
    from scipy.special import chdtrc, fdtrc

    if df_within is None:
        return Homogeneity(between, df, None, float(chdtrc(df, between)))
    f = between / df / (within / df_within)
    return Homogeneity(f, df, df_within, float(fdtrc(df, df_within, f)))
