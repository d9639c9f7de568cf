"""Estimator: what every method offers, the built-ins included.

Every method is held to the same contract by :func:`estimators.check_estimator`.
"""

from __future__ import annotations

import dataclasses
import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from estimators.contract.fit import GroupFit
from estimators.contract.options import NoOptions, OptionSpec, option_spec
from estimators.data.features import FEATURES
from estimators.errors import DataError, FitError, OptionError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from estimators.contract.batch import BatchFit, GroupBatch
    from estimators.data.groups import GroupData

ID_PATTERN = re.compile(r"[a-z][a-z0-9_-]*")


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
    handles: ClassVar[frozenset[str]] = frozenset({"known_variance"})
    """What the data may carry besides rows in groups: words of :data:`FEATURES`; other data are refused."""
    handles_many: ClassVar[frozenset[str]] = frozenset()
    """What of it :meth:`_fit_many` takes too; other batches are fitted one replicate after the other."""
    likelihood: ClassVar[Literal["reml", "ml"] | None] = None
    """The likelihood of the one-way model that it fits the spreads by, if one; it has intervals and tests."""
    remedy_for: ClassVar[frozenset[str]] = frozenset()
    """Codes of other methods' notes, such as ``sigma_group_zero``, beside which this method is offered."""
    blupboard_contract: ClassVar[str] = "0.1"
    """The contract that the method is written for; a registry with an older one leaves it out and says so."""
    Options: ClassVar[type] = NoOptions
    """A frozen dataclass whose fields are :func:`option` calls."""

    color: ClassVar[str | None] = None
    """A hint for display, ``#rrggbb``; None: chosen from a cycle, steady for the id."""
    symbol: ClassVar[str | None] = None
    """A hint for display: a plotly marker symbol, or ``line`` for one number that stands for all groups."""
    order: ClassVar[int] = 100
    """Place in lists; the smaller comes first, ties by id."""
    on_at_first: ClassVar[bool] = True
    """A hint: whether it takes part where nobody has chosen; False for what is looked up now and then."""

    def fit(self, data: GroupData, options: object | None = None) -> GroupFit:
        """Fit the method after checking the options: an ``Options`` instance, a mapping, or None (defaults).

        Raises:
            OptionError: an unknown option or a value out of bounds.
            DataError: the data cannot carry this method (too few groups, say), or carry what it does not
                handle.
            FitError: the method broke its contract (wrong shape, NaN, ...).

        """
        checked = self.make_options(options)
        self.require_handled(data)
        if self.needs == "rows":
            data.require_rows()
        result = self._fit(data, checked)
        if not isinstance(result, GroupFit):
            raise FitError(f"_fit returned {type(result).__name__}, not a GroupFit")
        result.check(len(data))
        return result

    def require_handled(self, data: GroupData) -> None:
        """Make sure that the method handles what the data carry.

        Raises:
            DataError: it does not.

        """
        unhandled = [words for name, words in FEATURES.items() if name in data.carries - self.handles]
        if unhandled:
            raise DataError(f"does not handle {' and '.join(unhandled)}, which these data have")

    @abstractmethod
    def _fit(self, data: GroupData, options: Any) -> GroupFit:
        """Compute the fit. ``data`` is read-only; ``options`` is a checked instance of ``Options``."""

    def _fit_many(self, batch: GroupBatch, options: Any) -> BatchFit | None:
        """Compute the fits of all replicates of a batch at once.

        Optional: None means that this method fits one replicate after the other. What it gives must be what
        :meth:`_fit` gives, to rounding.
        """
        del batch, options
        return None

    def weight_curve(self, fit: GroupFit, information: NDArray[np.float64]) -> NDArray[np.float64] | None:
        """The weight ``(M,)`` under ``fit`` of a group whose data weigh ``information (M,)``; None: no curve.

        ``information`` is as :attr:`GroupData.information`: rows, or 1 / SE^2 where means were published. It
        is handed over by position.
        """
        del fit, information
        return None

    def r_code(self, data: GroupData, options: Any) -> str | None:
        """The method in R: lines that leave the J estimates in ``estimate``, in the order of ``levels(g)``.

        They may leave further numbers that the fit has: for each group, or one for all, ``std_error``,
        ``df``, ``conf_low`` and ``conf_high`` (else they follow from those two), ``weight``; and ``mu``,
        ``mu_std_error``, ``sigma_group``, ``sigma_error``, ``icc``. At hand are the usable rows, ``y``
        (numeric) and ``g`` (a factor whose levels are ``data.labels``), the ``level`` of the intervals, and
        lme4; where data carry them, ``x``, a data frame of the covariates (numeric or factors) that differ
        between rows, ``explains``, which of its columns explain the groups, and ``w``, the weights. Only base
        R, stats and lme4 may be used. None: there are none for this method or these data.
        """
        del data, options
        return None

    def python_code(self, data: GroupData, options: Any) -> str | None:
        """The method in Python without blupboard; the names that it leaves are those of :meth:`r_code`.

        At hand are the usable rows, ``y (N,)`` (floats) and ``g (N,)`` (places in ``labels``, the list of
        ``data.labels``), the ``level`` of the intervals, and numpy, pandas and statsmodels.api as ``np``,
        ``pd`` and ``sm``; where data carry them ``x``, ``explains`` and ``w`` as there. None: there are none
        for this method or these data.
        """
        del data, options
        return None

    @classmethod
    def option_specs(cls) -> tuple[OptionSpec, ...]:
        """The options in the order of their definition.

        Raises:
            OptionError: ``Options`` is no dataclass, or one of its fields was not made by :func:`option`.

        """
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
