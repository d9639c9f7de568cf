"""``blupboard check-plugin``: each fault is named with how to mend it, and only the faulty are."""

from __future__ import annotations

import os

import pytest

from dashboard.samples import SAMPLES
from estimators import ConformanceError, Estimator, GroupFit, check_estimator
from tests.cli.plugin_texts import CLASS, HEAD, HOOK, MISSPELT, install, plugin
from tests.commands import BUILT_IN_IDS, ROOT, program

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
}
OF_FITS = {
    "raises": ("{}['x']", "GroupFit(estimate)", "KeyError: 'x' (where data cannot carry the method"),
    "exits": ("sys.exit(3)", "GroupFit(estimate)", "SystemExit: 3 (where data cannot carry the method"),
    "shape": ("pass", "GroupFit(estimate[:1])", "has shape (1,), but there are 20 groups"),
    "nan": ("pass", "GroupFit(estimate * float('nan'))", "values that are not finite"),
    "infinite": (
        "pass",
        "GroupFit(estimate * float('inf'), notes=[Note('x', 'info', 'Sorry.')])",
        "values that are not finite",
    ),
    "writes": ("data.mean[0] = 0", "GroupFit(estimate)", "read-only"),
    "unlocks": (
        "data.n.setflags(write=True); data.n[0] += 1",
        "GroupFit(estimate)",
        "it changes its input: work on copies",
    ),
    "notes": ("pass", "GroupFit(estimate, notes=['Sorry.'])", "give instances of Note"),
}


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_named_with_how_to_mend_it(blupboard, tmp_path, fault):
    text, words = FAULTS[fault]
    path = tmp_path / "plugin.py"
    path.write_text(text)
    done = blupboard("check-plugin", path)
    assert done.code == 1
    assert done.out.startswith("failed  ")
    assert words in done.out


@pytest.mark.slow
def test_the_fault_of_each_fit_is_named_with_how_to_mend_it(blupboard, tmp_path):
    path = tmp_path / "plugin.py"
    classes = [
        CLASS.format(id=name, fit=fit, returns=returns).replace("class Half", f"class {name.title()}")
        for name, (fit, returns, _) in OF_FITS.items()
    ]
    instances = ", ".join(f"{name.title()}()" for name in OF_FITS)
    path.write_text("".join([HEAD, *classes, HOOK.format(register="pass").replace("Half()", instances)]))
    done = blupboard("check-plugin", path)
    assert done.code == 1
    verdicts = dict(text.split("\n", 1) for text in done.out.split("failed  ")[1:])
    assert verdicts.keys() == OF_FITS.keys()
    assert {
        name: verdicts[name] for name, (*_, words) in OF_FITS.items() if words not in verdicts[name]
    } == {}


ENDLESS = {
    "hangs": ("while True: pass", "it was stopped after 2 seconds"),
    "exits": ("import os; os._exit(0)", "it ended the process that it ran in"),
    "interrupts": ("raise KeyboardInterrupt", "it ended the process that it ran in"),
}


@pytest.mark.slow
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


@pytest.mark.slow
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


@pytest.mark.slow
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


@pytest.mark.slow
def test_numbers_that_do_not_exist_on_the_way_are_no_noise(blupboard, shelf):
    folder = shelf(half=plugin(fit="data.ss_within / data.ss_within"))
    assert blupboard("check-plugin", folder / "half.py").err == ""


@pytest.mark.slow
def test_the_built_ins_pass_their_own_check(blupboard):
    done = blupboard("check-plugin", "blupboard")
    assert done.code == 0
    lines = done.out.splitlines()
    assert [line.split()[:2] for line in lines[:5]] == [["ok", name] for name in BUILT_IN_IDS]
    assert lines[5:] == [f"ok      the dataset {name} keeps to the contract" for name in SAMPLES]


@pytest.mark.slow
def test_a_good_estimator_beside_a_bad_one_is_told_apart(blupboard, shelf):
    text = plugin() + "\nclass Bad(Half):\n    id = 'bad'\n    def _fit(self, data, options): return 3\n"
    done = blupboard("check-plugin", shelf(two=text.replace("[Half()]", "[Half(), Bad()]")) / "two.py")
    assert done.code == 1
    lines = done.out.splitlines()
    assert (lines[0], lines[-1]) == ("failed  bad", "ok      half keeps to the contract")
    assert "_fit returned int, not a GroupFit" in lines[1]


@pytest.mark.slow
def test_an_id_taken_by_another_plugin_is_the_checked_ones_fault(blupboard, shelf, tmp_path):
    folder = shelf(zz_other=plugin())
    path = tmp_path / "aa.py"
    path.write_text(plugin())
    done = blupboard("check-plugin", path, "--plugins-dir", folder)
    assert done.code == 1
    assert f"taken by the file {folder / 'zz_other.py'}, so that of the file {path} is left out" in done.out
    assert "give it an id of its own" in done.out
    assert blupboard("check-plugin", folder / "zz_other.py", "--plugins-dir", folder).code == 0


@pytest.mark.slow
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
