"""Estimators to study, and how a report is read."""

from __future__ import annotations

from tests.oracles import BUILT_IN

ALL = tuple(BUILT_IN.values())
OLS, REML, GRAND_MEAN = BUILT_IN["ols"], BUILT_IN["reml"], BUILT_IN["grand_mean"]


def told(report):
    """Everything in a report but the time it took."""
    found = report.to_dict()
    del found["seconds"]
    return found


def near(measured, value, errors=4.0):
    return abs(measured.value - value) <= errors * measured.mcse + 1e-12 * abs(value)
