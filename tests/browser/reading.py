"""Numbers as the page shows them against numbers as the command line gives them."""

from __future__ import annotations

import json
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

MISSING = "–"


def compared(file: Path, outcome: str, group: str, *more: str) -> dict[str, Any]:
    """What ``blupboard compare FILE --format json`` says."""
    command = [sys.executable, "-m", "dashboard.cli", "compare", str(file), "--format", "json"]
    done = subprocess.run(
        [*command, "--outcome", outcome, "--group", group, *more], capture_output=True, check=True
    )
    return json.loads(done.stdout)


def fit(answer: dict[str, Any], estimator: str) -> dict[str, Any]:
    """One estimator's part of the answer."""
    return next(f for f in answer["fits"] if f["estimator"] == estimator)


def by_group(fit: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The rows of one estimator by their group."""
    return {row["group"]: row for row in fit["groups"]}


def shows(text: str, value: float | None, digits: int = 3) -> bool:
    """Whether `text` is `value` to at least `digits` significant digits; a dash where there is none."""
    if value is None:
        return text == MISSING
    shown = Decimal(text.strip().removesuffix("%").replace(",", "").replace("−", "-"))
    exact = Decimal(value) * (100 if text.strip().endswith("%") else 1)
    if shown == 0 or exact == 0:
        return shown == exact == 0
    last = Decimal(1).scaleb(shown.as_tuple().exponent)
    significant = exact.adjusted() - last.adjusted() + 1
    return abs(shown - exact) <= last * Decimal("0.5000001") and significant >= digits
