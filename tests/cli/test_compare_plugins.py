"""Plugins beside the built-ins on the command line: their options, their failures, the list of estimators."""

from __future__ import annotations

import os

import pytest

from tests.commands import BUILT_IN_IDS, DYESTUFF, PARAMETERS, ROLES

PLUGIN = """
from dataclasses import dataclass
from estimators import Estimator, GroupFit, Parameter, hookimpl, option

@dataclass(frozen=True)
class Options:
    power: float = option(2.0, label="Power", minimum=0.5, maximum=4)
    rounds: int = option(3, label="Rounds", minimum=1)
    robust: bool = option(False, label="Robust")
    std_error: str = option("none", label="Standard error", choices=["none", "jackknife"])

class Method(Estimator):
    id, label, summary, Options = "{id}", "Method {id}", "A method.", Options
    def _fit(self, data, options):
        shown = {{"power": options.power, "rounds": options.rounds, "robust": float(options.robust)}}
        return GroupFit(estimate=data.mean, parameters=shown)

@hookimpl
def register_estimators():
    return [Method()]
"""


@pytest.fixture
def folder_with(tmp_path):
    """A folder with a plugin for each given id."""

    def make(*ids):
        folder = tmp_path / ("shelf_" + "_".join(ids))
        folder.mkdir()
        for name in ids:
            (folder / f"{name}.py").write_text(PLUGIN.format(id=name))
        return folder

    return make


def ids_of(done):
    assert done.code == 0
    return [row["id"] for row in done.json]


def test_plugins_dir_may_be_repeated_on_every_command(blupboard, folder_with):
    one, two = folder_with("first"), folder_with("second", "third")
    folders = ["--plugins-dir", one, "--plugins-dir", two]
    assert ids_of(blupboard("estimators", "--format", "json", *folders)) == [
        *BUILT_IN_IDS,
        "first",
        "second",
        "third",
    ]
    done = blupboard("compare", DYESTUFF, *ROLES, "--format", "json", *folders)
    assert [fit["estimator"] for fit in done.json["fits"]] == [*BUILT_IN_IDS, "first", "second", "third"]
    assert blupboard("serve", *folders, "--help").code == 0


def test_plugins_come_from_the_environment_too(blupboard, folder_with, monkeypatch):
    monkeypatch.setenv(
        "BLUPBOARD_PLUGINS_DIR", os.pathsep.join([str(folder_with("first")), str(folder_with("second"))])
    )
    assert ids_of(blupboard("estimators", "--format", "json")) == [*BUILT_IN_IDS, "first", "second"]
    third = ids_of(blupboard("estimators", "--format", "json", "--plugins-dir", folder_with("third")))
    assert third == [*BUILT_IN_IDS, "third"]


def test_options_of_a_plugin_are_set_by_text(blupboard, folder_with):
    wanted = [
        "compare",
        DYESTUFF,
        *ROLES,
        "--format",
        "json",
        "--estimator",
        "mine",
        "--plugins-dir",
        folder_with("mine"),
    ]

    def parameters(*settings):
        (fit,) = blupboard(*wanted, *(part for s in settings for part in ("--option", s))).json["fits"]
        assert list(fit["parameters"]) == [*PARAMETERS, "power", "rounds", "robust"]
        return [fit["parameters"][name] for name in ("power", "rounds", "robust")]

    assert parameters() == [2, 3, 0]
    assert parameters("mine.power=0.5", "mine.rounds=1", "mine.robust=yes") == [0.5, 1, 1]
    assert parameters("mine.power=1", "mine.power=4") == [4, 3, 0]
    assert blupboard(*wanted, "--std-error", "conditional").code == 0


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ("power=0.4", "mine.power takes a number from 0.5 to 4, not '0.4'"),
        ("power=4.01", "mine.power takes a number from 0.5 to 4, not '4.01'"),
        ("power=nan", "mine.power takes a number from 0.5 to 4, not 'nan'"),
        ("power=", "mine.power takes a number from 0.5 to 4, not ''"),
        ("rounds=0", "mine.rounds takes a whole number of at least 1, not '0'"),
        ("rounds=1.5", "mine.rounds takes a whole number of at least 1, not '1.5'"),
        ("robust=maybe", "mine.robust takes true or false, not 'maybe'"),
        ("std_error=robust", "mine.std_error takes one of none, jackknife, not 'robust'"),
    ],
)
def test_values_out_of_bounds_are_named_with_the_bounds(refused, folder_with, setting, words):
    sentence = refused(
        "compare", DYESTUFF, *ROLES, "--plugins-dir", folder_with("mine"), "--option", f"mine.{setting}"
    )
    assert sentence == words


def test_a_plugin_that_does_not_load_is_named_and_the_rest_goes_on(blupboard, folder_with):
    folder = folder_with("good")
    (folder / "broken.py").write_text("raise RuntimeError('two\\nlines')")
    (folder / "thief.py").write_text(PLUGIN.format(id="reml"))
    for command in (["compare", DYESTUFF, *ROLES, "--format", "csv"], ["estimators"]):
        done = blupboard(*command, "--plugins-dir", folder)
        assert done.code == 0
        assert "good" in done.out
        first, second = sorted(done.err.splitlines())
        assert first == "blupboard: plugin broken left out: importing it failed with RuntimeError: two lines"
        assert second.startswith("blupboard: plugin thief left out: the id 'reml' is taken")


def test_a_plugin_that_fails_is_data(blupboard, refused, folder_with):
    folder = folder_with("mine")
    text = (
        (folder / "mine.py")
        .read_text()
        .replace("return GroupFit(", "raise ValueError('no\\nidea') or GroupFit(")
    )
    (folder / "mine.py").write_text(text)
    wanted = ["compare", DYESTUFF, *ROLES, "--plugins-dir", folder]
    fits = {fit["estimator"]: fit for fit in blupboard(*wanted, "--format", "json").json["fits"]}
    assert (fits["mine"]["status"], fits["reml"]["status"]) == ("failed", "ok")
    assert "ValueError" in fits["mine"]["message"]
    assert "ValueError: no idea" in refused(*wanted, "--estimator", "mine")


def test_the_list_of_estimators(blupboard):
    done = blupboard("estimators", "--format", "json")
    assert ids_of(done) == BUILT_IN_IDS
    reml = done.json[1]
    assert (reml["label"], reml["source"], reml["origin"]) == ("REML BLUP", "built in", "built in")
    options = {option["name"]: option for option in reml["options"]}
    assert set(options) == {"std_error", "error_spread"}
    std_error = options["std_error"]
    assert std_error["default"] == "second_order"
    assert std_error["choices"] == ["second_order", "prediction", "conditional"]
    lines = blupboard("estimators").out.splitlines()
    assert [line.split()[0] for line in lines] == BUILT_IN_IDS
    assert all("built in" in line for line in lines)


def test_the_list_says_where_a_plugin_comes_from(blupboard, folder_with):
    folder = folder_with("mine")
    mine = blupboard("estimators", "--format", "json", "--plugins-dir", folder).json[-1]
    assert (mine["source"], mine["origin"]) == ("mine", str(folder / "mine.py"))
    assert [option["name"] for option in mine["options"]] == ["power", "rounds", "robust", "std_error"]
    assert (mine["options"][0]["minimum"], mine["options"][0]["maximum"]) == (0.5, 4)
