"""Events drawn anew for the bootstrap and for what intervals cover, beside draws of these tests' own."""

from __future__ import annotations

import pickle
from dataclasses import replace

import numpy as np
import pytest

from estimators import DataError, Estimator, GroupData, GroupFit, bootstrap, calibration
from estimators.risk.bootstrap import Bootstrap, require_spreads
from estimators.risk.bootstrap_pieces import Asked, pieces_of
from estimators.risk.bootstrapped import notes_of
from estimators.risk.redrawn_counts import RedrawnCounts
from tests.oracles import BUILT_IN, parameter

FEW = GroupData.from_counts(list("abcdefgh"), [1, 0, 7, 0, 5, 0, 9, 3], [10, 8, 12, 6, 20, 7, 30, 11])
RARE = GroupData.from_rates(list("abcd"), [1, 0, 0, 2], [10.0, 5.0, 3.0, 4.0])
REML = BUILT_IN["reml"]


def errors_of(fits, truths):
    square = np.square(np.array([fit.estimate for fit in fits]) - np.array(truths))
    root = np.sqrt(square.mean(axis=0))
    return root, square.std(axis=0, ddof=1) / np.sqrt(len(square)) / (2 * root)


@pytest.mark.slow
def test_shares_are_drawn_as_events_of_trials():
    fit, random = REML.fit(FEW), np.random.default_rng(5)
    mu, ratio = parameter(fit, "mu"), parameter(fit, "sigma_error") ** 2 / parameter(fit, "sigma_group") ** 2
    truth = random.beta(ratio * mu, ratio * (1 - mu), (600, len(FEW)))
    drawn = [GroupData.from_counts(FEW.labels, line, FEW.n) for line in random.binomial(FEW.n, truth)]
    wanted, error = errors_of([REML.fit(data) for data in drawn], truth)
    found = bootstrap(FEW, REML)
    assert (found.draws, found.failed, found.events_of, found.df) == (2000, 0, "shares", FEW.df_within)
    assert found.sigma_group == pytest.approx(np.sqrt(mu * (1 - mu) / (1 + ratio)), rel=1e-12)
    np.testing.assert_array_less(np.abs(found.std_error - wanted), 4 * np.hypot(error, found.mcse))
    as_rows = GroupData.from_arrays(FEW.rows.outcome, FEW.labels[FEW.rows.group])
    np.testing.assert_allclose(bootstrap(as_rows, REML).std_error, found.std_error, rtol=1e-9)
    assert "events in groups of the same trials were drawn around true shares" in notes_of(found)[0].text


@pytest.mark.slow
def test_rates_are_drawn_as_events_of_which_there_is_one():
    fit, random = REML.fit(RARE), np.random.default_rng(6)
    mu, spread = parameter(fit, "mu"), parameter(fit, "sigma_group")
    assert spread > 0
    exposure, shape = np.array([10.0, 5.0, 3.0, 4.0]), (mu / spread) ** 2
    fits, truths = [], []
    while len(fits) < 400:
        truth = random.gamma(shape, mu / shape, 4)
        events = random.poisson(exposure * truth)
        if events.any():
            truths.append(truth)
            fits.append(REML.fit(GroupData.from_rates(RARE.labels, events, exposure)))
    wanted, error = errors_of(fits, truths)
    found = bootstrap(RARE, REML, draws=400)
    assert (found.draws, found.failed, found.events_of, found.df) == (400, 0, "rates", None)
    np.testing.assert_array_less(np.abs(found.std_error - wanted), 4 * np.hypot(error, found.mcse))
    assert "from a gamma distribution" in notes_of(found)[0].text


def test_rates_of_which_a_draw_may_have_no_event_are_counted():
    found = calibration(RARE, BUILT_IN["ols"], draws=60)
    assert all(0.5 < point.coverage.value <= 1 for point in found.points)


def test_events_too_rare_to_be_drawn_are_refused_in_a_sentence():
    groups = RedrawnCounts.like(RARE, 1e-9)
    with pytest.raises(DataError, match="events are too rare to be drawn"):
        groups.draw(np.random.default_rng(1), 1e-8, None)


class Own(Estimator):
    """Own shares, with the spread that they are to be drawn with."""

    id, label, summary = "own", "Own shares", "A method for shares."
    needs = "rows"
    spread = 0.1

    def _fit(self, data, options):
        assert set(np.unique(data.rows.outcome)) <= {0.0, 1.0}
        sums = np.bincount(data.rows.group, data.rows.outcome, len(data))
        return GroupFit(
            sums / data.n, std_error=np.full(len(data), 0.1), parameters={"sigma_group": self.spread}
        )


def test_a_method_needs_no_spread_within_and_gets_the_rows_of_its_events():
    as_rows = GroupData.from_arrays(FEW.rows.outcome, FEW.labels[FEW.rows.group])
    for data in (FEW, as_rows):
        found = bootstrap(data, Own(), draws=20)
        assert (found.draws, found.failed, found.sigma_group, found.df) == (20, 0, 0.1, None)
        assert calibration(data, Own(), draws=20) is not None
    wide = Own()
    wide.spread = 0.5
    with pytest.raises(DataError, match=r"cannot have a spread of 0\.5"):
        bootstrap(FEW, wide, draws=20)


def test_a_piece_of_events_that_a_worker_gets_is_the_same_there():
    as_rows = GroupData.from_arrays(FEW.rows.outcome, FEW.labels[FEW.rows.group])
    for data, method in ((as_rows, REML), (FEW, BUILT_IN["reml"]), (RARE, REML)):
        [piece, *_] = pieces_of(data, method.fit(data), Asked(method, method.Options(), 3, 1))
        again = pickle.loads(pickle.dumps(piece))
        np.testing.assert_array_equal(again.squared_errors(), piece.squared_errors())


def test_events_beside_covariates_are_drawn_as_normal_rows_and_a_note_says_so():
    rows = FEW.rows
    x = np.cos(np.arange(len(rows.outcome)))
    data = GroupData.from_arrays(rows.outcome, FEW.labels[rows.group], adjust={"x": x})
    found = bootstrap(data, REML, draws=20)
    assert isinstance(found, Bootstrap)
    assert (found.events_of, found.holds_events) == ("", True)
    assert "bootstrap_normal_rows" in [note.code for note in notes_of(found)]
    assert "bootstrap_normal_rows" not in [note.code for note in notes_of(bootstrap(FEW, REML, draws=20))]


@pytest.mark.parametrize(("data", "mu"), [(FEW, -1.2), (FEW, 1.0), (RARE, -0.4)])
def test_a_population_mean_that_events_cannot_have_is_refused(data, mu):
    """As that of a method which says it in logits."""
    fit = REML.fit(data)
    named = replace(fit.parameters["mu"], value=mu)
    with pytest.raises(DataError, match="no events can be drawn around a population mean of"):
        require_spreads(data, REML, replace(fit, parameters={**fit.parameters, "mu": named}))
