"""``blupboard plugins``, and bad plugins beside good ones, which hurt nobody else."""

from __future__ import annotations

import json
import os
import sys
import time

import pytest

from tests.cli.plugin_texts import HOOK, MISSPELT, install, plugin
from tests.commands import BUILT_IN_IDS, DYESTUFF, ROLES, ROOT, program

pytestmark = pytest.mark.slow

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
