"""The estimator: posterior means under the mixing distribution of maximum likelihood."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from blupboard_nonparametric_eb.kernel import Kernel
from blupboard_nonparametric_eb.solver import Mixing, log_likelihood, solve
from estimators import (
    DataError,
    DrawnJoint,
    Estimator,
    GroupFit,
    Note,
    Parameter,
    degenerate_fit,
    option,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from estimators import GroupData, ScaledGroups

    Floats = NDArray[np.float64]

MOST_NODES = 20_000
REACHED = 1e-6
MOST_DRAWN = 2000
"""Groups that are drawn together for ranks: more would take too much room."""
ATOMS, MASSES = "mixing_atoms", "mixing_masses"
"""Where a fit holds the estimated distribution, among its details: ``(M,)`` each."""


@dataclass(frozen=True)
class NonparametricOptions:
    """Where the distribution may have its atoms."""

    support: str = option(
        "free",
        label="Atoms",
        help="Free: anywhere; the grid is where the search looks. Grid: on the grid only, as Koenker & "
        "Mizera do; a little is lost, and the certificate shows how much.",
        choices={"free": "anywhere", "grid": "on the grid"},
    )
    points: int = option(
        300,
        label="Grid points",
        help="From the smallest group mean to the largest. Means of groups that are known more precisely "
        "than the grid is fine are added to it.",
        minimum=20,
        maximum=5000,
    )


@dataclass(frozen=True, eq=False)
class DiscretePosterior:
    """The groups' posteriors: the same atoms for all, with masses of their own."""

    atoms: Floats
    """(M,) in the outcome's units, ascending."""
    shares: Floats
    """(J, M) posterior masses."""

    def __call__(self, level: float) -> tuple[Floats, Floats]:
        """Lower and upper ends ``(J,)`` of the equal-tailed interval: atoms, holding at least ``level``."""
        tail = (1.0 - level) / 2.0
        below, beyond = np.cumsum(self.shares, axis=1), np.cumsum(self.shares[:, ::-1], axis=1)
        last = len(self.atoms) - 1
        low = np.minimum((below < tail).sum(axis=1), last)
        high = last - np.minimum((beyond < tail).sum(axis=1), last)
        return self.atoms[low], self.atoms[high]

    @property
    def center(self) -> float:
        """The mean of all posteriors, which is that of G."""
        return float(self.shares.mean(axis=0) @ self.atoms)

    def above(self, value: float) -> Floats:
        """The chance ``(J,)`` of each true mean above ``value``; a tie counts half."""
        return np.clip(self.shares @ (0.5 * (1.0 + np.sign(self.atoms - value))), 0.0, 1.0)

    def draw(self, draws: int, seed: int) -> tuple[Floats, Floats | None]:
        """True means ``(draws, J)`` and the mean of all posteriors ``(draws,)``, which is that of G."""
        uniform = np.random.default_rng(seed).random((draws, len(self.shares)))
        reached = np.cumsum(self.shares, axis=1)
        theta = np.empty_like(uniform)
        for j, steps in enumerate(reached):
            at = np.searchsorted(steps, uniform[:, j], side="right")
            theta[:, j] = self.atoms[np.minimum(at, len(self.atoms) - 1)]
        return theta, np.full(draws, self.center)


class NonparametricBayes(Estimator):
    """Posterior means with theta_j ~ G and ybar_j ~ N(theta_j, v_j), G by maximum likelihood.

    v_j is pooled variance / n_j, taken as known, or as published. Kiefer & Wolfowitz (1956), Annals of
    Mathematical Statistics 27, 887-906; Koenker & Mizera (2014), JASA 109, 674-685. See
    :mod:`blupboard_nonparametric_eb.solver` for how G is found.
    """

    id = "nonparametric_eb"
    label = "Nonparametric EB"
    summary = (
        "Pulls each group towards places where groups gather; nothing is assumed about their distribution."
    )
    citation = (
        "Kiefer & Wolfowitz (1956), Annals of Mathematical Statistics 27, 887-906; "
        "Koenker & Mizera (2014), JASA 109, 674-685"
    )
    Options = NonparametricOptions
    color = "#e69f00"
    symbol = "star"
    order = 70
    on_at_first = False

    def _fit(self, data: GroupData, options: NonparametricOptions) -> GroupFit:
        limit = degenerate_fit(data, spread_df=len(data))
        if limit is not None:
            return _atoms_at_means(data, limit)
        scaled = data.scaled()
        error = np.sqrt(scaled.variance)
        kernel = Kernel(scaled.value, error)
        mixing = solve(kernel, _nodes(kernel, options.points), free=options.support == "free")
        shares = kernel.at(mixing.atoms) * mixing.masses
        shares /= shares.sum(axis=1, keepdims=True)
        shift = mixing.atoms - kernel.y[:, None]
        mean = (shares * shift).sum(axis=1)
        spread = np.sqrt((shares * np.square(shift - mean[:, None])).sum(axis=1))
        likelihood = log_likelihood(kernel, mixing.atoms, mixing.masses)
        unit = float(scaled.unit)
        likelihood -= float(np.log(unit * error).sum() + 0.5 * len(data) * np.log(2.0 * np.pi))
        atoms = scaled.location(mixing.atoms)
        drawn = DiscretePosterior(unit * mixing.atoms, shares)
        joint = None
        if len(mixing.atoms) > 1 and len(data) <= MOST_DRAWN:
            joint = DrawnJoint(drawn.draw, float(scaled.place(0.0)), drawn.above, drawn.center)
        return GroupFit(
            estimate=data.mean + unit * mean,
            std_error=unit * spread,
            parameters=_parameters(scaled, mixing, atoms, likelihood),
            notes=_notes(mixing),
            interval_fn=DiscretePosterior(atoms, shares),
            joint=joint,
            details={ATOMS: atoms, MASSES: mixing.masses},
        )


def mixing_distribution(fit: GroupFit) -> tuple[Floats, Floats]:
    """The estimated distribution of the groups' true means: atoms ``(M,)``, ascending, and masses ``(M,)``.

    Raises:
        DataError: the fit was not made by :class:`NonparametricBayes`.

    """
    atoms, masses = fit.details.get(ATOMS), fit.details.get(MASSES)
    if not isinstance(atoms, np.ndarray) or not isinstance(masses, np.ndarray):
        raise DataError("this fit has no mixing distribution: it was not made by nonparametric_eb")
    return atoms, masses


def _nodes(kernel: Kernel, points: int) -> Floats:
    """Where D is looked at: evenly from the smallest mean to the largest, and at means the grid would miss.

    Raises:
        DataError: the means lie so many standard errors apart that too many nodes would be needed.

    """
    low, high = float(kernel.y.min()), float(kernel.y.max())
    if low == high:
        return np.array([low])
    even = np.linspace(low, high, points)
    nodes = np.union1d(even, kernel.y[kernel.s < 2.0 * (even[1] - even[0])])
    if len(nodes) > MOST_NODES:
        raise DataError(
            f"{len(kernel.y):,} groups lie too many standard errors apart for the search; "
            "the level means say nearly the same"
        )
    return nodes


def _atoms_at_means(data: GroupData, limit: GroupFit) -> GroupFit:
    """The limit as the spread within groups goes to 0, with an atom at each group's mean."""
    atoms, which = np.unique(data.mean, return_inverse=True)
    shares = np.zeros((len(data), len(atoms)))
    shares[np.arange(len(data)), which] = 1.0
    numbers = {name: limit.parameters[name] for name in ("mu", "sigma_group", "sigma_error")}
    return replace(
        limit,
        weight=None,
        center=None,
        parameters={**numbers, "atoms": Parameter("atoms", len(atoms), "Atoms")},
        interval_fn=DiscretePosterior(atoms, shares),
        details={ATOMS: atoms, MASSES: shares.mean(axis=0)},
    )


def _parameters(
    scaled: ScaledGroups, mixing: Mixing, atoms: Floats, likelihood: float
) -> dict[str, float | Parameter | None]:
    middle = float(mixing.masses @ mixing.atoms)
    spread = scaled.unit * float(np.sqrt(mixing.masses @ np.square(mixing.atoms - middle)))
    j = scaled.groups
    about = (
        f"The largest sum of phi_j(t) / f_j over all t. At the maximum of the likelihood it is the number of "
        f"groups, {j}; what it has above that is more than the log likelihood could still gain."
    )
    given = (
        Parameter("mu", scaled.place(middle), "Mean of the distribution"),
        Parameter("sigma_group", spread, "Standard deviation of the distribution"),
        Parameter("sigma_error", scaled.sigma_error, "Within groups σe (pooled)"),
        Parameter("log_likelihood", likelihood),
        Parameter("certificate", j * mixing.largest, f"Certificate (at most {j})", about),
        Parameter("atoms", len(atoms), "Atoms", "The number of places where the distribution has mass."),
    )
    return {p.name: p for p in given}


def _notes(mixing: Mixing) -> tuple[Note, ...]:
    notes = []
    if len(mixing.atoms) == 1:
        text = (
            "One atom: the likelihood is largest if all groups have the same true mean, so all are put "
            "there. The standard error of 0 takes that as given; it does not mean that the true means are "
            "known."
        )
        notes.append(Note("one_atom", "warning", text))
    if mixing.largest > 1.0 + REACHED:
        text = "The distribution is not quite that of maximum likelihood: the certificate says how far off."
        notes.append(Note("not_certified", "info", text))
    return tuple(notes)
