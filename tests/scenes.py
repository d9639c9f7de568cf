"""Groups, estimators and scenes for tests of what is drawn, tabulated and said."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st

from dashboard.figures.page_view import draw_view
from dashboard.figures.views import VIEWS
from dashboard.pages.views import BELOW
from dashboard.scene.scene import make_scene
from estimators import DataError, Estimator, GroupData, GroupFit, build_registry, compare, option

BUILT_IN = build_registry(entry_points=False)

LABELS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12).filter(
    lambda label: not label.isspace()
)
SCALES = st.sampled_from([1.0, 1e-12, 1e-3, 1e6, 1e140])
ORIGINS = st.sampled_from([0.0, -3.5, 1e3, -1e9])


@dataclass(frozen=True)
class ShareOptions:
    share: float = option(0.5, label="Share", minimum=0, maximum=1)
    loud: bool = option(False, label="Loud")


class Share(Estimator):
    """A stranger's estimator: no colour, no symbol, no standard error, options of its own."""

    id = "share"
    label = "A share & <b>more</b>"
    summary = "Part of the way to the middle."
    Options = ShareOptions

    def _fit(self, data, options):
        middle = float(data.mean.mean())
        return GroupFit(middle + options.share * (data.mean - middle), center=middle)


class Interval(Estimator):
    """One with intervals of its own, skewed, and a colour and symbol that cannot be drawn."""

    id = "interval"
    label = "Skewed"
    summary = "The own mean with a skewed interval."
    color = "red"
    symbol = "blob"

    def _fit(self, data, options):
        width = 1.0 + np.abs(data.mean)
        return GroupFit(
            data.mean, interval_fn=lambda level: (data.mean - level * width, data.mean + 2 * level * width)
        )


class Slope(Estimator):
    """One that asks to be a line but gives each group a number of its own, and whose weight curve fails."""

    id = "slope"
    label = "Slope"
    summary = "A line that is none."
    symbol = "line"
    color = "#ffff00"

    def _fit(self, data, options):
        return GroupFit(data.mean + np.arange(len(data)), weight=np.full(len(data), 0.5))

    def weight_curve(self, fit, n):
        raise ZeroDivisionError


class Failing(Estimator):
    id = "failing"
    label = "Failing"
    summary = "Never works."

    def _fit(self, data, options):
        raise DataError("needs the moon")


STRANGERS = (Share(), Interval(), Slope(), Failing())


def everyone():
    """The built-ins and the strangers."""
    return (*BUILT_IN.values(), *STRANGERS)


def groups_of(sizes, means=None, *, spread=1.0, seed=0, labels=None):
    """Data with these sizes; means far apart unless given."""
    rng = np.random.default_rng(seed)
    means = rng.normal(0.0, 2.0, len(sizes)) if means is None else np.asarray(means, dtype=float)
    labels = [f"g{i}" for i in range(len(sizes))] if labels is None else labels
    outcome = np.repeat(means, sizes) + spread * rng.standard_normal(sum(sizes))
    return GroupData.from_arrays(outcome, np.repeat(np.array(labels, dtype=object), sizes))


@st.composite
def group_data(draw, max_groups=12):
    """Any few groups: strange labels, any location and scale, equal values and single rows among them."""
    labels = draw(st.lists(LABELS, min_size=1, max_size=max_groups, unique=True))
    scale, origin = draw(SCALES), draw(ORIGINS)
    whole = st.integers(-20, 20)
    outcome, group = [], []
    for label in labels:
        values = draw(st.lists(whole, min_size=1, max_size=5))
        outcome += [scale * (origin + value) for value in values]
        group += [label] * len(values)
    return GroupData.from_arrays(outcome, np.array(group, dtype=object))


ARRANGED = tuple(view for view in VIEWS if view.place not in BELOW)
"""The built-in views that stand beside each other, which all are drawn with the page."""


def scene_of(data, estimators=None, *, outcome="score", group="school", level=0.95, options=None, **more):
    comparison = compare(data, everyone() if estimators is None else estimators, level=level, options=options)
    return make_scene(comparison, outcome=outcome, group=group, selection_key="view", **more)


def figures_of(scene):
    """Every view of ARRANGED as plotly's JSON, by its id."""
    return {view.id: draw_view(view, scene).figure for view in ARRANGED}


def built_in(*names):
    return [BUILT_IN[name] for name in names]


FIVE = tuple(built_in("ols", "reml", "ml", "james_stein", "grand_mean"))
"""Three methods that move means and two that do not, in one picture, whatever else is built in."""
