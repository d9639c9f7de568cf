"""Coverage of 95% intervals of BLUPs by draws, beside another program's: ``python -m benchmarks.coverage``.

The other's answers and their Monte Carlo errors lie in tests/data/oracles/inference/A_second_order, with both
spreads and the number of draws of each row. ``apart`` is the difference in combined Monte Carlo errors.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from estimators import Design, Registry, build_registry
from estimators.contract.fit import two_sided_quantile
from estimators.fitting.fit_many import fit_many
from estimators.risk.replicates import block_size, draw_block

ANSWERS = Path(__file__).parents[1] / "tests/data/oracles/inference/A_second_order/coverage.json"
LEVEL = 0.95
ASKED = (
    ("reml", "prediction", False, "first_order_z"),
    ("reml", "second_order", False, "prasad_rao_z"),
    ("reml", "second_order", True, "prasad_rao_t_N_minus_J"),
    ("ml", "prediction", False, "first_order_z"),
    ("ml", "second_order", False, "ml_bias_corrected_z"),
    ("ml", "second_order", True, None),
)
"""Method, standard error, whether by Student's t, and what the other program calls it."""


@dataclass(frozen=True)
class Row:
    """Coverage of one kind of interval in one design."""

    design: Design
    method: str
    std_error: str
    student: bool
    coverage: float
    mc_error: float
    theirs: float | None
    their_error: float | None

    @property
    def apart(self) -> float | None:
        """Difference to the other program in combined Monte Carlo errors."""
        if self.theirs is None or self.their_error is None:
            return None
        return (self.coverage - self.theirs) / float(np.hypot(self.mc_error, self.their_error))

    def __str__(self) -> str:
        d = self.design
        theirs = "" if self.theirs is None else f"{self.theirs:.4f}"
        apart = "" if self.apart is None else f"{self.apart:+.1f}"
        kind = f"{self.method}, {self.std_error}, {'t' if self.student else 'normal'}"
        scene = f"{d.groups} × {d.per_group}, {d.sigma_group**2:.4g}, {d.sigma_error**2:.4g}"
        return f"| {scene} | {kind} | {self.coverage:.4f} ± {self.mc_error:.4f} | {theirs} | {apart} |"


def rows(draws: int, seed: int) -> Iterator[Row]:
    """Every kind of interval in every design of the other program's answers."""
    methods = build_registry(entry_points=False)
    for answer in json.loads(ANSWERS.read_text(encoding="utf-8")):
        design = Design(
            groups=answer["groups"],
            per_group=str(answer["rows"]),
            sigma_group=answer["sigma_group2"] ** 0.5,
            sigma_error=answer["sigma_error2"] ** 0.5,
        )
        held = shares_held(design, methods, draws, seed)
        for (method, std_error, student, name), shares in zip(ASKED, held, strict=True):
            other: dict[str, Any] = answer[method.upper()].get(name, {}) if name else {}
            error = float(shares.std(ddof=1) / np.sqrt(draws))
            found = (float(shares.mean()), error, other.get("coverage"), other.get("mc_se"))
            yield Row(design, method, std_error, student, *found)


def shares_held(design: Design, methods: Registry, draws: int, seed: int) -> list[np.ndarray]:
    """The share of the groups whose interval holds the truth, ``(draws,)`` for each that is asked for."""
    size = block_size(design.groups)
    parts: list[list[np.ndarray]] = [[] for _ in ASKED]
    for block in range(-(-draws // size)):
        drawn = draw_block(design, seed, block, min(size, draws - block * size))
        fits = {}
        for at, (method, std_error, student, _) in enumerate(ASKED):
            if (method, std_error) not in fits:
                fits[method, std_error] = fit_many(methods[method], drawn.batch, {"std_error": std_error})
            fit = fits[method, std_error]
            df = drawn.batch.df_within if student else None
            half = two_sided_quantile(LEVEL, df) * np.asarray(fit.std_error)
            off = np.abs(fit.estimate - drawn.batch.origin - drawn.effect)
            parts[at].append((off <= half).mean(axis=1))
    return [np.concatenate(part) for part in parts]


def main() -> None:
    """Print the table, a line as soon as it is there."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    print(f"{given.draws:,} draws, seed {given.seed}\n")
    print("| groups × rows, σg², σe² | interval | coverage | other program | apart |\n|---|---|---|---|---|")
    for row in rows(given.draws, given.seed):
        print(row, flush=True)


if __name__ == "__main__":
    main()
