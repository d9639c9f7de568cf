"""Methods that travel to other processes, which import this file and nothing of tests beside."""

from __future__ import annotations

import os
import time

import numpy as np

from estimators import Estimator, GroupFit


def ends_once(folder):
    """End the process once a file called go is there, the first time; then say that it is done."""
    if (folder / "ended").exists():
        return "done"
    while not (folder / "go").exists():
        time.sleep(0.01)
    (folder / "ended").touch()
    os._exit(1)


class Fatal(Estimator):
    """Ends the process that fits it."""

    id, label, summary = "fatal", "Fatal", "Ends the process."

    def _fit(self, data, options):
        os._exit(1)


class OneByOne(Estimator):
    """Level means with spreads, fitted one replicate after the other, each with its own rows."""

    id, label, summary, needs = "one", "One by one", "Level means.", "rows"

    def _fit(self, data, options):
        rows = data.require_rows()
        own = np.bincount(rows.group, rows.outcome) / data.n
        np.testing.assert_allclose(own, data.mean, atol=1e-9)
        return GroupFit(data.mean, parameters={"sigma_group": 1.0, "sigma_error": 2.0})
