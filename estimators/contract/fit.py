"""GroupFit: what a method says about every group, with its Parameters and Notes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np

from estimators.arrays import all_finite, frozen_array, frozen_entries
from estimators.contract.student_quantile import LEAST_DF, normal_upper, student_upper
from estimators.errors import FitError, OptionError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from estimators.contract.joint import DrawnJoint, Joint

Severity = Literal["info", "warning"]
Interval = tuple["NDArray[np.float64]", "NDArray[np.float64]"]

STANDARD_PARAMETERS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "mu": ("Population mean μ", "The centre that the groups are drawn from."),
        "mu_std_error": ("Standard error of μ", "How far the estimate of μ is likely to be off."),
        "sigma_group": ("Between groups σg", "Standard deviation of the true group means."),
        "sigma_error": ("Within groups σe", "Standard deviation of the rows around their group's mean."),
        "icc": ("ICC", "Share of the variance that lies between groups: σg² / (σg² + σe²)."),
        "criterion": ("Criterion", "What the fit minimised: −2 × the (restricted) log likelihood."),
        "log_likelihood": ("Log likelihood", "The (restricted) log likelihood at the fit."),
    }
)
"""Name -> (label, help) of the parameters that every reader of a fit knows; a method may offer others."""


@dataclass(frozen=True)
class Parameter:
    """One number that a method reports about all groups together.

    ``value`` None means that it does not exist for these data. ``label`` and ``help`` are shown to people;
    for the names in :data:`STANDARD_PARAMETERS` they are filled in. Spreads and ``mu`` are in the outcome's
    units, ``icc`` is a share.

    Raises:
        FitError: ``value`` is no number, or not finite.

    """

    name: str
    value: float | None
    label: str = ""
    help: str = ""

    def __post_init__(self) -> None:
        label, text = STANDARD_PARAMETERS.get(self.name, (self.name.replace("_", " "), ""))
        object.__setattr__(self, "label", self.label or label)
        object.__setattr__(self, "help", self.help or text)
        if self.value is not None:
            value = _number(f"parameter {self.name}", self.value)
            if not np.isfinite(value):
                raise FitError(f"parameter {self.name} is {value}; give None where it does not exist")
            object.__setattr__(self, "value", value)


@dataclass(frozen=True)
class Coefficient:
    """One coefficient of a regression that a fit is made of, in the outcome's by the covariate's units."""

    term: str
    """``(Intercept)``, a column of numbers, or ``Column=level`` against the column's first level."""
    estimate: float
    std_error: float | None = None
    df: float | None = None
    """Degrees of freedom of its interval; None = normal."""

    def interval(self, level: float = 0.95) -> tuple[float, float] | None:
        """Lower and upper end at ``level``, between 0 and 1; None without a standard error.

        Raises:
            OptionError: the level is not between 0 and 1.

        """
        check_interval_level(level)
        if self.std_error is None:
            return None
        half = float(two_sided_quantile(level, self.df)) * self.std_error
        return self.estimate - half, self.estimate + half


@dataclass(frozen=True)
class Note:
    """Something a reader of the fit should know: a stable code, a severity and plain words."""

    code: str
    """Lower-case words, for programs."""
    severity: Severity
    """``info`` or ``warning``."""
    text: str
    """A sentence or two, for people."""
    of_errors: bool = False
    """Whether it describes the standard errors or intervals: it goes where others take their place."""


@dataclass(frozen=True, eq=False, init=False)
class GroupFit:
    """What a method says about every group. Arrays are ``(J,)``, in the order of ``data.labels``, read-only.

    ``estimate`` is in the units of the outcome, as is ``std_error``. None means that the method does not
    provide a thing; it is never zero and never NaN passed off as a number.
    """

    estimate: NDArray[np.float64]
    """Estimated or predicted mean of each group."""
    std_error: NDArray[np.float64] | None
    """Its standard error; a masked array where some groups have none."""
    weight: NDArray[np.float64] | None
    """Weight on the group's own mean: 1 = no pooling, 0 = complete pooling."""
    center: float | NDArray[np.float64] | None
    """What the estimates are pulled towards: one number, or ``(J,)`` where every group has its own."""
    parameters: Mapping[str, Parameter]
    """Numbers about all groups together, by name."""
    notes: tuple[Note, ...]
    """What a reader should know."""
    coefficients: tuple[Coefficient, ...]
    """Those of the covariates, where there are some."""
    df: float | NDArray[np.float64] | None
    """Degrees of freedom of the interval, one for all groups or ``(J,)``; None = normal."""
    interval_fn: Callable[[float], Interval] | None
    """Level -> (low, high), for a method with intervals of its own."""
    joint: Joint | DrawnJoint | None
    """How the true means hang together: ranks, probabilities and selection are computed from it."""
    details: Mapping[str, object]
    """What else the method found, by names of its own: for its weight curve and its views. Can be pickled."""

    def __init__(
        self,
        estimate: ArrayLike,
        std_error: ArrayLike | None = None,
        weight: ArrayLike | None = None,
        *,
        center: ArrayLike | None = None,
        parameters: Mapping[str, float | Parameter | None] | None = None,
        notes: Iterable[Note] = (),
        df: ArrayLike | None = None,
        interval_fn: Callable[[float], Interval] | None = None,
        joint: Joint | DrawnJoint | None = None,
        details: Mapping[str, object] | None = None,
        coefficients: Iterable[Coefficient] = (),
    ) -> None:
        """Copy and freeze the arrays. ``parameters`` maps names to numbers, or to a Parameter with words.

        Where only some groups have a standard error or an interval, mask the others' entries, as in
        ``np.ma.masked_invalid``: NaN itself is taken for a mistake.

        Raises:
            FitError: what should be numbers is none, ``estimate`` or ``weight`` has masked entries, or ``df``
                is neither one number nor one for each group.

        """
        for name, given in (("estimate", estimate), ("weight", weight)):
            object.__setattr__(self, name, None if given is None else _number_each(name, given))
        if isinstance(std_error, np.ma.MaskedArray) and np.ma.getmaskarray(std_error).all():
            std_error = None
        object.__setattr__(self, "std_error", None if std_error is None else frozen_entries(std_error))
        object.__setattr__(self, "center", None if center is None else _number_or_each("center", center))
        named = {
            name: p if isinstance(p, Parameter) else Parameter(name, p)
            for name, p in (parameters or {}).items()
        }
        object.__setattr__(self, "parameters", MappingProxyType(named))
        object.__setattr__(self, "notes", tuple(notes))
        object.__setattr__(self, "coefficients", tuple(coefficients))
        object.__setattr__(self, "df", self._one_or_each(df))
        object.__setattr__(self, "interval_fn", interval_fn)
        object.__setattr__(self, "joint", joint)
        object.__setattr__(self, "details", MappingProxyType(dict(details or {})))

    def __reduce__(self) -> tuple[Any, ...]:
        plain = {name: dict(v) if isinstance(v, MappingProxyType) else v for name, v in vars(self).items()}
        return _fit_of, (plain,)

    @property
    def common_center(self) -> float | None:
        """The one number that all estimates are pulled towards; None where there is none, or one a group."""
        if isinstance(self.center, np.ndarray):
            return float(self.center[0]) if (self.center == self.center[0]).all() else None
        return self.center

    def reliability(
        self, information: NDArray[np.float64], spread: str = "sigma_group"
    ) -> NDArray[np.float64] | None:
        """The weight ``(M,)`` of the best linear prediction for groups of ``information (M,)``.

        spread^2 / (spread^2 + sigma_error^2 / information), where ``spread`` names a parameter (Robinson,
        1991, Statistical Science 6, 15-32). A fit without sigma_error is one of published summaries, whose
        information, 1 / SE^2, holds all of the noise. None where the fit has no such spread, or both are 0.
        """
        between, within = (self.parameters.get(name) for name in (spread, "sigma_error"))
        if between is None or between.value is None:
            return None
        noise = 1.0 if within is None or within.value is None else within.value
        if between.value == 0:
            return None if noise == 0 else np.zeros(np.shape(information))
        return np.asarray(1.0 / (1.0 + np.square(noise / between.value) / information), dtype=np.float64)

    def interval(self, level: float = 0.95) -> Interval | None:
        """Lower and upper ends ``(J,)`` of the interval at ``level``, between 0 and 1; None if there is none.

        Normal, or Student's t where ``df`` is set, around the estimate; or the method's own. Masked where a
        group has none.

        Raises:
            OptionError: the level is not between 0 and 1.

        """
        check_interval_level(level)
        if self.interval_fn is not None:
            low, high = _two_ends(self.interval_fn(level))
            return None if np.ma.getmaskarray(low).all() and np.ma.getmaskarray(high).all() else (low, high)
        if self.std_error is None:
            return None
        half = two_sided_quantile(level, self.df) * self.std_error
        return frozen_entries(self.estimate - half), frozen_entries(self.estimate + half)

    def check(self, groups: int) -> None:
        """Make sure that every array has shape ``(groups,)`` and holds what its name promises.

        Raises:
            FitError: one has not, or does not: a NaN, a standard error below 0, degrees of freedom that are
                not positive.

        """
        for name in ("estimate", "std_error", "weight"):
            value = getattr(self, name)
            if value is None:
                continue
            if value.shape != (groups,):
                raise FitError(f"{name} has shape {value.shape}, but there are {groups} groups")
            if not all_finite(value):
                raise FitError(f"{name} holds values that are not finite")
        if self.std_error is not None and (self.std_error < 0).any():
            raise FitError("std_error holds negative values")
        if isinstance(self.center, np.ndarray) and np.shape(self.center) != (groups,):
            raise FitError(
                f"center has shape {np.shape(self.center)}: give one number, or one for each group"
            )
        if self.center is not None and not np.isfinite(self.center).all():
            raise FitError("center is not finite")
        self._check_notes()
        if self.df is not None and not np.all(self.df > 0):
            raise FitError(f"df is {self.df}, but degrees of freedom are positive")
        if self.joint is not None:
            self.joint.check(self.estimate)

    def _check_notes(self) -> None:
        for note in self.notes:
            if not isinstance(note, Note) or not isinstance(note.text, str):
                raise FitError(f"notes holds {note!r}: give instances of Note")
            if note.severity not in get_args(Severity):
                raise FitError(f"a note has the severity {note.severity!r}: say 'info' or 'warning'")

    def _one_or_each(self, df: ArrayLike | None) -> Any:
        """``df`` as it is kept: masked where there is no standard error that it could belong to."""
        if df is None or np.ndim(df) == 0:
            return df
        if np.shape(df) != self.estimate.shape:
            raise FitError(f"df has shape {np.shape(df)}: give one number, or one for each group")
        if self.std_error is None:
            return None
        return frozen_entries(np.ma.array(df, dtype=np.float64, mask=np.ma.getmaskarray(self.std_error)))


def _number(name: str, value: object) -> float:
    """One number. Raises FitError where it is none."""
    try:
        return float(value)  # type: ignore[arg-type]  # what is no number is told below
    except (TypeError, ValueError):
        raise FitError(f"{name} is one number, not {type(value).__name__}") from None


def _number_or_each(name: str, value: ArrayLike) -> float | NDArray[np.float64]:
    """One number, or a read-only copy of one for each group. Raises FitError where it is neither."""
    if isinstance(value, (list, tuple)) or (isinstance(value, np.ndarray) and value.ndim > 0):
        each = _number_each(name, value)
        return float(each[0]) if each.shape == (1,) else each
    return _number(name, value)


def _number_each(name: str, values: ArrayLike) -> NDArray[np.float64]:
    """A read-only copy. Raises FitError where an entry is masked, complex or no number."""
    try:
        if not _is_plain(values) and np.ma.getmaskarray(np.ma.asarray(values)).any():
            raise FitError(f"{name} has masked entries: it takes a number for every group")
        if np.iscomplexobj(values):
            raise FitError(f"{name} holds complex numbers")
        return frozen_array(values)
    except (TypeError, ValueError):
        raise FitError(f"{name} is no array of numbers") from None


def _is_plain(values: ArrayLike) -> bool:
    """Whether it is an array of numbers without a mask; to ask numpy.ma takes longer than most methods do."""
    return type(values) is np.ndarray and values.dtype.kind in "fiu"


def _two_ends(ends: Any) -> Interval:
    """Low and high, read-only. Raises FitError where they are not two arrays."""
    try:
        low, high = ends
    except (TypeError, ValueError):
        raise FitError("interval_fn gives two arrays, low and high") from None
    return frozen_entries(low), frozen_entries(high)


def _fit_of(fields: dict[str, Any]) -> GroupFit:
    """A fit that was pickled, its arrays read-only again."""
    return GroupFit(**fields)


def check_interval_level(level: float) -> None:
    """Make sure that intervals can have this level.

    Raises:
        OptionError: it is not between 0 and 1.

    """
    if not 0 < level < 1:
        raise OptionError(f"the interval level lies between 0 and 1, not at {level:g}")


def two_sided_quantile(level: float, df: float | NDArray[np.float64] | None) -> Any:
    """The two-sided quantile, one for each ``df``: half the width of an interval in standard errors."""
    upper_tail = (1.0 - level) / 2.0
    if df is None:
        return normal_upper(upper_tail)
    if np.ndim(df) == 0 and float(df) >= LEAST_DF:
        return student_upper(upper_tail, float(df))
    from scipy.special import stdtrit

    return -stdtrit(np.asarray(df), upper_tail)
