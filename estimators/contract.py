"""What an estimator takes and gives: Estimator, GroupFit, Parameter and Note.

A plugin imports these names and nothing else. Every method, the built-ins included, is held to the same
contract by :func:`estimators.check_estimator`.
"""

from __future__ import annotations

import dataclasses
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np

from estimators.arrays import frozen_array
from estimators.errors import DataError, FitError, OptionError
from estimators.options import NoOptions, OptionSpec, option_spec

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from estimators.batch import BatchFit, GroupBatch
    from estimators.groups import GroupData

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
    for the names in :data:`STANDARD_PARAMETERS` they are filled in.
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
            value = float(self.value)
            if not np.isfinite(value):
                raise FitError(f"parameter {self.name} is {value}; give None where it does not exist")
            object.__setattr__(self, "value", value)


@dataclass(frozen=True)
class Note:
    """Something a reader of the fit should know: a stable code, a severity and plain words."""

    code: str
    severity: Severity
    text: str


class Estimator(ABC):
    """A method that estimates (or predicts) the mean of every group.

    A subclass gives the class attributes and :meth:`_fit`; everything else has a default. Instances hold no
    state: the same data and options give the same fit.
    """

    id: ClassVar[str]
    """Lower-case letters, digits, ``_`` and ``-``, starting with a letter; unique in a registry."""
    label: ClassVar[str]
    """A short name for people, e.g. ``REML BLUP``."""
    summary: ClassVar[str]
    """One line: what the method does."""
    citation: ClassVar[str] = ""
    """Where the formula comes from."""
    needs: ClassVar[Literal["summary", "rows"]] = "summary"
    """``rows``: the method reads ``data.rows``; ``summary``: the group summaries are enough."""
    Options: ClassVar[type] = NoOptions
    """A frozen dataclass whose fields are :func:`option` calls."""

    color: ClassVar[str | None] = None
    """A hint for display, ``#rrggbb``; None: chosen from a cycle, steady for the id."""
    symbol: ClassVar[str | None] = None
    """A hint for display: a plotly marker symbol, or ``line`` for one number that stands for all groups."""
    order: ClassVar[int] = 100
    """Place in lists; the smaller comes first, ties by id."""

    def fit(self, data: GroupData, options: object | None = None) -> GroupFit:
        """Fit the method after checking the options: an ``Options`` instance, a mapping, or None (defaults).

        Raises:
            OptionError: an unknown option or a value out of bounds.
            DataError: the data cannot carry this method (too few groups, say).
            FitError: the method broke its contract (wrong shape, NaN, ...).

        """
        checked = self.make_options(options)
        if self.needs == "rows" and data.rows is None:
            raise DataError("needs the rows themselves, and these data hold only group summaries")
        result = self._fit(data, checked)
        if not isinstance(result, GroupFit):
            raise FitError(f"_fit returned {type(result).__name__}, not a GroupFit")
        result.check(len(data))
        return result

    @abstractmethod
    def _fit(self, data: GroupData, options: Any) -> GroupFit:  # noqa: ANN401 - an instance of the subclass's Options
        """Compute the fit. ``data`` is read-only; ``options`` is a checked instance of ``Options``."""

    def _fit_many(self, batch: GroupBatch, options: Any) -> BatchFit | None:  # noqa: ANN401 - as in _fit
        """Compute the fits of all replicates of a batch at once.

        Optional: None means that this method fits one replicate after the other. What it gives must be what
        :meth:`_fit` gives, to rounding.
        """
        del batch, options
        return None

    def weight_curve(self, fit: GroupFit, n: NDArray[np.float64]) -> NDArray[np.float64] | None:
        """The weight ``(M,)`` that groups of ``n (M,)`` rows would get under ``fit``; None: no such curve."""
        del fit, n
        return None

    def r_code(self, data: GroupData, options: Any) -> str | None:  # noqa: ANN401 - as in _fit
        """The method in R: lines that leave the J estimates in ``estimate``, in the order of ``levels(g)``.

        At hand are the usable rows, ``y`` (numeric) and ``g`` (a factor whose levels are ``data.labels``),
        and lme4. Only base R, stats and lme4 may be used. None: there are none for this method or these data.
        """
        del data, options
        return None

    @classmethod
    def option_specs(cls) -> tuple[OptionSpec, ...]:
        """The options in the order of their definition."""
        if not dataclasses.is_dataclass(cls.Options):
            raise OptionError(f"Options of {cls.id} is not a dataclass")
        return tuple(option_spec(f) for f in dataclasses.fields(cls.Options))

    @classmethod
    def make_options(cls, given: object | None = None) -> object:
        """A checked ``Options`` instance from an instance, a mapping of names to values (or text), or None.

        Raises:
            OptionError: an unknown name (the known ones are listed) or a value out of bounds (with the
            bounds).

        """
        specs = {s.name: s for s in cls.option_specs()}
        if given is None:
            values: dict[str, object] = {}
        elif isinstance(given, cls.Options):
            values = {name: getattr(given, name) for name in specs}
        elif isinstance(given, Mapping):
            values = dict(given)
        else:
            raise OptionError(
                f"options of {cls.id} are {cls.Options.__name__} or a mapping, not {type(given).__name__}"
            )
        unknown = [str(name) for name in values if name not in specs]
        if unknown:
            known = f"it knows {', '.join(specs)}" if specs else "it has none"
            raise OptionError(f"{cls.id} has no option {', '.join(unknown)}: {known}")
        try:
            return cls.Options(**{name: specs[str(name)].parse(value) for name, value in values.items()})
        except OptionError as error:
            raise OptionError(f"{cls.id}.{error}") from None


ID_PATTERN = re.compile(r"[a-z][a-z0-9_-]*")


@dataclass(frozen=True, eq=False, init=False)
class GroupFit:
    """What a method says about every group. Arrays are ``(J,)``, in the order of ``data.labels``, read-only.

    ``estimate`` is in the units of the outcome, as is ``std_error``. None means that the method does not
    provide a thing; it is never zero and never NaN passed off as a number.
    """

    estimate: NDArray[np.float64]
    """Estimated or predicted mean of each group."""
    std_error: NDArray[np.float64] | None
    """Its standard error."""
    weight: NDArray[np.float64] | None
    """Weight on the group's own mean: 1 = no pooling, 0 = complete pooling."""
    center: float | None
    """What the estimates are pulled towards."""
    parameters: Mapping[str, Parameter]
    """Numbers about all groups together, by name."""
    notes: tuple[Note, ...]
    """What a reader should know."""
    df: float | None
    """Degrees of freedom of the interval; None = normal."""
    interval_fn: Callable[[float], Interval] | None
    """Level -> (low, high), for a method with intervals of its own."""

    def __init__(
        self,
        estimate: ArrayLike,
        std_error: ArrayLike | None = None,
        weight: ArrayLike | None = None,
        *,
        center: float | None = None,
        parameters: Mapping[str, float | Parameter | None] | None = None,
        notes: Iterable[Note] = (),
        df: float | None = None,
        interval_fn: Callable[[float], Interval] | None = None,
    ) -> None:
        """Copy and freeze the arrays. ``parameters`` maps names to numbers, or to a Parameter with words."""
        for name, given in (("estimate", estimate), ("std_error", std_error), ("weight", weight)):
            object.__setattr__(self, name, None if given is None else frozen_array(given))
        object.__setattr__(self, "center", None if center is None else float(center))
        named = {
            name: p if isinstance(p, Parameter) else Parameter(name, p)
            for name, p in (parameters or {}).items()
        }
        object.__setattr__(self, "parameters", MappingProxyType(named))
        object.__setattr__(self, "notes", tuple(notes))
        object.__setattr__(self, "df", df)
        object.__setattr__(self, "interval_fn", interval_fn)

    def interval(self, level: float = 0.95) -> Interval | None:
        """Lower and upper ends ``(J,)`` of the interval at ``level``, between 0 and 1; None if there is none.

        Normal, or Student's t where ``df`` is set, around the estimate; or the method's own.

        Raises:
            OptionError: the level is not between 0 and 1.

        """
        if not 0 < level < 1:
            raise OptionError(f"the interval level lies between 0 and 1, not at {level:g}")
        if self.interval_fn is not None:
            low, high = self.interval_fn(level)
            return frozen_array(low), frozen_array(high)
        if self.std_error is None:
            return None
        half = two_sided_quantile(level, self.df) * self.std_error
        return frozen_array(self.estimate - half), frozen_array(self.estimate + half)

    def check(self, groups: int) -> None:
        """Raise FitError unless every array has shape ``(groups,)`` and holds what its name promises."""
        for name in ("estimate", "std_error", "weight"):
            value = getattr(self, name)
            if value is None:
                continue
            if value.shape != (groups,):
                raise FitError(f"{name} has shape {value.shape}, but there are {groups} groups")
            if not np.isfinite(value).all():
                raise FitError(f"{name} holds values that are not finite")
        if self.std_error is not None and (self.std_error < 0).any():
            raise FitError("std_error holds negative values")
        if self.center is not None and not np.isfinite(self.center):
            raise FitError("center is not finite")
        if self.df is not None and not self.df > 0:
            raise FitError(f"df is {self.df}, but degrees of freedom are positive")


def two_sided_quantile(level: float, df: float | None) -> float:
    """The two-sided quantile: half the width of an interval in standard errors."""
    from scipy.special import ndtri, stdtrit

    upper_tail = (1.0 - level) / 2.0
    return float(-ndtri(upper_tail) if df is None else -stdtrit(df, upper_tail))
