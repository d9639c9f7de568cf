"""The guide names everything that a plugin can use, with its signature; what it says of faults is so."""

from __future__ import annotations

import dataclasses
import functools
import inspect
import re

import click
import pytest

from dashboard.cli import cli
from dashboard.figures.page_view import draw_views
from dashboard.plugin_host.processes import DEFAULT_SECONDS, PluginProcesses
from dashboard.plugin_host.stand_ins import with_stand_ins
from dashboard.plugin_host.wire import Setup
from dashboard.scene.style import LINE, SHAPES
from dashboard.session.choices import LEVELS, Choices
from dashboard.session.comparisons import Comparisons
from dashboard.session.simulation import ChosenDesign
from dashboard.storage.workspace import Workspace
from estimators import (
    BatchFit,
    Design,
    Estimator,
    GroupBatch,
    GroupData,
    GroupFit,
    Look,
    Note,
    Parameter,
    Reader,
    Result,
    Rows,
    Sample,
    ScaledGroups,
    Sizes,
    View,
    build_registry,
    check_estimator,
    check_view,
    compare,
    degenerate_fit,
    degenerate_note,
    homogeneity,
    option,
)
from estimators.contract.comparison import Comparison
from estimators.contract.fit import STANDARD_PARAMETERS
from estimators.plugins import hookspecs
from estimators.plugins.admission import KINDS
from tests.test_docs import plain, text_of
from tests.waiting import PATIENCE

GUIDE = text_of("docs/plugins.md")
REFERENCE = GUIDE[GUIDE.index("## 12.") :]


def part(title):
    """One part of the reference."""
    return REFERENCE.split(f"### {title}\n", 1)[1].split("\n### ", 1)[0]


def signature(function, *, bare=True):
    """A signature as people write it: without quotes around types, or without types."""
    found = inspect.signature(function)
    kept = [p for p in found.parameters.values() if p.name not in {"self", "cls"}]
    if bare:
        kept = [p.replace(annotation=inspect.Parameter.empty) for p in kept]
        found = found.replace(return_annotation=inspect.Signature.empty)
    return str(found.replace(parameters=kept)).replace("'", "" if not bare else "'")


def methods(kind):
    """The methods that are a class's own, ``_fit`` and ``_fit_many`` among them."""
    return {
        name: getattr(kind, name)
        for name, value in vars(kind).items()
        if (inspect.isfunction(value) or isinstance(value, classmethod))
        and (not name.startswith("_") or name.startswith("_fit"))
    }


def shown(thing):
    """The fields and the properties of a class."""
    fields = {field.name for field in dataclasses.fields(thing)}
    members = {k: v for base in thing.__mro__ for k, v in vars(base).items()}
    computed = {k for k, v in members.items() if isinstance(v, (property, functools.cached_property))}
    return fields | computed


# Every name has its place


def test_every_hook_has_its_line_with_its_exact_signature():
    hooks = [name for name in vars(hookspecs) if name.startswith("register_")]
    assert set(hooks) == set(KINDS)
    for name in hooks:
        exact = signature(getattr(hookspecs, name), bare=False)
        assert f"| `{name}{exact}` |" in part("Hooks")
        assert f"def {name}():" in GUIDE


@pytest.mark.parametrize("kind", [Sample, Reader, View], ids=lambda kind: kind.__name__)
def test_what_hooks_return_is_shown_with_its_arguments(kind):
    assert f"`{kind.__name__}{signature(kind).split(' ->')[0]}`" in part("Hooks")


def test_every_attribute_of_an_estimator_has_its_line_with_its_default():
    named = [name for name in Estimator.__annotations__ if not name.startswith("_")]
    assert len(named) >= 10
    for name in named:
        default = getattr(Estimator, name, None) if hasattr(Estimator, name) else "required"
        if isinstance(default, type):
            default = f"`{default.__name__}`"
        elif hasattr(Estimator, name):
            default = f"`{default!r}`"
        assert f"| `{name}` | {default} |" in part("Estimator")


def test_every_method_of_an_estimator_has_its_line_with_its_arguments():
    assert set(methods(Estimator)) >= {"fit", "_fit", "_fit_many"}
    for name, method in methods(Estimator).items():
        assert f"| `{name}{signature(method)}` |" in part("Estimator")


@pytest.mark.parametrize(("title", "function"), [("option", option), ("GroupFit", GroupFit)])
def test_every_argument_has_its_line_with_its_default(title, function):
    for name, argument in inspect.signature(function).parameters.items():
        required = argument.default is inspect.Parameter.empty
        assert f"| `{name}` | {'required' if required else f'`{argument.default!r}`'} |" in part(title)


@pytest.mark.parametrize("check", [check_estimator, check_view], ids=lambda check: check.__name__)
def test_every_check_has_its_line(check):
    assert f"| `{check.__name__}{signature(check)}` |" in part("Checks and errors")


@pytest.mark.parametrize("function", [degenerate_fit, degenerate_note, homogeneity], ids=lambda f: f.__name__)
def test_what_takes_degenerate_data_off_a_method_has_its_line(function):
    assert f"| `{function.__name__}{signature(function)}` |" in part("What a method is given")


@pytest.mark.parametrize("kind", [GroupData, GroupBatch, ScaledGroups], ids=lambda kind: kind.__name__)
def test_every_way_to_a_scaled_summary_and_back_is_named(kind):
    for name in {"scaled", "location", "place", "weighted_mean"} & methods(kind).keys():
        assert f"{name}{signature(methods(kind)[name])}`" in part("What a method is given")


@pytest.mark.parametrize("thing", [Note, Parameter, BatchFit, Rows], ids=lambda thing: thing.__name__)
def test_other_things_that_a_method_makes_or_gets_have_their_arguments(thing):
    assert f"`{thing.__name__}{signature(thing)}`" in REFERENCE


@pytest.mark.parametrize(
    ("title", "thing", "aside"),
    [
        ("What a method is given", GroupData, {"read_rows"}),
        ("What a method is given", GroupBatch, {"read_rows"}),
        ("What a method is given", ScaledGroups, set()),
        ("What a method is given", Sizes, set()),
        ("What a view is given", Comparison, set()),
        ("What a view is given", Result, {"estimator", "level", "pending"}),
        ("What a view is given", Look, set()),
    ],
)
def test_everything_that_a_plugin_is_given_is_named(title, thing, aside):
    names = shown(thing) - aside
    for name in names:
        assert re.search(rf"`(comparison\.)?{name}\b[^`]*`", part(title)), name
    assert f"`points{signature(Look.points)}`" in part("What a view is given")


def test_every_command_for_plugins_has_its_line():
    found = {name: command for name, command in cli.commands.items() if "plugin" in name}
    assert set(found) >= {"plugins", "check-plugin", "new-plugin"}
    for name, command in found.items():
        arguments = [
            p.make_metavar(click.Context(command)) for p in command.params if p.param_type_name == "argument"
        ]
        assert f"| `blupboard {' '.join([name, *arguments])}" in part("Commands")
    for name, command in cli.commands.items():
        for parameter in command.params:
            if isinstance(parameter, click.Option) and ("plugin" in name or "plugin" in parameter.opts[0]):
                assert f"`{parameter.opts[0]}" in part("Commands") or f"[{parameter.opts[0]} " in part(
                    "Commands"
                )
                if parameter.opts[0] == "--plugins-dir":
                    assert f"`{name}`" in part("Commands")
                    assert parameter.envvar in part("Commands")


def test_symbols_levels_and_parameters_are_those_that_there_are():
    symbols = re.search(r"^\| `symbol` \| (.*)\|$", GUIDE.split("## 10.")[1], re.MULTILINE)[1]
    assert set(re.findall(r"`([a-z-]+)`", symbols)) - {"-open"} == {*SHAPES, LINE}
    *others, last = (f"{level:.0%}".rstrip("%") for level in LEVELS)
    assert f"{', '.join(others)} and {last}%" in plain("docs/plugins.md")
    assert ", ".join(f"`{name}`" for name in STANDARD_PARAMETERS) in GUIDE


# Faults

HEAD = """
import sys, time
from dataclasses import dataclass
from estimators import Estimator, GroupFit, View, hookimpl, option
"""
PLUGIN = """
class Bad(Estimator):
    id, label, summary = "bad", "Bad", "Bad"
    def _fit(self, data, options):
        RETURN

@hookimpl
def register_estimators():
    return [Bad()]
"""
OPTIONS = """
@dataclass(frozen=True)
class Options:
    share: float = option(2.0, label="Share", maximum=1)
"""
PICTURE = "@hookimpl\ndef register_views(): return [View('v', 'V', 'v', lambda comparison, look: 1 / 0)]\n"


def fitting(line):
    return HEAD + PLUGIN.replace("RETURN", line)


LEFT_OUT = {
    "importing it failed with ModuleNotFoundError: No module named 'nowhere'": "import nowhere",
    "importing it failed with SystemExit: 3": "raise SystemExit(3)",
    "unknown hook 'register_estimator'": fitting("pass").replace(
        "def register_estimators", "def register_estimator"
    ),
    "it has no hook: mark register_estimators with @hookimpl": fitting("pass").replace("@hookimpl", ""),
    "it is written for contract 99 of blupboard, and the one installed here offers 0.2: update blupboard": (
        "blupboard_contract = '99'\nfrom estimators import SomethingNew"
    ),
    "the id 'reml' is taken by blupboard itself, so that of the file": fitting("pass")
    .replace("'bad'", "'reml'")
    .replace('"bad"', '"reml"'),
    "the options of bad do not hold their own defaults: bad.share takes a number of at most 1, not 2.0": HEAD
    + OPTIONS
    + PLUGIN.replace("def _fit", "Options = Options\n    def _fit"),
}
BROKE = "the method did not keep to its contract"
FAILED = {
    "the method failed with ZeroDivisionError: division by zero": "1 / 0",
    "the method failed with SystemExit: 3": "sys.exit(3)",
    f"{BROKE}: estimate has shape (2,), but there are 5 groups": "return GroupFit([1, 2])",
    f"{BROKE}: estimate holds values that are not finite": "return GroupFit(data.mean * float('nan'))",
    "the method failed with ValueError: assignment destination is read-only": "data.mean[0] = 0",
    f"{BROKE}: _fit returned float, not a GroupFit": "return 3.0",
}
ENDED = {
    "it was stopped after 10 seconds, the time that a plugin may take here": "time.sleep(1000)",
    "it ended the process that it ran in": "import os; os._exit(1)",
}
PRINTS, PICTURES = (
    "plugin bad printed: hello",
    "this view of the plugin bad failed with ZeroDivisionError: division by zero",
)
GROUPS = GroupData.from_arrays([1.0, 2, 3, 5, 4, 6, 9, 7, 8, 8], list("aabbccddee"))


@pytest.fixture
def bad(tmp_path):
    """A folder with a plugin of that text."""

    def write(text):
        (tmp_path / "plugins").mkdir()
        (tmp_path / "plugins" / "bad.py").write_text(text)
        return tmp_path / "plugins"

    return write


def test_every_fault_in_the_guide_is_tested():
    table = GUIDE.split("## 11.")[1].split("\n\n", 3)[2]
    told = [re.findall(r"`([^`]+)`", line.split("|")[2])[0] for line in table.splitlines()[2:]]
    assert told == [*LEFT_OUT, *FAILED, *ENDED, PRINTS, PICTURES]
    assert DEFAULT_SECONDS == 10


@pytest.mark.parametrize("words", LEFT_OUT)
def test_what_cannot_be_used_is_left_out_as_the_guide_says(bad, words):
    registry = build_registry([bad(LEFT_OUT[words])], entry_points=False)
    assert [words in failure.reason for failure in registry.failures] == [True]


@pytest.mark.parametrize("words", FAILED)
def test_a_fit_fails_as_the_guide_says(bad, words):
    registry = build_registry([bad(fitting(FAILED[words]))], entry_points=False)
    comparison = compare(GROUPS, registry)
    assert comparison["bad"].message == words
    assert [result.id for result in comparison.failed] == ["bad"]


@pytest.mark.slow
@pytest.mark.parametrize("words", ENDED)
def test_what_runs_on_the_page_is_ended_as_the_guide_says(bad, words):
    folder = bad(fitting(ENDED[words]))
    processes = PluginProcesses(Setup((str(folder),), LEVELS), seconds=1 if "stopped" in words else PATIENCE)
    try:
        registry = with_stand_ins(build_registry([folder], entry_points=False), processes)
        assert compare(GROUPS, registry)["bad"].message == words.replace("10", "1")
    finally:
        processes.close()


def test_what_is_printed_goes_to_stderr_as_the_guide_says(bad, blupboard, tmp_path):
    (tmp_path / "rows.csv").write_text("g,y\na,1\na,2\nb,3\nb,5\n")
    folder = bad(fitting("print('hello'); return GroupFit(data.mean)"))
    rows = ["compare", tmp_path / "rows.csv", "--outcome", "y", "--group", "g", "--format", "json"]
    done = blupboard(*rows, "--plugins-dir", folder)
    assert done.err == f"blupboard: {PRINTS}\n"
    assert done.json["fits"][-1]["estimator"] == "bad"


def test_a_view_fails_as_the_guide_says(bad, tmp_path):
    registry = build_registry([bad(HEAD + PICTURE)], entry_points=False)
    comparisons = Comparisons(Workspace(tmp_path / "data"), registry)
    scene = comparisons.scene("ann", Choices(ChosenDesign(Design(groups=4)), ("ols",)))
    assert draw_views(comparisons.later_views, scene)["more-v"].problem == PICTURES
