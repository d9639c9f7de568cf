"""Does the model suit the groups: each check's question and sentence, and what single groups do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dashboard.scene.label_text import short_label
from dashboard.words.numbers import number

if TYPE_CHECKING:
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


def check_sentences(checks: ModelChecks) -> list[tuple[str, str]]:
    """Question and answer of each check."""
    return [(QUESTIONS[name], text) for name, text in checks.sentences().items()]


def influence_table(scene: Scene, checks: ModelChecks) -> list[list[str]]:
    """A heading, the fit with all groups, and that without each of the most telling; empty: there is none."""
    found = checks.influence
    if found is None:
        return []
    with_icc = found.icc is not None
    icc = np.full(len(found.mu), np.nan) if found.icc is None else found.icc
    lines = [
        [f"none of the {scene.unit.many}", "", *_fit(found.all_mu, found.all_sigma_group, found.all_icc)]
    ]
    for j in _places(checks):
        fit = _fit(float(found.mu[j]), float(found.sigma_group[j]), float(icc[j]))
        lines.append([short_label(checks.labels[j]), number(float(found.residual[j])), *fit])
    spread = "σg" if scene.published_error is None else "τ"
    table = [[heading.format(spread=spread) for heading in HEADINGS], *lines]
    return table if with_icc else [line[:-1] for line in table]


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


def _fit(mu: float, sigma_group: float, icc: float | None) -> list[str]:
    return [number(mu, digits=4), number(sigma_group), number(icc)]
