"""What every method says about a group, as the card beside the views shows it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypedDict

import numpy as np

from dashboard.scene.label_text import visible_label
from dashboard.scene.rank_spread import rank_spread
from dashboard.words.numbers import DASH, number, percent, row_count
from dashboard.words.ranks import rank_words
from dashboard.words.table import decimals
from estimators.inference.level_text import level_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dashboard.scene.scene import Scene, Series


@dataclass(frozen=True)
class CardColumn:
    """One thing that is said of each method: its heading, and its text for the group at a position."""

    heading: Callable[[Scene], str]
    text: Callable[[Scene, Series, int], str]


class GroupCard(TypedDict):
    """The card of one group; ``rows`` has a line for each method and a text for each column."""

    key: int
    name: str
    """In full, but for what is invisible."""
    facts: list[str]
    rows: list[list[str]]


def value_text(scene: Scene, value: float) -> str:
    """A value in the outcome's units as it is shown, with the table's digits."""
    if not np.isfinite(value):
        return DASH
    value = float(scene.shown(np.array(value)))
    places = decimals(scene)
    if scene.is_share:
        return f"{number(100 * value, like=1.0, digits=max(places - 2, 1) + 1)}%"
    if places < 0:
        return number(value, digits=4)
    return number(value, like=1.0, digits=places + 1)


def _interval(scene: Scene, series: Series, at: int) -> str:
    if series.low is None or series.high is None or np.isnan(series.low[at]):
        return DASH
    return f"{value_text(scene, series.low[at])} – {value_text(scene, series.high[at])}"


def _rank(rank: float) -> str:
    return f"{rank:,.1f}".removesuffix(".0")


CARD_COLUMNS: tuple[CardColumn, ...] = (
    CardColumn(lambda _: "estimate", lambda scene, series, at: value_text(scene, series.estimate[at])),
    CardColumn(lambda scene: f"{level_text(scene.comparison.level)} interval", _interval),
    CardColumn(
        lambda _: "weight",
        lambda _, series, at: DASH if series.weight is None else percent(float(series.weight[at])),
    ),
    CardColumn(lambda _: "rank", lambda _, series, at: _rank(series.rank[at])),
)
"""From left to right, after the method's name."""


def card_headings(scene: Scene) -> list[str]:
    """The headings of a card's columns."""
    return [column.heading(scene) for column in CARD_COLUMNS]


def group_cards(scene: Scene, positions: Sequence[int]) -> list[GroupCard]:
    """The cards of the groups at some positions of the display order."""
    return [
        {
            "key": int(scene.order[at]),
            "name": visible_label(scene.comparison.data.labels[scene.order[at]]),
            "facts": _facts(scene, at),
            "rows": [[column.text(scene, series, at) for column in CARD_COLUMNS] for series in scene.series],
        }
        for at in positions
    ]


def _published_rows(scene: Scene, at: int) -> list[str]:
    """How many rows are behind a published estimate, where that was given."""
    sizes = scene.comparison.data.published_n
    known = None if sizes is None else sizes[scene.order[at]]
    return [] if known is None or np.isnan(known) else [row_count(int(known), scene.row)]


def _facts(scene: Scene, at: int) -> list[str]:
    """What is known of the group's own data, and its true mean where the data are simulated."""
    known = scene.published_error
    facts = [
        row_count(int(scene.n[at]), scene.row)
        if known is None
        else f"standard error {number(float(known[at]))}{' of the logarithm' if scene.is_ratio else ''}",
        *_published_rows(scene, at),
        f"own mean {value_text(scene, scene.own_mean[at])}, "
        f"rank {_rank(scene.own_rank[at])} of {len(scene):,}",
    ]
    if scene.own_centers is not None and scene.reference is not None:
        facts.append(f"{value_text(scene, scene.own_centers[at])} expected of it by {scene.reference.label}")
    if scene.own_interval is not None:
        name, low, high = scene.own_interval
        ends = f"{value_text(scene, low[at])} – {value_text(scene, high[at])}"
        facts.append(f"{ends} by its own events alone ({name.capitalize()})")
    ranks = None if scene.reference is None else rank_spread(scene, scene.reference, known_only=True)
    if scene.reference is not None and ranks is not None:
        facts.append(f"by {scene.reference.label} {rank_words(ranks, at)}")
    if scene.truth is not None:
        facts.append(f"true mean {value_text(scene, scene.truth.mean[at])}")
    return facts
