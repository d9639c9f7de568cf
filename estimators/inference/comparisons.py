"""Groups that can be told apart: comparison bars, and letters that groups share which cannot."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from estimators.contract.fit import two_sided_quantile
from estimators.errors import OptionError
from estimators.inference.roots import bracketed_roots

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

CELLS_AT_A_TIME = 1 << 22
"""Pairs that are worked on at once."""


def comparison_multiplier(
    std_error: Floats,
    level: float = 0.95,
    df: float | None = None,
    *,
    of_differences: Floats | None = None,
) -> float:
    """By what to multiply standard errors ``(J,)`` for bars that overlap where two cannot be told apart.

    z at which 2 Phi(-z (s_i + s_j) / sqrt(s_i^2 + s_j^2)) is 1 - level on average over all pairs: 1.39 for
    0.95 and equal errors. For one pair, on average over pairs, and not for several at once (Goldstein & Healy
    1995, JRSS A 158, 175-177). With ``df`` degrees of freedom t takes the normal's place. Of groups that hang
    together, ``of_differences (J, J)`` has the standard errors of their differences, in place of the root;
    pairs of which it is 0 never differ, and are left out.

    Raises:
        OptionError: the level is not between 0 and 1, or there are fewer than two groups that differ.

    """
    from scipy.special import ndtr, stdtr

    if not 0 < level < 1:
        raise OptionError(f"the level lies between 0 and 1, not at {level:g}")
    if len(std_error) < 2:
        raise OptionError("bars for comparing need at least 2 groups")
    value, count = np.unique(std_error, return_counts=True)
    pairs = len(std_error) * (len(std_error) - 1)
    at_once = max(1, CELLS_AT_A_TIME // len(value))

    def below(value: Floats) -> Floats:
        return np.asarray(ndtr(value) if df is None else stdtr(df, value))

    def beyond(z: Floats) -> Floats:
        return np.array([2.0 * float(below(-z[0] * apart).mean()) - (1.0 - level)])

    def too_many(z: Floats) -> Floats:
        total = -float(len(std_error)) * float(below(-z[0] * np.sqrt(2.0)))
        for start in range(0, len(value), at_once):
            some = value[start : start + at_once, None]
            chance = below(-z[0] * (some + value) / np.hypot(some, value))
            total += float(count[start : start + at_once] @ chance @ count)
        return np.array([2.0 * total / pairs - (1.0 - level)])

    highest = 40.0 if df is None else 2.0 * float(two_sided_quantile(level, df))
    function = too_many
    if of_differences is not None:
        differ = (of_differences > 0) & ~np.eye(len(std_error), dtype=np.bool_)
        if not differ.any():
            raise OptionError("bars for comparing need at least 2 groups that differ")
        apart, function = np.add.outer(std_error, std_error)[differ] / of_differences[differ], beyond
    return float(bracketed_roots(function, np.zeros(1), np.full(1, highest))[0])


def shared_letters(apart: NDArray[np.bool_], order: NDArray[np.intp] | None = None) -> list[str]:
    """Letters for J groups, of which two share one where they cannot be told apart, and only there.

    Insert and absorb (Piepho 2004, J. Comput. Graph. Stat. 13, 456-466): a column of all groups is split at
    every pair that is apart, and columns that lie within others are dropped.

    Args:
        apart: (J, J) whether two groups are told apart; symmetric.
        order: (J,) the groups from the one that comes first; letters are given out in this order.

    Returns:
        the letters of each group, such as ``ab``; past z they go on as aa.

    """
    groups = len(apart)
    ranked = np.arange(groups) if order is None else np.asarray(order)
    columns = [frozenset(range(groups))]
    for i in range(groups):
        for j in range(i + 1, groups):
            if not apart[ranked[i], ranked[j]]:
                continue
            split = [c for c in columns if i in c and j in c]
            columns = [c for c in columns if not (i in c and j in c)]
            for column in split:
                for part in (column - {i}, column - {j}):
                    if not any(part <= other for other in columns):
                        columns = [c for c in columns if not c <= part]
                        columns.append(part)
    columns.sort(key=sorted)
    letters = [""] * groups
    for number, column in enumerate(columns):
        for place in column:
            letters[ranked[place]] += _letter(number)
    return letters


def _letter(number: int) -> str:
    """A to z, then aa, ab and so on."""
    text = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        text = chr(ord("a") + rest) + text
    return text
