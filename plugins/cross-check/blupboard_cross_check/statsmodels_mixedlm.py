"""statsmodels' MixedLM with a random intercept."""

from __future__ import annotations

import threading
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

from blupboard_cross_check.random_intercept import Answer, RandomIntercept, says
from estimators import DataError, Note

if TYPE_CHECKING:
    from collections.abc import Iterable

    from blupboard_cross_check.standard import StandardRows

ALONE = threading.Lock()
"""Catching warnings changes the state of the whole process, so fits in threads wait for each other."""
BOUNDARY = "boundary of the parameter space"
RETRYING = "Retrying MixedLM"
ON_THE_WAY = (RETRYING, "MixedLM optimization failed", "Gradient optimization failed", "Maximum Likelihood")
"""How its messages about a search start; whether the last one arrived is in ``converged``."""


class StatsmodelsMixedLM(RandomIntercept):
    """See :class:`RandomIntercept`.

    Lindstrom and Bates (1988), JASA 83, 1014-1022, by MixedLM of statsmodels as it is by default: BFGS on the
    square root of lambda, from 1 on; where that fails, L-BFGS and then conjugate gradients from where it
    stopped. The standard errors are the square roots of ``random_effects_cov``.
    """

    id = "statsmodels_mixedlm"
    label = "statsmodels MixedLM"
    summary = "The same BLUPs as statsmodels computes them, to check ours against."
    citation = "Lindstrom & Bates (1988), JASA 83, 1014-1022; Seabold & Perktold (2010), statsmodels"
    color = "#882255"
    symbol = "square-open"
    order = 150
    program = "statsmodels"
    mu_std_error_help = (
        "From the observed information of all parameters together, so it differs a little from the square "
        "root of the variance of μ given the spreads."
    )

    def ask(self, rows: StandardRows, *, reml: bool) -> Answer:
        """See :meth:`RandomIntercept.ask`."""
        with ALONE, warnings.catch_warnings(record=True) as caught, np.errstate(all="ignore"):
            warnings.simplefilter("always")
            import statsmodels
            from statsmodels.regression.mixed_linear_model import MixedLM

            model = MixedLM(rows.outcome, np.ones((len(rows.outcome), 1)), rows.group)
            try:
                result = model.fit(reml=reml)
            except (np.linalg.LinAlgError, ValueError, ZeroDivisionError, FloatingPointError) as error:
                raise DataError(f"statsmodels gave up on these data: {error}") from error
            return _answer(result, rows, f"statsmodels {statsmodels.__version__}", caught)


def _answer(
    result: Any,
    rows: StandardRows,
    version: str,
    caught: Iterable[warnings.WarningMessage],
) -> Answer:
    between = float(result.cov_re[0, 0])
    effects, variances = np.zeros(rows.groups), np.zeros(rows.groups)
    if between > 0:
        predicted, covariance = result.random_effects, result.random_effects_cov
        effects = np.array([predicted[j].iloc[0] for j in range(rows.groups)])
        variances = np.array([covariance[j].iloc[0, 0] for j in range(rows.groups)])
    likelihood, mu_std_error = float(result.llf), float(result.bse_fe[0])
    return Answer(
        version=version,
        mu=float(result.fe_params[0]),
        mu_std_error=mu_std_error if np.isfinite(mu_std_error) else None,
        sigma_group=float(np.sqrt(between)),
        sigma_error=float(np.sqrt(result.scale)),
        log_likelihood=likelihood if np.isfinite(likelihood) else None,
        effects=effects,
        variances=variances,
        notes=_notes(caught, converged=bool(result.converged)),
    )


def _notes(caught: Iterable[warnings.WarningMessage], *, converged: bool) -> tuple[Note, ...]:
    """What statsmodels warned of, in words; numpy's warnings on the way there are none of the reader's."""
    from statsmodels.tools.sm_exceptions import ConvergenceWarning, SingularMatrixWarning

    ours = (ConvergenceWarning, SingularMatrixWarning)
    said = dict.fromkeys(str(w.message) for w in caught if issubclass(w.category, ours))
    notes = []
    if not converged:
        text = (
            "statsmodels did not converge: none of its three searches ended at a maximum, and its numbers "
            "are those of where the last one stopped."
        )
        notes.append(Note("not_converged", "warning", text))
    elif any(message.startswith(RETRYING) for message in said):
        text = (
            "The first search of statsmodels failed, and it went on with another one from there. That one "
            "says that it converged, which is not always so: its numbers may be off."
        )
        notes.append(Note("second_search", "warning", text))
    for message in said:
        if BOUNDARY in message:
            text = (
                "statsmodels says that the spread between groups may be at its boundary, 0: it says so where "
                "their variance is below 1% of the variance of all rows."
            )
            notes.append(Note("near_boundary", "info", text))
        elif not message.startswith(ON_THE_WAY):
            notes.append(says("statsmodels", message))
    return tuple(notes)
