"""How well each share of variance between groups fits: the profile of every likelihood that is on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dashboard.figures.legend import LegendEntry, series_entries
from dashboard.figures.page_view import PageView
from dashboard.figures.parts import percent_digits, plotly_text, themed_figure
from dashboard.scene.style import FAINT, GREY, INK, rgba
from estimators import DataError
from estimators.inference.level_text import level_text
from estimators.inference.profile_curve import ProfileCurve, profile_curve
from estimators.methods.own_spreads import fitted_data

if TYPE_CHECKING:
    from dashboard.figures.plotly_json import PlotlyFigure, Trace
    from dashboard.scene.scene import Scene, Series
    from estimators import GroupData

SUBTITLE = "how well each spread fits, best = 1"


def spread_profile_figure(scene: Scene) -> PlotlyFigure | None:
    """Shares (of published means spreads) on x, relative likelihood on y, the interval filled; None: nothing.

    Every peak of the headline's likelihood is marked: there can be two.
    """
    profiled = likelihood_series(scene)
    try:
        curves = [(s, _curve(scene, s)) for s in profiled]
    except DataError:
        return None
    if not curves:
        return None
    figure = themed_figure(scene)
    for series, curve in reversed(curves):
        figure.add(_line(series, curve, dark=scene.dark))
    series, curve = curves[0]
    figure.add(*_filled(series, curve, dark=scene.dark))
    figure.add_horizontal(
        curve.limit, line={"color": GREY[scene.dark], "width": 1.0, "dash": "dot"}, layer="below"
    )
    _add_notes(figure, scene, curve)
    shares = scene.fitted_data.counts_rows
    figure.set(
        meta={"subtitle": _subtitle(scene, series, curve)},
        xaxis={
            "title": {
                "text": f"share of the variance between {scene.unit.many}"
                if shares
                else f"spread between {scene.unit.many}"
            },
            "rangemode": "tozero",
            **({"tickformat": f".{_digits(curve)}%"} if shares else {}),
        },
        yaxis={"range": [-0.02, 1.14], "tickvals": [0, 0.5, 1], "title": {"text": "fit"}},
    )
    return figure


def likelihood_series(scene: Scene) -> list[Series]:
    """The methods that fit by a likelihood, the headline's first, and of spreads of the same kind as it."""
    able = [
        s
        for s in scene.series
        if s.result.estimator.likelihood is not None
        and _fitted(scene, s).counts_rows == scene.fitted_data.counts_rows
    ]
    return sorted(able, key=lambda series: series is not scene.reference)


def spread_profile_legend(scene: Scene) -> list[LegendEntry]:
    """The methods that have a curve."""
    return series_entries(likelihood_series(scene))


def _fitted(scene: Scene, series: Series) -> GroupData:
    return fitted_data(scene.comparison.data, series.result.fit)


def _curve(scene: Scene, series: Series) -> ProfileCurve:
    method = series.result.estimator.likelihood
    if method is None:
        raise DataError(f"{series.label} fits by no likelihood")
    return profile_curve(_fitted(scene, series), method, scene.comparison.level)


def _line(series: Series, curve: ProfileCurve, *, dark: bool) -> Trace:
    return {
        "type": "scatter",
        "x": curve.value,
        "y": curve.fit,
        "mode": "lines",
        "name": plotly_text(series.label),
        "line": {"color": series.style.color(dark=dark), "width": 1.8},
        "hoverinfo": "skip",
    }


def _filled(series: Series, curve: ProfileCurve, *, dark: bool) -> list[Trace]:
    """The area under the curve of each piece of the interval."""
    traces: list[Trace] = []
    for low, high in curve.pieces:
        x = np.concatenate([[low], curve.value[(curve.value > low) & (curve.value < high)], [high]])
        y = np.interp(x, curve.value, curve.fit)
        traces.append(
            {
                "type": "scatter",
                "x": np.concatenate([x[:1], x, x[-1:]]),
                "y": np.concatenate([[0.0], y, [0.0]]),
                "mode": "lines",
                "line": {"width": 0, "color": series.style.color(dark=dark)},
                "fill": "toself",
                "fillcolor": rgba(series.style.color(dark=dark), 0.16),
                "hoverinfo": "skip",
            }
        )
    return traces


def _digits(curve: ProfileCurve) -> int:
    return percent_digits(float(curve.value.max()))


def _peak_text(peak: float, curve: ProfileCurve) -> str:
    digits = _digits(curve)
    return f"{peak:.{digits + (digits > 0)}%}" if peak > 0 else "0%"


def _add_notes(figure: PlotlyFigure, scene: Scene, curve: ProfileCurve) -> None:
    """Where each peak is, and what the line is."""
    for peak in curve.peaks:
        height = float(np.interp(peak, curve.value, curve.fit))
        figure.add_note(
            _peak_text(peak, curve) if scene.fitted_data.counts_rows else f"{peak:.3g}",
            x=peak,
            y=height,
            xanchor="left" if peak == 0 else "center",
            yanchor="bottom",
            font={"size": 11, "color": INK[scene.dark]},
        )
    figure.add_note(
        f"{level_text(scene.comparison.level)} interval above this line",
        x=1,
        xref="paper",
        xanchor="right",
        y=curve.limit,
        yanchor="bottom",
        font={"size": 10.5, "color": FAINT[scene.dark]},
    )


def _subtitle(scene: Scene, series: Series, curve: ProfileCurve) -> str:
    """What is drawn, and where the likelihood has two peaks, that."""
    if len(curve.peaks) > 1:
        return f"two spreads fit: the likelihood of {series.label} has {len(curve.peaks)} peaks"
    if len(curve.pieces) > 1:
        return f"the {level_text(scene.comparison.level)} interval is in {len(curve.pieces)} pieces"
    method = series.result.estimator.likelihood
    if method is None:
        return SUBTITLE
    found = scene.findings.spreads(scene.comparison.data, method, scene.comparison.level)
    p = found.tests.likelihood_ratio.p
    return f"{SUBTITLE}; none at all: {'p < .0001' if p < 1e-4 else f'p = {p:.2g}'}, likelihood ratio"


VIEW = PageView(
    id="spread-profile",
    title="How large may the spread be?",
    subtitle=SUBTITLE,
    figure=spread_profile_figure,
    legend=spread_profile_legend,
    place="below",
    live=False,
)
