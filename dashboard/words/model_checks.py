"""Does the model suit the groups: each check's question and sentence, and what single groups do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dashboard.scene.label_text import short_label
from dashboard.words.numbers import number

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dashboard.scene.scene import Scene
    from estimators import ModelChecks

QUESTIONS = {
    "normal": "Are the groups spread like a normal distribution?",
    "residuals": "Are the rows spread like a normal distribution within their groups?",
    "spread": "Do rows spread equally within all groups?",
    "influence": "Does the result hang on single groups?",
    "outlying": "Does a group lie far from all others?",
    "rows": "Does a row lie far from the others of its group?",
}
"""By the names of ``ModelChecks.sentences``."""
HEADINGS = ("fitted without", "SDs from the others", "µ", "{spread}", "ICC")
MOST_LINES = 8
MOST_COEFFICIENTS = 3
"""Columns of the table; those that the groups in it move by much."""


def check_sentences(checks: ModelChecks) -> list[tuple[str, str]]:
    """Question and answer of each check."""
    return [(QUESTIONS[name], text) for name, text in checks.sentences().items()]


def influence_table(scene: Scene, checks: ModelChecks) -> list[list[str]]:
    """A heading, the fit with all groups, and that without each of the most telling; empty: there is none."""
    found = checks.influence
    if found is None:
        return []
    places, spread = _places(checks), "σg" if scene.published_error is None else "τ"
    headings = [heading.format(spread=spread) for heading in HEADINGS]
    columns: list[tuple[float | None, NDArray[np.float64], int | None]] = [
        (found.all_mu, found.mu, 4),
        (found.all_sigma_group, found.sigma_group, None),
    ]
    if found.icc is None:
        headings.remove("ICC")
    else:
        columns.append((found.all_icc, found.icc, None))
    if checks.covariates is not None:
        headings[headings.index("µ")] = "at average covariates"
        told = (found.moved_most(j) for j in places)
        moved = list(dict.fromkeys(k for k in told if k is not None))[:MOST_COEFFICIENTS]
        every, without = np.asarray(found.all_coefficients), np.asarray(found.coefficients)
        headings += [f"coefficient of {found.terms[k]}" for k in moved]
        columns += [(float(every[k]), without[:, k], 4) for k in moved]
    table = [headings, [f"none of the {scene.unit.many}", "", *(_cell(one, how) for one, _, how in columns)]]
    for j in places:
        cells = (_cell(float(each[j]), how) for _, each, how in columns)
        table.append([short_label(checks.labels[j]), number(float(found.residual[j])), *cells])
    return table


def checks_note(scene: Scene, checks: ModelChecks) -> str:
    """By what the band was drawn, and in what numbers are."""
    plot = checks.plot
    drawn = f"Grey: where 95% of {plot.draws:,} draws from the fitted model lie, seed {plot.seed}. By REML."
    return f"{drawn} Numbers are logarithms of ratios." if scene.is_ratio else drawn


def _places(checks: ModelChecks) -> list[int]:
    """Outlying groups and those that move the fit, else the furthest few."""
    telling = list(dict.fromkeys([*checks.outlying, *checks.moving]))
    if not telling and checks.influence is not None:
        size = np.nan_to_num(np.abs(checks.influence.residual))
        telling = np.argsort(-size, kind="stable")[:3].tolist()
    return telling[:MOST_LINES]


def _cell(value: float | None, digits: int | None) -> str:
    return number(value) if digits is None else number(value, digits=digits)
