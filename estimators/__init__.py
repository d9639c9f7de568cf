"""Interchangeable estimators of every group's mean.

Reduce the rows once with :class:`GroupData`, hand the summary to any :class:`Estimator`, or to several with
:func:`compare`, and read one record, :class:`GroupFit`, from each. Simulate data with :func:`simulate`, and
measure which estimator is closer to the truth on average with :func:`run_risk`.
"""

from estimators.batch import BatchFit, GroupBatch
from estimators.blup import MlBlup, RemlBlup
from estimators.comparing import compare
from estimators.comparison import TIDY_COLUMNS, Comparison, Result
from estimators.conformance import ConformanceError, check_estimator
from estimators.contract import Estimator
from estimators.crossings import Crossing, crossings
from estimators.designs import PRESETS, Design, DesignError
from estimators.discovery import PluginFailure, Source
from estimators.errors import BlupboardError, DataError, FitError, NotRun, OptionError
from estimators.fit import GroupFit, Note, Parameter
from estimators.groups import GroupData
from estimators.hookspecs import hookimpl
from estimators.james_stein import JamesStein
from estimators.level_means import GrandMean, LevelMeans
from estimators.many import fit_many
from estimators.options import OptionSpec, option
from estimators.reader import Reader
from estimators.registry import PluginStatus, Registry, build_registry
from estimators.report import RiskReport
from estimators.risk import Progress, risk_steps, run_risk
from estimators.rows import DroppedRows, Rows
from estimators.sample import Sample
from estimators.scenario import EstimatorRisk, Measured, ScenarioRisk
from estimators.simulation import Simulated, simulate
from estimators.study import RiskStudy
from estimators.sweeps import Sweep
from estimators.theory import Theory, theory
from estimators.view import Look, View
from estimators.view_conformance import check_view

__all__ = [
    "PRESETS",
    "TIDY_COLUMNS",
    "BatchFit",
    "BlupboardError",
    "Comparison",
    "ConformanceError",
    "Crossing",
    "DataError",
    "Design",
    "DesignError",
    "DroppedRows",
    "Estimator",
    "EstimatorRisk",
    "FitError",
    "GrandMean",
    "GroupBatch",
    "GroupData",
    "GroupFit",
    "JamesStein",
    "LevelMeans",
    "Look",
    "Measured",
    "MlBlup",
    "NotRun",
    "Note",
    "OptionError",
    "OptionSpec",
    "Parameter",
    "PluginFailure",
    "PluginStatus",
    "Progress",
    "Reader",
    "Registry",
    "RemlBlup",
    "Result",
    "RiskReport",
    "RiskStudy",
    "Rows",
    "Sample",
    "ScenarioRisk",
    "Simulated",
    "Source",
    "Sweep",
    "Theory",
    "View",
    "build_registry",
    "check_estimator",
    "check_view",
    "compare",
    "crossings",
    "fit_many",
    "hookimpl",
    "option",
    "risk_steps",
    "run_risk",
    "simulate",
    "theory",
]
