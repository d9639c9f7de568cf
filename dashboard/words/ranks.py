"""Where a group's true rank may lie, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dashboard.words.numbers import percent

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dashboard.scene.rank_spread import RankSpread
    from estimators import Comparison


def rank_words(ranks: RankSpread, position: int) -> str:
    """As in ``between 2nd and 9th of 24; 61% in the top quarter``, for the group at a position."""
    low, high = int(ranks.low[position]), int(ranks.high[position])
    total = f"{len(ranks.low):,}"
    if low == high:
        where = f"{ordinal(low)} of {total}"
    else:
        where = f"between {ordinal(low)} and {ordinal(high)} of {total}"
    chance = percent(float(ranks.p_top[position]))
    return f"{where}; {chance} {'to be the best' if ranks.top == 1 else 'in the top quarter'}"


def ordinal(number: int) -> str:
    """``1st``, ``2nd``, ``11th``, ``1,203rd``."""
    end = "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number:,}{end}"


def rank_columns(
    comparison: Comparison, conclusions: Mapping[str, Mapping[str, Any]] | None
) -> dict[str, list[Any]]:
    """What is concluded of ranks as columns beside the tidy ones; None where a method says nothing."""
    lines = [
        line
        for result in comparison.succeeded
        for line in (conclusions or {}).get(result.id, {}).get("ranks") or [{}] * len(comparison.data)
    ]
    names = [name for name in dict.fromkeys(name for line in lines for name in line) if name != "group"]
    return {name: [line.get(name) for line in lines] for name in names}
