"""Interchangeable estimators of every group's mean.

Reduce the rows once with :class:`GroupData`, hand the summary to any :class:`Estimator`, or to several with
:func:`compare`, and read one record, :class:`GroupFit`, from each.
"""

from estimators.comparison import TIDY_COLUMNS, Comparison, Result, compare
from estimators.conformance import ConformanceError, check_estimator
from estimators.contract import Estimator, GroupFit, Note, Parameter
from estimators.errors import BlupboardError, DataError, FitError, OptionError
from estimators.groups import GroupData
from estimators.hookspecs import hookimpl
from estimators.options import OptionSpec, option
from estimators.registry import PluginFailure, Registry, Source, build_registry
from estimators.rows import DroppedRows, Rows

__all__ = [
    "TIDY_COLUMNS",
    "BlupboardError",
    "Comparison",
    "ConformanceError",
    "DataError",
    "DroppedRows",
    "Estimator",
    "FitError",
    "GroupData",
    "GroupFit",
    "Note",
    "OptionError",
    "OptionSpec",
    "Parameter",
    "PluginFailure",
    "Registry",
    "Result",
    "Rows",
    "Source",
    "build_registry",
    "check_estimator",
    "compare",
    "hookimpl",
    "option",
]
