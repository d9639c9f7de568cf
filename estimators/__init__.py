"""Interchangeable estimators of every group's mean.

Reduce the rows once with :class:`GroupData`, hand the summary to any :class:`Estimator`, or to several with
:func:`compare`, and read one record, :class:`GroupFit`, from each. Simulate data with :func:`simulate`, and
measure which estimator is closer to the truth on average with :func:`run_risk`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from estimators.contract.batch import BatchFit, GroupBatch
from estimators.contract.comparison import TIDY_COLUMNS, Comparison, Result
from estimators.contract.estimator import Estimator
from estimators.contract.fit import Coefficient, GroupFit, Note, Parameter
from estimators.contract.joint import DrawnJoint, Joint
from estimators.contract.options import OptionSpec, option
from estimators.contract.version import CONTRACT
from estimators.data.groups import GroupData
from estimators.data.rows import DroppedRows, Rows
from estimators.data.scaled import ScaledGroups, Sizes
from estimators.errors import BlupboardError, DataError, FitError, NotRun, OptionError
from estimators.fitting.compare import compare
from estimators.fitting.fit_many import fit_many
from estimators.methods.blup import MlBlup, RemlBlup
from estimators.methods.degenerate import degenerate_fit, degenerate_note
from estimators.methods.homogeneity import Homogeneity, homogeneity
from estimators.methods.james_stein import JamesStein
from estimators.methods.level_means import GrandMean, LevelMeans
from estimators.plugins.discovery import PluginFailure, Source
from estimators.plugins.hookspecs import hookimpl
from estimators.plugins.reader import Reader
from estimators.plugins.registry import PluginStatus, Registry, build_registry
from estimators.plugins.sample import Sample
from estimators.plugins.view import Look, View

if TYPE_CHECKING:
    from estimators.checks.check_estimator import ConformanceError, check_estimator
    from estimators.checks.check_view import check_view
    from estimators.inference.comparisons import comparison_multiplier, shared_letters
    from estimators.inference.equal_spread import EqualSpread
    from estimators.inference.funnel import Funnel, funnel
    from estimators.inference.grades import Grades, grades_within, group_grades
    from estimators.inference.heritability import Heritability, heritability
    from estimators.inference.heterogeneity import (
        MU_ERRORS,
        TAU2,
        Heterogeneity,
        PredictionInterval,
        heterogeneity,
    )
    from estimators.inference.influence import Influence, leave_one_out
    from estimators.inference.least_difference import LeastDifference, least_difference
    from estimators.inference.meta_regression import REGRESSION_TAU2, MetaRegression, meta_regression
    from estimators.inference.model_checks import ModelChecks, model_checks
    from estimators.inference.moment_intervals import (
        generalized_interval,
        sigma_error_interval,
        thomas_hultquist_interval,
        williams_tukey_interval,
    )
    from estimators.inference.normal_plot import NormalPlot
    from estimators.inference.own_intervals import own_intervals
    from estimators.inference.pairs import pairwise_probability, probability_above
    from estimators.inference.plan import Plan, best_is_best
    from estimators.inference.questions import Questions
    from estimators.inference.rank_sets import RankSets, marginal_rank_sets, simultaneous_rank_sets
    from estimators.inference.ranks import Ranks, TopShare, group_ranks
    from estimators.inference.second_order import CenterError, SecondOrder, center_error, prediction_error
    from estimators.inference.selection import Best, Called, best_groups, call_above, may_be_best
    from estimators.inference.spread_intervals import (
        ExactInterval,
        ProfileInterval,
        exact_intervals,
        profile_intervals,
    )
    from estimators.inference.spread_tests import LikelihoodRatio, SpreadTests, spread_tests
    from estimators.inference.summary import inference_dict
    from estimators.risk.bootstrap import Bootstrap, bootstrap
    from estimators.risk.bootstrapped import bootstrapped
    from estimators.risk.calibration import Calibration, Calibrations, CoverageAt, calibration
    from estimators.risk.crossings import Crossing, crossings
    from estimators.risk.losses import LOSSES, Loss
    from estimators.risk.report import RiskReport
    from estimators.risk.run import Progress, risk_steps, run_risk
    from estimators.risk.scenario import EstimatorRisk, Measured, ScenarioRisk
    from estimators.risk.scorecard import SCENARIOS, Scenario, ScenarioCard, scorecard
    from estimators.risk.study import RiskStudy
    from estimators.risk.sweeps import Sweep
    from estimators.risk.theory import Theory, theory
    from estimators.simulation.design import PRESETS, Design, DesignError
    from estimators.simulation.simulate import Simulated, simulate

_LATER = {
    "checks.check_estimator": "ConformanceError check_estimator",
    "checks.check_view": "check_view",
    "inference.comparisons": "comparison_multiplier shared_letters",
    "inference.equal_spread": "EqualSpread",
    "inference.funnel": "Funnel funnel",
    "inference.grades": "Grades grades_within group_grades",
    "inference.heritability": "Heritability heritability",
    "inference.heterogeneity": "MU_ERRORS TAU2 Heterogeneity PredictionInterval heterogeneity",
    "inference.influence": "Influence leave_one_out",
    "inference.least_difference": "LeastDifference least_difference",
    "inference.meta_regression": "REGRESSION_TAU2 MetaRegression meta_regression",
    "inference.model_checks": "ModelChecks model_checks",
    "inference.normal_plot": "NormalPlot",
    "inference.moment_intervals": "generalized_interval sigma_error_interval thomas_hultquist_interval "
    "williams_tukey_interval",
    "inference.own_intervals": "own_intervals",
    "inference.pairs": "pairwise_probability probability_above",
    "inference.plan": "Plan best_is_best",
    "inference.questions": "Questions",
    "inference.rank_sets": "RankSets marginal_rank_sets simultaneous_rank_sets",
    "inference.ranks": "Ranks TopShare group_ranks",
    "inference.second_order": "CenterError SecondOrder center_error prediction_error",
    "inference.selection": "Best Called best_groups call_above may_be_best",
    "inference.spread_intervals": "ExactInterval ProfileInterval exact_intervals profile_intervals",
    "inference.spread_tests": "LikelihoodRatio SpreadTests spread_tests",
    "inference.summary": "inference_dict",
    "risk.bootstrap": "Bootstrap bootstrap",
    "risk.bootstrapped": "bootstrapped",
    "risk.calibration": "Calibration Calibrations CoverageAt calibration",
    "risk.crossings": "Crossing crossings",
    "risk.losses": "LOSSES Loss",
    "risk.report": "RiskReport",
    "risk.run": "Progress risk_steps run_risk",
    "risk.scenario": "EstimatorRisk Measured ScenarioRisk",
    "risk.scorecard": "SCENARIOS Scenario ScenarioCard scorecard",
    "risk.study": "RiskStudy",
    "risk.sweeps": "Sweep",
    "risk.theory": "Theory theory",
    "simulation.design": "PRESETS Design DesignError",
    "simulation.simulate": "Simulated simulate",
}
"""What is imported when it is first asked for, by where it is: most programs ask for little of it."""
_HOME = {name: place for place, names in _LATER.items() for name in names.split()}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = globals()[name] = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOME})


__all__ = [
    "CONTRACT",
    "LOSSES",
    "MU_ERRORS",
    "PRESETS",
    "REGRESSION_TAU2",
    "SCENARIOS",
    "TAU2",
    "TIDY_COLUMNS",
    "BatchFit",
    "Best",
    "BlupboardError",
    "Bootstrap",
    "Calibration",
    "Calibrations",
    "Called",
    "CenterError",
    "Coefficient",
    "Comparison",
    "ConformanceError",
    "CoverageAt",
    "Crossing",
    "DataError",
    "Design",
    "DesignError",
    "DrawnJoint",
    "DroppedRows",
    "EqualSpread",
    "Estimator",
    "EstimatorRisk",
    "ExactInterval",
    "FitError",
    "Funnel",
    "Grades",
    "GrandMean",
    "GroupBatch",
    "GroupData",
    "GroupFit",
    "Heritability",
    "Heterogeneity",
    "Homogeneity",
    "Influence",
    "JamesStein",
    "Joint",
    "LeastDifference",
    "LevelMeans",
    "LikelihoodRatio",
    "Look",
    "Loss",
    "Measured",
    "MetaRegression",
    "MlBlup",
    "ModelChecks",
    "NormalPlot",
    "NotRun",
    "Note",
    "OptionError",
    "OptionSpec",
    "Parameter",
    "Plan",
    "PluginFailure",
    "PluginStatus",
    "PredictionInterval",
    "ProfileInterval",
    "Progress",
    "Questions",
    "RankSets",
    "Ranks",
    "Reader",
    "Registry",
    "RemlBlup",
    "Result",
    "RiskReport",
    "RiskStudy",
    "Rows",
    "Sample",
    "ScaledGroups",
    "Scenario",
    "ScenarioCard",
    "ScenarioRisk",
    "SecondOrder",
    "Simulated",
    "Sizes",
    "Source",
    "SpreadTests",
    "Sweep",
    "Theory",
    "TopShare",
    "View",
    "best_groups",
    "best_is_best",
    "bootstrap",
    "bootstrapped",
    "build_registry",
    "calibration",
    "call_above",
    "center_error",
    "check_estimator",
    "check_view",
    "compare",
    "comparison_multiplier",
    "crossings",
    "degenerate_fit",
    "degenerate_note",
    "exact_intervals",
    "fit_many",
    "funnel",
    "generalized_interval",
    "grades_within",
    "group_grades",
    "group_ranks",
    "heritability",
    "heterogeneity",
    "homogeneity",
    "hookimpl",
    "inference_dict",
    "least_difference",
    "leave_one_out",
    "marginal_rank_sets",
    "may_be_best",
    "meta_regression",
    "model_checks",
    "option",
    "own_intervals",
    "pairwise_probability",
    "prediction_error",
    "probability_above",
    "profile_intervals",
    "risk_steps",
    "run_risk",
    "scorecard",
    "shared_letters",
    "sigma_error_interval",
    "simulate",
    "simultaneous_rank_sets",
    "spread_tests",
    "theory",
    "thomas_hultquist_interval",
    "williams_tukey_interval",
]
