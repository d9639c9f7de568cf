"""``blupboard scorecard``: one method on fixed scenarios, where it is at home and where it is not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dashboard.cli.shared import (
    chosen_estimators,
    estimator_options,
    level_option,
    option_option,
    plugins_dir_option,
    report_plugin_failures,
)
from dashboard.cli.stdout import load_plugins, to_stdout

if TYPE_CHECKING:
    from estimators.risk.scorecard import ScenarioCard

CLOSENESS = ("mse", "regret", "best_found", "coverage", "zero_spread", "coverage_at_zero")
"""Of the table; JSON has everything."""


@click.command("scorecard")
@click.argument("estimator_id", metavar="ID")
@option_option
@level_option
@click.option("--replicates", type=int, default=400, show_default=True, help="Draws of each scenario.")
@click.option("--ranked", type=int, default=40, show_default=True, help="How many of them are ranked.")
@click.option("--seed", type=int, default=1, show_default=True, help="Of the draws.")
@click.option("--format", "layout", type=click.Choice(["table", "json"]), default="table", show_default=True)
@plugins_dir_option
def scorecard_command(
    *,
    estimator_id: str,
    settings: tuple[str, ...],
    level: float,
    replicates: int,
    ranked: int,
    seed: int,
    layout: str,
    plugins_dirs: tuple[Path, ...],
) -> None:
    """Put one estimator to fixed scenarios, the same for all: as it assumes, and as it does not.

    Every number comes with its Monte Carlo standard error, and the same seed draws the same groups.
    """
    from estimators.risk.scorecard import scorecard, scorecard_dict

    registry = load_plugins(plugins_dirs)
    report_plugin_failures(registry)
    [estimator] = chosen_estimators(registry, (estimator_id,))
    options = estimator_options(settings, [estimator]).get(estimator.id)
    cards = scorecard(estimator, options, replicates=replicates, ranked=ranked, seed=seed, level=level)
    if layout == "json":
        found = scorecard_dict(estimator, options, cards, seed=seed, level=level)
        to_stdout((json.dumps(found, ensure_ascii=False, allow_nan=False, indent=1) + "\n").encode())
    else:
        to_stdout(_table(cards).encode())


def _table(cards: list[ScenarioCard]) -> str:
    """A line for each scenario: closeness and coverage, and below it what becomes of a ranking."""
    from dashboard.cli.output import column_lines
    from dashboard.cli.risk_output import number_by_error
    from estimators.risk.scenario import Measured
    from estimators.risk.scorecard import RANKING

    first = [["", *CLOSENESS]]
    second = [["", *RANKING]]
    for card in cards:
        values = (card.measures.get(name, Measured()) for name in CLOSENESS)
        first.append([card.scenario.label, *map(number_by_error, values)])
        second.append([card.scenario.label, *(number_by_error(card.ranking[name]) for name in RANKING)])
    failed = [
        f"{card.scenario.label}: not fitted in {card.failed:,} of {card.replicates:,} draws"
        for card in cards
        if card.failed
    ]
    blocks = [column_lines(first), column_lines(second) if any(card.ranked for card in cards) else [], failed]
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"
