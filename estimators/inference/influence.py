"""What each group alone does to the spreads and to mu: the model fitted without it, in closed form.

Without group j the sums of the profile over lambda (module `estimators.methods.profile`) lose one term each,
W - w_j, mu - w_j (ybar_j - mu) / (W - w_j) and Q - w_j (ybar_j - mu)^2 W / (W - w_j) - SSW_j, so that the
criteria of all J leave-one-out fits come from one profile, and their minima from it too (Cook & Weisberg
1982, Residuals and Influence in Regression; Christensen, Pearson & Johnson 1992, Technometrics 34, 38-45).
With covariates all is fitted again, of module `influence_regression`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from estimators.arrays import sums_of_others
from estimators.data.scaled import scale_groups, weighted_mean
from estimators.errors import DataError
from estimators.inference.estimable import estimable, require_checkable
from estimators.inference.near_sums import NearSums
from estimators.inference.roots import bracketed_roots
from estimators.methods.profile import Profile
from estimators.methods.variance_components import fit_variance_components

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from estimators.data.covariates import Covariates
    from estimators.data.groups import GroupData
    from estimators.data.scaled import ScaledGroups
    from estimators.methods.profile import Method

    Floats = NDArray[np.float64]
    Places = NDArray[np.intp]

POINTS_PER_DECADE = 24
"""Ratios looked at in every factor of ten, as in module `likelihood`."""
CELLS_AT_A_TIME = 1 << 20
"""Numbers held at once."""
FEW_SIZES = 200
"""Up to so many distinct sizes, sums over groups are computed anew at every ratio that is looked at."""
HEAVY = 1e3
"""A group that weighs so many times what all others do is not taken off sums: few digits would be left."""
HEAVIEST = 1e8
"""Where one that is left weighs so many times what the rest does at the ratio found, nor is any other."""
MOST_FITS = 1_000
"""So many fits without a group, one after the other, take a minute."""
LEAST_WITHIN = 1e-12
"""Of the sum of squares within; what is left without a group is nothing where it is less."""


@dataclass(frozen=True, eq=False)
class Influence:
    """The fit with all groups, and ``(J,)`` that without each; NaN where what is left cannot be fitted."""

    all_mu: float
    """With covariates the regression at their means over all rows, as ``mu`` is."""
    all_sigma_group: float
    all_icc: float | None
    """None of published means."""
    sigma_group_error: float | None
    """Standard error of sigma_group with all groups, sigma_error taken as known, in the outcome's units; None
    where it is estimated as 0."""
    mu: Floats
    """(J,) in the outcome's units."""
    sigma_group: Floats
    """(J,) in the outcome's units."""
    icc: Floats | None
    """(J,); None of published means."""
    std_error: Floats
    """(J,) of mu."""
    residual: Floats
    """(J,) own mean minus what the fit without the group expects of it, mu or the regression, in the standard
    deviations that this expects."""
    terms: tuple[str, ...] = ()
    """(p,) the coefficients, the intercept first; none without covariates."""
    all_coefficients: Floats | None = None
    """(p,) in the outcome's units by those of the covariates."""
    coefficients: Floats | None = None
    """(J, p) NaN where one of them cannot be estimated without the group."""
    coefficient_errors: Floats | None = None
    """(J, p) their standard errors."""

    @property
    def alone(self) -> NDArray[np.bool_]:
        """(J,) whether the group decides a coefficient alone, so that mu is unknown without it."""
        return np.isnan(self.mu) & ~np.isnan(self.sigma_group)

    @property
    def by_much(self) -> float:
        """2 / sqrt(J): what moves by more standard errors than that does so by much.

        The rule of Belsley, Kuh & Welsch (1980), Regression Diagnostics, ch. 2, for coefficients.
        """
        return 2.0 / float(np.sqrt(len(self.mu)))

    @property
    def moved_slopes(self) -> Floats:
        """(J, p - 1) how far each group moves each coefficient but the intercept, in standard errors."""
        if self.all_coefficients is None or self.coefficients is None or self.coefficient_errors is None:
            return np.zeros((len(self.mu), 0))
        with np.errstate(all="ignore"):  # where nothing differs, nothing moves
            moved = np.abs(self.coefficients - self.all_coefficients) / self.coefficient_errors
        return np.asarray(np.nan_to_num(moved[:, 1:], posinf=0.0))

    def moved_most(self, group: int) -> int | None:
        """The place in ``terms`` of the slope that a group moves most; None where it moves none by much."""
        moved = self.moved_slopes[group]
        if not len(moved) or moved.max() <= self.by_much:
            return None
        return 1 + int(moved.argmax())


def leave_one_out(data: GroupData, method: Method = "reml") -> Influence:
    """The model without each group in turn.

    Raises:
        DataError: fewer than three groups, one row in each, nothing that varies within, or survey weights;
            more than 1,000 groups that do not differ beside one that weighs far more than all of them;
            with covariates, nothing left beside them, more than 500 groups, or rows to adjust that
            are not at hand.

    """
    require_checkable(data)
    if len(data) < 3:
        raise DataError("influence needs at least 3 groups: without one, two must be left")
    if data.covariates is not None:
        return _beside_covariates(data, data.covariates, method)
    scaled = estimable(data)
    model = fit_variance_components(scaled, method)
    within = np.asarray(data.ss_within) / float(scaled.unit) ** 2
    without = _Without(scaled, method, within, np.asarray(data.n, dtype=np.float64))
    ratio = without.best(float(model.ratio))
    with np.errstate(all="ignore"):  # a group that outweighs all others by far is fitted without below
        parts = without.at(ratio, np.arange(len(data)))
    unsure = _unsure(scaled.information, ratio, parts.total)
    if unsure.sum() > MOST_FITS:
        raise DataError(
            f"one group weighs far more than all others, which do not differ: of more than {MOST_FITS:,} "
            "such groups it would take too long to fit all but one in turn"
        )
    for group in np.flatnonzero(unsure):
        _fit_without(data, int(group), method, (ratio, parts))
    error = np.ones(len(data)) if scaled.published else np.sqrt(parts.residual / without.multiplier)
    usable, unit = without.usable, float(scaled.unit)
    own = 1.0 / without.n + ratio
    spread = error * np.sqrt(own + 1.0 / parts.total)
    with np.errstate(all="ignore"):  # a group without which nothing is left is sorted out by ``usable``
        off = (scaled.value - parts.center) / spread

    def kept(values: Floats) -> Floats:
        return np.where(usable, values, np.nan)

    all_ratio = float(model.ratio)
    every = 1.0 if scaled.published else float(model.sigma_error) / unit
    group_error = None
    if all_ratio > 0:
        squares = float(np.square(1.0 / (1.0 / without.n + all_ratio)).sum())
        group_error = unit * every / float(np.sqrt(2.0 * squares * all_ratio))
    return Influence(
        all_mu=data.origin + float(model.mu),
        all_sigma_group=float(model.sigma_group),
        all_icc=None if scaled.published else all_ratio / (1.0 + all_ratio),
        sigma_group_error=group_error,
        mu=kept(np.asarray(scaled.location(parts.center))),
        sigma_group=kept(unit * error * np.sqrt(ratio)),
        icc=None if scaled.published else kept(ratio / (1.0 + ratio)),
        std_error=kept(unit * error / np.sqrt(parts.total)),
        residual=kept(off),
    )


def _unsure(information: Floats, ratio: Floats, total: Floats) -> NDArray[np.bool_]:
    """(J,) where too few digits are left without a group, at ratios and sums of weights ``(J,)``."""
    heaviest = np.full(len(information), int(information.argmax()))
    heaviest[heaviest[0]] = np.argsort(information)[-2]
    left = information[heaviest]
    left = left / (1.0 + left * ratio)
    heavy = information > HEAVY * sums_of_others(information)
    return np.asarray(heavy | (left > HEAVIEST * np.maximum(total - left, 0.0)))


def _fit_without(data: GroupData, group: int, method: Method, found: tuple[Floats, _Parts]) -> None:
    """Put the fit without one group into the ratios and parts ``(J,)``: that of the others alone."""
    ratio, parts = found
    scaled, kept, known = data.scaled(), np.arange(len(data)) != group, data.known_variance
    others = scale_groups(
        data.n[kept],
        data.origin,
        data.centered_mean[kept],
        data.ss_within[kept],
        None if known is None else known[kept],
        weights=None if data.weights is None else data.weights.at(kept),
    )
    if known is None and float(others.ss_within) == 0:
        return
    model, change = fit_variance_components(others, method), float(others.unit / scaled.unit)
    ratio[group] = float(model.ratio) * (1.0 if known is None else change**2)
    weight = others.information / (1.0 + others.information * float(model.ratio))
    center = float(weighted_mean(others.value, weight))
    parts.total[group] = float(weight.sum()) / (1.0 if known is None else change**2)
    parts.center[group] = (float(others.center) + center) * change - float(scaled.center)
    squares = float(weight @ np.square(others.value - center)) + float(others.ss_within)
    parts.residual[group] = squares * change**2


def _beside_covariates(data: GroupData, covariates: Covariates, method: Method) -> Influence:
    from estimators.inference.influence_regression import WithoutEach, mean_level, require_few

    require_few(data)
    without = WithoutEach(data, covariates, method)
    model, published = without.all, data.known_variance is not None
    coefficients = model.rows.coefficients(model.beta / model.unit)
    return Influence(
        all_mu=mean_level(model),
        all_sigma_group=model.sigma_group,
        all_icc=None if published else model.ratio / (1.0 + model.ratio),
        sigma_group_error=without.sigma_group_error,
        mu=without.mu,
        sigma_group=without.sigma_group,
        icc=None if published else without.ratio / (1.0 + without.ratio),
        std_error=without.std_error,
        residual=without.residual,
        terms=model.rows.terms,
        all_coefficients=np.array([one.estimate for one in coefficients]),
        coefficients=without.coefficients,
        coefficient_errors=without.coefficient_errors,
    )


@dataclass(frozen=True, eq=False)
class _Parts:
    """What the profiles without a group are made of, at P pairs of a ratio and a group."""

    total: Floats
    center: Floats
    residual: Floats
    log_det: Floats
    slope: Floats
    """Derivative of the residual by the ratio."""
    squares: Floats
    """Sum of w^2."""


class _Without:
    """The profiles of J data sets, each without one group."""

    _near: tuple[NearSums, Places] | None = None
    """Sums near the ratios of each group, with the bracket of each ``(J,)``."""

    def __init__(self, scaled: ScaledGroups, method: Method, ss_within: Floats, rows: Floats) -> None:
        self._profile, self._reml = Profile.of(scaled, method), method == "reml"
        self._value, self.n = scaled.value, scaled.information
        published = scaled.published
        self._known = published
        total = float(scaled.ss_within)
        self._within = np.zeros(len(self.n)) if published else np.maximum(total - ss_within, 0.0)
        others = np.zeros(len(self.n)) if published else scaled.rows - rows
        self.multiplier = others - 1.0 if self._reml else others
        left = others - (scaled.groups - 1)
        self.usable = np.ones(len(self.n), dtype=bool)
        if not published:
            self.usable = (left > 0.5) & (self._within > LEAST_WITHIN * total)

    def at(self, ratio: Floats, group: Places) -> _Parts:
        """The parts at ratios ``(P,)``, each without a group ``(P,)``."""
        if self._near is not None:
            near, bracket = self._near
            return self._parts(ratio, group, near.at(ratio, bracket[group]))
        at_once = max(1, CELLS_AT_A_TIME // len(self._profile.size))
        blocks = [
            self._some(ratio[i : i + at_once], group[i : i + at_once]) for i in range(0, len(ratio), at_once)
        ]
        names = ("total", "center", "residual", "log_det", "slope", "squares")
        return _Parts(*(np.concatenate([getattr(block, name) for block in blocks]) for name in names))

    def _some(self, ratio: Floats, group: Places) -> _Parts:
        """As :meth:`at`, or at one ratio ``(1,)`` for all of the groups."""
        return self._parts(ratio, group, self._sums(ratio))

    def _sums(self, ratio: Floats) -> Floats:
        """(7, P) what all groups add up to: W, mu, Q, sums of w^2 times 1, offset and its square, log det."""
        profile = self._profile
        here = profile.at(ratio, np.zeros(len(ratio), dtype=np.intp))
        square = np.square(here.weights)
        return np.stack(
            [
                here.total,
                here.center,
                here.residual - profile.ss_within[0],
                square @ profile.count,
                (square * here.offset) @ profile.count,
                (square * here.distance).sum(axis=1),
                np.log1p(ratio[:, None] * profile.size) @ profile.count,
            ]
        )

    def _sums_by_block(self, ratio: Floats) -> Floats:
        """As :meth:`_sums`, so many at a time as are held at once."""
        at_once = max(1, CELLS_AT_A_TIME // len(self._profile.size))
        return np.hstack([self._sums(ratio[i : i + at_once]) for i in range(0, len(ratio), at_once)])

    def _parts(self, ratio: Floats, group: Places, sums: Floats) -> _Parts:
        """The parts without a group ``(P,)``, from sums ``(7, P)`` over all."""
        all_total, center, all_residual, none, one, two, log_det = sums
        n, y = self.n[group], self._value[group]
        w = n / (1.0 + n * ratio)
        off, total = y - center, all_total - w
        moved = -w * off / total
        residual = all_residual - w * np.square(off) * all_total / total
        two = two - 2.0 * moved * one + np.square(moved) * none - np.square(w) * np.square(off - moved)
        return _Parts(
            total,
            center + moved,
            np.maximum(residual, 0.0) + self._within[group],
            log_det - np.log1p(n * ratio),
            -two,
            none - np.square(w),
        )

    def _criterion(self, ratio: float, group: Places) -> Floats:
        found = self._some(np.array([ratio]), group)
        value = found.log_det + (np.log(found.total) if self._reml else 0.0)
        if self._known:
            return np.asarray(value + found.residual)
        return np.asarray(value + self.multiplier[group] * np.log(found.residual))

    def _score(self, ratio: Floats, group: Places) -> Floats:
        found = self.at(ratio, group)
        value = found.total - (found.squares / found.total if self._reml else 0.0)
        if self._known:
            return np.asarray(value + found.slope)
        return np.asarray(value + self.multiplier[group] * found.slope / found.residual)

    def best(self, ratio: float) -> Floats:
        """(J,) the ratio at the lowest point without each group; ``ratio`` is that with all of them."""
        size = self._profile.size
        low, high = 1e-4 / float(size[-1]), max(1e3 / float(size[0]), 1e3 * ratio)
        grid = np.geomspace(low, high, int(np.ceil(np.log10(high / low) * POINTS_PER_DECADE)))
        grid = np.concatenate([[0.0], grid])
        every, groups = np.arange(len(self.n)), np.arange(len(self.n))
        with np.errstate(all="ignore"):  # a group without which nothing is left is sorted out by ``usable``
            lowest, at = np.full(len(every), np.inf), np.zeros(len(every), dtype=np.intp)
            for place, value in enumerate(grid):
                here = self._criterion(float(value), groups)
                better = here < lowest
                lowest, at = np.where(better, here, lowest), np.where(better, place, at)
            left, right = grid[np.maximum(at - 1, 0)], grid[np.minimum(at + 1, len(grid) - 1)]
            if len(size) > FEW_SIZES:
                _, one_of, bracket = np.unique(at, return_index=True, return_inverse=True)
                sums = NearSums.of(self._sums_by_block, left[one_of], right[one_of])
                self._near = sums, bracket.astype(np.intp)
            falls = self._score(left, groups) < 0
            falls &= (self._score(right, groups) > 0) & self.usable
        found = grid[at]
        some = every[falls]
        found[some] = bracketed_roots(lambda x: self._score(x, some), left[falls], right[falls])
        return np.asarray(found)
