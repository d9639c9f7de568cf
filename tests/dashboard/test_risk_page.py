"""The risk page: what is drawn, tabulated and said of a study."""

from __future__ import annotations

import base64
import json
import math

import numpy as np
import plotly.graph_objects as go
import pytest
from plotly.io.json import to_json_plotly

from dashboard.figures.risk import LEAST_GAP, TALLEST, log_ticks, risk_figure
from dashboard.pages import risk_panels
from dashboard.scene.style import styles
from dashboard.words.risk import cards, closest, duration, headline, where, with_error
from estimators import DataError, Design, Estimator, GroupFit, Loss, Measured, Sweep, crossings, run_risk
from tests.dashboard.risk_studies import study
from tests.scenes import BUILT_IN, Failing

STYLES = styles([*BUILT_IN.values(), Failing()])


@pytest.fixture(scope="module")
def swept():
    return run_risk(study(sweep=Sweep("ratio", 0.05, 5, 7), replicates=600))


# The figure


def sent(figure):
    """What plotly makes of what is sent, checked property by property, arrays as lists."""
    given = to_json_plotly(figure.to_plotly_json())
    return plain(go.Figure(json.loads(given)).to_plotly_json())


def plain(value):
    if isinstance(value, dict) and "bdata" in value:
        return np.frombuffer(base64.b64decode(value["bdata"]), value["dtype"]).tolist()
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    return [plain(v) for v in value] if isinstance(value, (list, tuple)) else value


def curves(figure):
    return {t["name"]: t for t in sent(figure)["data"] if t.get("name") and t["mode"] == "lines+markers"}


@pytest.mark.slow
def test_every_method_has_its_curve_and_the_theory_its_line(swept):
    figure = risk_figure(swept, STYLES)
    found = curves(figure)
    assert list(found) == [e.label for e in BUILT_IN.values()]
    for estimator in BUILT_IN.values():
        curve = found[estimator.label]
        assert np.allclose(curve["x"], Sweep("ratio", 0.05, 5, 7).values)
        assert np.allclose(curve["y"], [p[estimator.id]["relative_mse"].value for p in swept.sweep])
        assert curve["line"]["color"] == STYLES[estimator.id].light
    (lower,) = (t for t in sent(figure)["data"] if "Bayes risk" in (t.get("name") or ""))
    ratio2 = np.square(Sweep("ratio", 0.05, 5, 7).values)
    assert np.allclose(lower["y"], ratio2 / (ratio2 + 1 / 4))


def test_bands_reach_two_monte_carlo_errors_to_each_side(swept):
    bands = [t for t in sent(risk_figure(swept, STYLES))["data"] if t.get("fill") == "toself"]
    measured = [p["reml"]["relative_mse"] for p in swept.sweep]
    (band,) = (b for b in bands if b["legendgroup"] == "reml")
    upper = np.asarray(band["y"], dtype=float)[: len(measured)]
    assert np.allclose(upper, [m.value + 2 * m.mcse for m in measured])


def _pair(crossing):
    return (crossing.below, crossing.above) if crossing.below else (crossing.above, None)


def test_crossings_are_marked_where_the_library_finds_them(swept):
    (marks,) = (t for t in sent(risk_figure(swept, STYLES))["data"] if t.get("name") == "order changes")
    found = {c.value: c for c in crossings(swept.sweep)}
    assert set(marks["x"]) < set(found)
    for value, crossing in found.items():
        gaps = [(p.value, abs(p.difference(*_pair(crossing)).value)) for p in swept.sweep]
        sides = [max(g for x, g in gaps if (x < value) == first) for first in (True, False)]
        assert (value in marks["x"]) == (min(sides) >= LEAST_GAP)
    at = next(
        i for i, text in enumerate(marks["text"]) if "Grand mean closer<br>from there: level means" in text
    )
    assert marks["y"][at] == 1.0


def test_you_are_here(swept):
    shapes = sent(risk_figure(swept, STYLES))["layout"]["shapes"]
    assert any(s["x0"] == s["x1"] == 0.5 for s in shapes)
    elsewhere = run_risk(study(Design(groups=4, sigma_group=50), sweep=Sweep(points=2), replicates=20))
    assert "you are here" not in str(sent(risk_figure(elsewhere, STYLES)))


def test_a_curve_that_leaves_the_picture_does_not_flatten_the_rest(swept):
    low, high = sent(risk_figure(swept, STYLES))["layout"]["yaxis"]["range"]
    assert swept.sweep[-1]["grand_mean"]["relative_mse"].value > 10
    assert (low, high) == (0, TALLEST)


def test_without_a_sweep_each_method_is_one_mark():
    report = run_risk(study())
    figure = sent(risk_figure(report, STYLES))
    assert [t["x"][0] for t in figure["data"]] == [e["relative_mse"].value for e in report.base.estimators]
    assert [t["error_x"]["array"][0] for t in figure["data"]] == [
        2 * e["relative_mse"].mcse for e in report.base.estimators
    ]


def test_a_method_that_always_fails_has_no_curve_but_a_card():
    report = run_risk(study(estimators=[*BUILT_IN.values(), Failing()], sweep=Sweep(points=3), replicates=50))
    assert Failing.label not in curves(risk_figure(report, STYLES))
    (card,) = risk_panels.failures(report, STYLES)
    assert "Failing: no result in all 50 draws" in str(card)
    assert "Needs the moon." in str(card)


def test_the_lower_line_is_named_for_what_it_is():
    report = run_risk(study(Design(groups=6, effects="skewed"), sweep=Sweep(points=3), replicates=20))
    assert "best linear rule" in str(sent(risk_figure(report, STYLES)))


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [
        (0.05, 3, [0.05, 0.1, 0.2, 0.5, 1, 2]),
        (2, 100, [2, 5, 10, 20, 50, 100]),
        (1e-6, 1e6, [10.0**k for k in range(-6, 7)]),
    ],
)
def test_ticks_of_a_logarithmic_axis(low, high, ticks):
    assert log_ticks(low, high) == pytest.approx(ticks)


# Words and tables


def test_the_headline_names_who_is_closest_and_where_that_ends(swept):
    said = headline(swept)
    best = closest(swept.base)
    assert best[0].label in said.answer
    assert min(e["mse"].value for e in swept.base.estimators) == min(e["mse"].value for e in best)
    assert "Grand mean is worse than level means past 0.49" in said.detail


def test_nobody_gains_where_rows_are_exact():
    said = headline(run_risk(study(Design(groups=6, per_group="400", sigma_group=9), replicates=100)))
    assert "nothing to gain" in said.detail


def test_a_share_that_is_nearly_all_is_not_said_to_be_all():
    report = run_risk(study(level=0.9999, estimators=[BUILT_IN["ols"]], replicates=4000))
    assert 0.9995 < report.base["ols"]["coverage"].value < 1
    assert [c.value for c in cards(report)][1] == "over 99.9%"


def test_all_methods_failing_is_said():
    report = run_risk(study(estimators=[Failing()], replicates=5))
    assert headline(report).answer == "No method could be fitted."
    assert [c.value for c in cards(report)] == ["–", "–", "–"]


@pytest.mark.parametrize(
    ("value", "mcse", "share", "said"),
    [
        (0.57721, 0.00431, False, ("0.5772", "± 0.0043")),
        (0.9, 0.012, True, ("90.0%", "± 1.2")),
        (12345.6, 78.0, False, ("12346", "± 78")),
        (1.0, 0.0, False, ("1.00", "")),
        (3e-12, 4e-14, False, ("3e−12", "± 4e−14")),
        (None, None, False, ("–", "")),
        (2.5, None, False, ("2.50", "")),
    ],
)
def test_values_are_written_to_the_digits_that_their_error_supports(value, mcse, share, said):
    found = with_error(Measured(value, mcse), share=share)
    assert [text.replace("0e", "e") for text in found] == [text.replace("0e", "e") for text in said]


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.04, "0.0 s"), (9.94, "9.9 s"), (10, "10 s"), (89, "89 s"), (150, "2 min"), (7200, "2.0 h")],
)
def test_durations(seconds, said):
    assert duration(seconds) == said


def test_the_table_has_a_line_for_each_method_and_dashes_where_nothing_is(swept):
    table = str(risk_panels.table(swept, STYLES).to_plotly_json())
    for estimator in BUILT_IN.values():
        assert estimator.label in table
    for _, title, _ in risk_panels.COLUMNS:
        assert title in table
    assert "–" in table


def test_another_loss_decides_who_does_best_and_what_is_drawn():
    report = run_risk(study(replicates=200, sweep=Sweep("ratio", 0.2, 2, 3), loss=Loss("rank")))
    assert headline(report).answer.endswith("best on average by squared rank error.")
    figure = risk_figure(report, STYLES)
    assert figure.layout.yaxis.title.text == "Squared rank error relative to level means"
    drawn = {trace.name for trace in figure.data if trace.name}
    assert not any("Bayes" in name for name in drawn)
    curve = next(trace for trace in figure.data if trace.name == "REML BLUP")
    assert list(curve.y) == [point["reml"]["relative_loss"].value for point in report.sweep]
    table = str(risk_panels.table(report, STYLES).to_plotly_json())
    assert "Squared rank error ÷ level means" in table
    assert cards(report)[0].title == "Squared rank error, level means = 1"


def test_results_are_split_by_size_where_sizes_differ(swept):
    assert risk_panels.sizes(swept, STYLES) is None
    uneven = run_risk(study(Design(groups=6, per_group="2,2,2,9,9,40"), replicates=50))
    shown = str(risk_panels.sizes(uneven, STYLES).to_plotly_json())
    for rows in ("2 rows", "9 rows", "40 rows"):
        assert rows in shown
    assert "rows 2 to 40, " in where(uneven)
    assert "rows 4, " in where(swept)


def test_the_ratio_is_infinite_where_nothing_varies_within():
    report = run_risk(study(Design(groups=6, sigma_error=0), replicates=5))
    assert math.isinf(report.study.design.ratio)
    assert "σg/σe = ∞" in where(report)


def test_a_plugin_whose_data_do_not_suit_it_is_counted():
    class Picky(Estimator):
        id, label, summary = "picky", "Picky", "Takes positive means only."

        def _fit(self, data, options):
            if (data.mean < 0).all():
                raise DataError("takes positive means only")
            return GroupFit(data.mean)

    report = run_risk(study(Design(groups=2), [BUILT_IN["ols"], Picky()], replicates=400))
    risk = report.base["picky"]
    assert 0 < risk.failed < 400
    assert risk.failed + risk.replicates == 400
    assert f"{risk.failed} of 400" in str(risk_panels.failures(report, styles([*BUILT_IN.values(), Picky()])))
