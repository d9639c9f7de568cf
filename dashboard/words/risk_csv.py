"""A risk study as CSV."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from estimators import RiskReport


def risk_lines(report: RiskReport) -> list[dict[str, Any]]:
    """One line per point and estimator: the dial's value (None at the design itself) and every measure."""
    dial = None if report.study.sweep is None else report.study.sweep.dial
    lines = []
    for point in (report.base, *report.sweep):
        reference = {"theory_level_means": point.theory.level_means, "theory_lower": point.theory.lower}
        for risk in point.estimators:
            values = {name: value for name, value in risk.to_dict().items() if not isinstance(value, list)}
            lines.append({"dial": dial, "value": point.value, **values, **reference})
    return lines
