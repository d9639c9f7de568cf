"""Plugins on the command line: the list, the check, a new one; and bad ones, which hurt nobody else."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
import sysconfig
import time
import venv
from pathlib import Path

import pytest

from dashboard.samples import SAMPLES
from estimators import ConformanceError, Estimator, GroupFit, build_registry, check_estimator
from tests.commands import ROOT, program

DYESTUFF = SAMPLES["dyestuff"].file
ROLES = ("--outcome", "Yield", "--group", "Batch")
BUILT_IN_IDS = ["ols", "reml", "ml", "james_stein", "grand_mean"]

HEAD = """
import os, subprocess, sys
from dataclasses import dataclass
from estimators import Estimator, GroupFit, Note, hookimpl, option
"""
CLASS = """
class Half(Estimator):
    id = {id!r}
    label = "Half way"
    summary = "Half way to the middle."

    def _fit(self, data, options):
        {fit}
        middle = data.centered_mean.mean()
        estimate = data.origin + (data.centered_mean + middle) / 2
        return {returns}
"""
HOOK = """
@hookimpl
def register_estimators():
    {register}
    return [Half()]
"""


def plugin(*, head="", fit="pass", returns="GroupFit(estimate)", register="pass", name="half", hook=HOOK):
    return HEAD + head + CLASS.format(id=name, fit=fit, returns=returns) + hook.format(register=register)


def install(folder, name, text, *, version="1.2"):
    """A distribution as pip would leave it."""
    module = name.replace("-", "_")
    (folder / f"{module}.py").write_text(text)
    info = folder / f"{module}-{version}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    (info / "entry_points.txt").write_text(f"[blupboard]\n{module} = {module}\n")


@pytest.fixture
def shelf(tmp_path):
    """Write plugin files into a folder and give the folder."""
    folder = tmp_path / "shelf"
    folder.mkdir()

    def fill(**texts):
        for name, text in texts.items():
            (folder / f"{name}.py").write_text(text)
        return folder

    return fill


# blupboard plugins


def test_the_built_ins_are_listed_as_a_plugin_of_their_own(blupboard):
    done = blupboard("plugins", "--format", "json")
    assert (done.code, done.err) == (0, "")
    (own,) = done.json
    assert list(own) == ["name", "source", "version", "status", "reason", "estimators"]
    assert (own["name"], own["source"], own["status"], own["reason"]) == ("blupboard", "built in", "ok", None)
    assert own["estimators"] == BUILT_IN_IDS


def test_every_plugin_found_is_listed_whatever_became_of_it(blupboard, shelf):
    folder = shelf(
        half=plugin(),
        broken="import no_such_module_anywhere",
        silent=plugin(hook=HOOK.replace("[Half()]", "[]")),
        partly=plugin(name="other", hook=HOOK.replace("[Half()]", "[Half(), 3]")),
        thief=plugin(name="reml"),
    )
    done = blupboard("plugins", "--format", "json", "--plugins-dir", folder)
    assert (done.code, done.err) == (0, "")
    found = {line["name"]: line for line in done.json}
    assert list(found) == ["blupboard", "broken", "half", "partly", "silent", "thief"]
    assert found["half"] == {
        "name": "half",
        "source": str(folder / "half.py"),
        "version": None,
        "status": "ok",
        "reason": None,
        "estimators": ["half"],
    }
    assert {name: line["status"] for name, line in found.items()} == {
        "blupboard": "ok",
        "broken": "failed",
        "half": "ok",
        "partly": "failed",
        "silent": "ok",
        "thief": "failed",
    }
    assert "ModuleNotFoundError" in found["broken"]["reason"]
    assert "3, which is no instance of Estimator" in found["partly"]["reason"]
    assert found["partly"]["estimators"] == ["other"]
    assert found["silent"]["estimators"] == found["thief"]["estimators"] == []
    assert "taken by blupboard itself" in found["thief"]["reason"]


def test_the_table_has_a_line_for_each_and_the_reason_below(blupboard, shelf):
    folder = shelf(half=plugin(), broken="raise RuntimeError('two\\nlines')")
    done = blupboard("plugins", "--plugins-dir", folder)
    own, broken, why, half = done.out.splitlines()
    assert own.split()[:2] == ["ok", "blupboard"]
    assert broken.split() == ["failed", "broken", "-", "-", str(folder / "broken.py")]
    assert why.strip() == "importing it failed with RuntimeError: two lines"
    assert half.split() == ["ok", "half", "-", "half", str(folder / "half.py")]


def test_distributions_are_listed_with_their_version(tmp_path):
    install(tmp_path, "some-plugin", plugin(name="some"))
    install(tmp_path, "bad-plugin", "raise SystemExit(2)", version="0.3")
    path = os.pathsep.join([str(tmp_path), str(ROOT)])
    done = program("plugins", "--format", "json", env={"PYTHONPATH": path})
    found = {line["name"]: line for line in done.json}
    assert (found["some-plugin"]["source"], found["some-plugin"]["version"]) == ("distribution", "1.2")
    assert found["some-plugin"]["estimators"] == ["some"]
    assert (found["bad-plugin"]["status"], found["bad-plugin"]["version"]) == ("failed", "0.3")
    assert "SystemExit: 2" in found["bad-plugin"]["reason"]


def test_a_folder_that_is_not_there_is_refused(refused, tmp_path):
    assert "does not exist" in refused("plugins", "--plugins-dir", tmp_path / "nowhere")


def test_a_plugin_file_is_read_anew_and_nothing_is_left_beside_it(blupboard, shelf):
    folder = shelf(half=plugin())
    path, then = folder / "half.py", time.time() - 100
    os.utime(path, (then, then))
    assert blupboard("check-plugin", path).code == 0
    path.write_text(
        path.read_text().replace("GroupFit(estimate)", "GroupFit(estimatr)")
    )  # of the same length
    os.utime(path, (then, then))
    assert blupboard("check-plugin", path).code == 1
    assert [p.name for p in folder.iterdir()] == ["half.py"]


# blupboard check-plugin

MISSPELT = HOOK.replace("def register_estimators", "def register_estimator")
FAULTS = {
    "import": ("import no_such_module_anywhere", "install no_such_module_anywhere, or mend the import"),
    "raises": ("x = 1\nraise ValueError('no')", "ValueError: no (mend line 2 of plugin.py)"),
    "syntax": ("\n\ndef broken(:", "mend line 3 of plugin.py"),
    "exits": ("import sys\nsys.exit(3)", "SystemExit: 3 (what runs at import must not exit: move line 2 of"),
    "misspelt": (plugin(hook=MISSPELT), "register_readers, register_views: mend the spelling"),
    "unmarked": ("def register_estimators():\n    return []\n", "mark register_estimators with @hookimpl"),
    "none": (plugin(hook=HOOK.replace("[Half()]", "[]")), "it registers no estimator: return instances"),
    "no list": (plugin(hook=HOOK.replace("[Half()]", "Half()")), "must return a list of instances"),
    "taken": (plugin(name="ols"), "'ols' is taken by blupboard itself, so that of the file"),
    "hook exits": (plugin(register="sys.exit(3)"), "SystemExit: 3"),
    "prints at import": (plugin(head="print('hello')\n"), "it prints to stdout when it is imported"),
    "prints in the hook": (plugin(register="print('hello')"), "or asked for its estimators: use logging"),
    "prints": (plugin(fit="print('hello')"), "it prints to stdout ('hello'): a Note of the fit tells people"),
    "fit raises": (plugin(fit="{}['x']"), "KeyError: 'x' (where data cannot carry the method"),
    "fit exits": (plugin(fit="sys.exit(3)"), "SystemExit: 3 (where data cannot carry the method"),
    "shape": (plugin(returns="GroupFit(estimate[:1])"), "has shape (1,), but there are 20 groups"),
    "nan": (plugin(returns="GroupFit(estimate * float('nan'))"), "values that are not finite"),
    "infinite": (
        plugin(returns="GroupFit(estimate * float('inf'), notes=[Note('x', 'info', 'Sorry.')])"),
        "values that are not finite",
    ),
    "writes": (plugin(fit="data.mean[0] = 0"), "read-only"),
    "unlocks": (
        plugin(fit="data.n.setflags(write=True); data.n[0] += 1"),
        "it changes its input: work on copies",
    ),
    "notes": (plugin(returns="GroupFit(estimate, notes=['Sorry.'])"), "give instances of Note"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_named_with_how_to_mend_it(blupboard, tmp_path, fault):
    text, words = FAULTS[fault]
    path = tmp_path / "plugin.py"
    path.write_text(text)
    done = blupboard("check-plugin", path)
    assert done.code == 1
    assert done.out.startswith("failed  ")
    assert words in done.out


ENDLESS = {
    "hangs": ("while True: pass", "it was stopped after 2 seconds"),
    "exits": ("import os; os._exit(0)", "it ended the process that it ran in"),
    "interrupts": ("raise KeyboardInterrupt", "it ended the process that it ran in"),
}


@pytest.mark.parametrize("fault", ENDLESS)
def test_a_check_that_does_not_come_to_an_end_is_a_fault(blupboard, tmp_path, fault):
    line, words = ENDLESS[fault]
    path = tmp_path / "plugin.py"
    path.write_text(
        "from estimators import Estimator, GroupFit, hookimpl\n"
        "class Base(Estimator):\n    label, summary = 'x', 'x'\n"
        "    def _fit(self, data, options): return GroupFit(data.mean)\n"
        "class Bad(Base):\n    id = 'bad'\n"
        f"    def _fit(self, data, options):\n        {line}\n"
        "class Good(Base):\n    id = 'good'\n"
        "@hookimpl\ndef register_estimators(): return [Bad(), Good()]\n"
    )
    done = blupboard("check-plugin", path, "--plugin-seconds", 2)
    assert done.code == 1
    assert done.out.startswith("failed  bad\n")
    assert words in done.out
    assert done.out.endswith("ok      good keeps to the contract\n")


def test_a_plugin_without_fault_has_a_line_for_each_estimator(blupboard, shelf):
    two = plugin() + "\nclass Other(Half):\n    id = 'other'\n"
    folder = shelf(two=two.replace("[Half()]", "[Half(), Other()]"))
    wanted = "ok      half keeps to the contract\nok      other keeps to the contract\n"
    done = blupboard("check-plugin", folder / "two.py")
    assert (done.code, done.out, done.err) == (0, wanted, "")
    by_name = blupboard("check-plugin", "two", "--plugins-dir", folder)
    assert (by_name.code, by_name.out) == (0, wanted)
    by_id = blupboard("check-plugin", "other", "--plugins-dir", folder)
    assert (by_id.code, by_id.out) == (0, wanted.splitlines(keepends=True)[1])


def test_a_plugin_that_brings_no_estimator_but_something_else_is_in_order(blupboard, shelf):
    view = "View('v', 'V', 'v', lambda comparison, look: None)"
    text = f"from estimators import View, hookimpl\n@hookimpl\ndef register_views(): return [{view}]\n"
    folder = shelf(view=text, bad=text.replace("[", "[3, "), both=text + plugin())
    done = blupboard("check-plugin", folder / "view.py")
    assert (done.code, done.out) == (0, "ok      the view v keeps to the contract\n")
    bad = blupboard("check-plugin", folder / "bad.py")
    assert (bad.code, bad.out.split()[:2]) == (1, ["failed", "bad"])
    both = blupboard("check-plugin", folder / "both.py")
    wanted = "ok      half keeps to the contract\nok      the view v keeps to the contract\n"
    assert (both.code, both.out) == (0, wanted)


def test_numbers_that_do_not_exist_on_the_way_are_no_noise(blupboard, shelf):
    folder = shelf(half=plugin(fit="data.ss_within / data.ss_within"))
    assert blupboard("check-plugin", folder / "half.py").err == ""


def test_the_built_ins_pass_their_own_check(blupboard):
    done = blupboard("check-plugin", "blupboard")
    assert done.code == 0
    lines = done.out.splitlines()
    assert [line.split()[:2] for line in lines[:5]] == [["ok", name] for name in BUILT_IN_IDS]
    assert lines[5:] == [f"ok      the dataset {name} keeps to the contract" for name in SAMPLES]


def test_a_good_estimator_beside_a_bad_one_is_told_apart(blupboard, shelf):
    text = plugin() + "\nclass Bad(Half):\n    id = 'bad'\n    def _fit(self, data, options): return 3\n"
    done = blupboard("check-plugin", shelf(two=text.replace("[Half()]", "[Half(), Bad()]")) / "two.py")
    assert done.code == 1
    lines = done.out.splitlines()
    assert (lines[0], lines[-1]) == ("failed  bad", "ok      half keeps to the contract")
    assert "_fit returned int, not a GroupFit" in lines[1]


def test_an_id_taken_by_another_plugin_is_the_checked_ones_fault(blupboard, shelf, tmp_path):
    folder = shelf(zz_other=plugin())
    path = tmp_path / "aa.py"
    path.write_text(plugin())
    done = blupboard("check-plugin", path, "--plugins-dir", folder)
    assert done.code == 1
    assert f"taken by the file {folder / 'zz_other.py'}, so that of the file {path} is left out" in done.out
    assert "give it an id of its own" in done.out
    assert blupboard("check-plugin", folder / "zz_other.py", "--plugins-dir", folder).code == 0


def test_distributions_are_checked_by_name_and_by_their_file(tmp_path):
    install(tmp_path, "some-plugin", plugin(name="some"))
    (tmp_path / "plain-1.0.dist-info").mkdir()
    (tmp_path / "plain-1.0.dist-info" / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: plain\nVersion: 1\n"
    )
    env = {"PYTHONPATH": os.pathsep.join([str(tmp_path), str(ROOT)])}
    for name in ("some-plugin", "Some_Plugin", "some", tmp_path / "some_plugin.py"):
        assert program("check-plugin", name, env=env).out == "ok      some keeps to the contract\n"
    done = program("check-plugin", "plain", env=env, check=False)
    assert done.code == 1
    assert "no entry point in the group blupboard" in done.out


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("nobody", "there is no plugin, estimator or distribution 'nobody'; the plugins are blupboard, the "),
        ("", "there is no plugin, estimator or distribution ''"),
        ("nowhere.py", "there is no file"),
        ("nowhere/nothing", "there is no file"),
        ("{folder}", "is a folder: name its .py file"),
        ("{folder}/notes.txt", "is no .py file"),
    ],
)
def test_what_does_not_exist_is_refused(refused, tmp_path, name, words):
    (tmp_path / "notes.txt").write_text("x")
    assert words in refused("check-plugin", name.format(folder=tmp_path))


def test_a_folder_that_was_not_installed_yet_is_told_from_an_unknown_name(refused, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine").mkdir()
    assert refused("check-plugin", "mine").endswith("is to be installed first: pip install ./mine")


def test_from_python_the_check_finds_what_it_finds_on_the_command_line():
    class Loud(Estimator):
        id, label, summary = "loud", "Loud", "Talks."

        def _fit(self, data, options):
            print("first\nsecond")
            return GroupFit(data.mean, notes=["Sorry."])

    with pytest.raises(ConformanceError) as told:
        check_estimator(Loud())
    assert any("it prints to stdout ('first')" in problem for problem in told.value.problems)
    assert any("notes holds 'Sorry.'" in problem for problem in told.value.problems)


# bad plugins beside good ones

LEFT_OUT = {
    "import": ("import no_such_module_anywhere", "importing it failed with ModuleNotFoundError"),
    "exits": ("raise SystemExit(3)", "importing it failed with SystemExit: 3"),
    "misspelt": (plugin(hook=MISSPELT), "unknown hook 'register_estimator'"),
    "hook": (plugin(register="sys.exit(3)"), "SystemExit: 3"),
    "taken": (plugin(name="good"), "the id 'good' is taken by the file"),
    "options": (
        plugin(name="x").replace(
            "    summary",
            "    @dataclass(frozen=True)\n    class Options:\n"
            "        a: int = option(5, label='A', maximum=3)\n    summary",
        ),
        "do not hold their own defaults: x.a takes a whole number of at most 3, not 5",
    ),
    "default": (
        plugin(name="x").replace(
            "    summary",
            "    @dataclass(frozen=True)\n    class Options:\n"
            "        a: int = option((1, 2), label='A')\n    summary",
        ),
        "x.a",
    ),
    "label": (
        plugin(name="x").replace(
            "    summary",
            "    @dataclass(frozen=True)\n    class Options:\n"
            "        a: int = option(1, label=2)\n    summary",
        ),
        "the label and the help of the option x.a must be text",
    ),
    "order": (
        plugin(name="x").replace("    summary", "    order = 'last'\n    summary"),
        "must be a number, not 'last'",
    ),
    "color": (
        plugin(name="x").replace("    summary", "    color = 3\n    summary"),
        "color of x must be text",
    ),
    "citation": (
        plugin(name="x").replace("    summary", "    citation = None\n    summary"),
        "citation of x must be",
    ),
    "property": (
        plugin(name="x").replace("    summary", "    @property\n    def id(self): return 1 / 0\n    summary"),
        "ZeroDivisionError",
    ),
}
FAILING = {
    "raises": (plugin(name="bad", fit="1 / 0"), "the method failed with ZeroDivisionError"),
    "leaves": (plugin(name="bad", fit="sys.exit(3)"), "the method failed with SystemExit: 3"),
    "shape": (plugin(name="bad", returns="GroupFit(estimate[1:])"), "has shape (5,), but there are 6 groups"),
    "nan": (plugin(name="bad", returns="GroupFit(estimate * float('nan'))"), "values that are not finite"),
    "infinite": (
        plugin(name="bad", returns="GroupFit(estimate + float('inf'), notes=[Note('a', 'info', 'b')])"),
        "values that are not finite",
    ),
    "mean": (plugin(name="bad", fit="data.mean[:] = 0"), "read-only"),
    "rows": (
        plugin(name="bad", fit="data.rows.outcome.sort()").replace(
            "    summary", "    needs = 'rows'\n    summary"
        ),
        "read-only",
    ),
    "nothing": (plugin(name="bad", returns="None"), "_fit returned NoneType, not a GroupFit"),
}


def compare_json(blupboard, folder):
    return blupboard("compare", DYESTUFF, *ROLES, "--format", "json", "--plugins-dir", folder)


@pytest.mark.parametrize("fault", LEFT_OUT)
def test_a_plugin_that_cannot_be_used_is_left_out_by_name_and_the_rest_goes_on(blupboard, shelf, fault):
    text, words = LEFT_OUT[fault]
    done = compare_json(blupboard, shelf(good=plugin(name="good"), kaput=text))
    assert done.code == 0
    assert [(fit["estimator"], fit["status"]) for fit in done.json["fits"]] == [
        (name, "ok") for name in [*BUILT_IN_IDS, "good"]
    ]
    assert done.err.startswith("blupboard: plugin kaput left out: ")
    assert words in done.err
    assert done.err.count("\n") == 1


@pytest.mark.parametrize("fault", FAILING)
def test_a_plugin_that_fails_to_fit_says_why_and_the_rest_goes_on(blupboard, shelf, fault):
    text, words = FAILING[fault]
    done = compare_json(blupboard, shelf(good=plugin(name="good"), kaput=text))
    assert (done.code, done.err) == (0, "")
    fits = {fit["estimator"]: fit for fit in done.json["fits"]}
    assert words in fits.pop("bad")["message"]
    assert list(fits) == [*BUILT_IN_IDS, "good"]
    assert {fit["status"] for fit in fits.values()} == {"ok"}


PRINTING = {
    "importing": plugin(head="print('hello')\n"),
    "registering": plugin(register="print('hello')"),
    "fitting": plugin(fit="print('hello')"),
    "in pieces": plugin(fit="print('hel', end=''); print('lo', end='')"),
    "bytes": plugin(fit="sys.stdout.buffer.write(b'hello\\n')"),
    "logging": plugin(
        head="import logging\nlog = logging.Logger('x')\nlog.addHandler(logging.StreamHandler(sys.stdout))\n",
        fit="log.error('hello')",
    ),
    "interval": plugin(
        returns="GroupFit(estimate, interval_fn=lambda level: print('hello') or (estimate, estimate))"
    ),
}


@pytest.mark.parametrize("when", PRINTING)
def test_what_a_plugin_prints_goes_to_stderr_with_its_name(blupboard, shelf, when):
    folder = shelf(loud=PRINTING[when])
    done = compare_json(blupboard, folder)
    assert done.code == 0
    assert {fit["status"] for fit in done.json["fits"]} == {"ok"}
    told = done.err.splitlines()
    assert set(told) == {"blupboard: plugin loud printed: hello"}
    risk = ["risk", "--groups", "4", "--replicates", "2", "--format", "json", "--plugins-dir", folder]
    assert blupboard(*risk).json


@pytest.mark.parametrize(
    "how",
    [
        "os.write(1, b'hello\\n')",
        "subprocess.run([sys.executable, '-c', 'print(\"hello\")'], check=True)",
        "subprocess.run([sys.executable, '-c', 'print(\"hello\")'], check=True, stdout=sys.stdout)",
        "print('hello', file=sys.__stdout__)",
    ],
)
def test_what_goes_past_python_does_not_reach_stdout_either(shelf, how):
    folder = shelf(loud=plugin(head=how + "\n", fit=how))
    done = program("compare", DYESTUFF, *ROLES, "--format", "json", "--plugins-dir", folder)
    assert done.json["data"]["groups"] == 6
    assert "hello" in done.err


def test_a_plugin_that_never_stops_talking_is_cut_short(blupboard, shelf):
    done = compare_json(blupboard, shelf(loud=plugin(head="for i in range(1020): print(i)\n")))
    *first, last = done.err.splitlines()
    assert first == [f"blupboard: plugin loud printed: {i}" for i in range(20)]
    assert last == "blupboard: plugin loud printed 1,000 more lines, which are not shown"


def test_every_command_with_plugins_keeps_its_json(blupboard, shelf):
    folder = shelf(loud=plugin(head="print('{')\n"))
    for command in ("plugins", "estimators"):
        assert json.loads(blupboard(command, "--format", "json", "--plugins-dir", folder).out)
    done = blupboard("compare", DYESTUFF, *ROLES, "--format", "csv", "--plugins-dir", folder)
    assert {row["estimator"] for row in done.rows} == {*BUILT_IN_IDS, "half"}


def test_stdout_is_given_back_after_a_command(blupboard, shelf):
    before = sys.stdout
    assert blupboard("plugins", "--plugins-dir", shelf(half=plugin())).code == 0
    assert sys.stdout is before


# blupboard new-plugin


def test_a_new_plugin_passes_the_check_as_it_is(blupboard, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = blupboard("new-plugin", "My.First-one")
    assert (done.code, done.err) == (0, "")
    assert "pip install --editable My.First-one" in done.out
    files = {p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*") if p.is_file()}
    assert files == {
        f"My.First-one/{name}"
        for name in ("pyproject.toml", "README.md", "my_first_one.py", "tests/test_my_first_one.py")
    }
    checked = blupboard("check-plugin", "My.First-one/my_first_one.py")
    assert (checked.code, checked.out) == (0, "ok      my_first_one keeps to the contract\n")
    assert "no estimator" not in (tmp_path / "My.First-one" / "README.md").read_text()
    registry = build_registry(entry_points=False, files=[tmp_path / "My.First-one" / "my_first_one.py"])
    assert registry["my_first_one"].label == "My first one"


@pytest.mark.parametrize("name", ["estimator", "options", "group-fit", "None", "hookimpl", "a"])
def test_names_that_meet_others_in_the_module_work(blupboard, tmp_path, name):
    assert blupboard("new-plugin", name, tmp_path / "new").code == 0
    (module,) = (tmp_path / "new").glob("*.py")
    assert blupboard("check-plugin", module).code == 0
    assert ast.parse((tmp_path / "new" / "tests" / f"test_{module.name}").read_text())


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("", "cannot be a name"),
        ("my plugin", "cannot be a name"),
        ("-x", "No such option"),
        ("../x", "cannot be a name"),
        ("1st", "cannot be a name"),
        ("x-", "cannot be a name"),
        ("größe", "cannot be a name"),
        ("a" * 61, "cannot be a name"),
        ("class", "there is a Python module class already"),
        ("json", "there is a Python module json already"),
        ("numpy", "there is a Python module numpy already"),
        ("estimators", "there is a Python module estimators already"),
        ("james-stein", "'james_stein' is the id of an estimator of blupboard"),
    ],
)
def test_an_impossible_name_is_refused(refused, tmp_path, name, words):
    sentence = refused("new-plugin", name, tmp_path / "new")
    assert words in sentence
    assert not (tmp_path / "new").exists()


def test_nothing_is_written_over(blupboard, refused, tmp_path):
    full = tmp_path / "full"
    full.mkdir()
    (full / "thesis.txt").write_text("x")
    assert "is not empty: name a new one" in refused("new-plugin", "mine", full)
    assert "is a file: name a new folder" in refused("new-plugin", "mine", full / "thesis.txt")
    assert [p.name for p in full.iterdir()] == ["thesis.txt"]
    empty = tmp_path / "empty"
    empty.mkdir()
    assert blupboard("new-plugin", "mine", empty).code == 0
    assert blupboard("new-plugin", "mine", tmp_path / "some" / "deep" / "place").code == 0


def test_a_new_plugin_installs_passes_its_test_shows_up_and_goes_without_trace(blupboard, tmp_path):
    source, home = tmp_path / "new", tmp_path / "venv"
    assert blupboard("new-plugin", "my-shrinker", source).code == 0
    venv.create(home, system_site_packages=True)
    paths = {"base": str(home), "platbase": str(home)}
    python = Path(sysconfig.get_path("scripts", "venv", paths)) / Path(sys.executable).name
    site = Path(sysconfig.get_path("purelib", "venv", paths))
    borrowed = [ROOT, *dict.fromkeys(sysconfig.get_path(name) for name in ("purelib", "platlib"))]
    (site / "borrowed.pth").write_text("".join(f"{path}\n" for path in borrowed))

    def run(*command, cwd=tmp_path):
        done = subprocess.run(
            [str(python), *map(str, command)],
            cwd=cwd,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def listed():
        return {
            line["name"]: line
            for line in json.loads(run("-m", "dashboard.cli", "plugins", "--format", "json"))
        }

    before = {path.relative_to(home) for path in home.rglob("*") if "__pycache__" not in path.parts}
    offline = ("--no-build-isolation", "--no-index", "--no-deps", "--disable-pip-version-check")
    run("-m", "pip", "install", *offline, source)
    assert listed()["my-shrinker"] == {
        "name": "my-shrinker",
        "source": "distribution",
        "version": "0.1.0",
        "status": "ok",
        "reason": None,
        "estimators": ["my_shrinker"],
    }
    assert "my_shrinker keeps to the contract" in run("-m", "dashboard.cli", "check-plugin", "my-shrinker")
    assert "3 passed" in run("-m", "pytest", "-p", "no:dash", "-W", "error", cwd=source)
    run("-m", "pip", "uninstall", "--yes", "my-shrinker")
    assert "my-shrinker" not in listed()
    assert {path.relative_to(home) for path in home.rglob("*") if "__pycache__" not in path.parts} == before
