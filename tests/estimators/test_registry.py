"""The registry: the built-ins, plugins from folders and distributions, and faulty ones by name."""

from __future__ import annotations

import subprocess
import sys

import pytest

from estimators import OptionError, build_registry, check_estimator
from tests.estimators.plugin_parts import DATA, PLUGIN, write_plugin
from tests.oracles import BUILT_IN


def test_the_built_ins_come_in_display_order_and_know_where_they_come_from():
    registry = build_registry(entry_points=False)
    assert list(registry) == ["ols", "reml", "ml", "james_stein", "grand_mean"]
    assert {registry.source(name).origin for name in registry} == {"built in"}
    assert registry.failures == ()
    with pytest.raises(OptionError, match="no estimator 'remL'; there are ols, reml, ml, james_stein"):
        registry.find("remL")


def test_a_file_in_a_plugins_folder_is_registered_and_fits(tmp_path):
    path = write_plugin(tmp_path, "half", order=5)
    registry = build_registry([tmp_path], entry_points=False)
    assert next(iter(registry)) == "half"
    assert registry.source("half").origin == str(path)
    assert registry["half"].fit(DATA).weight.tolist() == [0.5] * 4
    check_estimator(registry["half"])
    assert "half" not in build_registry(entry_points=False)


def test_several_folders_may_hold_files_of_the_same_name(tmp_path):
    one, two = tmp_path / "one", tmp_path / "two"
    write_plugin(one, "plugin", id="first")
    write_plugin(two, "plugin", id="second")
    registry = build_registry([one, two, one], entry_points=False)
    assert {"first", "second"} <= set(registry)
    assert registry.failures == ()


def test_a_missing_folder_is_refused_by_name(tmp_path):
    with pytest.raises(OptionError, match="nowhere' does not exist"):
        build_registry([tmp_path / "nowhere"])


FAULTY = {
    "import": ("import no_such_module_anywhere", "importing it failed with ModuleNotFoundError"),
    "syntax": ("def broken(:", "importing it failed with SyntaxError"),
    "exits": ("raise SystemExit(3)", "importing it failed with SystemExit: 3"),
    "misspelt": (
        "from estimators import hookimpl\n@hookimpl\ndef register_estimator():\n    return []\n",
        "unknown hook 'register_estimator'",
    ),
    "unmarked": ("def register_estimators():\n    return []\n", "mark register_estimators with @hookimpl"),
    "raises": (
        "from estimators import hookimpl\n@hookimpl\ndef register_estimators():\n    raise ValueError(7)\n",
        "ValueError: 7",
    ),
    "leaves": (
        "from estimators import hookimpl\n@hookimpl\ndef register_estimators():\n    raise SystemExit\n",
        "SystemExit",
    ),
    "nothing": (
        "from estimators import hookimpl\n@hookimpl\ndef register_estimators():\n    pass\n",
        "returns no list of estimators",
    ),
    "class_": (
        PLUGIN.format(id="x", order=1).replace("[Half()]", "[Half]"),
        "which is no instance of Estimator",
    ),
    "label": (PLUGIN.format(id="x", order=1).replace('label = "Half way"', ""), "Half lacks label"),
    "spaces": (PLUGIN.format(id="Not An Id", order=1), "the id 'Not An Id' must be lower-case"),
    "defaults": (
        PLUGIN.format(id="x", order=1)
        .replace(
            "    order",
            "    Options = dataclass(frozen=True)(type('O', (), {'__annotations__': {'a': int},"
            " 'a': option(5, label='A', maximum=3)}))\n    order",
        )
        .replace("import Estimator", "import option, Estimator")
        .replace("class Half", "from dataclasses import dataclass\nclass Half"),
        "do not hold their own defaults: x.a takes a whole number of at most 3, not 5",
    ),
}


@pytest.mark.parametrize("name", FAULTY)
def test_a_faulty_plugin_is_reported_by_name_and_the_rest_goes_on(tmp_path, name):
    text, reason = FAULTY[name]
    write_plugin(tmp_path, name, text)
    write_plugin(tmp_path, "zz_good")
    registry = build_registry([tmp_path], entry_points=False)
    assert list(registry)[-1] == "zz_good"
    (failure,) = registry.failures
    assert failure.source.name == name
    assert reason in failure.reason
    assert "<module" not in failure.reason


def test_a_taken_id_names_both_owners_and_the_first_in_order_keeps_it(tmp_path):
    write_plugin(tmp_path, "b_late", id="same")
    write_plugin(tmp_path, "a_early", id="same")
    write_plugin(tmp_path, "c_bold", id="reml")
    registry = build_registry([tmp_path], entry_points=False)
    assert registry.source("same").name == "a_early"
    assert registry["reml"].label == BUILT_IN["reml"].label
    late, bold = registry.failures
    assert "'same'" in late.reason
    assert "a_early.py" in late.reason
    assert "b_late.py" in late.reason
    assert "'reml'" in bold.reason
    assert "blupboard itself" in bold.reason
    assert "c_bold.py" in bold.reason


def install(folder, module, text, *, dist):
    """A distribution as pip would leave it, with an entry point in the group ``blupboard``."""
    (folder / f"{module}.py").write_text(text)
    info = folder / f"{dist.replace('-', '_')}-1.2.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {dist}\nVersion: 1.2\n")
    (info / "entry_points.txt").write_text(f"[blupboard]\n{module} = {module}\n")


def test_installed_distributions_register_through_their_entry_points(tmp_path, monkeypatch):
    install(tmp_path, "fake_good_plugin", PLUGIN.format(id="installed", order=7), dist="blupboard-good")
    install(tmp_path, "fake_bad_plugin", "raise RuntimeError('sorry')", dist="blupboard-bad")
    monkeypatch.syspath_prepend(str(tmp_path))
    registry = build_registry()
    source = registry.source("installed")
    assert (source.name, source.origin, source.version) == ("blupboard-good", "distribution", "1.2")
    assert ("blupboard-bad", "importing it failed with RuntimeError: sorry") in {
        (failure.source.name, failure.reason) for failure in registry.failures
    }
    assert "installed" not in build_registry(entry_points=False)


@pytest.mark.slow
def test_importing_the_package_registers_nothing():
    code = "import estimators, pluggy, sys; print([m for m in sys.modules if m.startswith('_blupboard')])"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
