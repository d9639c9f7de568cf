"""R's lme4, through Rscript."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from blupboard_cross_check.random_intercept import Answer, RandomIntercept, says
from blupboard_cross_check.rscript import run_lmer
from estimators import DataError, Note

if TYPE_CHECKING:
    from blupboard_cross_check.random_intercept import CriterionOptions
    from blupboard_cross_check.standard import StandardRows
    from estimators import GroupData

SINGULAR = "boundary (singular) fit"
HEAD = 6
"""Numbers in the answer before the groups' own."""


class Lme4(RandomIntercept):
    """See :class:`RandomIntercept`.

    lmer(y ~ 1 + (1 | g)) as it is by default; Bates, Maechler, Bolker and Walker (2015), Journal of
    Statistical Software 67(1). The standard errors are the square roots of what ``ranef(condVar = TRUE)``
    gives. lmer searches for sigma_group / sigma_error from 1 on: where the criterion has two minima it can
    stop at the worse one.
    """

    id = "lme4"
    label = "lme4 through Rscript"
    summary = "The same BLUPs as R's lme4 computes them, to check ours against; R has to be installed."
    citation = "Bates, Mächler, Bolker & Walker (2015), Journal of Statistical Software 67(1)"
    color = "#332288"
    symbol = "x"
    order = 160
    program = "lme4"

    def ask(self, rows: StandardRows, *, reml: bool) -> Answer:
        """See :meth:`RandomIntercept.ask`."""
        numbers, version, said = run_lmer(rows.outcome, rows.group, rows.groups, reml=reml)
        if len(numbers) != HEAD + 2 * rows.groups:
            raise DataError("R ended without a whole answer from lme4")
        mu, mu_std_error, sigma_group, sigma_error, likelihood, singular = numbers[:HEAD].tolist()
        effects, variances = np.split(numbers[HEAD:], 2)
        return Answer(
            version=version,
            mu=mu,
            mu_std_error=mu_std_error if np.isfinite(mu_std_error) else None,
            sigma_group=sigma_group,
            sigma_error=sigma_error,
            log_likelihood=likelihood if np.isfinite(likelihood) else None,
            effects=effects,
            variances=variances,
            notes=(
                *([_singular(sigma_group)] if singular else []),
                *(says("lme4", message) for message in said if not message.startswith(SINGULAR)),
            ),
        )

    def r_code(self, data: GroupData, options: CriterionOptions) -> str | None:
        """The coefficients of lmer."""
        if data.known_variance is not None:
            return None
        reml = "TRUE" if options.criterion == "reml" else "FALSE"
        return (
            f"model <- lme4::lmer(y ~ 1 + (1 | g), REML = {reml})\n"
            'estimate <- coef(model)$g[levels(g), "(Intercept)"]'
        )


def _singular(sigma_group: float) -> Note:
    how = "as 0" if sigma_group == 0 else "as next to 0"
    text = (
        f"lme4 says that the fit is singular: it estimates the spread between groups {how}, so every group "
        "is predicted at the population mean. Conditional standard errors of 0 do not mean that the groups' "
        "true means are known."
    )
    return Note("singular", "warning", text)
