"""The one list of views: what stands in it is on the page, drawn, linked and saved, in this order.

A view is a file of this room that ends in its ``VIEW``; a line here is all that it needs besides.
Plugins' views come after these.
"""

from __future__ import annotations

from dashboard.figures import group_rows, groups, own_estimate, rank, rank_intervals, shrinkage, weight

VIEWS = (groups.VIEW, shrinkage.VIEW, own_estimate.VIEW, weight.VIEW, rank.VIEW, group_rows.VIEW)

LATER_VIEWS = (rank_intervals.VIEW,)
"""Those that take longer than a first look: they are drawn once the page is there."""
