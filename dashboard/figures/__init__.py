"""The linked views: each a pure function from a Scene to a plotly figure.

A trace that shows groups holds them in display order and says so in ``meta``:
``{"groups": True, "stride": s}`` means that point i belongs to position floor(i / s).
"""

from dashboard.figures.groups import groups_figure
from dashboard.figures.rank import rank_figure
from dashboard.figures.shrinkage import shrinkage_figure
from dashboard.figures.weight import weight_figure

__all__ = ["groups_figure", "rank_figure", "shrinkage_figure", "weight_figure"]
