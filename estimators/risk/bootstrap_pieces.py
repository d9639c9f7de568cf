"""What the parametric bootstrap draws, in pieces that are fitted anywhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from estimators.errors import DataError
from estimators.fitting.compare import run
from estimators.fitting.fit_many import Stopped, fit_many, is_looped
from estimators.inference.redrawn_groups import RedrawnGroups
from estimators.risk.redrawn_batches import RedrawnBlock, are_plain, come_at_once, redrawn_blocks
from estimators.risk.redrawn_counts import RedrawnCounts
from estimators.risk.replicates import block_size, draw_block
from estimators.simulation.design import Design, DesignError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from estimators.contract.estimator import Estimator
    from estimators.contract.fit import GroupFit
    from estimators.data.groups import GroupData

    Floats = NDArray[np.float64]

PIECE = 25
"""Draws that a worker gets at once of a method that fits one after the other."""


@dataclass(frozen=True)
class Asked:
    """A method, and how often and from what seed groups are drawn for it."""

    estimator: Estimator
    options: object
    draws: int
    seed: int


def pieces_of(data: GroupData, fit: GroupFit, asked: Asked) -> Iterator[AnyPiece]:
    """The draws by the spreads of a fit, which has them."""
    groups, sigma_group, sigma_error = drawn_from(data, fit)
    if groups is None:
        return _design_pieces(_design_of(data, sigma_group, sigma_error or 0.0), asked)
    if come_at_once(data, asked.estimator):
        blocks = redrawn_blocks(groups, sigma_group, sigma_error or 0.0, asked.draws, asked.seed)
        return (RedrawnBatch(block, asked.estimator, asked.options) for block in blocks)
    return redrawn_pieces(groups, sigma_group, sigma_error, asked)


def drawn_from(
    data: GroupData, fit: GroupFit
) -> tuple[RedrawnGroups | RedrawnCounts | None, float, float | None]:
    """What is drawn, None for plain normal rows, and the spreads that it is drawn with."""
    sigma_group = _spread(fit, "sigma_group")
    sigma_error = _spread(fit, "sigma_error") if has_parameter(fit, "sigma_error") else None
    if data.known_variance is not None:
        sigma_error = None
    events = RedrawnCounts.around(data, fit)
    if events is not None:
        return events, *events.spreads(sigma_group, sigma_error)
    plain = sigma_error is not None and are_plain(data)
    return (None if plain else RedrawnGroups.like(data)), sigma_group, sigma_error


@dataclass(frozen=True)
class Piece:
    """Some draws of one block, to be fitted anywhere."""

    design: Design
    estimator: Estimator
    options: object
    seed: int
    block: int
    first: int
    """Of the block's draws, from 0."""
    last: int
    """Past the end."""

    def squared_errors(self, stopped: Callable[[], bool] | None = None) -> Floats:
        """(R, J) squared distances of estimate and true mean, of the draws that could be fitted."""
        if stopped is not None and stopped():
            raise Stopped
        drawn = draw_block(self.design, self.seed, self.block, self.last)
        batch, effect = drawn.batch.since(self.first), drawn.effect[self.first :]
        fit = fit_many(self.estimator, batch, self.options, level=0.95, stopped=stopped)
        error = (fit.estimate - batch.origin) - effect
        return np.square(error[~np.isnan(error).any(axis=1)])


def _design_pieces(design: Design, asked: Asked) -> Iterator[Piece]:
    """Whole blocks, or fewer draws of a method that fits one after the other."""
    size = block_size(design.groups)
    for block in range(-(-asked.draws // size)):
        count = min(size, asked.draws - block * size)
        step = PIECE if is_looped(asked.estimator) else count
        for first in range(0, count, step):
            last = min(first + step, count)
            yield Piece(design, asked.estimator, asked.options, asked.seed, block, first, last)


@dataclass(frozen=True)
class RedrawnBatch:
    """Draws of rows with weights or covariates, or of 0 and 1, that are fitted at once."""

    block: RedrawnBlock
    estimator: Estimator
    options: object

    def squared_errors(self, stopped: Callable[[], bool] | None = None) -> Floats:
        """(R, J) squared distances of estimate and true mean, of the draws that could be fitted."""
        if stopped is not None and stopped():
            raise Stopped
        batch, truth = self.block.draw()
        fit = fit_many(self.estimator, batch, self.options, level=0.95, stopped=stopped)
        error = fit.estimate - truth
        return np.square(error[~np.isnan(error).any(axis=1)])


@dataclass(frozen=True, eq=False)
class RedrawnPiece:
    """Some draws of published means, events, or rows with weights or covariates, each by its own stream."""

    groups: RedrawnGroups | RedrawnCounts
    sigma_group: float
    sigma_error: float | None
    """None of published means and rates."""
    estimator: Estimator
    options: object
    seed: int
    first: int
    last: int
    """Past the end."""

    def squared_errors(self, stopped: Callable[[], bool] | None = None) -> Floats:
        """(R, J) squared distances of estimate and true mean, of the draws that could be fitted."""
        found = []
        for draw in range(self.first, self.last):
            if stopped is not None and stopped():
                raise Stopped
            rng = np.random.default_rng([self.seed, draw])
            drawn, truth = self.groups.draw(rng, self.sigma_group, self.sigma_error)
            one = run(drawn, self.estimator, self.options, 0.95)
            if one.fit is not None:
                found.append(np.square(one.fit.estimate - truth))
        return np.array(found).reshape(-1, len(self.groups.data))


def redrawn_pieces(
    groups: RedrawnGroups | RedrawnCounts, sigma_group: float, sigma_error: float | None, asked: Asked
) -> Iterator[RedrawnPiece]:
    """A few draws each, of what is fitted one after the other."""
    for first in range(0, asked.draws, PIECE):
        last = min(first + PIECE, asked.draws)
        yield RedrawnPiece(
            groups, sigma_group, sigma_error, asked.estimator, asked.options, asked.seed, first, last
        )


AnyPiece = Piece | RedrawnBatch | RedrawnPiece


def has_parameter(fit: GroupFit, name: str) -> bool:
    """Whether a fit gives a number for a parameter."""
    found = fit.parameters.get(name)
    return found is not None and found.value is not None


def _spread(fit: GroupFit, name: str) -> float:
    value = fit.parameters[name].value
    if value is None:
        raise ValueError(f"the fit has no {name}")
    return float(value)


def _design_of(data: GroupData, sigma_group: float, sigma_error: float) -> Design:
    """Groups of the same sizes, with these spreads; the population mean plays no part.

    Raises DataError where they cannot be drawn.
    """
    try:
        return Design(
            groups=len(data),
            per_group=",".join(map(str, data.n.tolist())),
            sigma_group=sigma_group,
            sigma_error=sigma_error,
        )
    except DesignError as error:
        raise DataError(f"groups like these cannot be drawn: {error}") from None
