"""Arrays that nobody can change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


def frozen_entries(values: ArrayLike) -> NDArray[np.float64]:
    """A read-only copy of numbers, masked where ``values`` is; what is masked holds NaN."""
    if not isinstance(values, np.ma.MaskedArray) or not np.ma.getmaskarray(values).any():
        return frozen_array(values)
    mask = np.ma.getmaskarray(values)
    copy = np.ma.array(np.where(mask, np.nan, np.ma.getdata(values)), dtype=np.float64, mask=mask)
    copy.setflags(write=False)
    return copy


def all_finite(values: ArrayLike) -> bool:
    """Whether every entry that is not masked is a finite number."""
    numbers = np.ma.compressed(values) if isinstance(values, np.ma.MaskedArray) else values
    return bool(np.isfinite(numbers).all())


def frozen_array(values: ArrayLike, dtype: type = np.float64) -> NDArray[Any]:
    """A read-only copy of ``values`` as an array of ``dtype``."""
    array: NDArray[Any] = np.array(values, dtype=dtype)
    array.setflags(write=False)
    return array


def triangle_of(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """R, upper triangular, with R'R the products of the columns of ``rows (M, Q)``; min(M, Q) rows."""
    return np.asarray(np.linalg.qr(rows, mode="r"))


def sums_before(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """``(..., K)`` the sums of all entries before each."""
    nothing = np.zeros_like(values[..., :1])
    return np.asarray(np.concatenate([nothing, values[..., :-1].cumsum(axis=-1)], axis=-1))


def sums_of_others(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """``(..., K)`` the sums of all entries but each; nothing is taken away from a sum."""
    return np.asarray(sums_before(values) + sums_before(values[..., ::-1])[..., ::-1])


def sum_over_pairs(values: NDArray[np.float64]) -> float:
    """(sum a)^2 - sum a^2 of values ``(K,)`` above 0, without a difference: one may be far above the rest."""
    ordered = np.sort(values)
    return 2.0 * float(ordered @ sums_before(ordered))


def row_norms(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """The root of the sum of squares of each row ``(M, Q)``, also where squares do not fit a double."""
    largest = np.abs(rows).max(axis=1, initial=0.0)
    size = np.where(largest > 0, largest, 1.0)
    return np.asarray(size * np.sqrt(np.square(rows / size[:, None]).sum(axis=1)))
