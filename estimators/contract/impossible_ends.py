"""Intervals that reach past what a share or a rate can be, and what is said of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from estimators.contract.fit import Note
from estimators.data.left_out import printable_label

if TYPE_CHECKING:
    from estimators.contract.comparison import Result
    from estimators.data.groups import GroupData


def notes_of(data: GroupData, result: Result) -> tuple[Note, ...]:
    """What the method says of its fit, and that some of its intervals end where no true mean can be."""
    if result.fit is None:
        return ()
    note = _impossible_ends(data, result)
    return result.fit.notes if note is None else (*result.fit.notes, note)


def _impossible_ends(data: GroupData, result: Result) -> Note | None:
    least, most = data.possible
    if result.interval is None or not np.isfinite(least):
        return None
    low, high = (np.ma.filled(end, 0.5 * least) for end in result.interval)
    below, above = low < least, high > most
    places = np.flatnonzero(below | above)
    if not places.size:
        return None
    label = printable_label(data.labels[places[0]])
    others = f" and {places.size - 1:,} more" if places.size > 1 else ""
    ends = [
        f"{side} {end:g}" for side, end, off in (("below", least, below), ("above", most, above)) if off.any()
    ]
    what, own = ("share", "Wilson's and Jeffreys'") if data.is_share else ("rate", "exact")
    further = f" A group's own {own} intervals do not go so far." if data.counts is not None else ""
    return Note(
        "interval_past_possible",
        "info",
        f"The interval{'s' if others else ''} of {label}{others} reach{'' if others else 'es'} "
        f"{' and '.join(ends)}, where no {what} can be: "
        f"{'they are' if others else 'it is'} made evenly around the estimate, so read "
        f"{'them' if others else 'it'} as ending there.{further}",
        of_errors=True,
    )
