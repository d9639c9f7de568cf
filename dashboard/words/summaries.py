"""What is said of groups that came as summaries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard.words.reading import short

if TYPE_CHECKING:
    from dashboard.scene.scene import Scene
    from estimators import GroupData


def summaries_line(data: GroupData) -> str:
    """How many groups came as summaries, and of what."""
    noun = "group" if len(data) == 1 else "groups"
    if data.counts is not None:
        return f"{behind_summaries(data)} of {len(data):,} {noun}"
    what, many = (
        ("mean", f"of {data.total:,} rows") if data.counts_rows else ("estimate", "with standard errors")
    )
    return f"{len(data):,} published {what}{'s' * (len(data) != 1)} {many}"


def behind_summaries(data: GroupData) -> str:
    """What the summaries are of; nothing where that is not known."""
    if data.counts is not None:
        events = f"{data.counts.events.sum():,} events"
        if data.counts.of_trials:
            return f"{events} in {data.total:,} trials"
        return f"{events} in an exposure of {data.counts.exposure.sum():,.6g}"
    return f"means of {data.total:,} rows" if data.counts_rows else ""


def ratio_words(scene: Scene) -> str:
    """That values are shown as ratios, or that they cannot be though that was asked; else nothing."""
    if scene.is_ratio:
        return f"Values are shown as ratios, exp({short(scene.outcome)}); spreads are of the logarithms."
    if scene.as_ratios and scene.comparison.data.kind == "estimates":
        return "These values lie too far from 0 to be shown as ratios."
    return ""
