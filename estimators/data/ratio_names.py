"""What columns of ratios, and of their logarithms, are called."""

from __future__ import annotations

import re
from typing import Final

_KINDS: Final = {
    "or": "odds ratio",
    "oddsratio": "odds ratio",
    "hr": "hazard ratio",
    "hazardratio": "hazard ratio",
    "irr": "rate ratio",
    "rateratio": "rate ratio",
    "rr": "ratio",
    "riskratio": "risk ratio",
    "relativerisk": "risk ratio",
    "rom": "ratio of means",
    "responseratio": "response ratio",
    "ratio": "ratio",
}
"""What columns of ratios are called, alone or behind ``log`` or ``ln``, and what they are; RR is of risks,
rates and responses."""


def ratio_name(column: str) -> str | None:
    """What a column is of that is named as a ratio (``OR``); else None."""
    return _KINDS.get(_plain(column))


def log_ratio_name(column: str) -> str | None:
    """What the exponential of a column is called that is named as a log ratio (``ln_OR``); else None."""
    found = re.fullmatch(r"(?:log|ln)(.+)", _plain(column))
    return None if found is None else _KINDS.get(found[1])


def _plain(column: str) -> str:
    return re.sub(r"[\W_]+", "", column).lower()
