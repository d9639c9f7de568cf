"""The one list of views: what stands in it is on the page, drawn, linked and saved, in this order.

A view is a file of this room that ends in its ``VIEW``; a line here is all that it needs besides.
Plugins' views come after these.
"""

from __future__ import annotations

from dashboard.figures import (
    funnel,
    group_rows,
    groups,
    own_estimate,
    rank,
    rank_intervals,
    shrinkage,
    spread_profile,
    weight,
)

VIEWS = (
    groups.VIEW,
    shrinkage.VIEW,
    own_estimate.VIEW,
    weight.VIEW,
    rank.VIEW,
    group_rows.VIEW,
    funnel.VIEW,
    rank_intervals.VIEW,
    spread_profile.VIEW,
)
