"""What data may carry besides rows in groups, by the words in which methods declare what they take."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

FEATURES: Mapping[str, str] = MappingProxyType(
    {
        "known_variance": "published standard errors",
        "weights": "weights of the rows",
        "survey_weights": "survey weights of the rows",
        "covariates": "covariates of the rows",
        "group_covariates": "covariates of the groups",
        "counts": "counts for an outcome",
    }
)
"""Word -> what the data carry, for people; ``weights`` are those of precision.

Counts are rows of 0 and 1, or rates with known variances, to every method; one that states ``counts`` is for
counts, and is checked on them.
"""


def features_fault(handles: object) -> str | None:
    """What is wrong with what a method declares, as the end of a sentence; None where nothing is."""
    if not isinstance(handles, (frozenset, set)):
        return f"must be a set such as frozenset({{'known_variance'}}), not {handles!r}"
    unknown = sorted(str(word) for word in handles if word not in FEATURES)
    return f"holds {unknown[0]!r}, which is none of {', '.join(FEATURES)}" if unknown else None
